"""What the figures of a contract rest on, as files that anybody can count again: the facts of its definition line known at a
cut-off, and the signed terms with the calendars, rules and reasons that they are read by. Ids and instants only, no names."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q, QuerySet

from leads.handoffs import reasons, rules
from leads.models import (
    Attempt,
    AttributeChange,
    Correction,
    Deal,
    Decision,
    Handoff,
    HandoffRules,
    Hold,
    Lead,
    Merge,
    MergedSpan,
    PersonaMatch,
    Qualification,
)
from smarketing.calendars import services as calendars
from smarketing.calendars.models import CalendarVersion
from smarketing.rows import clock

from .models import Clause, Contract, Pause, Terms, WaiverAnswer

HEAD = (
    "fact", "id", "handoff", "lead", "occurred_at", "recorded_at", "day_only", "kind", "reason", "value", "other", "known_at",
    "qualification",
)  # fmt: skip
CORRECTED = ("handoff", "attempt", "decision", "merge", "deal")
SOURCE = "source"
DEAL_FIELDS = ("state", "amount", "closed_at", "closed_day_only")


def facts(contract: Contract, cutoff: datetime) -> Iterator[Sequence[Any]]:
    """Rows under HEAD of every fact about handoffs of the contract's line that was recorded by the cut-off."""
    for told in (_handoffs, _deals, _passing, _agreed, _people, _corrections):
        yield from told(contract.line_id, cutoff)


def _known(rows: QuerySet, cutoff: datetime) -> Iterator[Any]:
    return rows.filter(recorded_at__lte=cutoff).order_by("pk").iterator(2000)


def _handoffs(line: int, cutoff: datetime) -> Iterator[Sequence[Any]]:
    for one in _known(Handoff.objects.filter(line=line), cutoff):
        yield _row(
            "handoff", one, "", one.lead_id, kind=one.gate, reason=one.grade, day_only=one.day_only, other=one.rules_id or "",
            qualification=one.qualification_id or "",
        )  # fmt: skip
    for one in _known(Attempt.objects.filter(handoff__line=line), cutoff):
        yield _row("attempt", one, one.handoff_id, one.lead_id, kind=one.channel, reason=one.outcome)
    for one in _known(Decision.objects.filter(handoff__line=line), cutoff):
        yield _row("decision", one, one.handoff_id, "", kind=one.kind, reason=one.reason)


def _passing(line: int, cutoff: datetime) -> Iterator[Sequence[Any]]:
    """Qualifications, and what held them up."""
    for one in _known(Qualification.objects.filter(line=line), cutoff):
        yield _row("qualification", one, "", one.lead_id, at=one.effective_at)
    for one in _known(Hold.objects.filter(qualification__line=line), cutoff):
        yield _row("hold", one, "", "", kind=one.reason, qualification=one.qualification_id)


def _agreed(line: int, cutoff: datetime) -> Iterator[Sequence[Any]]:
    """Pauses, and waivers that both sides let go."""
    for one in _known(Pause.objects.filter(handoff__line=line), cutoff):
        yield _row("pause", one, one.handoff_id, "", value=_instant(one.until), other=one.ends_id or "")
    consents = WaiverAnswer.objects.filter(kind=WaiverAnswer.Kind.CONSENT, waiver__handoff__line=line)
    for one in _known(consents.select_related("waiver"), cutoff):
        yield _row("waiver", one, one.waiver.handoff_id, "", kind=one.waiver.clause_key, reason=one.waiver.reason)


def _people(line: int, cutoff: datetime) -> Iterator[Sequence[Any]]:
    """Merges; what was said of sources and mandatory fields, of these only whether there was something; the persona under which
    each lead counts, as it is matched now; leads that were erased."""
    for one in _known(Merge.objects.all(), cutoff):
        yield _row("merge", one, "", one.loser_id, other=one.root_id)
    for one in _known(_changes(line), cutoff):
        said = one.value if one.field == SOURCE else 1 if one.value not in (None, "") else ""
        yield _row("attributechange", one, "", one.subject_id, kind=one.field, value=said)
    first: dict[int, str] = {}
    matched = PersonaMatch.objects.filter(lead__in=_family(line), persona__retired=False)
    for lead, name in matched.order_by("lead", "persona__place", "persona").values_list("lead", "persona__name"):
        first.setdefault(lead, name)
    told, gone = _instant(cutoff), _family(line).filter(erased=True).order_by("pk").values_list("pk", flat=True)
    for fact, lead, name in [*(("persona", *pair) for pair in first.items()), *(("erased", lead, "") for lead in gone)]:
        yield [fact, lead, "", lead, told, told, 0, "", "", name, "", told, ""]


def _corrections(line: int, cutoff: datetime) -> Iterator[Sequence[Any]]:
    mine = Q(subject__in=CORRECTED) | Q(subject="attributechange", subject_id__in=_changes(line).values("pk"))
    for one in _known(Correction.objects.filter(mine), cutoff):
        yield _row("correction", one, "", "", kind=one.subject, other=one.subject_id)


def _family(line: int) -> QuerySet:
    """Leads handed over on the line, those merged into them and those that they were merged into."""
    handed = Handoff.objects.filter(line=line).values("lead")
    merged = MergedSpan.objects.filter(Q(root__in=handed) | Q(lead__in=handed))
    return Lead.objects.filter(Q(pk__in=handed) | Q(pk__in=merged.values("lead")) | Q(pk__in=merged.values("root")))


def _changes(line: int) -> QuerySet:
    """What was said of the sources of these leads, and of the fields that some terms call mandatory."""
    clauses = Clause.objects.filter(terms__contract__line=line, kind="mandatory_fields")
    fields = {name for clause in clauses for name in clause.params.get("fields") or ()}
    leads = _family(line).values("pk")
    return AttributeChange.objects.filter(subject="lead", subject_id__in=leads, field__in={SOURCE, *fields})


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
            _instant(one.recorded_at), "",
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
    said: dict[str, Any] = {
        "day_only": False,
        "kind": "",
        "reason": "",
        "value": "",
        "other": "",
        "qualification": "",
    } | more
    return [
        fact, one.pk, handoff, lead, _instant(said.get("at") or one.occurred_at), _instant(one.recorded_at), int(said["day_only"]),
        said["kind"], said["reason"], said["value"], said["other"], _instant(getattr(one, "known_at", one.recorded_at)),
        said["qualification"],
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
                "published": _instant(one.published_at), "first": one.span.first.isoformat(), "until": one.span.until and one.span.until.isoformat(),
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
