"""Where the search of the frame looks among leads: people, companies, campaigns."""

from collections.abc import Iterable, Iterator
from copy import copy
from itertools import tee
from urllib.parse import urlencode

from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from leads.models import Campaign, Company, Lead, search
from leads.models.querysets import CompanyQuerySet, LeadQuerySet
from smarketing.accounts.policy import REP, may
from smarketing.web import finding
from smarketing.web.finding import Hit, Source

SOME = 60  # rows among which the best are chosen


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
    found = _nearly(mine, user, text, limit) if nearly else _exactly(mine, user, text, limit)
    return [_hit(lead) for lead in found[:limit]]


def people(user, text: str, limit: int) -> list[Lead]:
    """Leads by name and e-mail address, those spelled nearly so where none is spelled so; nobody for whoever sees no names."""
    if not may(user, "leads.personal"):
        return []
    mine = Lead.objects.visible_to(user).living().select_related("company")
    return (_exactly(mine, user, text, limit) or _nearly(mine, user, text, limit))[:limit]


def _exactly(mine: LeadQuerySet, user, text: str, limit: int) -> list[Lead]:
    """The one with this e-mail address; those that hold a short word as it stands; those whose last name begins so; a
    choice of those that hold every word."""
    if "@" in text and (same := list(mine.annotate(mail=Lower("email")).filter(mail=text.lower())[:limit])):
        return same
    asked = _asked(text)
    if asked is None:
        return []
    whole = _chosen(mine, user, asked.whole, limit, text)
    begun = list(mine.by_name().named_from(text).order_by("plain_name", "pk")[:limit])
    found = [*whole, *begun] if asked.has_short else [*begun, *whole]
    if len(_once(found)) < limit:
        found += _chosen(mine, user, asked, SOME, text)
    return _once(found)


def _nearly(mine: LeadQuerySet, user, text: str, limit: int) -> list[Lead]:
    """Whoever is written nearly so, the closest first."""
    for asked in _meant(text):
        found = _chosen(mine, user, asked, SOME, text)
        if found:
            far = {lead.pk: asked.far(finding.plain(f"{lead} {lead.email}").split()) for lead in found}
            return sorted(found, key=lambda lead: (far[lead.pk], -lead.pk))
    return []


def _chosen(mine: LeadQuerySet, user, asked: search.Asked, most: int, text: str) -> list[Lead]:
    """Of a rep's few rows those that hold every word and one themselves, else what the index finds; best first."""
    if user.role == REP:
        rows = mine.filter(search.holding(asked.people))[:most]
    else:
        rows = mine.filter(pk__in=search.leads(asked.people, most))
    return sorted(rows, key=lambda lead: finding.rank(text, f"{lead} {lead.email}"))


def _asked(text: str) -> search.Asked | None:
    """The words of a text: the same for people and for companies."""
    return finding.once(("words", text), lambda: search.asked(text))


def _meant(text: str) -> Iterator[search.Asked]:
    """What may have been meant, looked up as far as it is read, once for people and companies."""
    return copy(finding.once(("meant", text), lambda: tee(search.nearly(text), 1)[0]))


def _once(found: Iterable[Lead]) -> list[Lead]:
    return list({lead.pk: lead for lead in found}.values())


def _hit(lead: Lead) -> Hit:
    beside = [part for part in (lead.function, str(lead.company or "")) if part]
    return Hit(str(lead), reverse("leads:lead", args=[lead.pk]), " · ".join(beside))


def _companies(user, text: str, limit: int, nearly: bool) -> list[Hit]:
    rows = Company.objects.visible_to(user)
    found: list[Company] = []
    if nearly:
        found = next((some for asked in _meant(text) if (some := _firms(rows, asked, SOME, text))), [])
    elif asked_for := _asked(text):
        found = _firms(rows, asked_for.whole, limit, text)
        if len(found) < limit:
            found += _firms(rows, asked_for, SOME, text)
        found = list({one.pk: one for one in found}.values())
    stands = Company.objects.in_bulk([one.root_id for one in found[:limit] if one.root_id])
    return [_firm_hit(one, stands.get(one.root_id)) for one in found[:limit]]


def _firm_hit(one: Company, root: Company | None) -> Hit:
    """A company; one that was merged leads to the one that stands for it."""
    beside = _("now: %(name)s") % {"name": root.name or root.domain} if root else one.domain
    return Hit(one.name or one.domain, reverse("leads:company", args=[(root or one).pk]), str(beside))


def _firms(rows: CompanyQuerySet, asked: search.Asked, most: int, text: str) -> list[Company]:
    found = rows.filter(pk__in=search.firms(asked.of_firm, most))
    return sorted(found, key=lambda one: finding.rank(text, f"{one.name} {one.domain}"))


def _campaigns(user, text: str, limit: int, nearly: bool) -> list[Hit]:
    rows = Campaign.objects.visible_to(user)
    found = finding.by_name(rows, text, limit, nearly, ("name", "key"))
    return [Hit(str(one), reverse("leads:campaign", args=[one.pk]), one.channel) for one in found]
