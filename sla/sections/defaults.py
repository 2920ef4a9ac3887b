"""What the sections of terms say, also where their body is older than the section (no Django here).

Every function takes terms (anything with a `body`) or the body itself. A section that the body does not hold, or a field
that it leaves out, reads as DEFAULTS. Bodies hold text, whole numbers, true, false and null only; decimals are text, and
people are ids: names are joined live.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

DUE, HANDOFF = "due", "handoff"
MONTHLY, QUARTERLY = "monthly", "quarterly"
PAUSES = ("prospect", "incident")
# Groups of people who may be told: by role and side, by signature, by the section of the parties.
GROUPS = ("managers", "signers", "marketers", "contacts", "viewers")

# One literal table: section -> field -> its value where nothing is written.
DEFAULTS: dict[str, dict[str, Any]] = {
    "parties": {
        "contact_marketing": None, "contact_sales": None, "sponsor": None, "deputy_marketing": None, "deputy_sales": None,
    },
    "scope": {"renewal": "none", "renewal_months": 12, "notice_days": 30},
    "definitions": {"version": None},  # number of the version of the definition's line that both sides had signed
    "goal": {
        "revenue": None, "share": "100", "deal": None, "accepted": None, "sql": None, "won": None, "months": 12,
        "rounding": "end", "source_from": None, "source_to": None,
    },
    "capacity": {"reps": None, "hours_a_day": None, "minutes": "8", "reach": None, "beyond": ""},
    "clock_rules": {
        "start": "handoff", "month": DUE, "pauses": list(PAUSES), "same_within_minutes": 30, "per_day": 2,
        "channels": ["call", "mail", "message", "visit"],
    },
    "exclusions": {"reasons": ["REL-CUST", "REL-DUP", "TEST"], "force_majeure": True},
    "refusal": {
        "silence_days": 30, "on_silence": "escalate", "contest_days": 5, "recycle_days": 90, "max_recycles": None,
        "return_to_same_rep": False,
    },
    "reporting": {"nightly": ["managers"], "monthly": ["managers", "signers"], "grace_days": 3, "close_day": None, "model": None},
    "escalation": {"remind": 80, "copy": 100, "reassign_after_days": None, "sponsor_after_days": None},
    "meetings": {
        "rhythm": "weekly", "weekday": 1, "minutes": 30, "owner": None,
        "agenda": ["figures", "refusals", "praise", "resolutions"],
    },
    "review": {"rhythm": MONTHLY, "day": 5},
}  # fmt: skip
TIERS = "tiers"  # a parameter of clauses: [{"grades": ["A1"], "target": "2" or null}, …]
REFUSAL_RULES = ("silence_days", "on_silence", "contest_days", "recycle_days", "max_recycles", "return_to_same_rep")
RULES = ("same_within_minutes", "per_day", "channels")  # of the clock rules, pushed down to handoffs


@dataclass(frozen=True)
class Escalation:
    """At `remind` % of a promise's time its rep is told, at `copy` % the manager too; `reassign_after_days` business days
    after the due instant the handoff goes to somebody else (None: never by itself); `sponsor_after_days` business days after it,
    the sponsor is told of what nobody has touched (None: never)."""

    remind: int
    copy: int
    reassign_after_days: int | None
    sponsor_after_days: int | None


@dataclass(frozen=True)
class Tier:
    """Grades with targets of their own: clause key -> its target there; None: nothing is promised on these."""

    grades: tuple[str, ...]
    targets: Mapping[str, Decimal | None]


def body_of(terms: Any) -> Mapping[str, Any]:
    """The body of terms, or the body itself."""
    return terms if isinstance(terms, Mapping) else terms.body


def section(terms: Any, name: str) -> dict[str, Any]:
    """A section with every field: what is written over what is usual. KeyError for a section that the table lacks."""
    return deepcopy(DEFAULTS[name]) | dict(body_of(terms).get(name) or {})


def written(terms: Any, name: str) -> bool:
    """Whether the body holds the section itself."""
    return bool(body_of(terms).get(name))


def grace_days(terms: Any) -> int:
    """Days after a month's end in which late facts still count before its book closes."""
    return int(section(terms, "reporting")["grace_days"])


def close_day(terms: Any) -> int | None:
    """Day of the following month on which a book closes; None: as soon as the grace days are over."""
    day = section(terms, "reporting")["close_day"]
    return None if day is None else int(day)


def report_recipients(terms: Any, report: str) -> tuple[str, ...]:
    """Groups (`GROUPS`) that get a report: "nightly" or "monthly"."""
    return tuple(section(terms, "reporting")[report])


def review_rhythm(terms: Any) -> str:
    """MONTHLY or QUARTERLY."""
    return section(terms, "review")["rhythm"]


def review_day(terms: Any) -> int:
    """Day of the month (1 to 28) on which the review is due; of the first month of a quarter where it is quarterly."""
    return int(section(terms, "review")["day"])


def escalation(terms: Any) -> Escalation:
    """What happens while a promise runs out and after."""
    return Escalation(**{key: section(terms, "escalation")[key] for key in DEFAULTS["escalation"]})


def steps(terms: Any) -> Escalation:
    """The escalation that the terms promise, within what can be: a reminder before the end, the manager by ten times it."""
    said = escalation(terms)
    days, last = (n if n and n > 0 else None for n in (said.reassign_after_days, said.sponsor_after_days))
    return Escalation(min(max(said.remind, 1), 99), min(max(said.copy, 1), 1000), days, last)


def month_switch(terms: Any) -> str:
    """DUE: a clock belongs to the month in which it falls due; HANDOFF: to the month of its handoff."""
    return section(terms, "clock_rules")["month"]


def pauses_allowed(terms: Any) -> tuple[str, ...]:
    """Reasons (`PAUSES`) for which a clock may be paused."""
    said = section(terms, "clock_rules")["pauses"]
    return tuple(one for one in PAUSES if one in said)


def tiers(terms: Any) -> tuple[Tier, ...]:
    """Groups of grades that a clause treats in their own way, in the order of the clauses; none where all are alike."""
    found: dict[tuple[str, ...], dict[str, Decimal | None]] = {}
    for clause in body_of(terms).get("clauses") or ():
        for one in (clause.get("params") or {}).get(TIERS) or ():
            target = one.get("target")
            found.setdefault(tuple(one["grades"]), {})[clause["key"]] = Decimal(target) if target else None
    return tuple(Tier(grades, targets) for grades, targets in found.items())


def excluded_reasons(terms: Any) -> tuple[str, ...]:
    """Codes of the reasons that the acceptance rate leaves out, as agreed."""
    return tuple(section(terms, "exclusions")["reasons"])


def handoff_rules(terms: Any) -> dict[str, Any]:
    """What the terms say about routing and attempts, by the names of `leads.handoffs.rules`; only what is written."""
    out: dict[str, Any] = {}
    if written(terms, "refusal"):
        said = section(terms, "refusal")
        out |= {key: said[key] for key in REFUSAL_RULES}
    if written(terms, "clock_rules"):
        said = section(terms, "clock_rules")
        out |= {key: said[key] for key in RULES}
    if written(terms, "exclusions"):
        out["excluded_reasons"] = list(excluded_reasons(terms))
    if by_grade := _attempts_by_grade(terms):
        out["attempts_by_grade"] = by_grade
    return out


def _attempts_by_grade(terms: Any) -> dict[str, int]:
    """Grade -> attempts promised, where the clause of attempts has tiers."""
    told = [one for one in body_of(terms).get("clauses") or () if one.get("kind") == "min_attempts"]
    tiers_of = [tier for one in told for tier in (one.get("params") or {}).get(TIERS) or () if tier.get("target")]
    return {grade: int(Decimal(tier["target"])) for tier in tiers_of for grade in tier["grades"]}


def notice_days(terms: Any) -> int:
    """Days of notice with which either side may end the contract."""
    return int(section(terms, "scope")["notice_days"])


def contest_days(terms: Any) -> int:
    """Business days in which a refusal may be contested."""
    return int(section(terms, "refusal")["contest_days"])
