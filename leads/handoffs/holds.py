"""What may not pass yet, and why: read for many qualifications at once."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef

from leads.intake import spans
from leads.intake.bulk import among
from leads.models import AttributeChange, Correction, Deal, Decision, Handoff, HandoffState, Hold, Lead, Qualification
from leads.scoring import days
from personas.models import DefinitionVersion
from smarketing.calendars.models import CalendarVersion
from smarketing.rows.fence import Fence

from .rules import BEGINNING

REASONS = Hold.Reason


def reasons(qualifications: Sequence[Qualification], at: datetime | None, *, paced: bool) -> dict[int, str | None]:
    """Qualification -> why it may not pass at `at` (None: at its own instant), or None. The first reason is the one.

    Of two qualifications of one lead on one line the earlier one passes first.
    """
    opposed = None if at else _opposed_then(qualifications)
    versions = DefinitionVersion.objects.in_bulk({one.version_id for one in qualifications})
    leads = {one.pk: one for one in Lead.objects.filter(among("pk", [one.lead_id for one in qualifications]))}
    past = _Past(qualifications)
    out: dict[int, str | None] = {}
    for one in qualifications:
        lead, when = leads[one.lead_id], at or one.effective_at
        no = lead.opted_out if opposed is None else one.pk in opposed
        out[one.pk] = _reason(one, lead, no, versions[one.version_id], when, past, paced)
        if out[one.pk] is None:
            past.open.add((one.lead_id, one.line_id))
    return out


def closed(lead: Lead) -> bool:
    """The guard of every door by which a lead is brought to sales: it opposes (the suppression list makes it), or was erased."""
    return lead.opted_out or lead.erased


def _reason(
    one: Qualification, lead: Lead, no: bool, version: DefinitionVersion, at: datetime, past: "_Past", paced: bool
) -> str | None:
    key = (one.lead_id, one.line_id)
    if no or lead.erased or lead.root_id:
        return REASONS.OPPOSITION
    if any(_empty(lead, name) for name in version.body.get("mandatory") or ()):
        return REASONS.MANDATORY
    if key in past.open:
        return REASONS.OPEN_HANDOFF
    if past.free_at(key, _cooldown(version)) > at:
        return REASONS.COOL_DOWN
    return REASONS.PACE if paced and one.effective_at == version.effective_at else None


def ready(qualifications: Sequence[Qualification], at: datetime) -> dict[int, datetime]:
    """Qualification -> the instant from which it may be released, of those that nothing but time holds back at `at`."""
    free = reasons(qualifications, at, paced=False)
    versions = DefinitionVersion.objects.in_bulk({one.version_id for one in qualifications})
    past = _Past(qualifications)
    return {
        one.pk: max(one.effective_at, past.free_at((one.lead_id, one.line_id), _cooldown(versions[one.version_id])))
        for one in qualifications
        if free[one.pk] is None
    }


def _cooldown(version: DefinitionVersion) -> int:
    return int(version.body.get("cooldown_days") or 0)


def _opposed_then(qualifications: Sequence[Qualification]) -> set[int]:
    """Qualifications whose lead opposed at their own instant."""
    leads = {one.lead_id for one in qualifications}
    rows = AttributeChange.objects.filter(among("subject_id", leads), subject="lead", field="opted_out")
    back = Correction.objects.filter(subject="attributechange").values("subject_id")
    said: dict[int, list[AttributeChange]] = {}
    for row in rows.exclude(pk__in=back).order_by("occurred_at", "recorded_at", "pk"):
        said.setdefault(row.subject_id, []).append(row)
    return {
        one.pk
        for one in qualifications
        if [r.value for r in said.get(one.lead_id, ()) if max(r.known_at, r.occurred_at) <= one.effective_at][-1:]
        == [True]
    }


class _Past:
    """Handoffs of these leads so far: which are open, when the last one closed, which date a rep named then or when a deal was lost after it."""

    def __init__(self, qualifications: Sequence[Qualification]):
        leads = {one.lead_id: one.lead_id for one in qualifications}
        leads = spans.members_of(leads) | leads  # one person: what ended for a merged lead ended for this one
        self.open: set[tuple[int, int]] = set()
        self._closed: dict[tuple[int, int], datetime] = {}
        self._named: dict[tuple[int, int], datetime] = {}
        here, last = days.here(), {}
        for row in HandoffState.objects.filter(among("lead_id", leads)):
            if row.is_open:
                self.open.add((row.lead_id, row.line_id))
            elif row.state not in ("withdrawn", "merged"):
                key = (leads[row.lead_id], row.line_id)
                if row.closed_at >= self._closed.get(key, row.closed_at):
                    self._closed[key], last[row.handoff_id] = row.closed_at, key
        back = Correction.objects.filter(subject="decision").values("subject_id")
        dated = Decision.objects.filter(among("handoff_id", last), return_on__isnull=False).exclude(pk__in=back)
        for handoff, day in dated.values_list("handoff_id", "return_on"):
            self._named[last[handoff]] = here.midnight(day)
        lost = Deal.objects.standing().filter(among("lead_id", leads), state=Deal.State.LOST, return_on__isnull=False)
        self._lost = {
            leads[lead]: (closed, here.midnight(day))
            for lead, closed, day in lost.order_by("closed_at", "pk").values_list("lead_id", "closed_at", "return_on")
        }

    def free_at(self, key: tuple[int, int], cooldown: int) -> datetime:
        """The instant from which the lead may be handed over again."""
        closed = self._closed.get(key)
        lost, named = self._lost.get(key[0], (BEGINNING, BEGINNING))
        if closed is None:
            return named
        return max(closed + timedelta(days=cooldown), named if lost >= closed else self._named.get(key, closed))


def _empty(lead: Lead, name: str) -> bool:
    subject, _, field = name.partition(".")
    if subject == "company":
        return lead.company_id is None or _blank(lead.company, field)
    return _blank(lead, field)


def _blank(row, field: str) -> bool:
    value = row.attributes.get(field) if field.startswith("x_") else getattr(row, field, None)
    return value is None or value == ""


def held(line_id: int) -> list[Qualification]:
    """Qualifications of a line without a handoff, in the order of release."""
    return list(Qualification.objects.filter(line=line_id, handoff=None).order_by("effective_at", "lead_id", "pk"))


def waiting(line: int | None = None) -> Counter:
    """How many qualifications (of a line) wait without a handoff, by their last reason. From the holds, which are few."""
    handed = Handoff.objects.filter(qualification=OuterRef("qualification"))
    rows = Hold.objects.filter(~Exists(handed), **({} if line is None else {"qualification__line": line}))
    last = rows.order_by("qualification", "-occurred_at", "-pk").distinct("qualification")
    return Counter(last.values_list("reason", flat=True))


def leads_waiting(line: int) -> set[int]:
    """The leads behind these qualifications, a merged one being the lead that stands for it now."""
    handed = Handoff.objects.filter(qualification=OuterRef("qualification"))
    rows = Hold.objects.filter(~Exists(handed), qualification__line=line)
    found = rows.values_list("qualification__lead", "qualification__lead__root_id").distinct()
    return {root or lead for lead, root in found}


def write(rows: Iterable[tuple[Qualification, str, datetime]], fence: Fence) -> None:
    """Add a hold where the reason is not the current one."""
    rows = list(rows)
    now = _current([one.pk for one, _reason, _at in rows])
    Hold.objects.bulk_create(
        Hold(qualification=one, reason=reason, occurred_at=at, recorded_at=fence.recorded_at)
        for one, reason, at in rows
        if now.get(one.pk) != reason
    )


def _current(ids: Sequence[int]) -> Mapping[int, str]:
    last = Hold.objects.filter(among("qualification_id", ids)).order_by("qualification_id", "-occurred_at", "-pk")
    return dict(last.distinct("qualification_id").values_list("qualification_id", "reason"))


def business_day(day) -> bool:
    """Whether work is done on a day: by the newest version of the first calendar, else Monday to Friday."""
    return business_days()(day)


def business_days() -> Callable[[date], bool]:
    """`business_day`, with the calendar read once for many days."""
    version = CalendarVersion.objects.order_by("calendar_id", "-number").first()
    if version is None:
        return lambda day: day.isoweekday() < 6
    windows, holidays = version.spec.get("windows", {}), set(version.spec.get("holidays", ()))
    return lambda day: bool(windows.get(str(day.isoweekday()))) and day.isoformat() not in holidays
