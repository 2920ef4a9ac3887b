"""What the command palette offers besides what is found: pages, deeds and saved views, each to whom it is open."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from . import lists, navigation
from .models import SavedView


@dataclass(frozen=True)
class Deed:
    """A page on which something is done."""

    verb: str
    url_name: str
    label: Any
    icon: str


@dataclass(frozen=True)
class Command:
    label: Any
    url: str
    icon: str
    key: str = ""


DEEDS = (
    Deed("leads.view", "leads:companies", _("Companies"), "building"),
    Deed("deals.view", "leads:deals", _("Deals"), "cash-coin"),
    Deed("leads.add", "leads:add", _("Add a lead"), "plus-lg"),
    Deed("leads.import", "leads:import_new", _("Import a file"), "upload"),
    Deed("campaigns.edit", "leads:campaign_add", _("Add a campaign"), "plus-lg"),
    Deed("personas.edit", "personas:persona_new", _("Add a persona"), "plus-lg"),
    Deed("glossary.view", "personas:glossary", _("Open the glossary"), "chat-square-text"),
    Deed("definition.edit", "personas:line_new", _("Begin a definition"), "pencil"),
    Deed("contract.edit", "sla:new", _("Begin a contract"), "pencil"),
    Deed("contract.view", "sla:contracts", _("Open the contract documents"), "file-earmark-text"),
    Deed("team.view", "sla:team", _("See the team"), "people"),
    Deed("results.view", "sla:own", _("See your results"), "graph-up"),
    Deed("contract.view", "sla:waivers", _("Open the waivers"), "hand-thumbs-up"),
    Deed("contract.view", "sla:goal", _("Calculate a goal"), "bar-chart"),
    Deed("settings.people", "accounts:invite", _("Invite a person"), "person-plus"),
    Deed("profile.edit", "accounts:sessions", _("Open my sessions"), "shield-lock"),
    Deed("views.save", "views", _("Manage saved views"), "bookmark"),
)


def offered(user) -> list[tuple[Any, list[Command]]]:
    """(heading, commands) for one person."""
    from smarketing.accounts.policy import may
    from smarketing.accounts.sections import sections_for

    pages = [Command(link.entry.label, link.url, link.entry.icon, link.entry.key) for link in navigation.rail(user, "")]
    there = {page.url for page in pages}
    pages += [
        Command(one.label, url, "gear")
        for one in sections_for(user)
        if (url := navigation.address(one.url)) and url not in there
    ]
    deeds = [
        Command(one.label, url, one.icon)
        for one in DEEDS
        if may(user, one.verb) and (url := navigation.address(one.url_name))
    ]
    groups = [(_("Pages"), pages), (_("Actions"), deeds), (_("Saved views"), _views(user))]
    return [(heading, commands) for heading, commands in groups if commands]


def _views(user) -> list[Command]:
    found = []
    for view in SavedView.objects.visible_to(user).order_by("table", "name", "pk"):
        path = navigation.address(view.table)
        if path and lists.opens_to(user, view.table, path):
            found.append(Command(f"{lists.label_of(view.table)} · {view.name}", path + view.address, "bookmark"))
    return found
