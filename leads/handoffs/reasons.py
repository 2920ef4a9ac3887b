"""Why a lead is refused or given back: one literal table. Adding a reason is one row here.

A reason is bound to facts: it names the criterion it contradicts, the field that is wrong, the record that proves it,
or the attempts that were made. `acts` says at which door it may be used: before any attempt (refuse) or after (return).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

REFUSE, RETURN = "refuse", "return"
BOTH = (REFUSE, RETURN)
CRITERION, FIELD, RECORD, ATTEMPTS = "criterion", "field", "record", "attempts"
RECYCLED, DISQUALIFIED = "recycled", "disqualified"
MAX_DELAY = 730  # days ahead that a return date may lie


@dataclass(frozen=True)
class Family:
    """A family is one line of the sheet; there are never more than seven."""

    key: str
    label: object


@dataclass(frozen=True)
class Reason:
    """`evidence` is what must be named; `next` the stage that follows; `delay` days until a lead may come back, from
    which the rep may depart (`asks_date`); `excluded` ones are a named subset of the refused, proved by a record;
    `opposes` closes every channel.
    """

    code: str
    family: str
    label: object
    next: str
    acts: tuple[str, ...] = BOTH
    evidence: str = ""
    delay: int | None = None
    asks_date: bool = False
    excluded: bool = False
    opposes: bool = False

    @property
    def question(self):
        return QUESTIONS[self.evidence]


QUESTIONS = {
    "": "",
    CRITERION: _("Which criterion is contradicted?"),
    FIELD: _("Which field is wrong?"),
    RECORD: _("Which record is the same?"),
    ATTEMPTS: "",
}
FAMILIES = {
    family.key: family
    for family in (
        Family("fit", _("Not our customer")),
        Family("duplicate", _("Known already")),
        Family("data", _("Bad data")),
        Family("reach", _("Unreachable")),
        Family("timing", _("Not now")),
        Family("intent", _("No project")),
        Family("legal", _("Opposition")),
    )
}
REASONS = {
    reason.code: reason
    for reason in (
        Reason("FIT-SIZE", "fit", _("Company too small or too large"), RECYCLED, evidence=CRITERION),
        Reason("FIT-IND", "fit", _("Wrong industry"), DISQUALIFIED, evidence=CRITERION),
        Reason("FIT-ROLE", "fit", _("Wrong role or no authority"), RECYCLED, evidence=CRITERION),
        Reason("FIT-GEO", "fit", _("Outside the territory"), DISQUALIFIED, evidence=CRITERION),
        Reason("REL-COMP", "fit", _("Competitor"), DISQUALIFIED, evidence=CRITERION),
        Reason("NEG-PERS", "fit", _("Student, job seeker or other negative persona"), DISQUALIFIED, evidence=CRITERION),
        Reason("REL-CUST", "duplicate", _("Already a customer"), DISQUALIFIED, evidence=RECORD, excluded=True),
        Reason("REL-DUP", "duplicate", _("Duplicate of another lead"), DISQUALIFIED, evidence=RECORD, excluded=True),
        Reason("DATA-BAD", "data", _("Invalid contact data"), RECYCLED, evidence=FIELD, delay=30),
        Reason("TEST", "data", _("Test or spam"), DISQUALIFIED, evidence=FIELD, excluded=True),
        Reason("REACH-NONE", "reach", _("No answer after the promised attempts"), RECYCLED, (RETURN,), ATTEMPTS, 90),
        Reason("TIME-LATER", "timing", _("Interested, wrong time"), RECYCLED, (RETURN,), delay=60, asks_date=True),
        Reason("BUD-NONE", "timing", _("No budget"), RECYCLED, (RETURN,), delay=90, asks_date=True),
        Reason("COMP-LOCK", "timing", _("Bound to a competitor"), RECYCLED, (RETURN,), delay=270, asks_date=True),
        Reason("INT-NONE", "intent", _("No real need or project"), DISQUALIFIED, (RETURN,)),
        Reason("OPP-OUT", "legal", _("Asked not to be contacted"), DISQUALIFIED, opposes=True),
    )
}
EXCLUDED = tuple(code for code, reason in REASONS.items() if reason.excluded)
# Returns for these families count against marketing in the acceptance rate, as refusals do.
QUALITY = tuple(code for code, reason in REASONS.items() if reason.family in ("fit", "data") and not reason.excluded)


# Reasons that nobody chooses: the house itself ends a handoff.
OWN = {
    "silence": _("no decision within the agreed time"),
    "correction": _("what made it qualify was taken back"),
    "undone": _("the import was taken back"),
}


def label(code: str) -> str:
    """The reason in words; a code that no table holds any longer is shown as it is."""
    return str(REASONS[code].label if code in REASONS else OWN.get(code, code))


def allowed(act: str) -> list[Reason]:
    """Reasons of an act ("refuse" or "return") in the order of the table."""
    return [reason for reason in REASONS.values() if act in reason.acts]


def by_family(reasons: Iterable[Reason]) -> list[tuple[Family, list[Reason]]]:
    """Reasons under their families, in the order of both tables."""
    groups: dict[str, list[Reason]] = {}
    for reason in reasons:
        groups.setdefault(reason.family, []).append(reason)
    return [(family, groups[key]) for key, family in FAMILIES.items() if key in groups]
