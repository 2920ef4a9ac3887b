"""Every cell of the month opens its rows: parts of a split month, marks of the months before, leads that wait."""

import re
from datetime import date, datetime, timedelta
from html import unescape

import pytest
from django.urls import reverse

from leads.models import Lead
from sla import derive, named, soundness
from sla.pages import more
from smarketing.rows import clock
from tests.leads import facts
from tests.people import client_of, person
from tests.sla.contracts import FIRST, VOLUME, attempt, calendar, contract, handoff, line, sign, signers
from tests.sla.test_kinds import qualified

pytestmark = pytest.mark.django_db


@pytest.fixture
def cut():
    """The month before this one, cut on its 15th: three handoffs before, two after, one tried in time."""
    of, now = contract(), clock.now()
    last = (clock.today(now).replace(day=1) - timedelta(days=1)).replace(day=1)
    at = lambda day, hour=9: datetime(last.year, last.month, day, hour, tzinfo=now.tzinfo)  # noqa: E731
    begun = (last - timedelta(days=1)).replace(day=1)
    sign(of, [{**VOLUME, "target": "3"}, FIRST], begun, at=at(1) - timedelta(days=70))
    sign(of, [{**VOLUME, "target": "6"}, {**FIRST, "share": "50"}], last.replace(day=15), at=at(2))
    made = [handoff(at(day)) for day in (8, 9, 10, 20, 21)]
    attempt(made[0], at(8, 10))
    derive.catch_up(now)
    return of, f"{last:%Y-%m}"


def rows_of(client, url: str) -> int:
    """How many rows the page behind a link lists."""
    page = client.get(unescape(url)).content.decode()
    return len(
        re.findall(
            r"<tr[^>]*>\s*<t[hd][^>]*>(?:(?!</tr>).)*</tr>", page.partition("<tbody")[2].partition("</tbody>")[0], re.S
        )
    )


def test_each_part_of_a_split_month_opens_its_own_rows(cut):
    _of, month = cut
    client = client_of(signers()[0])
    page = client.get(reverse("sla:month", args=[month])).content.decode()
    parts = re.findall(r'<tr class="part">(.*?)</tr>', page, re.S)
    assert len(parts) == 4
    counts = []
    for part in parts:
        cells = re.findall(r'<td class="num"><a href="([^"]+)">\s*([^<]+?)\s*[<]', part)
        counts.append((cells[1][1], rows_of(client, cells[1][0])))
    assert [n for _text, n in counts][:2] == [3, 2] == [int(text) for text, _n in counts[:2]]
    assert sum(n for _text, n in counts[2:]) == 5


def test_the_mark_of_a_month_opens_that_month_at_its_clause(cut):
    of, month = cut
    client = client_of(signers()[0])
    page = client.get(reverse("sla:follow_up")).content.decode()
    found = re.findall(r'<a class="state state-\w+" href="([^"]+)"', page)
    there = f"{reverse('sla:month', args=[month])}?contract={of.pk}&amp;clause=5.1"
    assert there in found
    assert 'aria-current="true"' in client.get(unescape(there)).content.decode()


def test_leads_that_wait_are_opened_exactly_as_they_are_counted():
    of, now = contract(), clock.now()
    sign(of, [VOLUME, FIRST], clock.today(now).replace(day=1), at=now - timedelta(days=40))
    waiting = {qualified(now - timedelta(hours=n), hold="pace").lead_id for n in (1, 2)}
    qualified(now - timedelta(hours=3), hold="pace", handed=now - timedelta(hours=2))
    facts.lead(now - timedelta(days=1))
    client = client_of(signers()[0])
    page = client.get(reverse("sla:follow_up")).content.decode()
    assert "2 qualified leads wait" in page
    url = f"{reverse('leads:list')}?waits={line().pk}"
    assert url in page
    listed = client.get(url).content.decode()
    assert {
        pk for pk in Lead.objects.values_list("pk", flat=True) if reverse("leads:lead", args=[pk]) in listed
    } == waiting


def test_a_name_that_nothing_bears_is_refused_by_its_clause():
    facts.lead(clock.now(), source="salon")
    of = lambda **where: {**VOLUME, "key": "5.1.a", "params": {"where": where}}  # noqa: E731
    assert named.problems(of(source=["salon"], grade=["A1"])) == []
    assert named.problems(of(source=["salonn"])) == [
        "Clause 5.1.a: no lead has come from a source “salonn”. There are: salon."
    ]
    assert named.problems(of(persona=["Mauds"])) == ["Clause 5.1.a: there is no persona “Mauds”."]
    body = {
        "calendar": calendar().pk,
        "starts_on": "2026-11-01",
        "ends_on": None,
        "clauses": [VOLUME, of(persona=["Mauds"]), FIRST],
    }
    assert soundness.problems(body) == ["Clause 5.1.a: there is no persona “Mauds”."]


def test_lines_of_grades_are_shown_in_the_word_of_the_language():
    from django.utils import translation

    clauses = [{"target": "40", "params": {"where": {"grade": ["A1", "A2"]}}}]
    with translation.override("fr"):
        shown = more.shown_some(clauses)
    assert shown == "catégorie A1 A2: 40" and more.some(shown) == ({"grade": ["A1", "A2"]}, "40")


def test_the_head_says_when_it_was_signed_and_the_sheet_how_long_the_month_is(cut):
    of, month = cut
    person("reader", "viewer")
    client = client_of(signers()[0])
    signed = of.terms.get(number=2).published_at
    assert "signed on" in client.get(reverse("sla:month", args=[month])).content.decode() and signed
    last = date.fromisoformat(f"{month}-01")
    sheet = client.get(reverse("sla:print", args=[of.pk, month])).content.decode()
    assert re.search(rf"From [^<]*{last.year}[^<]* to [^<]*{last.year}", sheet)
