"""Who comes: companies, leads, the campaign each came by. Pure: arrays from a Plan."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from . import words
from .plan import Plan

SECOND = 1_000_000
WEEK = (1.05, 1.1, 1.05, 1.0, 0.8, 0.22, 0.26)
SEASON = {8: 0.62, 12: 0.72, 7: 0.85, 9: 1.15, 10: 1.12}
PEOPLE_PER_COMPANY = 4
NOBODY, STUDENT = len(words.BUYERS) - 1, 3


@dataclass(frozen=True)
class Companies:
    born: np.ndarray
    name: list[str]
    domain: list[str]
    industry: np.ndarray
    country: np.ndarray
    employees: np.ndarray


@dataclass(frozen=True)
class Crowd:
    """One entry per lead in the order of their creation; -1 in `company` and `campaign` means none."""

    companies: Companies
    born: np.ndarray
    buyer: np.ndarray
    function: np.ndarray
    company: np.ndarray
    campaign: np.ndarray
    source: np.ndarray
    first_name: np.ndarray
    last_name: np.ndarray
    phone: np.ndarray
    landing: np.ndarray
    intent: np.ndarray
    opted_out: np.ndarray  # instant, -1 never
    first_names: Sequence[str] = words.FIRST_NAMES
    last_names: Sequence[str] = words.LAST_NAMES


def draw(plan: Plan) -> Crowd:
    """Leads and companies of a plan."""
    dice = plan.dice("crowd")
    born = _births(plan, dice)
    campaign = _campaigns(plan, dice, born)
    buyer = _buyers(dice, campaign)
    count = len(born)
    company, companies = _companies(plan, dice, born, buyer)
    factor = np.array([one.intent for one in words.CAMPAIGNS] + [1.0])
    chance = np.array([one.intent for one in words.BUYERS])[buyer] * factor[campaign]
    leaving = dice.random(count) < 0.012
    gone = np.minimum(born + (dice.exponential(60, count) * 86_400 * SECOND).astype(np.int64), plan.now - SECOND)
    return Crowd(
        companies=companies,
        born=born,
        buyer=buyer,
        function=_functions(dice, buyer),
        company=company,
        campaign=campaign,
        source=_sources(dice, campaign),
        first_name=dice.integers(0, len(words.FIRST_NAMES), count),
        last_name=dice.integers(0, len(words.LAST_NAMES), count),
        phone=np.where(dice.random(count) < 0.62, dice.integers(0, 10_000, count), -1),
        landing=np.where(dice.random(count) < 0.6, dice.integers(0, len(words.LANDING_PAGES), count), -1),
        intent=dice.random(count) < chance,
        opted_out=np.where(leaving & (gone > born + SECOND), gone, -1),
    )


def clock_times(dice: np.random.Generator, count: int) -> np.ndarray:
    """Seconds of the day at which people are on line: mostly working hours, some evenings."""
    work = dice.triangular(7.5, 11, 19, count)
    evening = dice.triangular(18, 20.5, 23.5, count)
    return (np.where(dice.random(count) < 0.82, work, evening) * 3600 * SECOND).astype(np.int64)


def odds_of_days(plan: Plan) -> np.ndarray:
    """How busy each day is: week, season, holidays unknown here, and slow growth."""
    days = [plan.first + timedelta(days=n) for n in range(plan.days)]
    weight = np.array([WEEK[day.weekday()] * SEASON.get(day.month, 1.0) for day in days])
    weight *= np.linspace(1.0, 1.45, len(days))
    return weight / weight.sum()


def _births(plan: Plan, dice: np.random.Generator) -> np.ndarray:
    day = dice.choice(plan.days, plan.leads, p=odds_of_days(plan))
    born = plan.midnights[day] + clock_times(dice, plan.leads) + dice.integers(0, SECOND, plan.leads)
    early = np.where(born > plan.now - 600 * SECOND, born - 3 * 86_400 * SECOND, born)
    return np.sort(np.maximum(early, plan.midnights[0] + 60 * SECOND))


def _campaigns(plan: Plan, dice: np.random.Generator, born: np.ndarray) -> np.ndarray:
    day = plan.day_of(born)
    dates = [plan.first + timedelta(days=n) for n in range(plan.days)]
    month = np.array([(d.year - plan.first.year) * 12 + d.month - plan.first.month for d in dates])
    number = np.array([d.day for d in dates])
    on = np.zeros((plan.days, len(words.CAMPAIGNS)))
    for column, one in enumerate(words.CAMPAIGNS):
        runs = np.ones(plan.days, bool) if one.months is None else np.isin(month, one.months)
        on[:, column] = np.where(runs & (number >= one.days[0]) & (number <= one.days[1]), one.share, 0)
    edges = np.cumsum(on, axis=1)[day]
    rank = (edges < dice.random(len(born))[:, None]).sum(axis=1)
    return np.where(rank < len(words.CAMPAIGNS), rank, -1)


def _buyers(dice: np.random.Generator, campaign: np.ndarray) -> np.ndarray:
    table = np.array([one.buyers for one in words.CAMPAIGNS] + [tuple(one.share for one in words.BUYERS)])
    edges = np.cumsum(table / table.sum(axis=1, keepdims=True), axis=1)[campaign]
    return np.minimum((edges < dice.random(len(campaign))[:, None]).sum(axis=1), NOBODY)


def _companies(plan: Plan, dice: np.random.Generator, born: np.ndarray, buyer: np.ndarray):
    many = max(8, plan.leads // PEOPLE_PER_COMPANY)
    pick = (many * dice.random(len(born)) ** 1.6).astype(np.int64)
    pick[(buyer == STUDENT) | (dice.random(len(born)) < 0.06)] = -1
    used, company = np.unique(pick, return_inverse=True)
    if used[0] == -1:
        company, used = company - 1, used[1:]
    first = np.full(len(used), plan.now)
    np.minimum.at(first, company[company >= 0], born[company >= 0])
    count = len(used)
    names = [_company_name(int(number)) for number in used]
    size = np.exp(dice.normal(4.1, 1.35, count)).astype(np.int64) + 2
    return company, Companies(
        born=first - 5 * SECOND,
        name=names,
        domain=[_slug(name) + ".example" for name in names],
        industry=dice.choice(len(words.INDUSTRIES), count, p=words.INDUSTRY_ODDS),
        country=dice.choice(len(words.COUNTRIES), count, p=words.COUNTRY_ODDS),
        employees=np.minimum(size, 12_000),
    )


def _company_name(number: int) -> str:
    stems, tails = len(words.COMPANY_STEMS), len(words.COMPANY_TAILS)
    name = f"{words.COMPANY_STEMS[number % stems]} {words.COMPANY_TAILS[number // stems % tails]}"
    again = number // (stems * tails)
    return f"{name} {again + 1}" if again else name


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return plain.replace(" ", "-")


def _functions(dice: np.random.Generator, buyer: np.ndarray) -> np.ndarray:
    """Number of the function in `all_functions()`."""
    start = np.cumsum([0] + [len(one.functions) for one in words.BUYERS])
    size = np.array([len(one.functions) for one in words.BUYERS])
    return start[buyer] + (dice.random(len(buyer)) * size[buyer]).astype(np.int64)


def all_functions() -> list[str]:
    return [name for one in words.BUYERS for name in one.functions]


def _sources(dice: np.random.Generator, campaign: np.ndarray) -> np.ndarray:
    """Number of the source in `all_sources()`."""
    other = dice.choice(len(words.OTHER_SOURCES), len(campaign), p=words.OTHER_ODDS)
    return np.where(campaign >= 0, campaign, len(words.CAMPAIGNS) + other)


def all_sources() -> list[str]:
    return [one.source for one in words.CAMPAIGNS] + list(words.OTHER_SOURCES)
