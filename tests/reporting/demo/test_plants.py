"""Truths planted in a demo company come out of the measures, whichever persona, campaign and month they name; drawn by a seed
they are named by whoever reads only the tables of the pages."""

import html
import re
from contextlib import closing
from datetime import date

import pytest
from django.test import Client

from leads.measures import sayings
from reporting.demo import plan, words
from smarketing.accounts.models import User
from smarketing.measures import engine
from tests.conftest import DEMO_AT, _current, _Database, _point_django_at, _template, seed_as_owner

PERIOD = {"first": date(2024, 10, 1), "until": date(2026, 4, 1)}


DRAWN = (4711, 11, 13)  # seeds of truths, each of which draws others


def _planted(servers, leads: int, plant: str):
    server, _broker = servers
    own = _current["database"]
    company = _Database(server, _template(server), f"{own.name}_plant")
    company.renew()
    seed_as_owner(server, company.name, leads=leads, at=DEMO_AT, plant=plant)
    with closing(server.connect(company.name)) as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE rows_installation SET clock_offset = %s - clock_timestamp()", [DEMO_AT])
    yield
    company.drop()
    _point_django_at(server, own.name, "smarketing_app")


@pytest.fixture
def planted(servers, transactional_db):
    """A company of 4,000 leads in which Paul buys, search ads give nothing and January was late."""
    yield from _planted(servers, 4_000, "persona=paul,campaign=search,month=2026-01")


@pytest.fixture(params=DRAWN)
def drawn(request, servers, transactional_db):
    """A company of 9,000 leads with truths that a seed drew: the seed."""
    for _company in _planted(servers, 9_000, str(request.param)):
        yield request.param


@pytest.mark.trust
def test_the_planted_truths_come_out_of_the_measures(planted):
    won = {one.group["persona"]: one for one in engine.answer("won", by=("persona",), **PERIOD).rows}
    accepted = {one.group["persona"]: one for one in engine.answer("accepted", by=("persona",), **PERIOD).rows}
    names = {one.key: one.name for one in words.BUYERS if one.key and not one.negative}
    rate = {key: won[name].n / accepted[name].n for key, name in names.items()}
    assert rate["paul"] > 1.5 * max(rate["claire"], rate["nadia"]), rate

    ads = {"campaign": "search"}
    assert engine.answer("cost", where=ads, **PERIOD).total.value > 5_000
    assert engine.answer("won", where=ads, **PERIOD).total.n == 0
    assert engine.answer("mql", where=ads, **PERIOD).total.n > 5

    month = {one.group["month"]: one for one in engine.answer("first_attempt_in_time", by=("month",), **PERIOD).rows}
    share = {key: one.value for key, one in month.items() if one.of and one.of >= 10}
    assert min(share, key=share.get) == "2026-01" and share["2026-01"] < 0.4, share


def _table(browser: Client, address: str, place: str, **asked) -> list[list[str]]:
    """The body of a page's table, as read: the words of each cell."""
    page = browser.get(address, asked).content.decode()
    found = re.search(rf'<table[^>]*class="[^"]*{place}[^"]*".*?</table>', page, re.DOTALL).group()
    body = re.search(r"<tbody.*?</tbody>", found, re.DOTALL).group()
    return [
        [_read(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)]
        for row in re.findall(r"<tr.*?</tr>", body, re.DOTALL)
    ]


def _read(cell: str) -> str:
    """The words of a cell; one of too few cases, which is grey, says "few"."""
    few = re.match(r'<t[hd][^>]*class="[^"]*\bfew\b', cell)
    return "few" if few else html.unescape(re.sub(r"<[^>]+>", " ", cell)).strip().split("  ")[0]


def _number(text: str) -> float:
    found = re.match(r"[\d.,]+", text)
    return float(found.group().replace(",", "")) if found else -1.0


@pytest.mark.trust
def test_truths_drawn_by_a_seed_are_read_off_the_tables(drawn):
    truth = plan.Plants.drawn(drawn)
    browser = Client()
    browser.force_login(User.objects.get(email__startswith="hugo"))
    spent = {"first": "2024-10", "last": "2026-03"}
    period = {"from": "2024-10-01", "to": "2026-04-01"}

    campaigns = [
        row for row in _table(browser, "/loop/", "loop-table", by="campaign", **spent) if row[0] != "(no campaign)"
    ]
    wasting = max((row for row in campaigns if row[6] == "0"), key=lambda row: _number(row[3]))
    assert wasting[0] == next(one.name for one in words.CAMPAIGNS if one.key == truth.campaign)

    personas = [
        row for row in _table(browser, "/loop/personas/", "persona-results", months="24") if row[0] != "No persona"
    ]
    buying = max(personas, key=lambda row: _number(row[5]))
    assert buying[0] == next(one.name for one in words.BUYERS if one.key == truth.persona)

    slow = _table(browser, "/loop/explore/", "explore-table", measure="response_time", by="rep", **period)[0]
    assert slow[0] == next(name for key, name, *_rest in words.PEOPLE if key == truth.rep)

    contradicted = _table(browser, "/loop/quality/", "criteria-table", **spent)[0]
    assert contradicted[0] == sayings.criterion(truth.criterion)


def test_a_seed_draws_always_the_same_truths_and_another_one_others():
    assert all(plan.plants(str(seed)) == plan.Plants.drawn(seed) for seed in DRAWN)
    for name in ("persona", "campaign", "rep", "criterion"):
        assert len({getattr(plan.Plants.drawn(seed), name) for seed in DRAWN}) > 1, name
    assert len({plan.Plants.drawn(seed) for seed in range(12)}) > 6
    assert {one.rep for one in (plan.Plants.drawn(seed) for seed in range(60))} == set(plan.DRAWN["rep"])
    with pytest.raises(ValueError, match="--plant takes"):
        plan.plants("weather=rain")
