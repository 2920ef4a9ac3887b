"""What the figures of a contract rest on, as files that anybody can count again: the facts of its definition line known at a
cut-off, and the signed terms with the calendars, rules and reasons that they are read by. Ids and instants only, no names."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet

from leads.handoffs import reasons, rules
from leads.models import Attempt, AttributeChange, Correction, Deal, Decision, Handoff, HandoffRules, Lead, Merge
from smarketing.calendars import services as calendars
from smarketing.calendars.models import CalendarVersion
from smarketing.rows import clock

from .models import Contract, Pause, Terms, WaiverAnswer

HEAD = (
    "fact", "id", "handoff", "lead", "occurred_at", "recorded_at", "day_only", "kind", "reason", "value", "other",
)  # fmt: skip
CORRECTED = ("handoff", "attempt", "decision", "merge", "deal")
DEAL_FIELDS = ("state", "amount", "closed_at", "closed_day_only")


def facts(contract: Contract, cutoff: datetime) -> Iterator[Sequence[Any]]:
    """Rows under HEAD of every fact about handoffs of the contract's line that was recorded by the cut-off."""
    line, known = contract.line_id, {"recorded_at__lte": cutoff}

    def read(rows: QuerySet) -> Iterator[Any]:
        return rows.filter(**known).order_by("pk").iterator(2000)

    sources = dict(Lead.objects.filter(handoffs__line=line).values_list("pk", "source").distinct())
    for one in read(Handoff.objects.filter(line=line)):
        yield _row(
            "handoff", one, "", one.lead_id, kind=one.gate, reason=one.grade, value=sources.get(one.lead_id, ""),
            day_only=one.day_only, other=one.rules_id or "",
        )  # fmt: skip
    for one in read(Attempt.objects.filter(handoff__line=line)):
        yield _row("attempt", one, one.handoff_id, one.lead_id, kind=one.channel, reason=one.outcome)
    for one in read(Decision.objects.filter(handoff__line=line)):
        yield _row("decision", one, one.handoff_id, "", kind=one.kind, reason=one.reason)
    yield from _deals(line, cutoff)
    for one in read(Pause.objects.filter(handoff__line=line)):
        yield _row("pause", one, one.handoff_id, "", value=_instant(one.until), other=one.ends_id or "")
    consents = WaiverAnswer.objects.filter(kind=WaiverAnswer.Kind.CONSENT, waiver__handoff__line=line)
    for one in read(consents.select_related("waiver")):
        yield _row("waiver", one, one.waiver.handoff_id, "", kind=one.waiver.clause_key, reason=one.waiver.reason)
    for one in read(Merge.objects.all()):
        yield _row("merge", one, "", one.loser_id, other=one.root_id)
    for one in read(Correction.objects.filter(subject__in=CORRECTED)):
        yield _row("correction", one, "", "", kind=one.subject, other=one.subject_id)


def _deals(line: int, cutoff: datetime) -> Iterator[Sequence[Any]]:
    """Deals of leads handed over on the line, each with its values as known at the cut-off."""
    mine = Handoff.objects.filter(line=line).values("lead")
    deals = list(Deal.objects.filter(lead__in=mine, recorded_at__lte=cutoff).order_by("pk"))
    values = _values([one.pk for one in deals], cutoff)
    for one in deals:
        said = values[one.pk]
        closed, day = said.get("closed_at") or "", said.get("closed_day_only") in (True, "true")
        yield [
            "deal", one.pk, one.handoff_id or "", one.lead_id, _instant(one.created_at), _instant(one.recorded_at),
            int(one.day_only), said.get("state") or "", int(day), said.get("amount") or "", closed,
        ]  # fmt: skip


def _values(deals: Sequence[int], cutoff: datetime) -> dict[int, dict[str, Any]]:
    """Deal -> field -> its value as known at the cut-off, of all of them in one query."""
    back = Correction.objects.filter(subject="attributechange", recorded_at__lte=cutoff).values("subject_id")
    said = AttributeChange.objects.filter(
        subject="deal", subject_id__in=deals, field__in=DEAL_FIELDS, recorded_at__lte=cutoff, occurred_at__lte=cutoff
    ).exclude(pk__in=back)
    out: dict[int, dict[str, Any]] = defaultdict(dict)
    for deal, name, value in said.order_by("occurred_at", "recorded_at", "pk").values_list(
        "subject_id", "field", "value"
    ):
        out[deal][name] = value
    return out


def _row(fact: str, one: Any, handoff: Any, lead: Any, **more: Any) -> Sequence[Any]:
    said: dict[str, Any] = {"day_only": False, "kind": "", "reason": "", "value": "", "other": ""} | more
    return [
        fact, one.pk, handoff, lead, _instant(one.occurred_at), _instant(one.recorded_at), int(said["day_only"]),
        said["kind"], said["reason"], said["value"], said["other"],
    ]  # fmt: skip


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def terms(contract: Contract, cutoff: datetime) -> dict[str, Any]:
    """The signed terms of a contract, whole, with what they are read by."""
    signed = list(contract.terms.select_related("paper", "span").order_by("number"))
    made = Handoff.objects.filter(line=contract.line_id).exclude(rules=None).values("rules")
    return {
        "contract": contract.pk, "line": contract.line_id, "cutoff": _instant(cutoff), "home": str(clock.zone()),
        "files": str(calendars.file_zone()),
        "terms": [
            {
                "number": one.number, "sha256": one.paper.sha256, "text": one.paper.body,
                "first": one.span.first.isoformat(), "until": one.span.until and one.span.until.isoformat(),
            }
            for one in signed if hasattr(one, "span")
        ],
        "calendars": {str(one.pk): one.spec for one in CalendarVersion.objects.filter(pk__in=_calendars(signed))},
        "rules": {"": rules.STARTER} | {str(one.pk): one.body for one in HandoffRules.objects.filter(pk__in=made)},
        "reasons": {"excluded": list(reasons.excluded()), "faults": list(reasons.faults())},
    }  # fmt: skip


def _calendars(signed: Sequence[Terms]) -> set[int]:
    """Those of the terms and of clauses that have one of their own."""
    own = {clause.params.get("calendar") for one in signed for clause in one.clauses.all()}
    return {one.calendar_id for one in signed} | {pk for pk in own if pk}


def terms_text(contract: Contract, cutoff: datetime) -> str:
    return json.dumps(terms(contract, cutoff), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
