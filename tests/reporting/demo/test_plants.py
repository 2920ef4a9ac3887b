"""Truths planted in a demo company come out of the measures, whichever persona, campaign and month they name."""

from contextlib import closing
from datetime import date

import pytest

from reporting.demo import words
from smarketing.measures import engine
from tests.conftest import DEMO_AT, _current, _Database, _point_django_at, _template, seed_as_owner

PERIOD = {"first": date(2024, 10, 1), "until": date(2026, 4, 1)}


@pytest.fixture
def planted(servers, transactional_db):
    """A company of 4,000 leads in which Paul buys, search ads give nothing and January was late."""
    server, _broker = servers
    own = _current["database"]
    company = _Database(server, _template(server), f"{own.name}_plant")
    company.renew()
    seed_as_owner(server, company.name, leads=4_000, at=DEMO_AT, plant="persona=paul,campaign=search,month=2026-01")
    with closing(server.connect(company.name)) as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE rows_installation SET clock_offset = %s - clock_timestamp()", [DEMO_AT])
    yield
    company.drop()
    _point_django_at(server, own.name, "smarketing_app")


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
