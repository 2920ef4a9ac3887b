"""What a clause may say beside its numbers: of whom it speaks, targets by tier, how far attempts lie apart, which fields count,
which calendar, over which time. One table, `MORE`: how each is checked, and how it is said.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from personas.criteria.grade import DIGITS, LETTERS
from smarketing.calendars.models import CalendarVersion

from . import periods
from .kind import CLOCK, Kind

GRADES = tuple(letter + digit for letter in LETTERS for digit in DIGITS)
# Dimension of the measure -> what it is called in a clause.
POPULATION: dict[str, Any] = {
    "persona": _("persona %(names)s"), "source": _("source %(names)s"), "grade": _("grades %(names)s"),
}  # fmt: skip
FIELDS: dict[str, Any] = {
    "email": _("e-mail address"), "phone": _("phone"), "first_name": _("first name"), "last_name": _("last name"),
    "function": _("function"), "company": _("company"), "country": _("country"), "source": _("source"),
}  # fmt: skip


@dataclass(frozen=True)
class More:
    """`check(value)`: whether it can be signed; `wrong`: what is said of one that cannot; `words(value)`: in a sentence."""

    check: Callable[[Any], bool]
    wrong: Any
    words: Callable[[Any], str]


def population(params: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Dimension -> values of the rows that a clause speaks of; empty: of all."""
    return {name: tuple(values) for name, values in sorted((params.get("where") or {}).items()) if values}


def tiers(params: Mapping[str, Any]) -> list[tuple[tuple[str, ...], Decimal | None]]:
    """(grades, target) of each tier; no target: nothing is promised on these."""
    return [
        (tuple(one["grades"]), None if one.get("target") in (None, "") else Decimal(one["target"]))
        for one in params.get("tiers") or ()
    ]


def target_of(params: Mapping[str, Any], target: Decimal, grade: str) -> Decimal | None:
    """The target of a lead of this grade; None: nothing is promised."""
    return next((own for grades, own in tiers(params) if grade in grades), target)


def whom(params: Mapping[str, Any]) -> str:
    """Of whom a clause speaks; "" of all."""
    said = [str(POPULATION[name]) % {"names": ", ".join(names)} for name, names in population(params).items()]
    return ", ".join(said)


def details(kind: Kind, params: Mapping[str, Any]) -> list[str]:
    """What the clause says beside its numbers, each in words."""
    more = (
        kind.more if kind.source != CLOCK else (*kind.more, periods.PARAM)
    )  # others name their period in their sentence
    return [_more(kind, name).words(params[name]) for name in more if params.get(name)]


def problems(kind: Kind, params: Mapping[str, Any]) -> list[Any]:
    """Sentences about parameters that cannot be signed; %(key)s is the clause."""
    more = (*kind.more, periods.PARAM)
    given = [(_more(kind, name), params[name]) for name in more if params.get(name)]
    lacking = [_more(kind, name).wrong for name in kind.needs if not params.get(name)]
    return lacking + [more.wrong for more, value in given if not more.check(value)]


def _more(kind: Kind, name: str) -> More:
    """What a parameter is in a kind of clause: tiers of hours and tiers of attempts are not alike."""
    return OF_UNIT.get((name, kind.unit)) or MORE[name]


def _is_population(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and set(value) <= set(POPULATION)
        and all(_texts(names) for names in value.values())
        and set(value.get("grade", ())) <= set(GRADES)
    )


def _texts(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and bool(value) and all(isinstance(one, str) and one for one in value)


def _are_tiers(value: Any, fair: Callable[[Decimal], bool]) -> bool:
    try:
        found = tiers({"tiers": value})
    except (InvalidOperation, KeyError, TypeError, AttributeError):
        return False
    graded = [grade for grades, _target in found for grade in grades]
    may_be = all(target is None or fair(target) for _grades, target in found)
    return bool(graded) and set(graded) <= set(GRADES) and len(graded) == len(set(graded)) and may_be


def _fair_hours(target: Decimal) -> bool:
    return Decimal("0.25") <= target <= 1000


def _fair_attempts(target: Decimal) -> bool:
    return target == target.to_integral_value() and 1 <= target <= 20


def _hours_said(grades: str, target: Decimal) -> str:
    text = ngettext("%(grades)s: %(hours)s business hour", "%(grades)s: %(hours)s business hours", int(target))
    return text % {"grades": grades, "hours": f"{target.normalize():f}"}


def _attempts_said(grades: str, target: Decimal) -> str:
    text = ngettext("%(grades)s: %(number)s attempt", "%(grades)s: %(number)s attempts", int(target))
    return text % {"grades": grades, "number": f"{target.normalize():f}"}


def _tiers_said(value: Any, words: Callable[[str, Decimal], str]) -> str:
    said = []
    for grades, target in tiers({"tiers": value}):
        names = ", ".join(grades)
        if target is None:
            said.append(gettext("%(grades)s: nothing promised") % {"grades": names})
        else:
            said.append(words(names, target))
    return ", ".join(said)


def _named(names: Mapping[str, Any]) -> Callable[[Sequence[str]], str]:
    return lambda value: ", ".join(str(names.get(one, one)) for one in value)


def _calendar_said(value: Any) -> str:
    found = CalendarVersion.objects.filter(pk=value).select_related("calendar").first()
    return gettext("by calendar %(name)s") % {"name": found.calendar.name} if found else ""


def _period_said(value: str) -> str:
    return gettext("judged %(by)s") % {"by": periods.BY[value]}


def _apart_said(value: int) -> str:
    text = ngettext("%(days)s business day apart at least", "%(days)s business days apart at least", value)
    return text % {"days": value}


MORE: dict[str, More] = {
    "where": More(_is_population, _("Clause %(key)s: say of which persona, source or grades it speaks."),
                  lambda value: gettext("only %(whom)s") % {"whom": whom({"where": value})}),
    "tiers": More(lambda value: _are_tiers(value, _fair_hours), _("Clause %(key)s: each tier names grades such as A1, each grade once, and 0.25 to 1,000 hours or nothing."),
                  lambda value: _tiers_said(value, _hours_said)),
    "apart": More(lambda value: isinstance(value, int) and 1 <= value <= 20, _("Clause %(key)s: attempts lie 1 to 20 business days apart."), _apart_said),
    "fields": More(lambda value: _texts(value) and set(value) <= set(FIELDS), _("Clause %(key)s: choose the fields that must be filled in."), _named(FIELDS)),
    "calendar": More(lambda value: CalendarVersion.objects.filter(pk=value).exists(), _("Clause %(key)s: choose a calendar that exists."), _calendar_said),
    periods.PARAM: More(lambda value: value in (periods.QUARTER, periods.YEAR), _("Clause %(key)s: it is judged by the month, the quarter or the year."), _period_said),
}  # fmt: skip
# (Parameter, unit of the kind) where it is another thing than usual.
OF_UNIT: dict[tuple[str, str], More] = {
    ("tiers", "attempts"): More(lambda value: _are_tiers(value, _fair_attempts),
                                _("Clause %(key)s: each tier names grades such as A1, each grade once, and 1 to 20 whole attempts or nothing."),
                                lambda value: _tiers_said(value, _attempts_said)),
}  # fmt: skip
