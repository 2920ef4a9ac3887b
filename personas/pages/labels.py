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
THEY, SALES = _("The lead"), _("Sales")
PAGES = {"like": _("contains"), "is": _("is")}
TYPES = {"text": _("text"), "number": _("number"), "bool": _("yes or no")}
YES_NO = {"true": _("yes"), "false": _("no")}
NEVER = _("never")
# What comments on a setting are about.
SETTINGS = {
    "mql": _("the grades that make an MQL"),
    "hysteresis": _("points above the band edge after a no"),
    "cooldown_days": _("days of rest after a closed handoff"),
    "pace": _("handoffs a business day"),
    "mandatory": _("fields needed before handing over"),
}
# The seven groups of the template, then what people say and hear: key → (name, what to write there).
STORY = {
    "role": (_("Role"), _("Job and title, how it is measured, a typical day, skills, tools, who reports to whom.")),
    "objectives": (_("Objectives"), _("What this person is responsible for, and what success means.")),
    "challenges": (_("Challenges"), _("The biggest difficulties, and how they are overcome.")),
    "company": (_("Company"), _("Industry, size by people and revenue.")),
    "sources": (_("Information sources"), _("Publications, associations, networks, events.")),
    "background": (_("Background"), _("Education and career. Age and family only where they truly matter.")),
    "buying": (_("Buying preferences"), _("Favourite channel, how vendors are researched, a recent purchase.")),
    "quotes": (_("Quotes"), _("What this person says, word for word, one a line.")),
    "objections": (_("Objections"), _("What speaks against buying, and the answer.")),
    "avoid": (_("What to avoid"), _("What this person asks us not to do, such as prices by mail.")),
    "message": (_("Message"), _("What marketing says to this person.")),
    "pitch": (_("Pitch"), _("What sales say in the first half minute.")),
}
