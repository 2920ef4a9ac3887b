"""A merge counts: the ledger, the sums, the compiled scorer, the walk and plain Python agree on leads that are merged and
taken apart again, at any instant."""

from bisect import bisect_right
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from leads.intake import columns, locks, spans
from leads.models import Behaviour, BehaviourDay, Lead, MergedSpan
from leads.scoring import asks, backfill, compile, days, ledger, program, sums
from leads.scoring.timeline import pull
from personas.criteria.validate import validate
from personas.definitions.catalogue import catalogue
from tests.leads import definitions, facts, worlds
from tests.leads.scoring import test_compile, test_sums, test_timeline
from tests.leads.shelf import Shelf, Told
from tests.scale import examples

pytestmark = pytest.mark.django_db
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]  # shrinking costs minutes here
QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
T = worlds.NOON


def stored() -> tuple[list, list, list]:
    """The ledger, the spans and the columns of leads, as sorted rows."""
    held = [one.attname for one in Lead._meta.concrete_fields]
    return (
        list(BehaviourDay.objects.order_by("pk").values_list("lead_id", "behaviour_id", "occurred_day", "known_day", "n")),
        list(MergedSpan.objects.order_by("pk").values_list("lead_id", "root_id", "since", "until", "steps")),
        list(Lead.objects.order_by("pk").values_list(*held)),
    )  # fmt: skip


def rebuilt() -> tuple[list, list, list]:
    BehaviourDay.objects.all().delete()
    spans.rebuild()
    columns.rebuild_all("lead")
    backfill.run(list(Behaviour.objects.order_by("pk")), at=T)
    return stored()


def agree(data) -> None:
    worlds.catalogue()
    body = data.draw(worlds.bodies(), "body")
    assume(not validate(body, catalogue()))
    version = definitions.version(body, T - 60 * DAY)
    ledger.ensure([body])
    some = data.draw(st.lists(worlds.lives, min_size=2, max_size=3), "lives")
    lives = worlds.live_together(some, data.draw(worlds.merges, "merges"))
    leads, here = [lead for lead, _asked in lives], days.here()
    held = stored()
    assert rebuilt() == held
    shelf, today = Shelf(), here.midnight(here.of(T))
    for t in {*lives[0][1], T, today, today - timedelta(microseconds=1)}:
        wanted = {(lead, t): test_compile.expected(lead, body, t, Told(shelf, lead, t)) for lead in leads}
        assert test_compile.scores(body, asks.listed(list(wanted))) == wanted
        everybody = test_compile.scores(body, asks.whole(t))
        assert {pair: everybody[pair] for pair in wanted} == wanted
    for lead, (moments, said) in test_timeline.walked(body, leads).items():
        for t, row in zip(moments, said, strict=True):
            known = Told(shelf, lead, t)
            assert row == test_timeline.expected(lead, body, t, test_timeline.begins(lead, t, known), known), (lead, t)
        for t in [*lives[0][1], T, *here.midnights(T - 6 * DAY, T)]:
            last = bisect_right(moments, t) - 1
            if last >= 0:
                told = test_timeline.expected(lead, body, t, False, Told(shelf, lead, t))
                assert said[last][:-1] == told[:-1], (lead, t)
    if sums.keepable(program.load(version)):
        for age in sorted(data.draw(st.sets(st.integers(0, 40) | st.integers(0, 4), min_size=2, max_size=4), "days"))[
            ::-1
        ]:
            day = here.of(T) - age * DAY
            test_sums.move(version, leads, day)
            at = here.midnight(day)
            kept = test_sums.scored(version, at, leads, kept=True)
            assert kept == test_sums.scored(version, at, leads, kept=False)


@pytest.mark.invariant("I20")
@settings(max_examples=examples(12, 4), deadline=None, phases=PHASES, suppress_health_check=QUIET)
@given(st.data())
def test_every_reader_agrees_on_leads_that_are_merged_and_taken_apart(data):
    with transaction.atomic():
        agree(data)
        transaction.set_rollback(True)


@pytest.mark.trust
@pytest.mark.invariant("I20")
@settings(max_examples=examples(300), deadline=None, phases=PHASES, suppress_health_check=QUIET)
@given(st.data())
def test_every_reader_agrees_on_many_worlds_of_merged_leads(data):
    with transaction.atomic():
        agree(data)
        transaction.set_rollback(True)


# --- the same by hand, and with faults planted


def two() -> tuple[int, int, dict]:
    """(loser, root, body): the loser looked at prices twice and is French; the root said nothing and did nothing."""
    body = definitions.simple()
    ledger.ensure([body])
    loser, root = facts.lead(T - 20 * DAY, country="FR"), facts.lead(T - 10 * DAY)
    for ago in (6, 5):
        facts.event(loser, "page", T - ago * DAY, page="/pricing")
    return loser, root, body


def said(lead: int, body: dict, *times) -> list[str]:
    """Grades at these instants, by SQL; the walk and plain Python say the same."""
    found = test_compile.scores(body, asks.listed([(lead, t) for t in times]))
    assert found == {(lead, t): test_compile.expected(lead, body, t) for t in times}
    moments, rows = test_timeline.walked(body, [lead])[lead]
    for t in times:
        assert rows[bisect_right(moments, t) - 1][3] == found[lead, t][3]
    return [found[lead, t][3] for t in times]


def test_what_a_merged_lead_did_and_said_counts_from_the_merge_until_it_is_taken_back():
    loser, root, body = two()
    one = facts.merge(loser, root, T - 4 * DAY)
    assert Lead.objects.get(pk=root).country == "FR"
    facts.event(loser, "page", T - 3 * DAY, page="/pricing")
    times = [T - 4 * DAY - HOUR, T - 4 * DAY, T - 3 * DAY]
    assert said(root, body, *times) == ["D4", "A1", "A1"]
    facts.correct("merge", one, T - 2 * DAY)
    facts.event(loser, "demo", T - DAY)
    assert said(root, body, *times, T - 2 * DAY, T) == ["D4", "A1", "A1", "D4", "D4"]
    assert said(loser, body, T - 4 * DAY - HOUR, T - 3 * DAY, T) == ["A1", "A1", "A1"]
    assert Lead.objects.get(pk=root).country == "" and not _net(root)
    held = stored()
    assert rebuilt() == held


def _net(lead: int) -> int:
    return sum(BehaviourDay.objects.filter(lead=lead).values_list("n", flat=True))


def test_a_chain_lends_on_and_comes_apart_in_the_middle():
    loser, middle, body = two()
    last = facts.lead(T - 10 * DAY)
    first = facts.merge(loser, middle, T - 4 * DAY)
    second = facts.merge(middle, last, T - 3 * DAY)
    assert said(last, body, T - 4 * DAY, T - 3 * DAY) == ["D4", "A1"]
    facts.correct("merge", first, T - 2 * DAY)
    assert said(last, body, T - 3 * DAY, T) == ["A1", "D4"] and _net(middle) == _net(last) == 0
    facts.merge(loser, last, T - DAY)
    facts.correct("merge", second, T - HOUR)
    assert said(last, body, T - 2 * DAY, T - DAY, T) == ["D4", "A1", "A1"]
    assert said(middle, body, T - 4 * DAY, T) == ["A1", "D4"]
    held = stored()
    assert rebuilt() == held


def test_values_come_from_the_nearest_and_what_was_emptied_stays_empty():
    far, near, root = (
        facts.lead(T, country="FR", phone="1"),
        facts.lead(T, country="BE"),
        facts.lead(T, email="a@x.example"),
    )
    facts.merge(far, near, T + HOUR)
    facts.merge(near, root, T + 2 * HOUR)
    values = lambda: Lead.objects.values_list("email", "country", "phone").get(pk=root)  # noqa: E731
    assert values() == ("a@x.example", "BE", "1")
    facts.change("lead", far, "phone", "2", T + 3 * HOUR)
    assert values() == ("a@x.example", "BE", "2")
    emptied = facts.change("lead", root, "phone", None, T + 4 * HOUR)
    assert values() == ("a@x.example", "BE", "")
    facts.correct("attributechange", emptied, T + 5 * HOUR)
    assert values() == ("a@x.example", "BE", "2")
    columns.rebuild_all("lead")
    assert values() == ("a@x.example", "BE", "2")


def test_a_reset_of_a_merged_lead_holds_and_begins_no_cycle():
    loser, root, body = two()
    facts.reset(loser, T - 4 * DAY - HOUR)
    facts.merge(loser, root, T - 4 * DAY)
    assert said(root, body, T - 4 * DAY, T) == ["A4", "A4"]
    assert {row[2] for row in [test_compile.expected(root, body, T)]} and test_compile.expected(root, body, T)[0] == 0


# fault -> (module, name, what it says, what it says wrongly)
FAULTS = {
    "what was merged stays after the unmerge": (spans, "_DERIVE", "c.known_at AS until", "NULL::timestamptz AS until"),
    "merged before it was known": (spans, "_DERIVE", "AS since,", "- interval '2 days' AS since,"),
    "the walk knows no merge": (pull, "LENT", "root_id = ANY(%(ids)s)", "root_id = ANY(%(ids)s) AND false"),
    "values are not taken over": (compile, "_OF_LEAD", "k.lead_id = a.lead_id", "k.lead_id = 0"),
    "a merge is no reason to count from raw events": (
        asks,
        "_ASKED",
        "WHERE since >= %(first_midnight)s",
        "WHERE false",
    ),
}


@pytest.mark.parametrize("fault", [pytest.param(one, marks=pytest.mark.invariant("I20", mutant=one)) for one in FAULTS])
def test_a_reader_that_is_told_nothing_of_a_merge_is_caught(fault, monkeypatch):
    module, name, right, wrong = FAULTS[fault]
    assert right in getattr(module, name)
    monkeypatch.setattr(module, name, getattr(module, name).replace(right, wrong))
    with pytest.raises(AssertionError):
        _merged_and_taken_apart()


def test_the_same_without_a_fault_passes():
    _merged_and_taken_apart()


def _merged_and_taken_apart() -> None:
    loser, root, body = two()
    one = facts.merge(loser, root, T - 4 * DAY)
    facts.change("lead", root, "x_note", "later", T - HOUR)  # so that older instants are read as of then
    assert said(root, body, T - 5 * DAY, T - 4 * DAY, T - 3 * DAY) == ["D4", "A1", "A1"]
    facts.correct("merge", one, T - 2 * DAY)
    assert said(root, body, T) == ["D4"]


@pytest.mark.invariant("I20", mutant="merges add no rows")
def test_a_ledger_that_forgets_merges_is_caught(monkeypatch):
    loser, root, _body = two()
    monkeypatch.setattr(ledger, "recount", lambda leads, fence=None: 0)
    facts.merge(loser, root, T - 4 * DAY)
    told = stored()
    assert rebuilt() != told


def test_what_a_merged_lead_does_is_counted_for_both_and_asked_for_where_there_is_one_only():
    loser, root, _body = two()
    facts.merge(loser, root, T - 4 * DAY)
    for lead, lent in ((loser, True), (root, False)):
        with CaptureQueriesContext(connection) as asked:
            facts.event(lead, "demo", T - DAY)
        (written,) = [one["sql"] for one in asked if "INSERT INTO leads_behaviourday" in one["sql"]]
        assert ("leads_mergedspan" in written) is lent
    assert (_net(loser), _net(root)) == (3, 4)
    held = stored()
    assert rebuilt() == held


@pytest.mark.invariant("I20", mutant="nobody was ever merged")
def test_intake_that_takes_no_lead_for_a_merged_one_is_caught(monkeypatch):
    loser, root, _body = two()
    facts.merge(loser, root, T - 4 * DAY)
    monkeypatch.setattr(locks, "merges_stand", lambda of=(): False)
    facts.event(loser, "demo", T - DAY)
    told = stored()
    assert rebuilt() != told
