"""Every page of the company as a sales manager sees it, or where they may not an administrator, each list in each of its orders: processor time of page and database."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from leads.models import Campaign, Company, Deal, Handoff, HandoffState, Lead
from personas.models import DefinitionLine, Persona
from sla.models import Contract
from smarketing.accounts.models import User
from smarketing.rows import clock

from .stopwatch import Processor, Sheet, percentile

GOAL = 150  # milliseconds
TIMES = 12
LISTS = ("/leads/", "/companies/", "/campaigns/", "/deals/")
FILTERED = (
    "/queue/?rep={rep}", "/leads/?stage=mql", "/leads/?stage=lead", "/leads/?rep={rep}", "/leads/?grade=A1", "/leads/?campaign={campaign}",
    "/leads/?source=~", "/leads/?q=martin", "/leads/?q=martin&sort=name", "/leads/?q=mar", "/leads/?q=mar&sort=-name", "/leads/?q=thomas&sort=name",
    "/companies/?q=conseil", "/companies/?q=conseil&sort=-employees", "/deals/?state=won", "/deals/?state=open&sort=-amount", "/deals/?rep={rep}",
    "/loop/?view=period", "/loop/?by=source", "/loop/?by=month&view=period", "/loop/?live=1", "/loop/?live=1&view=period", "/today/",
)  # fmt: skip
NOT_PAGES = re.compile(r"^/(api|v1|accounts|static|media|metrics|healthz|readyz|__)|\.(json|csv|xlsx|ics|js)$|/out/")
SORTS = re.compile(r"[?&;]sort=(-?[\w.]+)")


def pages(sheet: Sheet, plans: bool, say: Callable[[str], None]) -> None:
    """Each page TIMES times, queries counted; with `plans` the plan of the slowest query of each that is over the goal."""
    clients = [client(role="manager", side="sales"), client(role="administrator")]
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")  # so that all of the database's work is seen
    for path in dict.fromkeys(_addresses(clients[0])):
        for reader in clients:
            answer = reader.get(path)
            if answer.status_code == 200 and answer.headers.get("Content-Type", "").startswith("text/html"):
                slowest = measure(sheet, reader, path)
                if plans and slowest:
                    _plan(slowest, say)
                break
    with connection.cursor() as cursor:
        cursor.execute("RESET max_parallel_workers_per_gather")


def client(**who: str) -> Client:
    """A browser of the first person of these properties."""
    made = Client(SERVER_NAME="localhost")
    made.force_login(User.objects.filter(**who).first())
    return made


def measure(sheet: Sheet, reader: Client, path: str, said: str = "") -> dict | None:
    """A page TIMES times, queries counted. Returns the slowest query where it is over the goal."""
    took, of_database = [], []
    for _time in range(TIMES):
        with Processor() as used:
            reader.get(path)
        took.append(used.seconds)
        of_database.append(used.database)
    with CaptureQueriesContext(connection) as seen:
        reader.get(path)
    p95, inside = 1000 * percentile(took, 0.95), 1000 * percentile(of_database, 0.5)
    what = f"page {path}, {said}{len(seen)} queries, p50 {1000 * percentile(took, 0.5):.0f} ms ({inside:.0f} in the database), p95"
    sheet.add(f"page {path}", what, p95, "ms", f"≤ {GOAL} ms", p95 <= GOAL)
    over = p95 > GOAL and seen.captured_queries
    return max(seen.captured_queries, key=lambda one: float(one["time"])) if over else None


def _addresses(client: Client) -> Iterator[str]:
    """Addresses without an object, of one object of each kind, lists in their orders, and lists that are filtered."""
    for path in _plain(get_resolver()):
        if not NOT_PAGES.search(path):
            yield path
    yield from _of_objects()
    for path in LISTS:
        yield from (f"{path}?sort={sort}" for sort in _sorts(client, path))
    busiest = {
        "rep": User.objects.filter(role="rep").order_by("pk")[0].pk,
        "campaign": Campaign.objects.order_by("pk")[0].pk,
    }
    yield from (path.format(**busiest) for path in FILTERED)


def _plain(resolver: URLResolver, before: str = "/") -> Iterator[str]:
    """Paths of the routes that take no argument."""
    for one in resolver.url_patterns:
        route = str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _plain(one, before + route)
        elif isinstance(one, URLPattern) and re.fullmatch(r"[\w/.-]*", route):
            yield before + route


def _of_objects() -> Iterator[str]:
    handed = Handoff.objects.order_by("-pk").first()
    lead = handed.lead if handed else Lead.objects.order_by("-pk")[0]
    firm = lead.company or Company.objects.order_by("pk")[0]
    for name, thing in (
        ("leads:focus", HandoffState.objects.filter(is_open=True).order_by("-pk").first()), ("leads:lead", lead), ("leads:company", firm),
        ("leads:campaign", Campaign.objects.order_by("pk").first()), ("leads:deal", Deal.objects.order_by("-pk").first()),
        ("personas:definition", DefinitionLine.objects.first()), ("personas:persona", Persona.objects.first()),
        ("sla:terms", Contract.objects.first()),
    ):  # fmt: skip
        if thing is not None:
            yield reverse(name, args=[thing.pk])
    if contract := Contract.objects.first():
        yield from of_months(contract)


def of_months(contract: Contract) -> Iterator[str]:
    """The month of a contract: running, broken down, a closed one, in the meeting room and on paper."""
    today = clock.today()
    yield from (reverse("sla:follow_up"), reverse("sla:months"), reverse("sla:review", args=[contract.pk]))
    running, before = f"{today:%Y-%m}", f"{today.replace(day=1) - timedelta(days=1):%Y-%m}"
    yield from (reverse("sla:follow_up") + f"?by={by}" for by in ("rep", "persona", "source"))
    yield reverse("sla:month", args=[before])
    yield from (reverse(name, args=[contract.pk, running]) for name in ("sla:present", "sla:print"))


def _sorts(client: Client, path: str) -> list[str]:
    """The orders that a list offers, each both ways."""
    keys = {one.lstrip("-") for one in SORTS.findall(client.get(path).content.decode())}
    return [sign + key for key in sorted(keys) for sign in ("", "-")]


def _plan(query: dict, say: Callable[[str], None]) -> None:
    say(f"    slowest query ({query['time']} s): {query['sql'][:200]}…")
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + query["sql"].replace("%", "%%"))
        for (line,) in cursor.fetchall():
            say(f"      {line}")
