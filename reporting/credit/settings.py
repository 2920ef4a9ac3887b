"""Versions of how amounts are credited: named before the months they hold for, shown beside every number."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from leads.intake import locks
from reporting.attribution.journeys import MILESTONES
from reporting.attribution.models import BY_KEY, MODELS, OTHERS, Parameters, Shares
from reporting.models import AttributionSettings
from sla.terms import next_month
from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.rows import clock
from smarketing.rows.fence import open_fence
from smarketing.rows.kept import once

LONGEST = 3650
MONTHS = 1200  # the longest that an amount may pay for, or a customer stay
SOURCES = ("outbound", "cold call", "prospecting", "prospection", "sales", "commercial")
CHANNELS = ("outbound", "prospecting", "prospection")


class SettingsError(ValueError):
    """Why a version cannot be adopted, in words; `field` names what is wrong."""

    def __init__(self, said: str, field: str = ""):
        super().__init__(said)
        self.field = field


@dataclass(frozen=True)
class Settings:
    """A version. `number` 0: the starter settings, which hold until somebody adopts others.

    `look_back`: days before the win, None: all. `margin`: what part of revenue is margin. `term`: months that the amount of a
    deal pays for, `stay`: months that a customer stays, None: nobody has said. `sales_sources`: sources of leads
    that are not marketing's; `sales_channels`: channels of campaigns that are not.
    """

    number: int = 0
    effective_on: date | None = None
    adopted_at: datetime | None = None
    by: str = ""
    model: str = "linear"
    models: tuple[str, ...] = ("first", "last", "linear", "u", "w", "full", "decay", "markov", "shapley")
    look_back: int | None = 180
    half_life: int = 7
    custom: Shares = field(default_factory=lambda: Parameters().custom)
    margin: Decimal = Decimal(1)
    term: int | None = None
    stay: int | None = None
    sales_sources: tuple[str, ...] = SOURCES
    sales_channels: tuple[str, ...] = CHANNELS

    @property
    def parameters(self) -> Parameters:
        return Parameters(self.half_life, self.custom)

    @property
    def enabled(self) -> tuple[str, ...]:
        """The models compared, in the order of their table; the chosen one is always among them."""
        return tuple(one.key for one in MODELS if one.key in self.models or one.key == self.model)

    def body(self) -> dict[str, Any]:
        """As it is kept: JSON."""
        custom = {
            **{name: self.custom.anchors.get(name, 0) for name in MILESTONES},
            "rest": self.custom.rest,
            "scope": self.custom.scope,
        }
        return {
            "model": self.model, "models": list(self.enabled), "look_back": self.look_back, "half_life": self.half_life,
            "custom": custom, "margin": str(self.margin), "term": self.term, "stay": self.stay, "sales_sources": list(self.sales_sources),
            "sales_channels": list(self.sales_channels),
        }  # fmt: skip


def read(row: AttributionSettings) -> Settings:
    body = row.body
    said = body["custom"]
    custom = Shares({name: said.get(name, 0) for name in MILESTONES}, said.get("rest", 0), said.get("scope", OTHERS))
    return Settings(
        row.number, row.effective_on, row.adopted_at, str(row.by or ""), body["model"], tuple(body["models"]), body["look_back"],
        body["half_life"], custom, Decimal(body["margin"]), body.get("term"), body.get("stay"), tuple(body["sales_sources"]), tuple(body["sales_channels"]),
    )  # fmt: skip


@once
def of_day(day: date, cutoff: datetime) -> Settings:
    """The version that holds on a day, as adopted by a cut-off: the latest that took effect by then, else the starter ones."""
    rows = AttributionSettings.objects.filter(effective_on__lte=day, recorded_at__lte=cutoff).select_related("by")
    row = rows.order_by("-effective_on", "-number").first()
    return read(row) if row else Settings()


def of_number(number: int) -> Settings | None:
    """A version by its number; 0 is the starter one."""
    row = AttributionSettings.objects.filter(number=number).select_related("by").first()
    return read(row) if row else (Settings() if number == 0 else None)


def versions() -> list[Settings]:
    """All of them, the newest first, the starter one last."""
    rows = AttributionSettings.objects.select_related("by").order_by("-number")
    return [*map(read, rows), Settings()]


@transaction.atomic
def adopt(*, wanted: Settings, effective_on: date, by: User, at: datetime, seen: int | None = None) -> Settings:
    """Adopt a version for the months from `effective_on` on.

    SettingsError for what makes no sense, for a month that has begun (the model is named before the period; only the very
    first version may reach back), or when another version was adopted since `seen`.
    """
    locks.hold(locks.SETTINGS, ["attribution"])
    newest = AttributionSettings.objects.order_by("-number").first()
    number = newest.number if newest else 0
    if seen is not None and seen != number:
        raise SettingsError(_("Somebody adopted another version since you opened this page: compare, then save again."))
    if found := problems(wanted):
        raise SettingsError(found[0][1], found[0][0])
    if effective_on.day != 1:
        raise SettingsError(_("A version takes effect on the first day of a month."), "effective_on")
    if newest is not None and effective_on < next_month(clock.today(at)):
        raise SettingsError(
            _("The model is named before the period: choose a month that has not begun."), "effective_on"
        )
    fence = open_fence()
    made = AttributionSettings.objects.create(
        number=number + 1,
        effective_on=effective_on,
        body=wanted.body(),
        by=by,
        adopted_at=at,
        recorded_at=fence.recorded_at,
    )
    record(by, "attribution.adopt", "attribution", made.pk, at, version=made.number, model=wanted.model)
    return read(made)


def problems(one: Settings) -> list[tuple[str, str]]:
    """(field, sentence) of what makes no sense."""
    found = []
    if one.model not in BY_KEY or not set(one.models) <= set(BY_KEY):
        found.append(("model", _("This model does not exist.")))
    if one.look_back is not None and not 1 <= one.look_back <= LONGEST:
        found.append(("look_back", _("Days from 1 to 3,650, or none for the whole past.")))
    if not 1 <= one.half_life <= 365:
        found.append(("half_life", _("Days from 1 to 365.")))
    if one.custom.problems():
        found.append(("rest", _("The shares make 1,000 thousandths together.")))
    if not 0 <= one.margin <= 1:
        found.append(("margin", _("A margin lies between 0 and 1.")))
    for name, months in (("term", one.term), ("stay", one.stay)):
        if months is not None and not 1 <= months <= MONTHS:
            found.append((name, _("Months from 1 to 1,200, or none.")))
    return found


def words(values: Sequence[str]) -> tuple[str, ...]:
    """Words as they are compared: lower case, without blanks around."""
    return tuple(dict.fromkeys(word for value in values if (word := value.strip().lower())))
