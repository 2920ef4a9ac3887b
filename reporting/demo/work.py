"""What sales did with each handoff, played from its instant on: tries, decisions, deals. Pure: handoffs in, deeds out.

Nothing happens after the plan's present. Delays are in business hours on the contract's axis.
"""

import math
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

import numpy as np

from smarketing.calendars.axis import Axis

from . import words
from .plan import ZONE, Plan

MEDIAN_HOURS, SPREAD = 1.05, 0.75
PACE = {"karim": 1.45, "marc": 1.15, "lea": 0.8, "julie": 0.9}  # of the first attempt, by rep
DOOR = {"claire": 0.32, "paul": 0.37, "nadia": 0.38, "": 0.58}  # chance of a refusal before any attempt
REACHED, QUALIFIES, OPENS = 0.42, 0.47, 0.92
WINS = 0.225  # of the deals, before what a persona or campaign does to it
PLANTED_WINS = 2.3
PLANTED_DELAY = 6.0  # of a rep who is slow
PLANTED_LIE = 1.4  # weight of the refusals that name a criterion that lies; all others weigh about one
SLACK_MONTHS = (9, 13)  # months in which one rep stopped after one attempt
REFUSALS = (
    ("FIT-SIZE", "fit:size", 0.22), ("FIT-ROLE", "fit:trade", 0.2), ("FIT-IND", "fit:trade", 0.12),
    ("FIT-GEO", "fit:country", 0.09), ("REL-COMP", "fit:trade", 0.05), ("DATA-BAD", "field:lead.phone", 0.17),
    ("TEST", "field:lead.email", 0.04), ("REL-CUST", "lead", 0.06), ("REL-DUP", "lead", 0.05),
)  # fmt: skip
RETURNS = (
    ("TIME-LATER", "", 0.32), ("BUD-NONE", "", 0.2), ("INT-NONE", "", 0.24), ("COMP-LOCK", "", 0.09),
    ("FIT-ROLE", "fit:trade", 0.1), ("FIT-SIZE", "fit:size", 0.05),
)  # fmt: skip
RECYCLED = {"FIT-SIZE": None, "FIT-ROLE": None, "DATA-BAD": 30, "REACH-NONE": 90, "TIME-LATER": 60, "BUD-NONE": 90, "COMP-LOCK": 270}  # fmt: skip
LOST = (("price", 0.28), ("competitor", 0.22), ("no_budget", 0.18), ("later", 0.14), ("no_decision", 0.12), ("product", 0.06))  # fmt: skip
BACK_AFTER = {
    "price": 120,
    "competitor": 270,
    "no_budget": 180,
    "later": 60,
    "no_decision": 90,
    "product": 180,
}  # days, as whoever lost the deal said

ALONG = (
    ("discovery", 0.05),
    ("offer", 0.3),
    ("negotiation", 0.6),
    ("agreed", 0.85),
)  # of the time from opening to closing


@dataclass(frozen=True)
class Handed:
    """A handoff to be played. `buyer` key of the persona, `campaign` key, `rep` key of the person in charge."""

    pk: int
    lead: int
    at: datetime
    rep: str
    buyer: str
    campaign: str
    employees: int
    company: str
    fresh: bool = False  # of the last working day: still owed, whoever plays the rep decides


@dataclass(frozen=True)
class Try:
    handoff: Handed
    at: datetime
    channel: str
    outcome: str
    note: str = ""
    undone: datetime | None = None


@dataclass(frozen=True)
class Verdict:
    handoff: Handed
    at: datetime
    kind: str
    reason: str = ""
    evidence: str = ""
    return_on: date | None = None


@dataclass(frozen=True)
class Sale:
    handoff: Handed
    at: datetime
    amount: Decimal
    state: str = "open"
    closed_at: datetime | None = None
    reason: str = ""
    steps: tuple[tuple[str, datetime], ...] = ()
    return_on: date | None = None


@dataclass
class Deeds:
    tries: list[Try] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    sales: list[Sale] = field(default_factory=list)


def play(plan: Plan, axis: Axis, handed: list[Handed], cycle: int = 0) -> Deeds:
    """Everything that happened on these handoffs up to the plan's present."""
    player = _Player(plan, axis, plan.dice(f"work {cycle}"))
    for one in sorted(handed, key=lambda h: (h.at, h.pk)):
        player.play(one)
    return player.deeds


def refusals(lie: str) -> tuple[tuple[str, str, float], ...]:
    """What refusals say, and how often; a criterion that lies is what most of them name."""
    of_it = sum(odds for _reason, evidence, odds in REFUSALS if evidence == lie)
    return tuple(
        (reason, evidence, odds / of_it * PLANTED_LIE if evidence == lie else odds)
        for reason, evidence, odds in REFUSALS
    )


class _Player:
    def __init__(self, plan: Plan, axis: Axis, dice: np.random.Generator):
        self.plan, self.axis, self.dice, self.deeds = plan, axis, dice, Deeds()
        self.refusals = refusals(plan.plants.criterion)

    def play(self, one: Handed) -> None:
        first = self.later(one.at, self.first_delay(one))
        door, sure = self.dice.random() < DOOR[one.buyer], self.dice.random()
        if one.fresh or first > self.plan.at:
            return
        if door:
            self.refuse(one, first)
            return
        reached = self.tries(one, first)
        if reached:
            self.talk(one, reached, sure)

    def first_delay(self, one: Handed) -> float:
        """Business hours until the rep first acts."""
        month = one.at.astimezone(ZONE).date().replace(day=1)
        factor = PLANTED_DELAY if one.rep == self.plan.plants.rep else PACE.get(one.rep, 1.0)
        factor *= 9.0 if month == self.plan.late_month else 1.7 if month.month == 8 else 1.0
        hours = MEDIAN_HOURS * factor * math.exp(self.dice.normal(0, SPREAD))
        return min(max(hours, 0.05), 30)

    def tries(self, one: Handed, at: datetime) -> datetime | None:
        """Tries until the lead is reached; without an answer it goes back. The instant of reaching, or None."""
        month = self.month_number(one.at)
        slack = 0.75 if month in SLACK_MONTHS and one.rep in ("karim", "marc", "sofia") else 0.05
        planned = 1 if self.dice.random() < slack else 3 + int(self.dice.random() < 0.3)
        for _number in range(planned):
            if at > self.plan.at:
                return None
            reached = self.dice.random() < REACHED
            self.attempt(one, at, reached)
            if reached:
                return at
            at = self.later(at, self.dice.uniform(7, 20))
        if planned >= 3:
            self.decide(one, self.later(at, self.dice.uniform(1, 9)), "return", "REACH-NONE", f"attempts:{planned}")
        else:
            self.decide(one, self.later(at, self.dice.uniform(90, 160)), "return", "TIME-LATER")
        return None

    def attempt(self, one: Handed, at: datetime, reached: bool) -> None:
        roll, mistaken = self.dice.random(), self.dice.random() < 0.012
        channel, outcome = ("call", "reached") if reached or roll < 0.68 else ("mail", "mail_sent")
        if not reached and channel == "call":
            outcome = "no_answer" if roll < 0.4 else "voicemail" if roll < 0.64 else "wrong_number"
        note = words.NOTES[int(self.dice.integers(len(words.NOTES)))] if reached and self.dice.random() < 0.35 else ""
        if mistaken and not reached and one.at < at - timedelta(seconds=40):
            earlier = at - timedelta(seconds=30)
            self.deeds.tries.append(Try(one, earlier, "call", "reached", undone=at - timedelta(seconds=12)))
        self.deeds.tries.append(Try(one, at, channel, outcome, note))

    def refuse(self, one: Handed, at: datetime) -> None:
        reason, evidence = self.pick(self.refusals)
        self.decide(one, at, "refuse", reason, f"lead:{max(1, one.lead - 1)}" if evidence == "lead" else evidence)

    def talk(self, one: Handed, at: datetime, sure: float) -> None:
        """After the lead was reached: accepted, then SQL and deal, or given back, or still in the making."""
        if self.dice.random() < 0.62:
            self.decide(one, at + timedelta(minutes=float(self.dice.uniform(1, 9))), "accept")
        if sure < QUALIFIES:
            when = self.later(at, self.dice.uniform(1, 36))
            if self.decide(one, when, "qualify"):
                self.sell(one, when)
            return
        reason, evidence = self.pick(RETURNS)
        self.decide(one, self.later(at, self.dice.uniform(6, 160)), "return", reason, evidence)

    def sell(self, one: Handed, at: datetime) -> None:
        opens, size = self.dice.random() < OPENS, self.dice.normal(0, 0.55)
        at = at + timedelta(minutes=float(self.dice.uniform(2, 50)))
        amount = Decimal(round((3800 + 14 * min(one.employees, 900)) * math.exp(size), -1)).quantize(Decimal("0.01"))
        hours = 20 + self.dice.exponential(190)
        closes = self.later(at, hours)
        won = self.dice.random() < self.win_chance(one)
        reason = self.pick(tuple((key, "", odds) for key, odds in LOST))[0]
        if not opens or at > self.plan.at:
            return
        steps = self.steps(at, hours, len(ALONG) if won else 1 + one.pk % len(ALONG))
        if closes > self.plan.at:
            self.deeds.sales.append(Sale(one, at, amount, steps=steps))
        elif won:
            self.deeds.sales.append(Sale(one, at, amount, "won", closes, steps=steps))
        else:
            back = closes.astimezone(ZONE).date() + timedelta(days=BACK_AFTER[reason])
            self.deeds.sales.append(Sale(one, at, amount, "lost", closes, reason, steps, back))

    def steps(self, at: datetime, hours: float, most: int) -> tuple[tuple[str, datetime], ...]:
        """The first `most` steps of a deal that is opened at `at` and closes so many business hours later, up to the present."""
        reached = [(step, self.later(at, hours * part)) for step, part in ALONG[:most]]
        return tuple((step, when) for step, when in reached if when <= self.plan.at)

    def win_chance(self, one: Handed) -> float:
        if one.campaign == self.plan.plants.campaign:
            return 0.0
        return WINS * (PLANTED_WINS if one.buyer == self.plan.plants.persona else 1.0)

    def decide(self, one: Handed, at: datetime, kind: str, reason: str = "", evidence: str = "") -> bool:
        """Add a decision unless it lies in the future. Whether it was made."""
        if at > self.plan.at:
            return False
        delay = RECYCLED.get(reason)
        back = at.astimezone(ZONE).date() + timedelta(days=delay) if delay else None
        self.deeds.verdicts.append(Verdict(one, at, kind, reason, evidence, back))
        return True

    def later(self, at: datetime, hours: float) -> datetime:
        """`hours` business hours after `at`."""
        return self.axis.due(at, timedelta(hours=float(hours)))

    def month_number(self, at: datetime) -> int:
        day = at.astimezone(ZONE).date()
        return (day.year - self.plan.first.year) * 12 + day.month - self.plan.first.month

    def pick(self, table: tuple) -> tuple[str, str]:
        edges = np.cumsum([row[2] for row in table])
        row = table[int(np.searchsorted(edges, self.dice.random() * edges[-1], side="right"))]
        return row[0], row[1]
