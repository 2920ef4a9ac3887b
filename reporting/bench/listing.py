"""The long lists on the bench, as each role reads them: every filter in every order, the first page, the second and the last.

One line for each filter of each reader: the slowest tenth of all its pages, and which page was slowest. Wall time, warm.
"""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode

from django.http import QueryDict
from django.test import Client

from leads.models import Company
from leads.pages import choices
from leads.pages.forms import LeadFilters
from leads.pages.register_filters import CampaignFilters, DealFilters
from smarketing.accounts.models import User
from smarketing.rows import clock
from smarketing.web.models import SavedView

from .pages import GOAL, client
from .stopwatch import Processor, Sheet, percentile

TIMES = 2  # of each page, after one that warms it
READERS = ({"role": "manager", "side": "sales"}, {"role": "marketer"}, {"role": "rep"})
NEXT = re.compile(r'href="(\?[^"]*after=[^"]*)"')
SORTS = re.compile(r"[?&;]sort=(-?[\w.]+)")


@dataclass
class Took:
    """Seconds of one page, by wall and by processor."""

    address: str
    wall: float
    inside: float


def lists(sheet: Sheet) -> None:
    """Each list, each filter, as each reader."""
    for who in READERS:
        reader, user = client(**who), User.objects.filter(**who).first()
        if user is None:
            continue
        for path, asked in _asked(user):
            said = urlencode({name: value for name, value in asked.items()})
            if reader.get(f"{path}?{said}").status_code == 200:
                _line(sheet, reader, " ".join(who.values()), path, said)


def _line(sheet: Sheet, reader: Client, who: str, path: str, said: str) -> None:
    """A filter in all orders and on the pages of each."""
    took = [one for address in _pages(reader, path, said) for one in _measured(reader, address)]
    worst = max(took, key=lambda one: one.wall)
    p95, inside = (1000 * percentile([getattr(one, key) for one in took], 0.95) for key in ("wall", "inside"))
    filtered = said or "no filter"
    what = f"{path} {filtered}, {who}, {len(took)} pages, processor {inside:.0f} ms, slowest {worst.address.partition('?')[2][:80]}, p95"
    sheet.add(f"list {path} {filtered} {who}", what, p95, "ms", f"≤ {GOAL} ms", p95 <= GOAL)


def _measured(reader: Client, address: str) -> Iterator[Took]:
    reader.get(address)
    for _time in range(TIMES):
        with Processor() as used:
            begun = time.perf_counter()
            reader.get(address)
            wall = time.perf_counter() - begun
        yield Took(address, wall, used.seconds)


def _pages(reader: Client, path: str, said: str) -> Iterator[str]:
    """In each order the first page, the second and the last."""
    given = reader.get(f"{path}?{said}").content.decode()
    marks = {}
    keys = {one.lstrip("-") for one in SORTS.findall(given)}
    orders = [sign + key for key in sorted(keys) for sign in ("", "-")] or [""]
    for sort in orders:
        first = "&".join(part for part in (said, f"sort={sort}" if sort else "") if part)
        yield f"{path}?{first}"
        if further := NEXT.search(reader.get(f"{path}?{first}").content.decode()):
            marks[sort] = QueryDict(unescape(further[1])[1:])["after"]
            yield path + unescape(further[1])
    for sort in marks:  # the end of the contrary order: the page that leads back from the last one's rows
        contrary = sort[1:] if sort.startswith("-") else f"-{sort}"
        if contrary in marks:
            yield f"{path}?{'&'.join(part for part in (said, f'sort={sort}', f'after={marks[contrary]}') if part)}"


def _asked(user: User) -> Iterator[tuple[str, dict[str, str]]]:
    """(list, what is asked of it): each filter with the first, the middle and the last of what it offers, and some together."""
    form = LeadFilters(QueryDict(), choices.of_leads(user, clock.now()))
    yield "/leads/", {}
    for name, values in _offered(form):
        yield from (("/leads/", {name: value}) for value in values)
    day = clock.today() - timedelta(days=3)
    yield "/leads/", {"since": f"{day}", "until": f"{day}"}
    yield "/leads/", {"until": f"{day - timedelta(days=300)}"}
    yield "/leads/", {"stage": "mql", "since": f"{day - timedelta(days=30)}"}
    for words in _words():
        yield "/leads/", {"q": words}
    yield "/leads/", {"q": "martin", "stage": "lead"}
    yield "/companies/", {}
    yield from (("/companies/", {"q": words}) for words in ("conseil", "mar", "zqxwv"))
    yield "/campaigns/", {}
    for name, values in _offered(CampaignFilters(QueryDict())):
        yield from (("/campaigns/", {name: value}) for value in values)
    yield "/deals/", {}
    for name, values in _offered(DealFilters(QueryDict(), user)):
        yield from (("/deals/", {name: value}) for value in values)
    yield "/deals/", {"company": "conseil"}
    yield from ((f"/companies/{pk}/", {}) for pk in _largest())
    yield from ((f"/leads/?{view.query}", {}) for view in SavedView.objects.filter(table="leads:list", shared=True)[:1])


def _offered(form) -> Iterator[tuple[str, list[str]]]:
    for name, field in form.fields.items():
        values = [str(key) for key, _label in getattr(field, "choices", ()) if key]
        if values:
            yield name, list(dict.fromkeys((values[0], values[len(values) // 2], values[-1])))


def _words() -> Iterator[str]:
    """Frequent and rare, short and mistyped, of people and of companies, in both languages."""
    yield from (
        "martin",
        "mar",
        "thomas",
        "li",
        "conseil",
        "consulting",
        "société",
        "marie conseil",
        "matrin",
        "zqxwv",
        "example",
    )


def _largest() -> list[int]:
    """The company of most people among some that are drawn, and one of the few."""
    found = Company.objects.order_by("pk").values_list("pk", flat=True)[:1]
    return list(found)
