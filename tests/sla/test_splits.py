"""A clause's month by team, rep, persona, source and grade: what is kept from one look to the next equals a count from nothing."""

import random
from datetime import datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads.judging import service
from personas.definitions import persona_services
from sla import blocks, breakdown, derive, follow, news, splits
from sla.models import ClauseSplit, Rematched
from sla.splits import Split
from smarketing.accounts.models import Team
from smarketing.rows import clock, fence
from tests.leads import facts
from tests.people import person
from tests.sla.contracts import attempt, handoff, rep, signers
from tests.sla.test_kept import DEEDS, deed, named, running  # noqa: F401  a contract in force since the month before

SOURCES = ("web", "fair", "")


def months(of, first=None) -> follow.Month:
    at = clock.now()
    derive.catch_up(at)
    reader = follow.Reader(of, at, fence.cutoff())
    return reader.month(first or reader.today.replace(day=1))


def compare(of, keys=None) -> None:
    """A look now at each clause: what is kept, and the same counted from nothing."""
    month = months(of)
    for row in month.rows:
        if keys is None or row.clause.key in keys:
            split = Split(month, row)
            fresh = split.count()
            assert splits.brought(split) == fresh, row.clause.key


def sourced(one, dice) -> None:
    facts.change("lead", one.lead_id, "source", dice.choice(SOURCES), clock.now())


def happen(made: list, dice: random.Random) -> None:
    """A deed about a handoff, or another name under which one is counted."""
    kind = dice.choice(["handoff", "named", "named back", "source", "merge", *DEEDS])
    one = dice.choice(made) if made else None
    if kind == "source" and one:
        sourced(one, dice)
    elif kind == "merge" and len(made) > 1:
        one, root = dice.sample(made, 2)
        if one.lead_id != root.lead_id:
            facts.merge(one.lead_id, root.lead_id, clock.now())
            derive.mark([one.pk, root.pk])
            made.remove(one)
    else:
        deed("handoff" if kind in ("source", "merge") else kind, made, dice)


@pytest.mark.invariant("I11")
@pytest.mark.parametrize(("seed", "size"), [(1, 5), pytest.param(2, 120, marks=pytest.mark.trust)])
def test_what_is_kept_of_each_dimension_equals_a_count_from_nothing_after_each_deed(running, seed, size):  # noqa: F811
    dice, made = random.Random(seed), []
    for _n in range(3):
        deed("handoff", made, dice)
    compare(running)
    for _n in range(size):
        happen(made, dice)
        compare(running)
    assert ClauseSplit.objects.exists()


@pytest.fixture
def one(running):  # noqa: F811
    """A handoff of three hours ago, of this month in its first hours, looked at."""
    now = clock.now()
    begun = datetime.combine(clock.today(now).replace(day=1), time(), clock.zone())
    made = handoff(max(now - timedelta(hours=3), begun), known=clock.now(), rep=rep(), grade="A1")
    derive.mark([made.pk])
    compare(running)
    return made


def shown(of, key: str, by: str) -> list[str]:
    month = months(of)
    return [line.name for line in breakdown.of(month, month.row(key), by, signers()[0])]


def test_a_lead_is_counted_under_the_source_that_it_is_given(running, one):  # noqa: F811
    facts.change("lead", one.lead_id, "source", "fair", clock.now())
    assert shown(running, "5.1", "source") == ["fair"]
    compare(running, ("5.1", "6.1"))


@pytest.mark.invariant("I11", mutant="another source of a lead is not seen")
def test_a_name_whose_change_is_forgotten_is_noticed(running, one, monkeypatch):  # noqa: F811
    monkeypatch.setattr(news, "names", lambda *asked: news.News())
    facts.change("lead", one.lead_id, "source", "fair", clock.now())
    with pytest.raises(AssertionError):
        compare(running, ("5.1", "6.1"))


def test_a_persona_that_a_lead_comes_to_resemble_counts_at_the_next_look(running, one):  # noqa: F811
    rules = {"field": "lead.country", "op": "is", "value": "FR"}
    persona_services.create_persona(name="Maud", story={}, rules=rules, by=None, at=clock.now())
    compare(running, ("5.1", "6.1"))
    facts.change("lead", one.lead_id, "country", "FR", clock.now())
    service.match(one.lead_id, one.lead_id + 1)
    assert list(Rematched.objects.values_list("lead_id", flat=True)) == [one.lead_id]
    assert shown(running, "6.1", "persona") == shown(running, "5.1", "persona") == ["Maud"]
    compare(running, ("5.1", "6.1"))


def test_who_is_renamed_or_joins_a_team_is_counted_so(running, one):  # noqa: F811
    compare(running, ("5.1",))
    of = rep()
    of.name, of.team = "Another name", Team.objects.create(name="Lyon", side="sales")
    of.save()
    assert (shown(running, "5.1", "rep"), shown(running, "5.1", "team")) == (["Another name"], ["Lyon"])


def test_a_handoff_in_other_hands_is_counted_under_these(running, one):  # noqa: F811
    named(one, clock.now(), to=person("max", "rep"))
    assert shown(running, "6.1", "rep") == shown(running, "5.1", "rep") == ["max"]


def test_a_look_at_what_nothing_happened_to_counts_nothing_again(running, one, monkeypatch):  # noqa: F811
    month = months(running)
    for key in ("5.1", "5.2", "6.1"):
        split = Split(month, month.row(key))
        found = splits.brought(split)
        with CaptureQueriesContext(connection) as seen:
            assert splits.brought(Split(month, month.row(key))) == found
        assert not any("WITH " in query["sql"] and "counted" in query["sql"] for query in seen.captured_queries)


def test_the_minute_brings_every_clause_of_the_running_month(running, one):  # noqa: F811
    ClauseSplit.objects.all().delete()
    splits.look(clock.now())
    kept = set(ClauseSplit.objects.values_list("what", flat=True))
    assert {"mql_volume", "acceptance", "clock 6.1", "clock 6.2"} <= kept


def test_a_month_of_the_past_is_counted_once_at_its_cut_off_and_anew_after_a_merge(running, one):  # noqa: F811
    at = max(clock.now() - timedelta(hours=1), one.occurred_at)
    month = follow.month(running, clock.today(at).replace(day=1), at, at)
    split = Split(month, month.row("5.1"))
    found = splits.brought(split)
    row = ClauseSplit.objects.get(what="mql_volume")
    assert (row.cutoff, splits.brought(split)) == (at, found)
    other = handoff(clock.now() - timedelta(days=2), known=clock.now())
    facts.merge(other.lead_id, one.lead_id, clock.now())
    splits.brought(split)
    assert ClauseSplit.objects.get(what="mql_volume").counted_at > row.counted_at


def test_clocks_that_the_night_puts_right_are_counted_anew(running, one):  # noqa: F811
    attempt(one, clock.now(), known=clock.now())
    compare(running, ("6.1",))
    blocks.forget()
    assert not ClauseSplit.objects.filter(what="clock 6.1").exists()
