"""Terms as papers that both sides sign: published, verified, given as a file."""

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _

from smarketing.accounts.models import Side, User
from smarketing.accounts.policy import may
from smarketing.agreements.models import Paper
from smarketing.agreements.services import AgreementError
from smarketing.rows import clock

from . import terms
from .kinds import KINDS
from .models import Contract, Terms
from .sections import defaults

VERB = "contract.sign"

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


def stand_ins(line: str, at: datetime) -> dict[int, User]:
    """Id of a person -> the signer in whose place they sign: the deputies whom the terms in force name, each in the place of
    their side's point of contact, or of another signer of the side where that one does not sign."""
    contract = Contract.objects.get(pk=int(line.split(":")[1]))
    found = terms.in_force(contract, clock.today(at))
    said: Mapping[str, Any] = defaults.section(found, "parties") if found else {}
    out = {}
    for side in Side.values:
        deputy = User.objects.filter(pk=said.get(f"deputy_{side}"), side=side, is_active=True).first()
        signers = User.objects.filter(side=side, is_active=True, signs=True).order_by("pk")
        able = [one for one in signers if may(one, VERB)]
        if deputy and able:
            out[deputy.pk] = next((one for one in able if one.pk == said[f"contact_{side}"]), able[0])
    return out


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
