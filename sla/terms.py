"""Writing, signing and finding terms. At most one set of terms is in force per definition line and local day."""

import json
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from leads.handoffs.rules import adopt_rules
from personas.definitions.queries import version_in_force
from smarketing.accounts import audit
from smarketing.agreements import services as agreements
from smarketing.agreements.models import Paper
from smarketing.calendars.models import CalendarVersion

from . import spans
from .drafts import create_contract, next_month, save_draft, starter
from .kinds import KINDS
from .models import Clause, Contract, Terms
from .sections.defaults import handoff_rules
from .sections.reading import day
from .soundness import closed, problems

__all__ = (
    "PAPER", "create_contract", "in_force", "next_month", "problems", "propose", "publish", "save_draft", "starter",
)  # fmt: skip
PAPER = "terms"


@transaction.atomic
def propose(*, contract: Contract, by, at: datetime) -> Paper:
    """Put the draft before both sides. ValidationError with every problem of the draft."""
    body = _stamped(contract, at)
    if found := problems(body, contract):
        raise ValidationError(found)
    return agreements.propose(kind=PAPER, line=f"contract:{contract.pk}", body=body, by=by, at=at)


def _stamped(contract: Contract, at: datetime) -> dict:
    """The draft's body, naming the version of the definition that both sides have signed by now."""
    draft, version = contract.draft, version_in_force(contract.line, at)
    if "definitions" in draft.body:
        draft.body["definitions"] = {"version": version.number if version else None}
        draft.save(update_fields=["body"])
    return draft.body


@transaction.atomic
def publish(paper: Paper, at: datetime) -> Terms:
    """Terms of a paper that both sides signed (called with the second signature, in its transaction).

    ValidationError when another contract holds the line in that time, or when a retrospective version reaches back
    over a month whose book is closed.
    """
    contract = Contract.objects.select_for_update().get(pk=int(paper.line.split(":")[1]))
    body = json.loads(paper.body)
    calendar = CalendarVersion.objects.get(pk=body["calendar"])
    starts, ends = date.fromisoformat(body["starts_on"]), day(body.get("ends_on"))
    if sentence := closed(contract, starts):
        raise ValidationError(sentence)
    terms = Terms.objects.create(
        contract=contract, number=paper.number, paper=paper, calendar=calendar, body=body, starts_on=starts, ends_on=ends,
        retrospective=starts < at.astimezone(ZoneInfo(calendar.spec["zone"])).date(), published_at=at,
    )  # fmt: skip
    for order, clause in enumerate(body["clauses"]):
        Clause.objects.create(
            terms=terms, key=clause["key"], order=order, side=KINDS[clause["kind"]].side, kind=clause["kind"],
            target=Decimal(clause["target"]), unit=KINDS[clause["kind"]].unit,
            share=Decimal(clause["share"]) if clause.get("share") else None, params=clause.get("params", {}),
        )  # fmt: skip
    spans.lay(contract.line)
    if not terms.retrospective:
        _push_rules(terms, at)
    _mark_all_dirty(terms, at)
    audit.record(None, "terms.publish", "terms", terms.pk, at, number=terms.number)
    return terms


def _push_rules(terms: Terms, at: datetime) -> None:
    attempts = next((c for c in terms.clauses.all() if c.kind == "min_attempts"), None)
    begins = datetime.combine(terms.starts_on, time(), ZoneInfo(terms.calendar.spec["zone"]))
    adopt_rules(
        contract=f"contract:{terms.contract_id}", line=terms.contract.line, effective_at=max(at, begins), at=at,
        promised_attempts=int(attempts.target) if attempts else None, **handoff_rules(terms),
    )  # fmt: skip


def _mark_all_dirty(terms: Terms, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sla_sladirty (handoff_id, since) SELECT id, %s FROM leads_handoff WHERE line_id = %s"
            " ORDER BY id ON CONFLICT DO NOTHING; NOTIFY smarketing_bell",
            [at, terms.contract.line_id],
        )


def in_force(contract: Contract, day: date) -> Terms | None:
    """Terms of a contract on a local day."""
    return contract.terms.filter(span__first__lte=day).exclude(span__until__lte=day).select_related("calendar").first()
