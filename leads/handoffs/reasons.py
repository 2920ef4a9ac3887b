"""Why a lead is refused or given back, and why a deal is lost: one literal table. Adding a reason is one row here.

A reason is bound to facts: it names the criterion it contradicts, the field that is wrong, the record that proves it,
or the attempts that were made. `acts` says at which door it may be used: before any attempt (refuse) or after (return).

What a company renamed, put in another order, retired or added lies over the table (`ReasonCode`, written by
`reason_codes`): `known()` is both together. A reason of the company's own does as its family does.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.utils.translation import gettext_lazy as _

from leads.models import ReasonCode
from smarketing.rows.kept import Kept
from smarketing.web.language import active_language

REFUSE, RETURN, LOSE = "refuse", "return", "lose"
BOTH = (REFUSE, RETURN)
CRITERION, FIELD, RECORD, ATTEMPTS = "criterion", "field", "record", "attempts"
RECYCLED, DISQUALIFIED = "recycled", "disqualified"
MAX_DELAY = 730  # days ahead that a return date may lie


@dataclass(frozen=True)
class Family:
    """A family is one line of the sheet; there are never more than seven. The rest says what a reason that a company
    adds to it does, and how its code begins."""

    key: str
    label: object
    prefix: str = ""
    acts: tuple[str, ...] = BOTH
    evidence: str = ""
    asks_date: bool = False
    excluded: bool = False
    opposes: bool = False


@dataclass(frozen=True)
class Words:
    """A company's own words, read in the reader's language."""

    en: str
    fr: str

    def __str__(self) -> str:
        return self.fr if active_language() == "fr" else self.en


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
    order: int = 0
    retired: bool = False
    own: bool = False  # added by the company

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
        Family("fit", _("Not our customer"), "FIT", evidence=CRITERION),
        Family("duplicate", _("Known already"), "DUP", evidence=RECORD, excluded=True),
        Family("data", _("Bad data"), "DATA", evidence=FIELD),
        Family("reach", _("Unreachable"), "REACH", (RETURN,), ATTEMPTS),
        Family("timing", _("Not now"), "TIME", (RETURN,), asks_date=True),
        Family("intent", _("No project"), "INT", (RETURN,)),
        Family("legal", _("Opposition"), "OPP", opposes=True),
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
LOST = Family("lost", _("Deal lost"), "LOST", (LOSE,), asks_date=True)
LOSSES = {
    reason.code: reason
    for reason in (
        Reason("price", "lost", _("Price"), RECYCLED, (LOSE,), asks_date=True),
        Reason("competitor", "lost", _("Chose a competitor"), RECYCLED, (LOSE,), asks_date=True),
        Reason("no_budget", "lost", _("No budget"), RECYCLED, (LOSE,), asks_date=True),
        Reason("later", "lost", _("Put off"), RECYCLED, (LOSE,), asks_date=True),
        Reason("no_decision", "lost", _("No decision"), RECYCLED, (LOSE,), asks_date=True),
        Reason("no_need", "lost", _("The need went away"), RECYCLED, (LOSE,), asks_date=True),
        Reason("product", "lost", _("Something is missing in the product"), RECYCLED, (LOSE,), asks_date=True),
    )
}
ALL_FAMILIES = {**FAMILIES, LOST.key: LOST}
BUILT_IN = {
    code: replace(reason, order=place * 10) for place, (code, reason) in enumerate({**REASONS, **LOSSES}.items(), 1)
}
# Reasons that nobody chooses: the house itself ends a handoff.
OWN = {
    "silence": _("no decision within the agreed time"),
    "correction": _("what made it qualify was taken back"),
    "undone": _("the import was taken back"),
    "erased": _("the person was erased"),
}


def known() -> dict[str, Reason]:
    """Every reason by code, family by family, as the company arranged them; retired ones too."""
    rows = {row.code: row for row in ReasonCode.objects.all()}
    found = [_arranged(reason, rows.pop(code, None)) for code, reason in BUILT_IN.items()]
    found += [_own(row) for row in rows.values() if row.family in ALL_FAMILIES]
    places = list(ALL_FAMILIES)
    found.sort(key=lambda one: (places.index(one.family), one.order, one.code))
    return {one.code: one for one in found}


kept = Kept(known, seconds=1)


def label(code: str) -> str:
    """The reason in words; a code that no table holds any longer is shown as it is."""
    if not code or code in OWN:
        return str(OWN.get(code, code))
    reason = kept().get(code)
    return str(reason.label) if reason else code


def allowed(act: str) -> list[Reason]:
    """Reasons of an act ("refuse", "return" or "lose") that are offered, in order."""
    return [reason for reason in known().values() if act in reason.acts and not reason.retired]


def excluded() -> tuple[str, ...]:
    """Codes that the acceptance rate leaves out."""
    return tuple(code for code, reason in known().items() if reason.excluded)


def faults() -> tuple[str, ...]:
    """Codes of fit and data, whether or not the acceptance rate leaves them out."""
    return tuple(code for code, reason in known().items() if reason.family in ("fit", "data"))


def quality() -> tuple[str, ...]:
    """Codes of returns that count against marketing in the acceptance rate, as refusals do."""
    return tuple(code for code, reason in known().items() if reason.family in ("fit", "data") and not reason.excluded)


def by_family(reasons: Iterable[Reason]) -> list[tuple[Family, list[Reason]]]:
    """Reasons under their families, in the order of both tables."""
    groups: dict[str, list[Reason]] = {}
    for reason in reasons:
        groups.setdefault(reason.family, []).append(reason)
    return [(family, groups[key]) for key, family in ALL_FAMILIES.items() if key in groups]


def _arranged(reason: Reason, row: ReasonCode | None) -> Reason:
    """A reason of the table with what the company changed about it."""
    if row is None:
        return reason
    label = Words(row.label_en, row.label_fr) if row.label_en else reason.label
    follows, delay = (row.next, row.delay) if row.next else (reason.next, reason.delay)
    order = reason.order if row.order is None else row.order
    return replace(
        reason, label=label, next=follows, delay=delay, order=order, retired=row.retired_at is not None
    )  # fmt: skip


def _own(row: ReasonCode) -> Reason:
    family = ALL_FAMILIES[row.family]
    return Reason(
        row.code, row.family, Words(row.label_en, row.label_fr), row.next or RECYCLED, family.acts, family.evidence,
        row.delay, family.asks_date, family.excluded, family.opposes, row.order or 0, row.retired_at is not None, True,
    )  # fmt: skip
