"""Writing, signing and finding terms. At most one set of terms is in force per definition line and local day."""

import json
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.handoffs.rules import adopt_rules
from personas.models import DefinitionLine
from smarketing.accounts import audit
from smarketing.agreements import services as agreements
from smarketing.agreements.models import Paper
from smarketing.calendars.models import CalendarVersion

from . import hooks, spans
from .kinds import KINDS, PERCENT, params
from .models import Clause, Contract, Terms, TermsDraft

PAPER = "terms"
# Unit of targets that are whole numbers -> (the greatest, what is said of others).
WHOLE = {
    "deals": (1_000_000, gettext_lazy("Clause %(key)s: deals are counted in whole numbers.")),
    "attempts": (20, gettext_lazy("Clause %(key)s: the attempts must be a whole number from 1 to 20.")),
    "business_days": (250, gettext_lazy("Clause %(key)s: the business days must be a whole number from 1 to 250.")),
}


def starter(calendar: CalendarVersion | None, starts_on: date) -> dict:
    """Body of the founding article's contract: 200 MQL a month, at least 3 attempts on each."""
    return {
        "calendar": calendar.pk if calendar else None,
        "starts_on": starts_on.isoformat(),
        "ends_on": None,
        "clauses": [
            {"key": "5.1", "kind": "mql_volume", "target": "200", "share": None, "params": {}},
            {"key": "6.1", "kind": "first_attempt", "target": "4", "share": "90", "params": {}},
            {"key": "6.2", "kind": "min_attempts", "target": "3", "share": "100", "params": {"days": 10}},
        ],
    }


def problems(body: dict) -> list[str]:
    """Sentences about what keeps these terms from being proposed; empty when nothing does."""
    found = []
    if not body.get("calendar") or not CalendarVersion.objects.filter(pk=body["calendar"]).exists():
        found.append(_("Choose a calendar: without one no delay can be counted in business hours."))
    start, end = _day(body.get("starts_on")), _day(body.get("ends_on"))
    if not start:
        found.append(_("Say from which day these terms are in force."))
    if start and end and end <= start:
        found.append(_("The last day must come after the first one."))
    if not body.get("clauses"):
        found.append(_("A contract needs at least one clause."))
    keys = [clause.get("key") for clause in body.get("clauses", [])]
    found += [
        _("Clause %(key)s appears twice.") % {"key": key} for key in sorted({k for k in keys if keys.count(k) > 1})
    ]
    for clause in body.get("clauses", []):
        found += _clause_problems(clause)
    return found


def _clause_problems(clause: dict) -> list[str]:
    kind = KINDS.get(clause.get("kind"))
    name = {"key": clause.get("key", "?")}
    if not kind:
        return [_("Clause %(key)s is of no known kind.") % name]
    found = []
    target = _number(clause.get("target"))
    if target is None or target <= 0:
        found.append(_("Clause %(key)s: the target must be a number above 0.") % name)
    elif (kind.fixed is not None and target != kind.fixed) or (kind.unit == PERCENT and target > 100):
        found.append(_("Clause %(key)s: the target share must lie between 1 and 100 %%.") % name)
    elif kind.unit in WHOLE and (target != int(target) or target > WHOLE[kind.unit][0]):
        found.append(str(WHOLE[kind.unit][1] % name))
    share = _number(clause.get("share"))
    if kind.share and (share is None or not 0 < share <= 100):
        found.append(_("Clause %(key)s: the target share must lie between 1 and 100 %%.") % name)
    if kind.param and not 1 <= (_number(clause.get("params", {}).get(kind.param)) or 0) <= 250:
        found.append(_("Clause %(key)s: the business days must lie between 1 and 250.") % name)
    return found + [str(one % name) for one in params.problems(kind, clause.get("params") or {})]


@transaction.atomic
def save_draft(*, contract: Contract, body: dict, revision: int, by, at: datetime) -> TermsDraft:
    """Keep what is being written. ValidationError when somebody saved since `revision` was read."""
    draft, _made = TermsDraft.objects.select_for_update().get_or_create(contract=contract)
    if draft.revision != revision:
        raise ValidationError(
            _("Somebody saved these terms since you opened them: nothing of yours was lost, compare and save again.")
        )
    draft.body, draft.revision, draft.edited_by, draft.edited_at = body, revision + 1, by, at
    draft.save()
    audit.record(by, "contract.edit", "contract", contract.pk, at, revision=draft.revision)
    return draft


@transaction.atomic
def create_contract(*, name: str, line: DefinitionLine, by, at: datetime) -> Contract:
    """A contract over a definition line, with an empty draft. ValidationError when the name is taken."""
    if Contract.objects.filter(name=name).exists():
        raise ValidationError({"name": _("A contract of this name exists.")})
    contract = Contract.objects.create(name=name, line=line)
    TermsDraft.objects.create(contract=contract, edited_by=by, edited_at=at)
    audit.record(by, "contract.create", "contract", contract.pk, at)
    return contract


@transaction.atomic
def propose(*, contract: Contract, by, at: datetime) -> Paper:
    """Put the draft before both sides. ValidationError with every problem of the draft."""
    body = contract.draft.body
    if found := problems(body):
        raise ValidationError(found)
    return agreements.propose(kind=PAPER, line=f"contract:{contract.pk}", body=body, by=by, at=at)


@transaction.atomic
def publish(paper: Paper, at: datetime) -> Terms:
    """Terms of a paper that both sides signed (called with the second signature, in its transaction).

    ValidationError when another contract holds the line in that time, or when a retrospective version reaches back
    over a month whose book is closed.
    """
    contract = Contract.objects.select_for_update().get(pk=int(paper.line.split(":")[1]))
    body = json.loads(paper.body)
    calendar = CalendarVersion.objects.get(pk=body["calendar"])
    starts, ends = _day(body["starts_on"]), _day(body.get("ends_on"))
    _refuse_closed_months(contract, starts)
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


def _refuse_closed_months(contract: Contract, starts: date) -> None:
    last = max((day for closed in hooks.closed_through if (day := closed(contract))), default=None)
    if last and starts < next_month(last):
        raise ValidationError(
            _("The book of %(month)s is closed: terms cannot reach back over it.") % {"month": f"{last:%m/%Y}"}
        )


def next_month(day: date) -> date:
    """First day of the month after that of `day`."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _push_rules(terms: Terms, at: datetime) -> None:
    attempts = next((c for c in terms.clauses.all() if c.kind == "min_attempts"), None)
    listed = attempts.params.get("channels") if attempts else None
    adopt_rules(
        contract=f"contract:{terms.contract_id}", line=terms.contract.line, effective_at=at, at=at,
        promised_attempts=int(attempts.target) if attempts else None, **({"channels": list(listed)} if listed else {}),
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


def _day(text) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except (TypeError, ValueError):
        return None


def _number(text) -> Decimal | None:
    try:
        value = Decimal(str(text))
    except (InvalidOperation, TypeError):
        return None
    return value if value.is_finite() else None
