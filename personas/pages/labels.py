"""What the builder's choices are called. Sentences have their own phrases (`personas.criteria.phrases`)."""

from django.utils.translation import gettext_lazy as _

KINDS = {
    "field": _("a property"),
    "event": _("something that was done"),
    "persona": _("a persona"),
    "all": _("all of these"),
    "any": _("any of these"),
    "none": _("none of these"),
}
SUBJECTS = {"lead": _("Contact"), "company": _("Company")}
UNKNOWN = _("Not in the catalogue")
THEY, SALES = _("The lead"), _("Sales")
PAGES = {"like": _("contains"), "is": _("is")}
TYPES = {"text": _("text"), "number": _("number"), "bool": _("yes or no")}
YES_NO = {"true": _("yes"), "false": _("no")}
NEVER = _("never")
EACH = {"yes": _("each time"), "": _("once")}
# How several numbers are typed into one field.
NUMBERS = {
    "fit.bands": _("Band edges, the highest first: 75, 50, 25."),
    "engagement.bands": _("Band edges, the highest first: 75, 50, 25."),
    "decay.steps": _("From which day how much is left, between semicolons: 30: 50 %; 90: 0 %."),
}
# What comments on a setting are about.
SETTINGS = {
    "mql": _("the grades that make an MQL"),
    "hysteresis": _("points above the band edge after a no"),
    "cooldown_days": _("days of rest after a closed handoff"),
    "pace": _("handoffs a business day"),
    "mandatory": _("fields needed before handing over"),
}
