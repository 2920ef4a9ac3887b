"""How soon first attempts came in a closed month: kept from one look to the next, and equal to what is known at its cut-off."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sla import as_of, first_tries
from sla.models import ClauseSplit, Clock
from smarketing.rows import clock
from tests.leads import facts
from tests.reporting.books.test_books import close, october, shown  # noqa: F401  a month that is over
from tests.sla.contracts import attempt, handoff, paris


def fresh(month):
    return as_of.took(month.contract, [month.first], "6.1", month.cutoff)


def kept(month):
    """What is said of a month that is looked at again, and whether every clock was read for it."""
    with CaptureQueriesContext(connection) as seen:
        found = first_tries.of(month, "6.1")
    return found, any("percentile" in query["sql"] for query in seen.captured_queries)


def test_a_closed_month_is_read_once_and_says_what_was_known_at_its_close(october):  # noqa: F811
    close(october)
    month = shown(october)
    assert month.frozen and kept(month) == (fresh(month), True) and fresh(month)[2] == 2
    assert kept(month) == (fresh(month), False)
    late = handoff(paris(2025, 10, 20, 10), known=clock.now())
    attempt(late, paris(2025, 10, 20, 11), known=clock.now())
    month = shown(october)
    assert kept(month) == (fresh(month), False) and fresh(month)[2] == 2


@pytest.mark.invariant("I11", mutant="a merge does not have a closed month read again")
def test_a_merge_has_it_read_again(october, monkeypatch):  # noqa: F811
    close(october)
    month = shown(october)
    first_tries.of(month, "6.1")
    facts.merge(facts.lead(clock.now()), facts.lead(clock.now()), clock.now())
    Clock.objects.filter(clause_key="6.1").update(took=1)  # whatever the merge changed
    month = shown(october)
    with monkeypatch.context() as planted:
        planted.setattr(first_tries, "_stands", lambda *asked: True)
        assert first_tries.of(month, "6.1") != fresh(month)
    assert kept(month) == (fresh(month), True)


def test_a_month_without_an_attempt_says_none_and_is_read_once(october):  # noqa: F811
    close(october)
    month = shown(october)
    Clock.objects.update(took=None)
    assert kept(month) == (None, True) and kept(month) == (None, False)
    assert ClauseSplit.objects.get(what="took 6.1").parts == {"took": None}
