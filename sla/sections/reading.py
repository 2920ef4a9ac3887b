"""What the text of terms is read with: the body, people by name, the calendar, what is promised. Names are joined live."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from smarketing.accounts.models import User
from smarketing.calendars.models import CalendarVersion
from smarketing.calendars.services import axis

from .. import kinds
from . import defaults
from .fields import PERSON
from .table import BY_KEY, SECTIONS


@dataclass(frozen=True)
class Promise:
    """A clause of a body, with its kind."""

    key: str
    kind: kinds.Kind
    target: Decimal
    share: Decimal | None
    params: Mapping[str, Any]

    @property
    def side(self) -> str:
        return self.kind.side

    def sentence(self) -> str:
        """The clause in words, in the active language."""
        return kinds.sentence(self.kind.key, self.target, dict(self.params))


@dataclass(frozen=True)
class Reading:
    """Terms of a contract as they are read; `names`: people by id."""

    contract: str
    line: str
    body: Mapping[str, Any]
    names: Mapping[int, str]
    calendar: CalendarVersion | None
    promises: tuple[Promise, ...]

    def section(self, key: str) -> dict[str, Any]:
        return defaults.section(self.body, key)

    def said(self, key: str, field: str) -> str:
        """The value of a field in words."""
        one = next(one for one in BY_KEY[key].fields if one.key == field)
        return one.said(self.section(key)[field], self.names)

    @property
    def starts(self) -> date | None:
        return day(self.body.get("starts_on"))

    @property
    def last(self) -> date | None:
        """The last day in force."""
        ends = day(self.body.get("ends_on"))
        return ends - timedelta(days=1) if ends else None

    @property
    def business_days(self) -> int | None:
        """Of the month in which the terms begin; None without calendar or first day."""
        if self.calendar is None or self.starts is None:
            return None
        first = self.starts.replace(day=1)
        return axis(self.calendar).business_days(first, (first + timedelta(days=32)).replace(day=1))

    def of_kind(self, kind: str) -> list[Promise]:
        return [one for one in self.promises if one.kind.key == kind]


def of(contract: str, line: str, body: Mapping[str, Any]) -> Reading:
    """A body with what it names."""
    calendar = CalendarVersion.objects.select_related("calendar").filter(pk=body.get("calendar") or 0).first()
    return Reading(contract, line, body, names_in(body), calendar, tuple(promises(body)))


def promises(body: Mapping[str, Any]) -> list[Promise]:
    """Clauses of known kinds whose target is a number."""
    out = []
    for clause in body.get("clauses") or ():
        kind, share = kinds.KINDS.get(clause.get("kind")), clause.get("share")
        if kind is not None and clause.get("target"):
            given = clause.get("params") or {}
            out.append(
                Promise(clause["key"], kind, Decimal(clause["target"]), Decimal(share) if share else None, given)
            )
    return out


def names_in(*bodies: Mapping[str, Any]) -> dict[int, str]:
    """Everybody whom the sections name, by id."""
    named = {
        value
        for body in bodies
        for section in SECTIONS
        for one in section.fields
        if one.kind == PERSON and isinstance(value := (body.get(section.key) or {}).get(one.key), int)
    }
    return dict(User.objects.filter(pk__in=named).values_list("pk", "name")) if named else {}


def day(text: Any) -> date | None:
    """A date out of a body; None for anything else."""
    try:
        return date.fromisoformat(text) if text else None
    except (TypeError, ValueError):
        return None
