"""How often the pages of the contract ask the database: as often for many handoffs as for few, and little after an attempt."""

from collections import Counter
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sla import derive, follow
from smarketing.rows import clock, fence
from tests.people import client_of
from tests.sla.contracts import (
    ACCEPTANCE,
    ATTEMPTS,
    FIRST,
    REASONS,
    VOLUME,
    attempt,
    contract,
    paris,
    rep,
    sign,
    signers,
)
from tests.sla.test_follow import many

AT = paris(2026, 11, 23, 17)
MOST = 46  # statements of the follow-up page with an attempt that nobody has counted yet


def asked(client, address) -> Counter:
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return Counter(one["sql"].split("WHERE")[0][:120] for one in found.captured_queries)


@pytest.fixture
def november(db, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)
    monkeypatch.setattr(fence, "cutoff", lambda: AT)
    sign(contract(), [VOLUME, ACCEPTANCE, FIRST, ATTEMPTS, REASONS], date(2026, 11, 1), at=paris(2026, 10, 28))
    rep()
    return client_of(signers()[0])


def counts(client, address, some) -> list[int]:
    """Statements of a load, of a second one, and of one after an attempt."""
    derive.catch_up(AT)
    follow.look(AT)
    client.get(address)
    again = sum(asked(client, address).values())
    attempt(some[0], paris(2026, 11, 23, 16))
    derive.mark([some[0].pk])
    return [again, sum(asked(client, address).values())]


def test_the_follow_up_asks_as_often_for_many_handoffs_as_for_few(november):
    address = reverse("sla:follow_up")
    few = counts(november, address, many(3))
    lots = counts(november, address, many(40))
    assert lots[0] <= few[0] + 2 and max(few[1], lots[1]) <= MOST


def test_the_team_page_asks_as_often_for_many_handoffs_as_for_few(november):
    address = reverse("sla:team")
    few = counts(november, address, many(3))
    lots = counts(november, address, many(40))
    assert lots[0] <= few[0] + 1
