"""What a program reads: only the numbers that somebody asks for, and the ledger no further back than they count."""

from datetime import timedelta

import pytest

from leads.scoring import asks, ledger, program
from personas.criteria import tree
from tests.leads import facts, worlds
from tests.leads.scoring.test_compile import expected, scores

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def latest(**when) -> dict:
    """Ten points for the latest demo, fading to nothing in 30 days."""
    body = tree.empty_body() | {"mandatory": []}
    item = {
        "key": "k",
        "points": 10,
        "decay": {"kind": "linear", "days": 30},
        "when": {"event": {"kind": "demo"}} | when,
    }
    body["engagement"]["items"] = [item]
    ledger.ensure([body])
    return body


def said(lead: int, body: dict) -> tuple:
    return scores(body, asks.whole(worlds.NOON))[lead, worlds.NOON]


def test_the_latest_that_fades_asks_for_nothing_older_than_it_fades_and_keeps_its_numbers():
    one, two = (program.build(0, 0, latest(**when)) for when in ({}, {"count": 2}))
    assert one.atoms == two.atoms and len(one.atoms) == 2  # numbers name raw sums
    assert (one.asked, one.horizon()) == ({0}, 30) and (two.asked, two.horizon()) == ({0, 1}, None)


def test_without_an_event_and_after_it_has_faded_there_are_no_points():
    body = latest()
    leads = [facts.lead(worlds.NOON - 90 * DAY) for _number in range(3)]
    facts.event(leads[1], "demo", worlds.NOON - 3 * DAY)
    facts.event(leads[2], "demo", worlds.NOON - 60 * DAY)
    assert [said(lead, body) for lead in leads] == [expected(lead, body, worlds.NOON) for lead in leads]
    assert [said(lead, body)[2] for lead in leads] == [0, 9, 0]


def test_a_weight_that_speaks_for_a_count_of_two_is_caught(monkeypatch):
    """Planted fault: one event is enough, whatever count was asked for."""
    body = latest(count=2)
    lead = facts.lead(worlds.NOON - 90 * DAY)
    facts.event(lead, "demo", worlds.NOON - 3 * DAY)
    assert said(lead, body) == expected(lead, body, worlds.NOON)
    monkeypatch.setattr(program.Program, "says_all", lambda self, item: True)
    assert said(lead, body) != expected(lead, body, worlds.NOON)
