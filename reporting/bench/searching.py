"""What is searched on the bench, by kind of question, through the pages: the search of every page, and the list of leads."""

import random
import time
from collections.abc import Callable
from urllib.parse import quote

from django.test import Client

from leads.models import Lead
from smarketing.accounts.models import User

from .stopwatch import Processor, Sheet, percentile

SEARCH_GOAL, PAGE_GOAL = 100, 150  # milliseconds
TIMES = 40
SHORT = ("li", "wu", "ng", "bo", "lê", "d’")


def _mistyped(name: str) -> str:
    """Two letters in the middle in the wrong order."""
    at = len(name) // 2
    return name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :] if len(name) > 3 else name


KINDS: dict[str, Callable[[Lead, int], str]] = {
    "full name": lambda lead, n: f"{lead.first_name} {lead.last_name}",
    "last name": lambda lead, n: lead.last_name,
    "first name": lambda lead, n: lead.first_name,
    "three letters": lambda lead, n: lead.last_name[:3],
    "one or two letters": lambda lead, n: SHORT[n % len(SHORT)],
    "company": lambda lead, n: str(lead.company or lead.last_name),
    "name and company": lambda lead, n: f"{lead.first_name} {str(lead.company or lead.last_name).split()[-1]}",
    "e-mail": lambda lead, n: lead.email,
    "a name mistyped": lambda lead, n: f"{lead.first_name} {_mistyped(lead.last_name)}",
    "nothing that there is": lambda lead, n: f"zqx{n} wvkj",
}


def searches(sheet: Sheet) -> None:
    """Each kind asked of the search and of the list of leads, for people drawn from all over."""
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.filter(role="manager", side="sales").first())
    people = _people()
    for place, address, goal in (
        ("search", "/search/?part=hits&q=", SEARCH_GOAL),
        ("leads list", "/leads/?q=", PAGE_GOAL),
        ("leads list by name", "/leads/?sort=name&q=", PAGE_GOAL),
        ("companies list", "/companies/?q=", PAGE_GOAL),
    ):
        for kind, asked in KINDS.items():
            took, spent = zip(
                *(_took(client, address + quote(asked(lead, n))) for n, lead in enumerate(people)), strict=True
            )
            p95, inside = 1000 * percentile(took, 0.95), 1000 * percentile(spent, 0.95)
            what = f"{place} by {kind}, p50 {1000 * percentile(took, 0.5):.0f} ms, processor p95 {inside:.0f} ms, p95"
            sheet.add(f"{place}: {kind}", what, p95, "ms", f"≤ {goal} ms", p95 <= goal)


def _people() -> list[Lead]:
    """The same people in every run."""
    dice = random.Random(7)
    last = Lead.objects.order_by("-pk").values_list("pk", flat=True)[0]
    rows = Lead.objects.living().exclude(last_name="").select_related("company")
    found = [rows.filter(pk__gte=dice.randrange(1, last + 1)).order_by("pk").first() for _time in range(2 * TIMES)]
    return [lead for lead in found if lead][:TIMES]


def _took(client: Client, address: str) -> tuple[float, float]:
    """Seconds by the wall, and of the processor in page and database."""
    with Processor() as used:
        begun = time.perf_counter()
        answer = client.get(address)
        took = time.perf_counter() - begun
    assert answer.status_code == 200, address
    return took, used.seconds
