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
OPERATORS = {
    "is": _("is"),
    "is_not": _("is not"),
    "one_of": _("is one of"),
    "none_of": _("is none of"),
    "between": _("is between"),
    "at_least": _("is at least"),
    "at_most": _("is at most"),
    "contains": _("contains"),
    "starts_with": _("starts with"),
    "before": _("is before"),
    "after": _("is after"),
    "is_set": _("is filled in"),
    "is_not_set": _("is not filled in"),
    "age_between": _("gives an age between"),
    "days_since_at_most": _("is at most so many days ago"),
    "days_since_at_least": _("is at least so many days ago"),
    "days_until_at_most": _("is at most so many days away"),
}
SUBJECTS = {"lead": _("Contact"), "company": _("Company")}
THEY, SALES = _("The lead"), _("Sales")
PAGES = {"like": _("contains"), "is": _("is")}
TYPES = {"text": _("text"), "number": _("number"), "bool": _("yes or no")}
YES_NO = {"true": _("yes"), "false": _("no")}
FADING = {
    "": _("never"),
    "linear": _("evenly, to nothing after so many days"),
    "half_life": _("by half, every so many days"),
    "window": _("not at all, then gone after so many days"),
    "steps": _("in steps"),
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
