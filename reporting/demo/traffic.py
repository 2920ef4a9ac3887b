"""What leads do: background visits that fade, episodes of interest, a rush in the last days. Pure: arrays."""

from dataclasses import dataclass

import numpy as np

from . import words
from .crowd import SECOND, STUDENT, Crowd, clock_times
from .plan import DAY_US, Plan

KIND = words.KIND
FADE_DAYS = 45.0
GUIDE, REQUEST, LETTER = 1, 3, 1
MINUTE = 60 * SECOND
QUEUE = 26  # leads of the demo's morning, at least


@dataclass(frozen=True)
class Traffic:
    """One entry per event, in the order of recording. `lead` counts from 0; `campaign` -1 is none."""

    lead: np.ndarray
    occurred: np.ndarray
    recorded: np.ndarray
    kind: np.ndarray
    page: np.ndarray  # -1 none
    name: np.ndarray
    form: np.ndarray


def draw(plan: Plan, crowd: Crowd) -> Traffic:
    """About `plan.events` events; every one is recorded at or before `plan.at`."""
    dice = plan.dice("traffic")
    parts = [_first_forms(crowd), *_episodes(plan, dice, crowd), *_rush(plan, dice, crowd)]
    left = plan.events - sum(len(part[0]) for part in parts)
    parts.append(_background(plan, dice, crowd, max(left, 0)))
    lead, occurred, kind, page, name, form = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    delay = dice.integers(SECOND // 5, 3 * SECOND, len(lead))
    late = dice.random(len(lead)) < 0.008
    delay[late] = dice.integers(3600, 3 * 86_400, late.sum()) * SECOND
    occurred = np.minimum(occurred, plan.now - 5 * SECOND)
    recorded = np.minimum(occurred + delay, plan.now - SECOND)
    order = np.lexsort((lead, recorded))
    return Traffic(*(column[order] for column in (lead, occurred, recorded, kind, page, name, form)))


def _part(lead, occurred, kind, page=-1, name=0, form=0) -> tuple[np.ndarray, ...]:
    count = len(lead)
    full = [np.broadcast_to(np.asarray(value, np.int64), (count,)) for value in (kind, page, name, form)]
    return (np.asarray(lead, np.int64), np.asarray(occurred, np.int64), *full)


def _first_forms(crowd: Crowd):
    """Every lead became known by a form, at its birth."""
    lead = np.arange(len(crowd.born))
    return _part(lead, crowd.born, KIND["form"], form=np.where(crowd.source % 3 == 0, 2, GUIDE))


def _episodes(plan: Plan, dice: np.random.Generator, crowd: Crowd):
    """Leads with intent look at prices and stories within a few days; some ask for a demo."""
    lead = np.flatnonzero(crowd.intent)
    start = crowd.born[lead] + (dice.exponential(16, len(lead)) * DAY_US).astype(np.int64)
    again = dice.random(len(lead)) < 0.14  # months later they come back: some have been given back meanwhile
    lead = np.concatenate([lead, lead[again]])
    start = np.concatenate([start, start[again] + dice.integers(110, 230, again.sum()) * DAY_US])
    kept = start < plan.now - 8 * DAY_US
    yield from _episode(plan, dice, lead[kept], start[kept], 6.0)


def _episode(plan: Plan, dice: np.random.Generator, lead: np.ndarray, start: np.ndarray, days: float):
    def some(low: int, high: int, kind: str, page=None, **rest):
        times = dice.integers(low, high + 1, len(lead))
        who = np.repeat(lead, times)
        at = np.repeat(start, times) + (dice.random(len(who)) * days * DAY_US).astype(np.int64)
        pages = -1 if page is None else np.asarray(page)[dice.integers(0, len(page), len(who))]
        return _part(who, _awake(plan, dice, at, np.repeat(start, times)), KIND[kind], pages, **rest)

    yield some(3, 5, "page", words.PRICING)
    yield some(1, 3, "page", words.STORIES)
    yield some(2, 4, "mail_click", name=LETTER)
    yield some(0, 1, "webinar", name=2)
    asking = dice.random(len(lead)) < 0.09
    lead, start = lead[asking], start[asking]
    yield _part(lead, start + dice.integers(0, 2 * 3600, len(lead)) * SECOND, KIND["demo"], form=REQUEST)


def _awake(plan: Plan, dice: np.random.Generator, at: np.ndarray, floor: np.ndarray) -> np.ndarray:
    """The same days at hours when people are on line, not before `floor`."""
    day = np.clip(plan.day_of(at), 0, plan.days - 1)
    moved = plan.midnights[day] + clock_times(dice, len(at))
    moved = np.where(moved > plan.now - MINUTE, moved - DAY_US, moved)
    return np.where(moved < floor, floor + dice.integers(20, 3000, len(at)) * SECOND, moved)


def _rush(plan: Plan, dice: np.random.Generator, crowd: Crowd):
    """Good leads of the last two months wake up in the last week, a quarter of them (a queue's worth at least) in the last working
    day: the queue of the demo's morning, and days before it that are like any other."""
    good = np.flatnonzero(
        (crowd.buyer < STUDENT) & ~crowd.intent & (crowd.born > plan.now - 75 * DAY_US)
        & (crowd.born < plan.now - 4 * DAY_US) & (crowd.company >= 0)
    )  # fmt: skip
    size = crowd.companies.employees[crowd.company[good]]
    trade = crowd.companies.industry[crowd.company[good]]
    good = good[(size >= 50) & (size <= 500) & (trade < 3)]
    count = min(len(good), max(QUEUE, min(110, plan.leads // 215)))
    lead = np.sort(dice.choice(good, count, replace=False))
    start = plan.now - dice.integers(2 * 3600, 20 * 3600, count) * SECOND
    earlier = np.arange(count) >= max(QUEUE, count // 4)
    start[earlier] -= plan.dice("rush").integers(1, 8, earlier.sum()) * DAY_US
    start = np.maximum(start, crowd.born[lead] + 3600 * SECOND)
    yield from _burst(dice, lead, start)
    hot = lead[: max(4, count // 5)]
    yield _part(hot, plan.now - dice.integers(2, 28, len(hot)) * MINUTE, KIND["page"], words.STORIES[0])


def _burst(dice: np.random.Generator, lead: np.ndarray, start: np.ndarray):
    for kind, page, times in (("page", words.PRICING[0], 4), ("page", words.STORIES[1], 2), ("mail_click", -1, 3)):
        who = np.repeat(lead, times)
        yield _part(who, np.repeat(start, times) + dice.integers(0, 5400, len(who)) * SECOND, KIND[kind], page)
    yield _part(lead, start, KIND["webinar"], name=2)


def _background(plan: Plan, dice: np.random.Generator, crowd: Crowd, count: int):
    """Visits and mails that fade after a lead's first days; few leads make most of them."""
    liking = np.exp(dice.normal(0, 1.3, len(crowd.born)))
    lead = dice.choice(len(crowd.born), count, p=liking / liking.sum())
    span = (plan.now - crowd.born[lead]) / DAY_US
    share = dice.random(count) * (1 - np.exp(-span / FADE_DAYS))
    at = crowd.born[lead] + (-FADE_DAYS * np.log1p(-share) * DAY_US).astype(np.int64)
    kind = dice.choice(
        [KIND["page"], KIND["mail_open"], KIND["mail_click"], KIND["form"], KIND["download"], KIND["unsubscribe"]],
        count, p=[0.62, 0.27, 0.05, 0.02, 0.036, 0.004],
    )  # fmt: skip
    page = np.where(kind == KIND["page"], dice.choice(len(words.PAGES), count, p=words.PAGE_ODDS), -1)
    mail = np.isin(kind, (KIND["mail_open"], KIND["mail_click"]))
    return _part(
        lead, _awake(plan, dice, at, crowd.born[lead] + SECOND), kind, page,
        name=np.where(mail, LETTER, 0), form=np.where(kind == KIND["form"], 2, 0),
    )  # fmt: skip
