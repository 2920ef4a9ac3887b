"""What leads add to the Settings page."""

from django.utils.translation import gettext_lazy as _

from smarketing.accounts.sections import Section
from smarketing.accounts.sections import register as add

from . import advice, deal_steps


def register() -> None:
    routed = _("Pools of reps, by which handoffs find who takes them.")
    quiet = _("Addresses that are not to be contacted: look one up, add one, take one off with a reason.")
    kept = _("How long people are kept without a contact of their own, and whose erasure is proposed.")
    add(Section("routing", _("Routing"), routed, "leads:pools", "settings.routing", 28))
    time = _("Minutes an attempt takes and hours a rep has, from which a definition's load is computed.")
    add(Section("sales_time", _("Time of sales"), time, "leads:sales_time", "settings.routing", 29))
    lawful = _("When people may be called, as the law of their country has it: hours, how often, rest after a no.")
    add(Section("calling", _("Calling hours"), lawful, "leads:calling", "settings.routing", 35))
    why = _("Why leads are refused or given back, and deals lost: words, order, what follows.")
    add(Section("reasons", _("Reason codes"), why, "leads:reasons", "settings.reasons", 26))
    deal_steps.register()
    advice.register()
    more = _("What leads and companies may have beside the built-in fields.")
    add(Section("attributes", _("Attributes"), more, "leads:attributes", "settings.attributes", 24))
    add(Section("suppression", _("Suppression list"), quiet, "leads:suppression", "settings.suppression", 34))
    add(Section("retention", _("Retention"), kept, "leads:retention", "settings.retention", 36))
