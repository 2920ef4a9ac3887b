"""What keeps terms from being proposed, and what is allowed but probably not meant: in words, at its place."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from smarketing.accounts.models import Side
from smarketing.calendars import services as calendars
from smarketing.calendars.models import CalendarVersion
from smarketing.calendars.services import axis

from . import hooks, named, spans
from .drafts import next_month
from .kinds import KINDS, PERCENT, params, periods
from .models import Contract, TermsSpan
from .sections import reading, sound
from .sections.fields import decimal as number
from .sections.reading import day

# Unit of targets that are whole numbers -> (the greatest, what is said of others).
WHOLE = {
    "deals": (1_000_000, gettext_lazy("Clause %(key)s: deals are counted in whole numbers.")),
    "attempts": (20, gettext_lazy("Clause %(key)s: the attempts must be a whole number from 1 to 20.")),
    "business_days": (250, gettext_lazy("Clause %(key)s: the business days must be a whole number from 1 to 250.")),
}
ONE_SIDED = {
    Side.MARKETING: gettext_lazy("Marketing promises nothing: a contract binds both sides. Give marketing a clause."),
    Side.SALES: gettext_lazy("Sales promises nothing: a contract binds both sides. Give sales a clause."),
}


def problems(body: Mapping[str, Any], contract: Contract | None = None) -> list[str]:
    """Sentences about what keeps these terms from being proposed; empty when nothing does. Days and other contracts are
    looked at where the contract is known."""
    found = [*_calendar(body), *_days(body), *_clauses(body)]
    found += [sentence for some in sound.problems(body).values() for sentence in some]
    if not sound.known(body):
        found.append(_("The terms hold a section that is not known."))
    if found:
        return found
    if contract is not None:
        found += [*taken(contract, body), *_other_periods(contract, body)]
    return found + beyond(body)


def beyond(body: Mapping[str, Any]) -> list[str]:
    """Promises for which the terms themselves say that nobody has time, while the author does not say why; what only the settings
    say is a warning."""
    said = reading.of("", "", body)
    sentence = "" if said.section("capacity")["beyond"] else sound.over_capacity(said, signed=True)
    if not sentence:
        return []
    return [
        _("%(sentence)s Promise less, or say under Capacity of sales why this is acceptable.") % {"sentence": sentence}
    ]


def _calendar(body: Mapping[str, Any]) -> list[str]:
    version = CalendarVersion.objects.filter(pk=body.get("calendar") or 0).first()
    if version is None:
        return [_("Choose a calendar: without one no delay can be counted in business hours.")]
    start, laid = day(body.get("starts_on")), axis(version)
    if start and start < laid.until and not laid.business_days(start, laid.until):
        return [_("This calendar has no working day from the first day on: choose another one.")]
    return []


def _days(body: Mapping[str, Any]) -> list[str]:
    start, end = day(body.get("starts_on")), day(body.get("ends_on"))
    if not start:
        return [_("Say from which day these terms are in force.")]
    return [_("The last day must come after the first one.")] if end and end <= start else []


def taken(contract: Contract, body: Mapping[str, Any]) -> list[str]:
    """Why the days of these terms are not free: a closed month, or another contract on the same definition."""
    first, until = day(body.get("starts_on")), day(body.get("ends_on"))
    if first is None:
        return []
    if sentence := closed(contract, first):
        return [sentence]
    wanted = spans.Span(0, contract.pk, first, until)
    others = TermsSpan.objects.filter(line=contract.line_id).exclude(terms__contract=contract)
    for one in others.select_related("terms__contract").order_by("first"):
        if wanted.meets(spans.Span(one.terms_id, one.terms.contract_id, one.first, one.until)):
            words = {"name": one.terms.contract.name, "day": date_format(one.first, "SHORT_DATE_FORMAT")}
            return [_("Contract “%(name)s” is in force on this definition from %(day)s on: choose other days.") % words]
    return []


def _other_periods(contract: Contract, body: Mapping[str, Any]) -> list[str]:
    """Why clauses cannot be judged over another time than in the terms that these follow: a quarter under way would be judged by
    neither. Free where one begins just then."""
    first, now = day(body.get("starts_on")), {one.key: one for one in reading.promises(body)}
    before = contract.terms.filter(span__first__lte=first, span__isnull=False).order_by("-span__first").first()
    if before is None or first is None or (before.span.until and before.span.until < first):
        return []
    out = []
    for one in before.clauses.all():
        same = now.get(one.key)
        longest = max(
            one.period, periods.of(same.params) if same else one.period, key=lambda name: periods.MONTHS[name]
        )
        if same and periods.of(same.params) != one.period and not periods.begins(longest, first):
            said = {"key": one.key, "was": periods.BY[one.period], "day": _next(longest, first)}
            out.append(
                _("Clause %(key)s has been judged %(was)s: this can change on %(day)s, when such a period begins.")
                % said
            )
    return out


def _next(period: str, first: date) -> str:
    """The first day on which such a period begins after this one."""
    return date_format(periods.span(period, first.replace(day=1)).until, "SHORT_DATE_FORMAT")


def closed(contract: Contract, starts: date) -> str:
    """Why terms cannot begin on a day: the book of a later month is closed. "" where it is free."""
    last = hooks.newest_closed(contract)
    if last is None or starts >= next_month(last):
        return ""
    return _("The book of %(month)s is closed: terms cannot reach back over it.") % {"month": f"{last:%m/%Y}"}


def warnings(contract: Contract, body: Mapping[str, Any], at: datetime) -> dict[str, list[str]]:
    """Section (or "clauses") -> sentences about what is allowed but probably not meant."""
    out = sound.warnings(reading.of(contract.name, contract.line.name, body))
    here = []
    version = CalendarVersion.objects.filter(pk=body.get("calendar") or 0).first()
    start = day(body.get("starts_on"))
    if version is not None:
        begins = datetime.combine(start, time(), at.tzinfo) if start else at
        here += calendars.warnings(version, max(at, begins))  # of the year in which they begin
    later = contract.terms.filter(starts_on__gt=start).order_by("starts_on").first() if start else None
    if later:
        words = {"number": later.number, "day": date_format(later.starts_on, "SHORT_DATE_FORMAT")}
        here.append(_("Version %(number)s begins on %(day)s and replaces these terms from then on.") % words)
    here += out.get("capacity", []) + out.get("goal", [])
    return out | ({"clauses": here} if here else {})


def _clauses(body: Mapping[str, Any]) -> list[str]:
    clauses = body.get("clauses") or []
    if not clauses:
        return [_("A contract needs at least one clause.")]
    keys = [clause.get("key") for clause in clauses]
    found = [
        _("Clause %(key)s appears twice.") % {"key": key} for key in sorted({k for k in keys if keys.count(k) > 1})
    ]
    for clause in clauses:
        found += _clause_problems(clause)
    sides = {KINDS[clause["kind"]].side for clause in clauses if clause.get("kind") in KINDS}
    return found + [str(sentence) for side, sentence in ONE_SIDED.items() if side not in sides]


def _clause_problems(clause: dict) -> list[str]:
    kind = KINDS.get(clause.get("kind"))
    name = {"key": clause.get("key", "?")}
    if not kind:
        return [_("Clause %(key)s is of no known kind.") % name]
    found = []
    target = number(clause.get("target"))
    if target is None or target <= 0:
        found.append(_("Clause %(key)s: the target must be a number above 0.") % name)
    elif (kind.fixed is not None and target != kind.fixed) or (kind.unit == PERCENT and target > 100):
        found.append(_("Clause %(key)s: the target share must lie between 1 and 100 %%.") % name)
    elif kind.unit in WHOLE and (target != int(target) or target > WHOLE[kind.unit][0]):
        found.append(str(WHOLE[kind.unit][1] % name))
    share = number(clause.get("share"))
    if kind.share and (share is None or not 0 < share <= 100):
        found.append(_("Clause %(key)s: the target share must lie between 1 and 100 %%.") % name)
    if kind.param and not 1 <= (number(clause.get("params", {}).get(kind.param)) or 0) <= 250:
        found.append(_("Clause %(key)s: the business days must lie between 1 and 250.") % name)
    unsound = [str(one % name) for one in params.problems(kind, clause.get("params") or {})]
    return found + (unsound or named.problems(clause))
