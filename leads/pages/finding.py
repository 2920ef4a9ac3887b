"""Where the search of the frame looks among leads: people, companies, campaigns."""

from collections.abc import Iterable, Sequence
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from leads.models import Campaign, Company, Lead, search
from leads.models.querysets import LeadQuerySet
from smarketing.accounts.policy import REP, may
from smarketing.web import finding
from smarketing.web.finding import Hit, Source

SOME, MOST = 300, 500  # rows among which the best are chosen: for each way of the index, of a rep's own


def register() -> None:
    finding.register(Source("leads", _("Leads"), "leads.view", _leads, _list_of("leads:list"), "person", 10))
    finding.register(
        Source("companies", _("Companies"), "leads.view", _companies, _list_of("leads:companies"), "building", 20)
    )
    finding.register(Source("campaigns", _("Campaigns"), "campaigns.view", _campaigns, None, "megaphone", 30))


def _list_of(name: str):
    return lambda text: f"{reverse(name)}?{urlencode({'q': text})}"


def _leads(user, text: str, limit: int, nearly: bool) -> list[Hit]:
    """People by name and e-mail; nobody for whoever sees no personal values."""
    if not may(user, "leads.personal"):
        return []
    mine = Lead.objects.visible_to(user).living().select_related("company")
    if not nearly:
        found = _exactly(mine, user, text, limit)
    elif user.role == REP:
        found = list(mine.close_to(finding.plain(text)).order_by("-near", "-pk")[:limit])
    else:
        found = _in_order(mine, search.near_names(text)[: 4 * limit])[:limit]
    return [_hit(lead) for lead in found]


def _exactly(mine: LeadQuerySet, user, text: str, limit: int) -> list[Lead]:
    """The one with this e-mail address; those whose last name begins so; a choice of those that hold every word."""
    if "@" in text and (same := list(mine.annotate(mail=Lower("email")).filter(mail=text.lower())[:limit])):
        return same
    found = list(mine.by_name().named_from(text).order_by("plain_name", "pk")[:limit])
    if len(found) < limit:
        rest = [lead for lead in _candidates(mine, user, search.words_of(text)) if _holds(lead, text)]
        found += sorted(rest, key=lambda lead: finding.rank(text, f"{lead} {lead.email}"))
    return list({lead.pk: lead for lead in found}.values())[:limit]


def _candidates(mine: LeadQuerySet, user, words: Sequence[str]) -> LeadQuerySet:
    """Of a rep's few rows those that hold every word, else what the index finds."""
    if user.role == REP:
        return mine.searched(" ".join(words), few=True)[:MOST]
    return mine.filter(pk__in=search.of_people(words, SOME))


def _holds(lead: Lead, text: str) -> bool:
    """Whether person and company together hold every word, and the person one of them."""
    own = finding.plain(f"{lead} {lead.email}")
    whole = f"{own} {finding.plain(f'{lead.company.name} {lead.company.domain}')}" if lead.company else own
    words = finding.plain(text).split()
    return all(word in whole for word in words) and any(word in own for word in words)


def _hit(lead: Lead) -> Hit:
    beside = [part for part in (lead.function, str(lead.company or "")) if part]
    return Hit(str(lead), reverse("leads:lead", args=[lead.pk]), " · ".join(beside))


def _companies(user, text: str, limit: int, nearly: bool) -> list[Hit]:
    rows = Company.objects.visible_to(user)
    if nearly:
        found: Sequence[Company] = _in_order(rows, search.near_firms(text)[:limit])
    else:
        found = sorted(rows.searched(text)[:SOME], key=lambda one: finding.rank(text, f"{one.name} {one.domain}"))[
            :limit
        ]
    return [Hit(one.name or one.domain, reverse("leads:company", args=[one.pk]), one.domain) for one in found]


def _campaigns(user, text: str, limit: int, nearly: bool) -> list[Hit]:
    rows = Campaign.objects.visible_to(user)
    found = finding.by_name(rows, text, limit, nearly, ("name", "key"))
    return [Hit(str(one), reverse("leads:campaign", args=[one.pk]), one.channel) for one in found]


def _in_order(rows: QuerySet, ids: Iterable[int]) -> list:
    """The rows of these ids, in their order."""
    ids = list(ids)
    found = rows.in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]
