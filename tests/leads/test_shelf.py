"""What proofs tell from a shelf is what the oracle reads: of every lead, at every moment they ask about."""

import pytest

from leads.scoring import oracle
from personas.criteria.behaviours import behaviours
from tests.leads import many, worlds
from tests.leads.shelf import Shelf, Told

pytestmark = pytest.mark.django_db


def said(facts: oracle.LeadFacts, filters: list[dict]) -> tuple:
    """Everything that a definition may ask of a lead."""
    values = {field: facts.value(field) for field in (*worlds.TYPES, *worlds.SUMS)}
    deeds = [sorted((*one.key, one.day, one.lead) for one in facts.deeds(each)) for each in filters]
    gone = sorted(one.key for one in facts.taken_back())
    return values, deeds, gone, facts.members, facts.cycle, facts.counts_today


def differences(number: int, lives: int) -> list[tuple]:
    worlds.catalogue()
    people = many.people(lives, number)
    filters = [one.filter for body in many.spoken(2) for one in behaviours(body)]
    filters += [one.filter for one in behaviours(many.counting())]
    shelf = Shelf()
    return [
        (lead, at)
        for lead, asked in people
        for at in asked
        if said(Told(shelf, lead, at), filters) != said(oracle.LeadFacts(lead, at), filters)
    ]


def test_a_shelf_tells_what_the_oracle_reads_and_one_that_forgets_corrections_is_caught(monkeypatch):
    assert differences(3, 3) == []
    monkeypatch.setattr(Shelf, "gone", lambda self, row, t: False)
    assert differences(4, 3)


@pytest.mark.trust
@pytest.mark.parametrize("number", [3, 4])
def test_a_shelf_tells_what_the_oracle_reads_of_many_leads(number):
    assert differences(number, 24) == []
