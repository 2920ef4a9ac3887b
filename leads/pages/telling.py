"""Instants and touches in the words of the queue. What is near is told as time left in working hours."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import get_language, ngettext, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

from leads.handoffs import queue
from leads.handoffs.queue import Touch
from leads.models import Attempt

NEAR = timedelta(hours=2)


@dataclass(frozen=True)
class Left:
    """Time left of a promise: `kind` late, near, later or none; `text` for the row; `minutes` to count down from."""

    kind: str
    text: str
    full: str = ""
    minutes: int = 0


@dataclass(frozen=True)
class Teller:
    """Tells instants as seen at `at`: the installation's zone, working hours of a calendar (None: all hours).

    `axis_of` gives the working hours of another calendar: a promise is told in those of the clause that made it.
    """

    at: datetime
    zone: ZoneInfo
    axis: Any = None
    axis_of: Callable[[int], Any] | None = None

    def under(self, calendar: int | None) -> "Teller":
        """The teller for a promise made under this calendar; the same one for none."""
        axis = self.axis if calendar is None or self.axis_of is None else self.axis_of(calendar)
        return self if axis is self.axis else replace(self, axis=axis)

    @property
    def opens(self) -> str:
        """ "Monday 09:00" outside working hours; "" inside them, or without a calendar."""
        if self.axis is None or self.axis.is_open(self.at):
            return ""
        local = self.axis.opens_next(self.at).astimezone(self.zone)
        words = {"day": _said(local, "l"), "time": _said(local, "TIME_FORMAT")}
        same = local.date() == self._local(self.at).date()
        return words["time"] if same else _("%(day)s %(time)s") % words

    def left(self, due: datetime | None) -> Left:
        """How long until a promise breaks, in working time."""
        if due is None:
            return Left("none", "–")
        full = self.moment(due)
        if due < self.at:
            return Left("late", self._late(due), full)
        working = self._working(self.at, due)
        if working <= NEAR and not self.opens:
            return Left(
                "near", _("in %(left)s") % {"left": clock_text(working)}, full, int(working.total_seconds() // 60)
            )
        return Left("later", self.day_and_time(due), full)

    def day_and_time(self, at: datetime) -> str:
        """ "today 17:00", "tomorrow 12:00", "Fri 27 Nov 12:00"."""
        return _ahead(get_language(), _wall(self._local(at)), self._local(self.at).date())

    def ago(self, at: datetime) -> str:
        """ "25 min ago", "today 09:12", "yesterday", "Thu 10:12", "12 Nov"."""
        passed = self.at - at
        if timedelta(0) <= passed < timedelta(hours=1):
            minutes = max(int(passed.total_seconds() // 60), 1)
            return ngettext("%(minutes)s min ago", "%(minutes)s min ago", minutes) % {"minutes": minutes}
        return _back(get_language(), _wall(self._local(at)), self._local(self.at).date())

    def when(self, at: datetime) -> str:
        """ "09:52" today, "Thu 10:12" within a week, else "12 Nov 10:12" or with its year."""
        local, today = self._local(at), self._local(self.at).date()
        words = {"time": _said(local, "TIME_FORMAT")}
        away = (today - local.date()).days
        if away == 0:
            return words["time"]
        words["day"] = _said(
            local, pgettext("date", "D") if 0 < away < 7 else _("j M") if local.year == today.year else _("j M Y")
        )
        return _("%(day)s %(time)s") % words

    def day(self, at: datetime) -> str:
        """ "12 Nov", with its year where that is another one."""
        local = self._local(at)
        return _said(local, _("j M") if local.year == self._local(self.at).year else _("j M Y"))

    def moment(self, at: datetime) -> str:
        """ "23 Nov 2026 09:27" in the installation's zone."""
        return _said(self._local(at), "SHORT_DATETIME_FORMAT")

    def hour(self, at: datetime) -> str:
        """ "09:52"."""
        return _said(self._local(at), "TIME_FORMAT")

    def _late(self, due: datetime) -> str:
        if self._local(due).date() == self._local(self.at).date():
            if self._working(due, self.at) < timedelta(minutes=1):
                return _("late since %(day)s") % {"day": self.hour(due)}
            return _("late %(time)s") % {"time": clock_text(self._working(due, self.at))}
        return _("late since %(day)s") % {"day": _said(self._local(due), _("D j M"))}

    def _working(self, start: datetime, end: datetime) -> timedelta:
        return self.axis.elapsed(start, end) if self.axis else end - start

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self.zone)


def teller(at: datetime, zone: ZoneInfo, calendar: int | None = None) -> Teller:
    """A teller for one page: working hours of a promise's calendar (the newest one where there is none)."""
    return Teller(at, zone, queue.axis(calendar), cache(queue.axis))


# Instants in words are told to the minute, and pages tell the same ones again and again: kept by the language that is active
# while they are written, the hands of the clock on the wall, and the day from which is counted.


def _wall(local: datetime) -> datetime:
    return local.replace(second=0, microsecond=0, tzinfo=None)


def _said(local: datetime, form: str) -> str:
    """A local instant in a form of the active language."""
    return _written(get_language(), _wall(local), form)


@lru_cache(maxsize=8192)
def _written(language: str | None, wall: datetime, form: str) -> str:
    return formats.date_format(wall, form)


@lru_cache(maxsize=8192)
def _ahead(language: str | None, wall: datetime, today: date) -> str:
    words = {"time": _said(wall, "TIME_FORMAT"), "day": _said(wall, _("D j M"))}
    away = (wall.date() - today).days
    if away == 0:
        return _("today %(time)s") % words
    if away == 1:
        return _("tomorrow %(time)s") % words
    return _("%(day)s %(time)s") % words


@lru_cache(maxsize=8192)
def _back(language: str | None, wall: datetime, today: date) -> str:
    words = {"time": _said(wall, "TIME_FORMAT"), "day": _said(wall, pgettext("date", "D"))}
    away = (today - wall.date()).days
    if away == 0:
        return _("today %(time)s") % words
    if away == 1:
        return _("yesterday")
    if 1 < away < 7:
        return _("%(day)s %(time)s") % words
    return _said(wall, _("j M") if wall.year == today.year else _("j M Y"))


def clock_text(length: timedelta) -> str:
    """ "0:42"."""
    minutes = int(length.total_seconds() // 60)
    return f"{minutes // 60}:{minutes % 60:02d}"


TOUCHES: dict[str, Callable[[str], str]] = {
    "page": lambda what: _("visited %(page)s") % {"page": what},
    "form": lambda what: _("form “%(form)s”") % {"form": what} if what else _("a form"),
    "track": lambda what: what or _("an event"),
    "mail_click": lambda what: _("click in a mail"),
    "mail_open": lambda what: _("mail opened"),
    "unsubscribe": lambda what: _("unsubscribed"),
    "webinar": lambda what: _("webinar “%(name)s”") % {"name": what} if what else _("webinar"),
    "download": lambda what: _("download “%(name)s”") % {"name": what} if what else _("download"),
    "demo": lambda what: _("demo request"),
    "attempt": lambda what: str(Attempt.Outcome(what).label) if what in Attempt.Outcome.values else what,
}


def touch(one: Touch) -> str:
    """What happened, in words, without the when."""
    return TOUCHES.get(one.kind, lambda what: what or one.kind)(one.what)


def step(one: Touch, reader: int, teller: Teller) -> str:
    """ "you said: call today", once the day has come for which a next step was named with the last attempt; "" before."""
    today = teller.at.astimezone(teller.zone).date()
    if one.next_on is None or one.next_on > today:
        return ""
    what = Attempt.Channel(one.next_step).label if one.next_step else _("take it up again")
    words = {"step": what, "day": formats.date_format(one.next_on, _("j M"))}
    if one.by == reader:
        return (_("you said: %(step)s today") if one.next_on == today else _("you said: %(step)s on %(day)s")) % words
    return (_("was said: %(step)s today") if one.next_on == today else _("was said: %(step)s on %(day)s")) % words


PROMISES = {
    "step": pgettext_lazy("promise", "agreed next step"),
    "paused": pgettext_lazy("promise", "paused"),
    "outcome": pgettext_lazy("promise", "outcome"),
}


def promise(label: str, attempts: int, promised: int) -> str:
    """Which promise is next: "first attempt", "decision", "2 of 3", "outcome"; "paused" where it stands still."""
    if label in PROMISES:
        return str(PROMISES[label])
    if label == "first":
        return _("first attempt")
    if label == "decision":
        return pgettext("promise", "decision")
    if label == "attempts":
        return pgettext("attempts", "%(number)s of %(promised)s") % {"number": attempts + 1, "promised": promised}
    return label
