"""A walk that goes on from a moment reads earlier days from the ledger, and says what one from the beginning says."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from leads.models import BehaviourDay
from leads.scoring import backfill, days, ledger
from leads.scoring.timeline import did, pull
from tests.leads import definitions, facts, worlds

from .test_timeline import expected, walked

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
CUT = worlds.NOON - 2 * DAY  # judged until then


@pytest.fixture
def body():
    worlds.catalogue()
    made = definitions.simple()
    backfill.run(ledger.ensure([made]), at=worlds.NOON - 60 * DAY)
    return made


def looked(lead: int, at, known=None, who=None) -> int:
    return facts.event(lead, "page", at, page="/pricing", known=known, **({"visitor": who} if who else {}))


def early(lead: int) -> None:
    looked(lead, CUT - 6 * DAY)
    looked(lead, CUT - 6 * DAY + HOUR)


def that_very_day(lead: int) -> None:
    looked(lead, CUT - 2 * HOUR)
    looked(lead, CUT + 2 * HOUR)


def late(lead: int) -> None:
    looked(lead, CUT - 9 * DAY, known=CUT - 3 * DAY)
    looked(lead, CUT - 5 * DAY, known=CUT + DAY)


def joined(lead: int) -> None:
    before, after = facts.visitor(CUT - 9 * DAY), facts.visitor(CUT - 9 * DAY)
    for who in (before, after):
        looked(None, CUT - 8 * DAY, who=who)
    facts.join(before, lead, CUT - 4 * DAY)
    facts.join(after, lead, CUT + HOUR)


def taken_back(lead: int) -> None:
    looked(lead, CUT - 4 * DAY)
    facts.correct("event", looked(lead, CUT - 3 * DAY), CUT - 2 * DAY)
    facts.correct("event", looked(lead, CUT - 3 * DAY + HOUR), CUT + HOUR)


def begun_anew(lead: int) -> None:
    looked(lead, CUT - 4 * DAY)
    facts.reset(lead, CUT - 3 * DAY)
    looked(lead, CUT - 2 * DAY)
    looked(lead, CUT + HOUR)


LIVES = (early, that_very_day, late, joined, taken_back, begun_anew)


def told(body: dict, live: Callable[[int], None]) -> None:
    """Lead by lead and both at once: from CUT on the same rows as from the beginning, and what plain Python says there."""
    leads = [facts.lead(worlds.NOON - 30 * DAY, country="FR") for _n in range(2)]
    looked(leads[1], CUT - 10 * DAY)
    live(leads[0])
    whole, later = walked(body, leads), walked(body, leads, after=CUT)
    assert later[leads[0]][0][-1] > CUT
    for lead in leads:
        since = [pair for pair in zip(*whole[lead], strict=True) if pair[0] > CUT]
        assert [pair for pair in zip(*later[lead], strict=True) if pair[0] > CUT] == since
        for t, row in since:
            assert row[:-1] == expected(lead, body, t, False)[:-1]


@pytest.mark.parametrize("live", LIVES)
def test_what_was_done_before_counts_from_the_ledger_as_from_the_facts(body, live):
    told(body, live)


def test_of_days_before_no_event_is_read(body, monkeypatch):
    lead = facts.lead(worlds.NOON - 30 * DAY, country="FR")
    early(lead)
    that_very_day(lead)
    read, happened = [], pull.happened
    monkeypatch.setattr(pull, "happened", lambda *asked: read.append(happened(*asked)) or read[-1])
    walked(body, [lead], after=CUT)
    assert [len(rows[0]) for rows in read] == [2]
    assert BehaviourDay.objects.filter(lead=lead).count() == 2


# fault -> (name, what it says, what it says wrongly)
FAULTS = {
    "what the ledger said is read again": (
        "_OWN", " AND e.id >= f.first_id AND e.known_at >= to_timestamp(f.midnight)", "", early,
    ),
    "what was known late is lost": ("_OWN", "e.known_at >= to", "e.occurred_at >= to", late),
    "visits of before are read once more": ("_JOINED", "THEN 0 ELSE f.first_id", "THEN f.first_id ELSE f.first_id", joined),
    "days of before are forgotten": ("_LEDGER", "- %(horizon)s", "- %(horizon)s / 10000", early),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_planted_fault_a_walk_that_is_told_wrongly_of_the_days_before_is_caught(body, fault, monkeypatch):
    name, right, wrong, live = FAULTS[fault]
    assert right in getattr(did, name)
    monkeypatch.setattr(did, name, getattr(did, name).replace(right, wrong))
    with pytest.raises(AssertionError):
        told(body, live)


def test_days_are_those_of_the_installation(body):
    here = days.here()
    midnight = here.midnight(here.of(CUT))
    lead = facts.lead(worlds.NOON - 30 * DAY, country="FR")
    looked(lead, midnight - timedelta(minutes=1))
    looked(lead, midnight)
    later = walked(body, [lead], after=midnight + timedelta(minutes=1))[lead]
    assert later[1][0][:-1] == expected(lead, body, midnight + timedelta(minutes=1), False)[:-1]
