"""The SQL scorer equals plain Python on very many pairs of a definition and a lead at an instant: whole worlds of leads, merged
and joined and corrected, with odd text everywhere, meet whole libraries of definitions."""

from datetime import timedelta

import pytest
from django.db import connection

from leads.scoring import asks, backfill, company_days, days, ledger, values
from personas.criteria import canonical
from personas.criteria.behaviours import behaviours
from personas.definitions import persona_services
from tests.leads import many, worlds
from tests.leads.scoring.test_compile import scores

pytestmark = pytest.mark.django_db
PAIRS, WORLDS = 100_000, 6
PARTS = ("kind", "page", "name", "form", "campaign", "props", "channel", "outcome")  # of the filters of events


def personas(number: int) -> list[int]:
    """Personas with drawn rules."""
    return [
        persona_services.create_persona(name=f"p{at}", story={}, rules=rules, by=None, at=worlds.NOON).pk
        for at, rules in enumerate(many.drawn(worlds.field_conditions(), 3, number))
    ]


def compare(number: int, lives: int, definitions: int, each: int = 1) -> tuple[int, set[str]]:
    """(pairs of a definition and a lead that were compared, each counted once however many instants it was asked at; what was
    seen) of one world: parts of filters that found events, sums over people that somebody made. One lead of `each` is asked at
    all its instants, the others at noon."""
    with connection.cursor() as cursor:  # worlds are drawn inside the transaction that writes them
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
    worlds.catalogue()
    bodies = [many.counting(), *many.bodies(definitions, number, personas(number))]
    ledger.ensure(bodies)
    here = days.here()
    midnight = here.midnight(here.of(worlds.NOON))
    edges = [worlds.NOON, midnight, midnight - timedelta(microseconds=1)]
    people = [
        (lead, edges[:1] if at % each else [*asked, *edges])
        for at, (lead, asked) in enumerate(many.people(lives, number))
    ]
    bodies += _counted(many.spoken())
    read, seen = many.Read(people), set()
    for at, body in enumerate(bodies):
        wanted = read.says(body)
        found = scores(body, asks.listed(list(wanted)))
        wrong = [(pair, found.get(pair), wanted[pair]) for pair in wanted if found.get(pair) != wanted[pair]]
        assert not wrong, (body, wrong[:3])
        if at % 8 == 0:  # the statement for all leads at once is another one
            everybody = scores(body, asks.whole(worlds.NOON))
            assert everybody == {pair: row for pair, row in wanted.items() if pair[1] == worlds.NOON}
        seen |= {part for one in behaviours(body) for part in one.filter if _done(one.filter, read)}
    return len({lead for lead, _t in read.facts}) * len(
        set(map(canonical.dumps, bodies))
    ), seen | read.colleagues.told()


def _counted(bodies: list[dict]) -> list[dict]:
    """The bodies; what they ask for was counted after it had happened."""
    backfill.run(ledger.ensure(bodies), at=worlds.NOON)
    return bodies


def _done(filter_: dict, read: many.Read) -> bool:
    return any(facts.events(filter_) for facts in read.facts.values())


@pytest.mark.invariant("I6")
def test_sql_equals_python_on_hundreds_of_pairs_at_thousands_of_instants():
    pairs, seen = compare(7, 14, 44)
    assert pairs > 400 and {"kind", "page", "name", "form", "company.acts"} <= seen


@pytest.mark.trust
@pytest.mark.invariant("I6")
@pytest.mark.parametrize("number", range(WORLDS))
def test_sql_equals_python_on_a_hundred_thousand_pairs(number):
    pairs, seen = compare(100 + number, 360, 80, each=8)
    assert pairs * WORLDS > PAIRS, pairs
    assert seen == {*PARTS, *company_days.COLUMNS}


def _but(module, name: str, right: str, wrong: str) -> tuple:
    """A fault that says something else in one place of a text."""
    assert right in getattr(module, name)
    return module, name, getattr(module, name).replace(right, wrong)


FAULTS = {
    "what cannot be said is taken for true": (values, "guarded", lambda condition: f"coalesce({condition}, true)"),
    "the day ends at midnight in Greenwich": (days.Days, "sql", lambda self, at: f"({at})::date"),
    "late events were known when they occurred": (ledger, "EVENTS", tuple(part.replace("e.known_at", "e.occurred_at") if isinstance(part, str) else part for part in ledger.EVENTS)),
    "corrections change no count": (ledger, "take_back", lambda ids, fence: None),
    "joins bring nothing": (ledger, "count_joins", lambda pairs, fence: None),
    "a back-fill knows no joins": (ledger, "SOURCES", tuple(one for one in ledger.SOURCES if one is not ledger.JOINS)),
    "merges bring nothing": (ledger, "recount", lambda leads, fence=None: 0),
    "a company that was named by mistake keeps its people": _but(company_days, "_ROWS", "AND (s.z IS NULL OR t.day < s.z)", ""),
    "who was merged away counts twice": _but(company_days, "_ROWS", "WHERE s.lead_id = r.root)", "WHERE false)"),
}  # fmt: skip


@pytest.mark.trust
@pytest.mark.parametrize("fault", [pytest.param(one, marks=pytest.mark.invariant("I6", mutant=one)) for one in FAULTS])
def test_a_scorer_with_a_fault_is_found_among_thousands_of_pairs(fault, monkeypatch):
    where, name, wrong = FAULTS[fault]
    monkeypatch.setattr(where, name, wrong)
    with pytest.raises(AssertionError):
        compare(101, 24, 60)
