"""The loop that the engine is held against says of each lead what its history says at that midnight."""

from datetime import timedelta

import pytest

from leads.scoring import days, ledger, oracle
from personas.definitions.catalogue import catalogue
from reporting.bench import reference
from smarketing.rows import clock
from tests.leads import definitions, facts

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def told():
    """Asks (what the loop says, what plain Python says from the facts) of leads of whom something was learned, taken back, begun
    anew or put together, before and after a midnight."""
    here = days.here()
    at = here.midnight(here.of(clock.now()) - 3 * DAY)
    version = definitions.version(definitions.simple(), at - 60 * DAY)
    ledger.ensure([version.body])

    def looker(*looks: int, country: str = "FR") -> tuple[int, list[int]]:
        lead = facts.lead(at - 50 * DAY, country=country)
        return lead, [facts.event(lead, "page", at - ago * DAY, page="/pricing") for ago in looks]

    plain, moved, learned, recycled, root = (looker(3, 9)[0] for _lead in range(5))
    before, after = looker(2, 4), looker(2, 4)
    facts.change("lead", moved, "country", "DE", at + HOUR)
    facts.change("lead", learned, "country", "DE", at - DAY, known=at + HOUR)
    facts.event(plain, "page", at - DAY, known=at + HOUR, page="/pricing")
    facts.correct("event", before[1][0], at - HOUR)
    facts.correct("event", after[1][0], at + HOUR)
    facts.reset(recycled, at - 5 * DAY)
    facts.merge(looker(1, country="DE")[0], root, at - 2 * HOUR)
    ids = sorted([plain, moved, learned, recycled, root, before[0], after[0]])

    def said() -> tuple[list, list]:
        looped = reference.loop(version, ids, at, catalogue())
        return [(lead, one.contributions, one.grade) for lead, one in looped], [
            (lead, one.contributions, one.grade)
            for lead, one in ((lead, oracle.score(lead, version.body, at)) for lead in ids)
        ]

    return said


def test_the_loop_says_what_was_known_at_the_midnight(told):
    looped, known = told()
    assert looped == known and len({str(row[1:]) for row in known}) > 2


@pytest.mark.parametrize("left_out", ["_odd", "_corrected"])
def test_a_loop_that_reads_the_present_alone_is_found(told, monkeypatch, left_out):
    """Planted faults: nobody is judged from its history; nothing was ever taken back."""
    none = {"_odd": lambda ids, at: set(), "_corrected": lambda subject: reference.Correction.objects.none()}
    monkeypatch.setattr(reference, left_out, none[left_out])
    looped, known = told()
    assert looped != known
