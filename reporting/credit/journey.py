"""One deal's way with what each model credits to each touch; what is left out, with why."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from leads.models import Campaign, Deal, Touch
from reporting.attribution import models
from reporting.attribution.journeys import FIRST, LAST, LEAD, OPPORTUNITY
from reporting.attribution.models import BY_KEY
from smarketing.measures import engine
from smarketing.rows import clock

from . import board, origins, reckoned, settings
from .settings import Settings
from .ways import Way

MARKS = {
    FIRST: _("first touch"),
    LEAD: _("created the lead"),
    OPPORTUNITY: _("before the deal was opened"),
    LAST: _("last before the win"),
}
VIA = {
    Touch.Via.EVENT: _("event that names the campaign"),
    Touch.Via.LINK: _("link that fits a rule"),
    Touch.Via.VALUE: _("campaign written on the lead"),
}
OLD, LATE = _("before the look-back"), _("after the win")


@dataclass(frozen=True)
class Row:
    """A touch: `credits` in cents by model, None for a touch that is left out (`why`)."""

    at: datetime
    campaign: Campaign | None
    who: int  # the contact, a lead's id
    via: Any
    marks: list[Any]
    credits: list[int] | None
    why: Any = ""


@dataclass(frozen=True)
class Told:
    deal: Deal
    way: Way
    settings: Settings
    models: list[str]
    rows: list[Row]
    origins: frozenset[str]
    fallbacks: frozenset[str]


def told(deal: Deal, cutoff: datetime) -> Told | None:
    """The way of a deal, by the version of the month in which it ends; None for a deal that does not count."""
    first, until = board.EVER
    question = engine.ask("won", first=first, until=until, date="won", cutoff=cutoff)
    found = reckoned.ways(question, f"w.id = {int(deal.pk)}")
    if not found:
        return None
    way = found[0]
    day = clock.today(datetime.fromtimestamp(way.closed_at, UTC)).replace(day=1)
    version = settings.of_day(day, cutoff)
    keys = [key for key in version.enabled if not BY_KEY[key].collective]
    channels = dict(Campaign.objects.values_list("pk", "channel"))
    one = way.journey(version)
    fallbacks = frozenset(key for key in keys if models.falls_back(key, one, version.parameters))
    rows = _rows(way, version, keys)
    return Told(deal, way, version, keys, rows, origins.flags(way, origins.Ours(version, channels)), fallbacks)


def _rows(way: Way, version: Settings, keys: list[str]) -> list[Row]:
    one = way.journey(version)
    campaigns = Campaign.objects.in_bulk({touch.campaign for touch in way.touches})
    credits = {key: models.credits(key, one, way.cents or 0, version.parameters) for key in keys}
    places = {touch.key: place for place, touch in enumerate(one.touches)}
    rows = []
    for touch in way.touches:
        place = places.get(touch.key)
        marks = [] if place is None else [MARKS[name] for name in MARKS if one.place(name) == place]
        via, _fact = way.details[touch.key]
        why = "" if place is not None else LATE if touch.at > way.closed_at else OLD
        rows.append(
            Row(
                datetime.fromtimestamp(touch.at, UTC), campaigns.get(touch.campaign), touch.who, VIA[Touch.Via(via)], marks,
                None if place is None else [credits[key][place] for key in keys], why,
            )
        )  # fmt: skip
    return rows
