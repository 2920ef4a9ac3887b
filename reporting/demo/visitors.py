"""Anonymous visits before a lead is known, and what came along with its forms. Drawn pure, from dice of their own."""

import json
from dataclasses import dataclass

import numpy as np

from . import words
from .bulk import copy, ids, times
from .crowd import SECOND, Crowd
from .plan import DAY_US, Plan
from .traffic import Traffic

SHARE = 0.12  # of the leads, came back under a cookie that had been here before
QUIET = 7  # pages before this one are counted by no criterion of the signed definition
SUBJECTS = ("lead scoring", "sales contract", "closed loop", "reporting")
WHEN = ("this month", "this quarter", "later")


@dataclass(frozen=True)
class Visits:
    """`leads`: who was anonymous first, one visitor each. One entry per visit in the other columns, by visitor's number."""

    leads: np.ndarray
    visitor: np.ndarray
    occurred: np.ndarray
    page: np.ndarray

    @property
    def first(self) -> np.ndarray:
        """Instant of each visitor's first visit."""
        out = np.full(len(self.leads), np.iinfo(np.int64).max)
        np.minimum.at(out, self.visitor, self.occurred)
        return out


def draw(plan: Plan, crowd: Crowd) -> Visits:
    """One to four visits of some leads in the three weeks before they became known."""
    dice = plan.dice("visitors")
    early = np.flatnonzero(crowd.born > plan.midnights[0] + 30 * DAY_US)
    leads = early[dice.random(len(early)) < SHARE]
    visitor = np.repeat(np.arange(len(leads)), dice.integers(1, 5, len(leads)))
    before = (dice.random(len(visitor)) ** 2 * 21 * DAY_US).astype(np.int64) + 60 * SECOND
    occurred = crowd.born[leads[visitor]] - before
    order = np.lexsort((visitor, occurred))
    page = dice.choice(QUIET, len(visitor), p=np.array(words.PAGE_ODDS[:QUIET]) / sum(words.PAGE_ODDS[:QUIET]))
    return Visits(leads, visitor[order], occurred[order], page)


def write(visits: Visits, crowd: Crowd, leads: np.ndarray, site: int) -> tuple[np.ndarray, np.ndarray]:
    """Visitors and their joins. Returns (ids of the visitors, by visit; by lead of the crowd, -1 for none)."""
    number = ids("leads_visitor_id_seq", len(visits.leads))
    copy("leads_visitor", {
        "id": number, "source_id": site, "key": [f"cookie-{n}" for n in number.tolist()], "created_at": times(visits.first),
    })  # fmt: skip
    known = times(crowd.born[visits.leads] + SECOND)
    copy("leads_join", {
        "visitor_id": number, "lead_id": leads[visits.leads], "occurred_at": times(crowd.born[visits.leads]),
        "recorded_at": known, "known_at": known,
    })  # fmt: skip
    of_lead = np.full(len(crowd.born), -1)
    of_lead[visits.leads] = number
    return number[visits.visitor], of_lead


def payloads(plan: Plan, traffic: Traffic, number: np.ndarray) -> int:
    """What was sent along with forms, demo requests, webinars and downloads. Returns the rows."""
    dice, kind = plan.dice("payloads"), traffic.kind
    subject, when = dice.integers(0, len(SUBJECTS), len(kind)), dice.integers(0, len(WHEN), len(kind))
    amount = dice.integers(5, 60, len(kind))
    said = {
        "form": lambda n: {"subject": SUBJECTS[subject[n]], "team_size": int(amount[n])},
        "demo": lambda n: {"seats": int(amount[n]), "when": WHEN[when[n]]},
        "webinar": lambda n: {"minutes": int(amount[n])},
        "download": lambda n: {"subject": SUBJECTS[subject[n]]},
    }
    wanted = np.flatnonzero(np.isin(kind, [words.KIND[name] for name in said]))
    texts = [json.dumps(said[words.KINDS[kind[n]]](n)) for n in wanted.tolist()]
    return copy("leads_eventpayload", {"event_id": number[wanted], "properties": texts})
