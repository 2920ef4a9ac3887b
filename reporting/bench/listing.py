"""The long lists on the bench, as each role reads them: every filter in every order, on the first page, the second and the last.

One line for each question: the slowest twentieth of its pages in processor time of page and database, so that other work of
the machine does not count, beside it in wall time, and which page was slowest. All warm.
"""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode

from django.db import connection
from django.db.models import Count
from django.http import QueryDict
from django.test import Client

from leads.models import Lead
from leads.pages import choices
from leads.pages.forms import LeadFilters
from leads.pages.register_filters import CampaignFilters, DealFilters
from smarketing.accounts.models import User
from smarketing.rows import clock

from .pages import GOAL, SORTS, client
from .stopwatch import Processor, Sheet, percentile

TIMES = 2  # of each page, after once that warms it
MANAGER, MARKETER, REP = {"role": "manager", "side": "sales"}, {"role": "marketer"}, {"role": "rep"}
NEXT = re.compile(r'href="(\?[^"]*after=[^"]*)"')
# Frequent, rare, short, mistyped, in the middle of a word; of people, of companies, of both; all begin with one letter.
WORDS = (
    "martin",
    "mar",
    "thomas",
    "li",
    "o’j",
    "conseil",
    "société",
    "paul conseil",
    "matrin",
    "onseil",
    "example",
    "zqxwv",
)


@dataclass(frozen=True)
class Took:
    """Seconds of one page."""

    address: str
    wall: float
    inside: float


def lists(sheet: Sheet) -> None:
    """Each list, each filter, as a manager; what a marketer and a rep open first."""
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")  # so that all of the database's work is seen
    for who in (MANAGER, MARKETER, REP):
        user = User.objects.filter(**who).order_by("pk").first()
        if user is None:
            continue
        reader = client(**who)
        for path, said in _questions(user, all_of_them=who is MANAGER):
            if reader.get(f"{path}?{urlencode(said)}").status_code == 200:
                _line(sheet, reader, user.role, path, urlencode(said))
    with connection.cursor() as cursor:
        cursor.execute("RESET max_parallel_workers_per_gather")


def _line(sheet: Sheet, reader: Client, role: str, path: str, said: str) -> None:
    took = [one for address in _pages(reader, path, said) for one in _measured(reader, address)]
    worst = max(took, key=lambda one: one.inside)
    inside, wall = (1000 * percentile([getattr(one, key) for one in took], 0.95) for key in ("inside", "wall"))
    named = f"{path}{'?' + said if said else ''}"
    slowest = re.sub(r"(after)=[^&]*", r"\1=…", worst.address.partition("?")[2].removeprefix(said))
    what = f"list {named} as {role}, {len(took)} times, slowest {slowest.strip('&') or 'as it opens'}, wall p95 {wall:.0f} ms, p95"
    sheet.add(f"list {named} {role}", what, inside, "ms", f"≤ {GOAL} ms", inside <= GOAL)


def _measured(reader: Client, address: str) -> Iterator[Took]:
    reader.get(address)
    for _time in range(TIMES):
        with Processor() as used:
            begun = time.perf_counter()
            reader.get(address)
            wall = time.perf_counter() - begun
        yield Took(address, wall, used.seconds)


def _pages(reader: Client, path: str, said: str) -> Iterator[str]:
    """The first page in each order; the second and the last as it opens, and in each order where nothing else is asked."""
    given = f"{said}&" if said else ""
    keys = sorted({one.lstrip("-") for one in SORTS.findall(reader.get(f"{path}?{said}").content.decode())})
    orders = [sign + key for key in keys for sign in ("", "-")]
    marks: dict[str, str] = {}
    yield f"{path}?{said}"
    for sort in orders:
        address = f"{path}?{given}sort={sort}"
        yield address
        if further := NEXT.search(reader.get(address).content.decode()):
            marks[sort] = QueryDict(unescape(further[1])[1:])["after"]
    for sort, mark in list(marks.items()) if not said else list(marks.items())[-2:]:
        yield f"{path}?{given}sort={sort}&after={mark}"
        contrary = sort[1:] if sort.startswith("-") else f"-{sort}"
        if contrary in marks:  # the end of the contrary order's first page lies one page before the end of this one
            yield f"{path}?{given}sort={sort}&after={marks[contrary]}"


def _questions(user: User, all_of_them: bool) -> Iterator[tuple[str, dict[str, str]]]:
    """(list, what is asked of it): each filter with the first, the middle and the last that it offers, and some together."""
    yield from ((path, {}) for path in ("/leads/", "/companies/", "/campaigns/", "/deals/"))
    yield from (("/leads/", {"q": words}) for words in (WORDS if all_of_them else WORDS[:3]))
    yield from ((f"/companies/{pk}/", {}) for pk in _largest())
    if not all_of_them:
        yield from (("/leads/", {"stage": stage}) for stage in ("lead", "mql"))
        return
    day = clock.today() - timedelta(days=3)
    for form, path in (
        (LeadFilters(QueryDict(), choices.of_leads(user, clock.now())), "/leads/"),
        (CampaignFilters(QueryDict()), "/campaigns/"),
        (DealFilters(QueryDict(), user), "/deals/"),
    ):
        yield from ((path, {name: value}) for name, value in _offered(form))
    yield from (
        ("/leads/", one)
        for one in (
            {"since": f"{day}", "until": f"{day}"},
            {"until": f"{day - timedelta(days=300)}"},
            {"stage": "mql", "since": f"{day - timedelta(days=30)}"},
            {"stage": "customer", "q": "paul"},
            {"stage": "lead", "q": "martin"},
            {"grade": "A1", "q": "mar"},
        )
    )
    yield from (("/companies/", {"q": words}) for words in ("conseil", "mar", "example", "zqxwv"))
    yield "/deals/", {"company": "conseil"}


def _offered(form) -> Iterator[tuple[str, str]]:
    for name, field in form.fields.items():
        values = [str(key) for key, _label in getattr(field, "choices", ()) if key]
        for value in dict.fromkeys((values[0], values[len(values) // 2], values[-1])) if values else ():
            yield name, value


def _largest() -> list[int]:
    """The company of most people."""
    counted = Lead.objects.exclude(company=None).order_by().values("company").annotate(n=Count("pk"))
    return [row["company"] for row in counted.order_by("-n")[:1]]
