"""Names of leads, companies and campaigns that forms offer: sources, companies, industries, countries, campaigns, channels."""

from collections.abc import Callable, Iterable, Sequence

from django.db.models import Q

from leads.models import Campaign, Company
from leads.models.querysets import NO_SOURCE
from smarketing.web import known
from smarketing.web.finding import plain

from . import choices

WALKED = 1000  # values of a company's industry or country that are looked at
LAST = "\U0010ffff"  # no text goes on with it


def register() -> None:
    for key, verb, find in KINDS:
        known.register(key, known.Kind(verb, find))


def _holding(found: Iterable[str], text: str) -> list[str]:
    """Those that hold the text, those that begin with it first."""
    asked = plain(text)
    hits = [one for one in found if one and asked in plain(one)]
    return sorted(hits, key=lambda one: (not plain(one).startswith(asked), plain(one)))


def _sources(text: str) -> Sequence[str]:
    return _holding((key for key, _label in choices.sources() if key != NO_SOURCE), text)


def _companies(text: str) -> Sequence[str]:
    if not text.strip():
        return []
    rows = Company.objects.standing().living().exclude(name="").searched(text, known.MOST)
    return _holding(rows.values_list("name", flat=True), "")


def _of_companies(field: str) -> Callable[[str], Sequence[str]]:
    """Values that companies have, by walking their index. Where there are more than WALKED, those beyond are found by how they
    begin, written as typed, with a capital or in capitals."""
    some = f"{field} <> ''"

    def find(text: str) -> Sequence[str]:
        found = choices.walked("leads_company", field, WALKED, some)
        if text and len(found) == WALKED:
            for said in sorted({text, text.capitalize(), text.upper()}):
                begun = f"{some} AND {field} >= %(low)s AND {field} < %(high)s"
                found += choices.walked("leads_company", field, known.MOST, begun, low=said, high=said + LAST)
        return _holding(dict.fromkeys(found), text)

    return find


def _campaigns(text: str) -> Sequence[str]:
    rows = Campaign.objects.standing().filter(root_id=None)
    rows = rows.filter(Q(name__unaccent__icontains=text) | Q(key__icontains=text)).order_by("name", "key")[: known.MOST]
    return _holding((str(one) for one in rows), "")


def _channels(text: str) -> Sequence[str]:
    rows = Campaign.objects.exclude(channel="").order_by("channel").values_list("channel", flat=True).distinct()
    return _holding(rows[:200], text)


KINDS: tuple[tuple[str, str, Callable[[str], Sequence[str]]], ...] = (
    ("source", "leads.view", _sources),
    ("company", "leads.view", _companies),
    ("industry", "leads.view", _of_companies("industry")),
    ("country", "leads.view", _of_companies("country")),
    ("campaign", "campaigns.view", _campaigns),
    ("channel", "campaigns.view", _channels),
)
