"""Whether a lead may be called now by the rule of its country: read for many leads at once, and asked before a call is logged.

Nothing is read where no rule is switched on. A rule of a country counts for private persons (leads without a company), or for
everybody; it stands beside oppositions and the suppression list, and moves no promise.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.intake import spans
from leads.intake.bulk import among
from leads.models import Attempt, CallingRule, Consent, Correction, Deal, Decision, Handoff, Lead, OutsideCall
from smarketing.calendars import holidays
from smarketing.rows import clock
from smarketing.rows.kept import Kept

from . import countries, hands, lawful, reasons
from .problems import Refusal

ASKS = frozenset({"intent", "timing"})  # families of returns by which the person said no, or not now
OFFERED = [one for one in OutsideCall.Reason.choices if one[0] != OutsideCall.Reason.AWAY]
WHY = {
    lawful.HOURS: gettext_lazy("outside the lawful hours for calls (%(country)s)"),
    lawful.HOLIDAY: gettext_lazy("a public holiday (%(country)s)"),
    lawful.MOST: gettext_lazy("called as often as is lawful: %(most)s times within %(within)s days (%(country)s)"),
    lawful.REST: gettext_lazy("said no: %(rest)s days of rest follow (%(country)s)"),
    lawful.CONSENT: gettext_lazy("no consent to be called is recorded (%(country)s)"),
}


@dataclass(frozen=True)
class Rule:
    """A rule as it is applied: its row and the law it says."""

    row: CallingRule
    law: lawful.Law


@dataclass(frozen=True)
class Told:
    """Of a lead that a rule counts for: the verdict, and the rule."""

    verdict: lawful.Verdict
    rule: Rule

    @property
    def words(self) -> str:
        """Why nobody may call now; "" where they may."""
        row = self.rule.row
        named = {"country": countries.name(row.country), "most": row.most, "within": row.within, "rest": row.rest}
        return str(WHY[self.verdict.why] % named) if self.verdict.why else ""


def of_row(row: CallingRule) -> Rule:
    """A rule from its row."""
    windows = {
        int(day): [(time.fromisoformat(opens), _closing(closes)) for opens, closes in found]
        for day, found in row.windows.items()
    }
    zones = [ZoneInfo(one) for one in row.zones] or [clock.zone()]
    law = lawful.Law(zones, windows, _closed(row), row.most, row.within, row.rest)
    return Rule(row, law)


def _closing(text: str) -> time:
    return time.min if text == "24:00" else time.fromisoformat(text)


def _closed(row: CallingRule):
    if not (row.holidays and row.country):
        return lambda day: False
    country = row.country

    def closed(day: date) -> bool:
        return day in holidays.of_country(country, "", day.year, day.year + 1)

    return closed


rules = Kept(
    lambda: {one.country: of_row(one) for one in CallingRule.objects.exclude(reach=CallingRule.Reach.NOBODY)}, seconds=5
)


def of(leads: Collection[int], at: datetime) -> dict[int, Told]:
    """Lead → what its country's rule says of a call at `at`, of those that a rule counts for."""
    known = rules()
    if not known or not leads:
        return {}
    asked = {pk: rule for pk, rule in _ruled(leads, known)}
    if not asked:
        return {}
    whose = spans.members_of(asked) | {pk: pk for pk in asked}
    calls, refused, consents = _calls(whose, at), _refused(whose, at), _consented(whose, at)
    return {
        pk: Told(_verdict(rule, at, calls.get(pk, []), refused.get(pk), pk in consents), rule)
        for pk, rule in asked.items()
    }


def _ruled(leads: Collection[int], known: Mapping[str, Rule]) -> Iterable[tuple[int, Rule]]:
    said = Lead.objects.filter(among("pk", set(leads)), erased=False)
    for pk, company, own, firm, phone in said.values_list("pk", "company", "country", "company__country", "phone"):
        rule = known.get(countries.code(own) or countries.code(firm or "") or countries.of_phone(phone)) or known.get(
            ""
        )
        if rule and (rule.row.reach == CallingRule.Reach.ALL or company is None):
            yield pk, rule


def _verdict(
    rule: Rule, at: datetime, calls: list[datetime], refused: datetime | None, consented: bool
) -> lawful.Verdict:
    if consented and rule.row.consent == CallingRule.Consent.LIFTS:
        return lawful.Verdict(lawful.ALLOWED, at)
    if not consented and rule.row.consent == CallingRule.Consent.NEEDED:
        return lawful.Verdict(lawful.CONSENT, None)
    return lawful.judge(rule.law, at, calls, refused)


def _calls(whose: Mapping[int, int], at: datetime) -> dict[int, list[datetime]]:
    """Lead → instants of the calls that were made to it before `at`, ascending; calls of theirs are none."""
    back = Correction.objects.filter(subject="attempt").values("subject_id")
    made = Attempt.objects.filter(among("lead_id", set(whose)), channel=Attempt.Channel.CALL, occurred_at__lt=at)
    made = made.exclude(outcome=Attempt.Outcome.REPLIED).exclude(pk__in=back)
    found = defaultdict(list)
    for lead, when in made.order_by("occurred_at", "pk").values_list("lead_id", "occurred_at"):
        found[whose[lead]].append(when)
    return found


def _refused(whose: Mapping[int, int], at: datetime) -> dict[int, datetime]:
    """Lead → when the person last said no, or not now: given back for such a reason, or a deal lost."""
    codes = [one.code for one in reasons.known().values() if one.family in ASKS]
    back = Correction.objects.filter(subject="decision").values("subject_id")
    said = Decision.objects.filter(
        among("handoff__lead_id", set(whose)), kind=Decision.Kind.RETURN, reason__in=codes, occurred_at__lt=at
    )
    lost = Deal.objects.standing().filter(among("lead_id", set(whose)), state=Deal.State.LOST, closed_at__lt=at)
    rows = [
        *said.exclude(pk__in=back).values_list("handoff__lead_id", "occurred_at"),
        *lost.values_list("lead_id", "closed_at"),
    ]
    return {whose[lead]: when for lead, when in sorted(rows, key=lambda row: row[1])}


def _consented(whose: Mapping[int, int], at: datetime) -> set[int]:
    """The leads whose newest word about being called is a consent."""
    back = Correction.objects.filter(subject="consent").values("subject_id")
    channel = Q(channel__in=(Consent.Channel.ANY, Consent.Channel.CALL))
    purpose = Q(purpose__in=(Consent.Purpose.ANY, Consent.Purpose.PROSPECTING))
    said = Consent.objects.filter(among("lead_id", set(whose)), channel, purpose, occurred_at__lte=at)
    rows = said.exclude(pk__in=back).order_by("occurred_at", "recorded_at", "pk").values_list("lead_id", "kind")
    newest = {whose[lead]: kind for lead, kind in rows}
    return {lead for lead, kind in newest.items() if kind == Consent.Kind.GIVEN}


def guard(
    handoff: Handoff, *, channel: str, outcome: str, at: datetime, occurred_at: datetime | None, outside: str
) -> OutsideCall | None:
    """None for a lawful call and for whatever is no call of ours; for a past one that was not lawful, why it was made, to be
    written with the attempt. Refusal for such a call now, and for a past one without its reason: in words, with the next window.
    """
    if channel != Attempt.Channel.CALL or outcome == Attempt.Outcome.REPLIED:
        return None
    told = of([handoff.lead_id], occurred_at or at).get(handoff.lead_id)
    if told is None or told.verdict.allowed:
        return None
    past = occurred_at is not None and occurred_at < at
    if (past or outside == OutsideCall.Reason.AWAY) and outside in OutsideCall.Reason.values:
        return OutsideCall(reason=outside, rule=told.verdict.why, country=told.rule.row.country)
    if past:
        said = _("Not lawful then: %(why)s. Say why it was made all the same.") % {"why": told.words}
        raise Refusal(said, "outside")
    raise Refusal(" ".join([now(told, at), _("If it was made, say when it happened and why.")]), "outside")


def now_of(lead: int, at: datetime) -> str:
    """`now` of a lead; "" where no rule counts for it."""
    told = of([lead], at).get(lead)
    return now(told, at) if told else ""


def now(told: Told, at: datetime) -> str:
    """Why nobody may call at `at`, and from when on they may; "" where they may."""
    if told.verdict.allowed:
        return ""
    said = _("No call now: %(why)s.") % {"why": told.words}
    if told.verdict.opens is None:
        return said
    return " ".join([said, _("Lawful from %(when)s.") % {"when": hands.short(told.verdict.opens, at)}])
