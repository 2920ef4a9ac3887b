"""Models, definitions and oddities in words. One table each."""

from typing import Any

from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from . import origins, reckoned

# model → (name, its rule in words)
MODELS: dict[str, tuple[Any, Any]] = {
    "first": (_("first touch"), _("All to the first touch of any contact of the deal.")),
    "last": (_("last touch"), _("All to the last touch before the win.")),
    "linear": (_("linear"), _("The same part to every touch.")),
    "u": (_("U, first and last"), _("40 to the first and 40 to the last touch, 20 shared by those between (position-based).")),
    "u_lead": (_("U, first and lead"), _("40 to the first touch, 40 to the one that created the lead, 20 shared by all others.")),
    "u_lead_between": (_("U, between"), _("40 to the first touch, 40 to the one that created the lead, 20 shared by those between these two.")),
    "u_half": (_("U, half and half"), _("50 to the first touch, 50 to the one that created the lead.")),
    "w": (_("W"), _("30 each to the first touch, to the one that created the lead and to the last one before the deal was opened; 10 shared by those between.")),
    "w_others": (_("W, all others"), _("30 each to the first touch, to the one that created the lead and to the last one before the deal was opened; 10 shared by all others.")),
    "full": (_("full path"), _("22.5 each to the first touch, to the one that created the lead, to the last one before the deal was opened and to the last before the win; 10 shared by all others.")),
    "decay": (_("time decay"), _("A touch weighs half as much for each half-life between it and the win.")),
    "custom": (_("own weights"), _("The shares that you agreed for the milestones.")),
    "shapley": (_("Shapley, sums"), _("Each campaign of the deal's way the same part: a set of campaigns is worth what deals brought that met only campaigns of the set.")),
    "markov": (_("Markov"), _("By what would be lost without a campaign: order 1, its traffic ends in nothing, won and lost deals of the period together.")),
    "shapley_rates": (_("Shapley, rates"), _("By what a campaign adds to the win rate of each set of campaigns: a set is worth the rate among deals that met exactly this set. Up to 12 campaigns.")),
}  # fmt: skip

ORIGINS: dict[str, tuple[Any, Any]] = {
    origins.SOURCE: (_("sourced: lead source"), _("The source of the deal's primary lead is one of marketing's; a lead without a source names a campaign of marketing's.")),
    origins.FIRST: (_("sourced: first touch"), _("The first touch of all its contacts is of a campaign of marketing's.")),
    origins.BEFORE: (_("sourced: before sales"), _("Marketing touched one of its contacts before the first attempt of sales, or before the deal was opened.")),
    origins.INFLUENCED: (_("influenced"), _("Marketing touched one of its contacts at any time before it ended. It holds all that is sourced by touches: it is never added to it.")),
}  # fmt: skip

# (verdict, sign) → (what a cell says, its rule in words); a mark and a word, never a colour alone
VERDICTS: dict[tuple[str, int], tuple[Any, Any]] = {
    ("robust", 1): (_("robust ✓"), _("It pays under every model, at the same rank give or take one.")),
    ("robust", -1): (_("robust ✗"), _("It loses money under every model, at the same rank give or take one.")),
    ("robust", 0): (_("robust ="), _("It brings what it costs under every model.")),
    ("depends", 1): (_("depends ~"), _("It pays under every model, but its rank depends on the model.")),
    ("depends", -1): (_("depends ~"), _("It loses money under every model, but its rank depends on the model.")),
    ("depends", 0): (_("depends ~"), _("Whether it pays depends on the model.")),
    ("unknown", 0): ("–", _("Without a cost there is no return to compare.")),
}  # fmt: skip

FLAGS: dict[str, tuple[Any, Any]] = {
    reckoned.UNTOUCHED: (_("Won without a touch"), _("Won deals that no touch inside the look-back explains: their amount is credited to no campaign, and shown.")),
    reckoned.LATE: (_("Touched after the win"), _("Won deals with touches after the win: those touches are left out.")),
    reckoned.EARLY: (_("Won before the first touch"), _("Won deals whose touches all come after the win.")),
    reckoned.FALLING: (_("Won without a milestone of the model"), _("Won deals with touches where a milestone of the model agreed is missing: their amount is shared by first and last touch instead.")),
    reckoned.ALONE: (_("Won without a contact"), _("Won deals that name nobody: no touch can be theirs.")),
}  # fmt: skip


def model(key: str) -> str:
    """The name of a model in the language of whoever looks."""
    return str(MODELS[key][0])


def attributed(key: str) -> Any:
    return lazy(lambda: str(_("Revenue attributed: %(model)s") % {"model": MODELS[key][0]}), str)()


def joined(label: Any, what: Any) -> Any:
    return lazy(lambda: str(_("%(what)s (%(origin)s)") % {"what": what, "origin": label}).capitalize(), str)()
