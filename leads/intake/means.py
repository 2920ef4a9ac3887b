"""What people write about campaigns beside what they cost: plans, time, the tree, merges, link rules. Keyword-only, `by` and `at`."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from django.db import transaction

from leads.models import Campaign, CampaignMerge, Correction, HourlyRate, LinkRules, PlannedCost, Spend, TimeSpent
from smarketing.accounts.audit import record
from smarketing.accounts.models import Team, User
from smarketing.rows import clock
from smarketing.rows.fence import Fence, open_fence

from . import corrections, facts, locks
from .problems import ByHandError
from .tree import line_of

MOST_RULES = 500


def _stamps(fence: Fence, at: datetime) -> dict[str, datetime]:
    return {"occurred_at": at, "recorded_at": fence.recorded_at, "known_at": fence.recorded_at}


def _day(day: date) -> datetime:
    return datetime.combine(day, time(), clock.zone()).astimezone(UTC)


@transaction.atomic
def plan_cost(
    *, campaign: Campaign, first_day: date, last_day: date, amount: Decimal, label: str, by: User, at: datetime
) -> PlannedCost:
    """Plan what a campaign is to cost over some days. ByHandError("days") when the last comes before the first."""
    if last_day < first_day:
        raise ByHandError("days", "last_day")
    fence = open_fence()
    made = PlannedCost.objects.create(
        campaign=campaign,
        first_day=first_day,
        last_day=last_day,
        amount=amount,
        label=label,
        by=by,
        **_stamps(fence, at),
    )
    record(by, "campaign.plan_cost", "campaign", campaign.pk, at, planned=made.pk, amount=str(amount))
    return made


@transaction.atomic
def add_time(
    *, campaign: Campaign | None, side: str, team: Team | None, person: User | None, worked_on: date, hours: Decimal,
    rate: Decimal | None, label: str, by: User, at: datetime,
) -> TimeSpent:  # fmt: skip
    """Write down hours of a side, a team or a person; without a rate the one agreed for them.

    ByHandError("future") for a day to come, "no_rate" where none is said nor agreed, "other_side" for a team or person of
    the other side.
    """
    if worked_on > clock.today(at):
        raise ByHandError("future", "worked_on")
    for name, one in (("team", team), ("person", person)):
        if one is not None and one.side != side:
            raise ByHandError("other_side", name)
    rate = rate if rate is not None else agreed_rate(side, team, person)
    if rate is None:
        raise ByHandError("no_rate", "rate")
    fence = open_fence()
    made = TimeSpent.objects.create(
        campaign=campaign, side=side, team=team, person=person, worked_on=worked_on, hours=hours, rate=rate, label=label,
        by=by, **_stamps(fence, _day(worked_on)),
    )  # fmt: skip
    record(by, "campaign.time", "campaign", campaign.pk if campaign else None, at, time=made.pk, hours=str(hours))
    return made


def agreed_rate(side: str, team: Team | None, person: User | None) -> Decimal | None:
    """What an hour costs: of the person, else of the team, else of the side."""
    rates = {(one.team_id, one.person_id): one.rate for one in HourlyRate.objects.filter(side=side)}
    team_id = team.pk if team else getattr(person, "team_id", None)
    wanted: list[tuple[int | None, int | None]] = [(None, person.pk)] if person else []
    wanted += [(team_id, None)] if team_id else []
    return next((rates[key] for key in [*wanted, (None, None)] if key in rates), None)


@transaction.atomic
def agree_rate(
    *, side: str, team: Team | None, person: User | None, rate: Decimal | None, by: User, at: datetime
) -> None:
    """Set what an hour costs, or (None) agree on none. Hours written before keep the rate they were written with."""
    kept = HourlyRate.objects.filter(side=side, team=team, person=person)
    if rate is None:
        kept.delete()
    else:
        HourlyRate.objects.update_or_create(side=side, team=team, person=person, defaults={"rate": rate})
    record(by, "campaigns.rate", "campaign", None, at, side=side, team=team and team.pk, person=person and person.pk)


@transaction.atomic
def add_loose_spend(*, spent_on: date, amount: Decimal, label: str, by: User, at: datetime) -> Spend:
    """Write down money spent of which nobody says on which campaign. ByHandError("future")."""
    if spent_on > clock.today(at):
        raise ByHandError("future", "spent_on")
    fence = open_fence()
    made = Spend.objects.create(
        campaign=None, spent_on=spent_on, amount=amount, label=label, by=by, **_stamps(fence, _day(spent_on))
    )
    record(by, "campaign.spend", "campaign", None, at, spend=made.pk, amount=str(amount))
    return made


@transaction.atomic
def take_back(*, fact: Any, reason: str, by: User, at: datetime) -> bool:
    """Take a plan, hours or a merge of campaigns back. False when it was before. ByHandError with a key of corrections.SAID."""
    subject = fact._meta.model_name
    if Correction.objects.filter(subject=subject, subject_id=fact.pk).exists():
        return False
    if found := corrections.hindrance(subject, fact, by=by, at=at, reason=reason):
        raise ByHandError(found.key, found.field)
    return bool(facts.correct(subject=subject, subject_ids=[fact.pk], by=by, at=at, reason=reason))


# --- merges


@transaction.atomic
def merge_campaigns(*, loser: Campaign, root: Campaign, by: User, at: datetime) -> CampaignMerge:
    """Let `loser` count with `root` from now on, its past too. ByHandError: "merged" for one that is merged already,
    "circle" for itself or one merged into it."""
    # All of them one by one: a circle may close through campaigns that neither names.
    locks.hold(locks.CAMPAIGNS, ["merge"])
    fence = open_fence()
    links = _links()
    if loser.pk in links:
        raise ByHandError("merged")
    if loser.pk in _chain(root.pk, links):
        raise ByHandError("circle", "root")
    made = CampaignMerge.objects.create(loser=loser, root=root, by=by, **_stamps(fence, at))
    settle_campaigns()
    record(by, "campaign.merge", "campaign", loser.pk, at, root=root.pk)
    return made


def settle_campaigns() -> None:
    """Derive anew which campaign stands for which."""
    links = _links()
    ends = {loser: _chain(loser, links)[-1] for loser in links}
    for pk, now in Campaign.objects.exclude(root_id=None).values_list("pk", "root_id"):
        if ends.get(pk) != now:
            Campaign.objects.filter(pk=pk).update(root_id=ends.get(pk))
    for loser, root in sorted(ends.items()):
        Campaign.objects.filter(pk=loser).update(root_id=root)


def _links() -> dict[int, int]:
    return dict(CampaignMerge.objects.standing().order_by("pk").values_list("loser_id", "root_id"))


def _chain(pk: int, links: Mapping[int, int]) -> list[int]:
    return line_of(links, pk)


# --- link rules


@transaction.atomic
def adopt_link_rules(
    *, rules: Sequence[Mapping[str, Any]], by: User, at: datetime, seen: int | None = None
) -> LinkRules:
    """Make these rules, in this order, the newest version. `seen`: the version that was read.

    ByHandError: "many" beyond 500, "stale" when another version came in between, "no_campaign" for a rule whose campaign does
    not exist, "no_pattern" for one that asks nothing.
    """
    if len(rules) > MOST_RULES:
        raise ByHandError("many")
    locks.hold(locks.CAMPAIGNS, ["link rules"])
    newest = LinkRules.objects.order_by("-number").values_list("number", flat=True).first() or 0
    if seen is not None and seen != newest:
        raise ByHandError("stale")
    _check_rules(rules)
    fence = open_fence()
    made = LinkRules.objects.create(
        number=newest + 1, body=[dict(rule) for rule in rules], by=by, adopted_at=at, recorded_at=fence.recorded_at
    )
    record(by, "campaigns.rules", "campaign", None, at, version=made.number, rules=len(rules))
    return made


def _check_rules(rules: Iterable[Mapping[str, Any]]) -> None:
    known = set(Campaign.objects.standing().values_list("pk", flat=True))
    for rule in rules:
        if rule.get("to") not in known:
            raise ByHandError("no_campaign")
        if not any(str(value).strip() for key, value in rule.items() if key != "to"):
            raise ByHandError("no_pattern")
