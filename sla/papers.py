"""Terms as papers that both sides sign: published, verified, given as a file."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _

from smarketing.agreements.models import Paper
from smarketing.agreements.services import AgreementError

from . import terms
from .kinds import KINDS
from .models import Contract, Terms

HOW = (
    "The signed text is `canonical`, in UTF-8. Its SHA-256 must be `sha256`, and each signature must name the same digest:"
    " python3 -c \"import hashlib, json, sys; d = json.load(open(sys.argv[1])); h = hashlib.sha256(d['canonical'].encode())"
    ".hexdigest(); print(h == d['sha256'] and all(s['sha256'] == h for s in d['signatures']))\" FILE"
)


def signed(paper: Paper, at: datetime) -> None:
    """Publish with the second signature, in its transaction; what forbids it refuses the signature."""
    try:
        terms.publish(paper, at)
    except ValidationError as refusal:
        raise AgreementError(" ".join(refusal.messages)) from None


def page(paper: Paper) -> str:
    """The document of the contract, at this version."""
    return f"{reverse('sla:terms', args=[_contract(paper)])}?version={paper.number}"


def name(paper: Paper) -> str:
    """The contract's name."""
    return Contract.objects.values_list("name", flat=True).get(pk=_contract(paper))


def verify(paper: Paper) -> list[str]:
    """Sentences naming what is in force by a paper and says something else than its text."""
    found = Terms.objects.filter(paper=paper).prefetch_related("clauses").first()
    if found is None:
        return []
    body, out = json.loads(paper.body), []
    if found.body != body or found.number != paper.number or found.calendar_id != body["calendar"]:
        out.append(_("the terms in force say something else"))
    days = [found.starts_on.isoformat(), found.ends_on and found.ends_on.isoformat()]
    if days != [body["starts_on"], body.get("ends_on")]:
        out.append(_("the days in force differ"))
    rows = {one.key: one for one in found.clauses.all()}
    for clause in body["clauses"]:
        if not _same(rows.pop(clause["key"], None), clause):
            out.append(_("clause %(key)s in force says something else") % {"key": clause["key"]})
    return out + [_("clause %(key)s in force was never signed") % {"key": key} for key in rows]


def as_file(contract: Contract, paper: Paper) -> dict[str, Any]:
    """A version as JSON: the text, its canonical form and digest, who signed, how to verify it."""
    signatures = paper.signatures.select_related("signer").order_by("side")
    found = Terms.objects.filter(paper=paper).first()
    return {
        "contract": contract.name,
        "definition": contract.line.name,
        "version": paper.number,
        "in_force": {"from": found.starts_on, "until": found.ends_on} if found else None,
        "retrospective": found.retrospective if found else None,
        "proposed": {"by": str(paper.proposed_by or ""), "at": paper.proposed_at},
        "signatures": [
            {"side": one.side, "signer": one.signer.name, "at": one.signed_at, "sha256": one.sha256}
            for one in signatures
        ],
        "sha256": paper.sha256,
        "how_to_verify": HOW,
        "text": json.loads(paper.body),
        "canonical": paper.body,
    }


def _same(row, clause: dict[str, Any]) -> bool:
    kind, share = KINDS.get(clause["kind"]), clause.get("share")
    return (
        row is not None and kind is not None and (row.kind, row.params) == (clause["kind"], clause.get("params", {}))
        and row.target == Decimal(clause["target"]) and row.share == (Decimal(share) if share else None)
        and (row.side, row.unit) == (kind.side, kind.unit)
    )  # fmt: skip


def _contract(paper: Paper) -> int:
    return int(paper.line.split(":")[1])
