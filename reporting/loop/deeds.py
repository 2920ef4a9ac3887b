"""What to do about what a panel says: the sentence, and the pages on which it is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from leads.models import Campaign
from personas.models import DefinitionLine
from personas.pages import at_criterion
from sla.models import Contract
from smarketing.accounts.policy import may

MOST = 3  # definitions or contracts named for one deed

Way = tuple[str, str]  # (words of the link, address)


@dataclass(frozen=True)
class Deed:
    """A sentence, and where it is done; without a way it is for others to do, or for the meeting."""

    text: str
    ways: tuple[Way, ...] = ()


def at_draft(criterion: str, user: Any, among: Sequence[DefinitionLine] | None = None) -> tuple[Way, ...]:
    """The line of a criterion in the draft of each definition that holds it; the definitions themselves where none does. `among`:
    the definitions, where they were read already."""
    lines = at_criterion.lines_with(criterion, among)[:MOST]
    words = _("Open a draft of %(name)s at it") if may(user, "definition.edit") else _("Read it in %(name)s")
    asked = urlencode({"criterion": criterion})
    return tuple(
        (words % {"name": line.name}, f"{reverse('personas:at_criterion', args=[line.pk])}?{asked}") for line in lines
    ) or _studios(user)


def _studios(user: Any) -> tuple[Way, ...]:
    words = _("Open the studio of %(name)s") if may(user, "definition.edit") else _("Read %(name)s")
    return tuple(
        (words % {"name": line.name}, reverse("personas:definition", args=[line.pk]))
        for line in DefinitionLine.objects.order_by("pk")[:MOST]
    )


def new_criterion(user: Any) -> tuple[Way, ...]:
    """A new criterion of fit, its form open, in the draft of each definition."""
    if not may(user, "definition.edit"):
        return _studios(user)
    return tuple(
        (
            _("Add a criterion to a draft of %(name)s") % {"name": line.name},
            f"{reverse('personas:definition', args=[line.pk])}?edit=fit.items.new#add-fit",
        )
        for line in DefinitionLine.objects.order_by("pk")[:MOST]
    )


def stop(campaign: Campaign, user: Any) -> tuple[Way, ...]:
    """The campaign's form with today as its last day."""
    return _campaign(campaign, user, _("Stop it…"), f"{reverse('leads:campaign_edit', args=[campaign.pk])}?stop=1")


def more(campaign: Campaign, user: Any) -> tuple[Way, ...]:
    """The plan of what the campaign is to cost next month."""
    return _campaign(
        campaign, user, _("Plan more…"), f"{reverse('leads:campaign_plan_cost', args=[campaign.pk])}?more=1"
    )


def _campaign(campaign: Campaign, user: Any, words: str, url: str) -> tuple[Way, ...]:
    if not may(user, "campaigns.view"):
        return ()
    look = (_("Open the campaign"), reverse("leads:campaign", args=[campaign.pk]))
    return ((words, url), look) if may(user, "campaigns.edit") else (look,)


def named(key: str) -> Campaign | None:
    """The campaign of a dimension's value: its key, or its name where it has none."""
    standing = Campaign.objects.standing()
    return standing.filter(key=key).first() or standing.filter(key="", name=key).first()


def amendment(user: Any) -> tuple[Way, ...]:
    """The draft of the terms of each contract."""
    if not may(user, "contract.edit"):
        return ()
    words = _("Open a draft of the terms of %(name)s")
    contracts = Contract.objects.visible_to(user).order_by("name")[:MOST]
    return tuple((words % {"name": one.name}, reverse("sla:draft", args=[one.pk])) for one in contracts)
