"""Calendars in immutable versions; their work axis, in Python and as rows. An edit is a new version."""

import json
from datetime import date, datetime
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from smarketing.accounts import audit
from smarketing.agreements.canonical import canonical
from smarketing.rows import bulk, clock
from smarketing.rows.kept import Kept

from . import axis as axes
from . import holidays
from .models import AxisWindow, Calendar, CalendarVersion

FIRST, YEARS_AHEAD, AHEAD = "2010-01-01", 10, 5
LENGTHENS = "lengthens"  # in the spec of a version: number of the one of which it only moves the end
WEEK = {str(day): [["09:00", "18:00"]] for day in range(1, 6)}


def starter_spec(*, at: datetime, zone: str = "Europe/Paris", country: str = "FR", region: str = "") -> dict:
    """Monday to Friday, 9 to 18, closed on the holidays of a country."""
    until = at.year + YEARS_AHEAD
    closed = holidays.of_country(country, region, int(FIRST[:4]), until) if country else {}
    return {
        "zone": zone, "windows": WEEK, "country": country, "region": region, "first": FIRST,
        "until": f"{until}-01-01", "holidays": [day.isoformat() for day in closed],
    }  # fmt: skip


def problems(spec: dict) -> dict[str, str]:
    """field -> sentence about what keeps a spec from being a calendar; empty when nothing does."""
    found = {}
    if spec.get("zone") not in _zones():
        found["zone"] = _("This time zone is not known.")
    windows = spec.get("windows") or {}
    if not any(windows.values()):
        found["windows"] = _("A calendar without working hours never lets a deadline pass: give at least one window.")
    try:
        if any(axes.overlaps(day) for day in windows.values()):
            found["windows"] = _("The windows of a day must follow one another, each closing after it opens.")
        axes.build(_complete(spec, 2020) | {"zone": "UTC", "first": "2010-01-01", "until": "2010-01-08"})
    except (ValueError, TypeError, AttributeError):
        found.setdefault("windows", _("Write hours as 09:00 and dates as 2026-12-25."))
    return found


@cache
def _zones() -> frozenset[str]:
    """The time zones that are known here: hundreds of files, looked through once per process."""
    return frozenset(available_timezones())


@transaction.atomic
def create_version(
    *, calendar: Calendar | None = None, name: str = "", spec: dict, by, at: datetime
) -> CalendarVersion:
    """The next version of a calendar (a new one with `name`), laid out as an axis. The same spec returns the newest.

    ValidationError, by field, for a spec that is no calendar.
    """
    spec = _complete(spec, at.year)
    if found := problems(spec):
        raise ValidationError(found)
    calendar = calendar or Calendar.objects.get_or_create(name=name)[0]
    Calendar.objects.select_for_update().get(pk=calendar.pk)
    newest = calendar.versions.order_by("-number").first()
    if newest and canonical(newest.spec) == canonical(spec):
        return newest
    number = (newest.number if newest else 0) + 1
    version = CalendarVersion.objects.create(calendar=calendar, number=number, spec=spec, created_by=by, created_at=at)
    materialise(version)
    laid.forget()
    transaction.on_commit(laid.forget)
    audit.record(by, "calendar.version", "calendar", calendar.pk, at, number=number)
    return version


def _complete(spec: dict, year: int) -> dict:
    return {"first": FIRST, "until": f"{year + YEARS_AHEAD}-01-01", "holidays": []} | spec


def axis(version: CalendarVersion) -> axes.Axis:
    """The work axis of a version, as far as later versions lengthened it; laid out once per process."""
    return _axis(_spec_of(version))


def _spec_of(version: CalendarVersion) -> str:
    """The spec that an axis is laid out from, as canonical text."""
    return canonical(_complete(_lengthened(version), version.created_at.year))


def _laid(pk: int | None) -> axes.Axis | None:
    if pk is not None and (found := version(pk)):
        return axis(found)
    versions = current()
    return axis(max(versions, key=lambda one: one.created_at)) if versions else None


laid = Kept(
    _laid, seconds=5
)  # the work axis of a version by its id, or of the newest of all; None: there is no calendar


def _lengthened(version: CalendarVersion) -> dict:
    """The spec of a version, or of the last one that only lengthened it: the same days before, more days after."""
    spec, number = version.spec, version.number
    later = CalendarVersion.objects.filter(calendar=version.calendar_id, number__gt=number, spec__has_key=LENGTHENS)
    for other in later.order_by("number"):
        if other.spec[LENGTHENS] == number:
            spec, number = other.spec, other.number
    return spec


def closed_in(version: CalendarVersion, year: int) -> int:
    """Days of a year that the week would work and a holiday or another day closed does not."""
    worked = {int(day) for day, windows in version.spec.get("windows", {}).items() if windows}
    closed = map(date.fromisoformat, {day for day in version.spec.get("holidays", []) if day[:4] == str(year)})
    return sum(day.isoweekday() in worked for day in closed)


def lengthen(at: datetime) -> int:
    """Lay out every calendar whose end is in sight for years more, holidays included, as a version that only lengthens
    the one before: no deadline moves, and what was promised under an older version goes on. Returns how many were."""
    short = [version for version in current() if axis(version).until.year - at.year < AHEAD]
    for version in short:
        spec = version.spec | {
            "until": f"{at.year + YEARS_AHEAD}-01-01", LENGTHENS: version.number,
            "holidays": sorted({*version.spec.get("holidays", []), *_more_holidays(version.spec, at.year + YEARS_AHEAD)}),
        }  # fmt: skip
        create_version(calendar=version.calendar, spec=spec, by=None, at=at)
        for older in version.calendar.versions.exclude(spec=spec):
            materialise(older)
    return len(short)


def _more_holidays(spec: dict, until: int) -> list[str]:
    """Holidays of a calendar's country after its end, without those it was kept open on."""
    end, opened = date.fromisoformat(spec["until"]), spec.get("open", [])
    return [
        day.isoformat()
        for year in range(end.year, until if spec.get("country") else end.year)
        for day, name in holidays.names(spec["country"], spec.get("region", ""), year, "en").items()
        if name not in opened and day >= end
    ]


@lru_cache(maxsize=64)
def _axis(text: str) -> axes.Axis:
    return axes.build(json.loads(text))


@lru_cache(maxsize=16)
def _lines(text: str) -> tuple[str, ...]:
    """The windows of an axis as COPY wants them, each without its version; written once per process."""
    laid = _axis(text)
    ordinal = {day: index for index, day in enumerate(laid.days)}
    return tuple(
        f"{i}\t{window.opens}\t{window.closes}\t{before}\t{window.day.isoformat()}\t{ordinal[window.day]}\n"
        for i, (window, before) in enumerate(zip(laid.windows, laid.before, strict=False))
    )


def materialise(version: CalendarVersion) -> int:
    """Write the axis of a version as rows, from nothing. Returns how many windows."""
    AxisWindow.objects.filter(version=version).delete()
    lines = _lines(_spec_of(version))
    table = f"{AxisWindow._meta.db_table} (version_id, i, opens_us, closes_us, before_us, day, ordinal)"
    bulk.copy_text(table, "".join([f"{version.pk}\t{line}" for line in lines]))
    return len(lines)


def ensure_horizon() -> int:
    """Lay out the versions whose rows are missing (after a wipe). Returns how many were."""
    bare = CalendarVersion.objects.exclude(pk__in=AxisWindow.objects.values("version").distinct())
    return len([materialise(version) for version in bare.order_by("pk")])


def rebuild() -> int:
    """Every axis again from its spec. Returns how many versions."""
    return len([materialise(version) for version in CalendarVersion.objects.order_by("pk")])


def newest() -> QuerySet[CalendarVersion]:
    """The newest version of each calendar."""
    last = CalendarVersion.objects.filter(calendar=OuterRef("calendar")).order_by("-number").values("pk")[:1]
    return CalendarVersion.objects.filter(pk=Subquery(last)).select_related("calendar", "created_by")


def current() -> list[CalendarVersion]:
    """The newest version of each calendar, by name."""
    return list(newest().order_by("calendar__name"))


def version(pk: int) -> CalendarVersion | None:
    """A version by its id."""
    return CalendarVersion.objects.filter(pk=pk).first()


def warnings(version: CalendarVersion, at: datetime) -> list[str]:
    """What is legal but probably not meant: no holidays in the current year, or an end in sight."""
    out, year = [], at.year
    if not any(day.startswith(f"{year}-") for day in version.spec.get("holidays", [])):
        out.append(_("This calendar has no holiday in %(year)s: deadlines run on through them.") % {"year": year})
    if axis(version).until.year - year < 2:
        out.append(_("This calendar ends on %(day)s: save it again to lengthen it.") % {"day": axis(version).until})
    return out


def file_zone() -> ZoneInfo:
    """The zone in which a date without a time was stored as its day's start: the installation's."""
    return clock.zone()


def day_of(at: datetime, day_only: bool, zone: ZoneInfo, files: ZoneInfo) -> date:
    """The local day of an instant; a date without a time keeps its date in every zone."""
    return at.astimezone(files if day_only else zone).date()
