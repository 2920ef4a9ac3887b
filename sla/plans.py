"""What campaigns are to bring in a month: said by marketing, dated, set beside what they gave."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from leads.models import Campaign
from smarketing.accounts import audit
from smarketing.accounts.models import User
from smarketing.measures import engine

from .models import CampaignPlan
from .terms import next_month

MOST = 1_000_000


class PlanError(ValueError):
    """Why a plan is not taken; translated and meant for the screen."""


@dataclass(frozen=True)
class Given:
    """What a campaign was to bring by a day and what it gave. `key`: its value in the dimension "campaign"."""

    campaign: Campaign
    key: str
    planned: int
    gave: int


@transaction.atomic
def say(*, campaign: Campaign, month: date, mql: int, by: User, at: datetime) -> CampaignPlan:
    """Plan so many MQL of a campaign in the month of a day. PlanError for a number that is none."""
    if not 0 <= mql <= MOST:
        raise PlanError(_("Plan a whole number of MQL from 0 to 1,000,000."))
    made = CampaignPlan.objects.create(campaign=campaign, month=month.replace(day=1), mql=mql, by=by, at=at)
    audit.record(by, "campaign.plan", "campaign", campaign.pk, at, month=f"{month:%Y-%m}", mql=mql)
    return made


def of_month(first: date, cutoff: datetime) -> dict[Campaign, int]:
    """Campaign -> planned MQL of the month that begins on `first`, as said by the cut-off; those that plan none are left out."""
    found = CampaignPlan.objects.filter(month=first, at__lte=cutoff).select_related("campaign")
    newest = found.order_by("campaign", "-at", "-pk").distinct("campaign")
    return {one.campaign: one.mql for one in newest if one.mql}


def given(planned: Mapping[Campaign, int], line: int, **times) -> list[Given]:
    """Each planned campaign with the first handoffs that its leads became; `times`: first, until, zone, cutoff."""
    if not planned:
        return []
    found = engine.answer("mql", by=("campaign",), where={"line_id": str(line)}, **times)
    counts = {row.group["campaign"]: row.n for row in found.rows}
    return [Given(one, _key(one), n, counts.get(_key(one), 0)) for one, n in planned.items()]


def _key(campaign: Campaign) -> str:
    """The value under which measures count the leads of a campaign."""
    return campaign.key or campaign.name


@dataclass(frozen=True)
class Planned:
    """A month of a campaign: planned, and what came of every definition; `url` lists it."""

    month: date
    planned: int
    gave: int
    url: str


def by_month(campaign: Campaign, at: datetime) -> list[Planned]:
    """The months in which a campaign plans MQL, as said by an instant, the newest first; all of them counted at once."""
    said = CampaignPlan.objects.filter(campaign=campaign, at__lte=at).order_by("-month", "-at", "-pk")
    found = [one for one in said.distinct("month") if one.mql]
    if not found:
        return []
    where = {"campaign": _key(campaign)}
    whole = {"first": found[-1].month, "until": next_month(found[0].month)}
    counts = {row.group["month"]: row.n for row in engine.answer("mql", by=("month",), where=where, **whole).rows}
    return [
        Planned(
            one.month, one.mql, counts.get(f"{one.month:%Y-%m}", 0),
            engine.rows_url("mql", first=one.month, until=next_month(one.month), where=where),
        )
        for one in found
    ]  # fmt: skip
