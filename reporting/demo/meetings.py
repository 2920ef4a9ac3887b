"""The demo's meetings: one that was held over the newest closed month, with a resolution; one ahead, with what waits for it."""

from datetime import timedelta
from decimal import Decimal

from django.db import transaction

from leads.models import Campaign
from reporting.meetings import agenda, belief, minutes, planning, remarks, resolutions
from sla import hooks
from sla.sections import defaults
from smarketing.accounts.models import User

from . import setting
from .plan import Plan, midnight

INVITED = ("claire", "hugo")
HELD, AHEAD = timedelta(days=9), timedelta(days=5)  # before and after the present
HOUR = timedelta(hours=10)


@transaction.atomic
def play(plan: Plan, stage: setting.Stage) -> int:
    """Returns how many meetings were made."""
    who = stage.people
    month = hooks.newest_closed(stage.contract)
    if month is None:
        return 0
    people = [who[key] for key in INVITED] + [one for one in who.values() if one.role in ("marketer", "rep")]
    _said(plan, who)
    _held(plan, stage, people, month)
    _ahead(plan, stage, people, month)
    return 2


def _said(plan: Plan, who: dict[str, User]) -> None:
    at = midnight(plan.today - timedelta(days=3)) + HOUR
    fair = Campaign.objects.order_by("pk").first()
    if fair:
        remarks.say(
            kind="problem", about="campaign", ref=str(fair.pk), text="Many who came by did not want to be called.",
            by=who["hugo"], at=at, side="marketing",
        )  # fmt: skip
    remarks.say(
        kind="praise",
        about="general",
        ref="",
        text="Leads are called within the hour now. Thank you.",
        by=who["claire"],
        at=at,
        side="sales",
    )


def _held(plan: Plan, stage: setting.Stage, people: list[User], month) -> None:
    claire, hugo = (stage.people[key] for key in INVITED)
    starts = midnight(plan.today) - HELD + HOUR
    before, at = starts - timedelta(days=4), starts + timedelta(minutes=40)
    when = planning.When(month, starts, 60, "Room Ampère", "", belief.usual(stage.contract))
    made = planning.plan(contract=stage.contract, when=when, people=people, by=hugo, at=before)
    for n, one in enumerate(people):
        value = Decimal(62 + n * 3) if one.side == "sales" else Decimal(38 + n * 4)
        belief.answer(meeting=made, value=min(value, Decimal(95)), by=one, at=before + timedelta(hours=n))
    text = (
        "First attempts come late on Mondays.\nThe backlog of the weekend is handed over at once: sales cannot keep up."
    )
    minutes.write(meeting=made, text=text, revision=0, by=hugo, at=at)
    figure = resolutions.Figure("first_attempt_in_time", {"contract": stage.contract.name}, Decimal(90))
    resolutions.resolve(
        meeting=made, text="Two reps keep Monday mornings free for first attempts.", charge=hugo, due=plan.today + timedelta(days=7),
        figure=figure, by=claire, at=at,
    )  # fmt: skip
    minutes.close(meeting=made, came=[one.pk for one in people], by=hugo, at=at)


def _ahead(plan: Plan, stage: setting.Stage, people: list[User], month) -> None:
    at = midnight(plan.today - timedelta(days=1)) + HOUR
    minutes_long = defaults.section(stage.contract.terms.get(), "meetings")["minutes"]
    when = planning.When(
        month, midnight(plan.today) + AHEAD + HOUR, minutes_long, "Room Ampère", "", belief.usual(stage.contract)
    )
    claire = stage.people["claire"]
    made = planning.plan(contract=stage.contract, when=when, people=people, by=claire, at=at)
    agenda.put(
        contract=stage.contract, kind="text", text="Student guide: go on or stop?", meeting=made, by=claire, at=at
    )
