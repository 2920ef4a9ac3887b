"""What the month of a contract keeps from one look to the next equals a count from nothing, whatever is recorded between."""

import random
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from leads.handoffs import states
from leads.models import Deal, Handoff
from reporting.books import services
from reporting.models import BookShown
from sla import as_of, blocks, counts, derive, follow, kept, nightly, took
from sla.models import Clock, ClockBlock, MonthSum
from smarketing.jobs.models import Run
from smarketing.rows import clock, fence
from smarketing.rows.days import Days
from tests.leads import facts
from tests.people import client_of, person
from tests.reporting.books.test_books import OCTOBER, october  # noqa: F401  a closed month
from tests.sla.contracts import (
    ACCEPTANCE,
    ATTEMPTS,
    FIRST,
    REASONS,
    SQL_RATE,
    VOLUME,
    WON,
    attempt,
    contract,
    decide,
    handoff,
    pause,
    rep,
    sign,
    signers,
    waive,
)
from tests.sla.test_results import win

CLAUSES = [VOLUME, ACCEPTANCE, SQL_RATE, FIRST, ATTEMPTS, REASONS, WON]


@pytest.fixture
def running(db):
    """A contract in force since the month before this one."""
    of, at = contract(), clock.now()
    begins = follow.back(clock.today(at).replace(day=1), 1)[0]
    sign(of, CLAUSES, begins, at=at - timedelta(days=70))
    return of


def alike(some) -> Counter:
    """Clocks by what is said of them, and first attempts by how long they took."""
    found: Counter = Counter()
    for one in some:
        found[one.month, one.key, one.terms, one.state, one.settled, one.rep, one.idle] += one.n
        found.update((one.month, one.key, int(value)) for value in took.unpack([one.took]))
    return found


def compare(of) -> None:
    """A look now: what is kept, and the same counted from nothing."""
    at = clock.now()
    derive.catch_up(at)
    reader = follow.Reader(of, at, fence.cutoff())
    first = reader.today.replace(day=1)
    months, asked = [*follow.back(first, 1), first], reader.asked()
    fresh = {key: asked.count(key, months[0], follow.next_month(first), reader.cutoff) for key in asked.clauses}
    assert reader.by_day(months) == fresh
    terms, days = [one.pk for one in reader.terms], Days(reader.zone)
    given = {"terms": terms, "months": months}
    whole = blocks._told("k.month = ANY(%(months)s)", "true", reader.cutoff, days, given, blocks.SIZE)[1]
    assert alike(blocks.read(of, terms, months, reader.cutoff, days)) == alike(whole)
    found = reader.month(first)
    assert took.spread(found.took.get("6.1", ())) == as_of.took(of, [first], "6.1", reader.cutoff)


def back(subject: str, pk: int, one) -> None:
    """A fact about a handoff is taken back."""
    facts.correct(subject, pk, clock.now())
    states.derive([one.pk])


def refuse(one, at):
    return decide(one, "refuse", max(one.occurred_at, at - timedelta(hours=3)), "FIT-IND", known=at)


# Kind -> what is done about a handoff; "judged": a contest that is upheld takes the refusal back.
DEEDS = {
    "again": lambda one, at: decide(one, "return", one.occurred_at + timedelta(hours=1), "later", known=at),
    "accept": lambda one, at: decide(one, "accept", max(one.occurred_at, at - timedelta(hours=3)), known=at),
    "qualify": lambda one, at: decide(one, "qualify", max(one.occurred_at, at - timedelta(hours=3)), known=at),
    "refuse": refuse,
    "judged": lambda one, at: back("decision", refuse(one, at).pk, one),
    "attempt": lambda one, at: attempt(one, max(one.occurred_at, at - timedelta(hours=2)), known=at),
    "undo": lambda one, at: facts.correct("attempt", attempt(one, at, known=at).pk, clock.now()),
    "taken back": lambda one, at: facts.correct("handoff", one.pk, at),
    "sold": lambda one, at: win(one, at, "1000"),
    "pause": lambda one, at: pause(one, at, at + timedelta(days=1)),
    "waive": lambda one, at: waive(one, "6.1", at),
    "named": lambda one, at: named(one, at),
    "named back": lambda one, at: back("assignment", named(one, at).pk, one),
}


def deed(kind: str, made: list, dice: random.Random) -> None:
    """Something happens, and is known from now on."""
    now = clock.now()
    if kind == "handoff" or not made:
        made.append(handoff(now - timedelta(hours=dice.randrange(1, 24 * 20)), known=now, grade="A1"))
        return
    one = dice.choice(made)
    DEEDS[kind](one, now)
    if kind == "taken back":
        made.remove(one)
    derive.mark([one.pk])


def named(one, at, to=None):
    """A manager gives a handoff to a rep."""
    made = one.assignments.create(
        rep=to or rep(), how="manager", by=signers()[1], occurred_at=at, recorded_at=at, known_at=at
    )
    states.derive([one.pk])
    return made


@pytest.fixture
def small(monkeypatch):
    """Blocks of so few handoffs that a test fills several, in pieces of two."""
    monkeypatch.setattr(blocks, "SIZE", 4)
    monkeypatch.setattr(blocks, "PIECE", 2)


KINDS = ("handoff", "handoff", "attempt", *DEEDS)


@pytest.mark.invariant("I11")
@pytest.mark.parametrize(("seed", "size"), [(1, 6), pytest.param(2, 150, marks=pytest.mark.trust)])
def test_what_is_kept_equals_a_count_from_nothing_after_each_deed(running, small, seed, size):
    dice, made = random.Random(seed), []
    for _n in range(3):
        deed("handoff", made, dice)
    compare(running)
    for _n in range(size):
        deed(dice.choice(KINDS), made, dice)
        compare(running)
    assert MonthSum.objects.exists() and ClockBlock.objects.count() >= 2


def test_a_naming_that_is_taken_back_gives_a_broken_promise_to_whoever_was_in_charge_before(running):
    one = handoff(clock.now() - timedelta(days=20), known=clock.now(), rep=rep())
    given = named(one, clock.now(), to=person("max", "rep"))
    compare(running)
    facts.correct("assignment", given.pk, clock.now())
    states.derive([one.pk])
    derive.mark([one.pk])
    compare(running)


def brought(lead: int, line, days: int) -> None:
    """A handoff that a file brings now, of so many days ago."""
    at = clock.now()
    when = {"occurred_at": at - timedelta(days=days), "recorded_at": at, "known_at": at}
    made = Handoff.objects.create(lead_id=lead, line=line, gate="imported", **when)
    states.derive([made.pk])
    derive.mark([made.pk])


def test_an_earlier_handoff_that_becomes_known_later_makes_one_of_a_lead_merged_into_it_a_repeated_one(running):
    one = handoff(clock.now() - timedelta(days=2), known=clock.now())
    root = facts.lead(clock.now(), email="root@example.test")
    facts.merge(one.lead_id, root, clock.now())
    derive.mark([one.pk])
    compare(running)
    brought(root, one.line, 9)
    compare(running)


def test_a_deal_counts_for_the_line_of_a_handoff_that_becomes_known_after_it_was_won(running):
    now = clock.now()
    lead = facts.lead(now - timedelta(days=9), known=now, email="bought@example.test")
    sold = Deal.objects.create(created_at=now, recorded_at=now, lead_id=lead)
    for name, value in (("state", "won"), ("closed_at", now.isoformat())):
        facts.change("deal", sold.pk, name, value, now)
    compare(running)
    brought(lead, running.line, 3)
    compare(running)


@pytest.mark.invariant("I11", mutant="a decision is not seen to move the acceptance rate")
def test_a_kind_of_fact_that_is_forgotten_is_noticed(running, monkeypatch):
    made = []
    deed("handoff", made, random.Random(3))
    compare(running)
    monkeypatch.setitem(kept.MOVED, "acceptance", ("handoff",))
    deed("accept", made, random.Random(3))
    with pytest.raises(AssertionError):
        compare(running)


@pytest.mark.invariant("I11", mutant="what a handoff counted for before is not taken away")
def test_a_decision_takes_a_handoff_away_from_those_without_one_of_its_day(running, monkeypatch):
    made = []
    deed("handoff", made, random.Random(3))
    compare(running)
    deed("accept", made, random.Random(3))
    count = kept.Asked.count_some
    with monkeypatch.context() as planted:
        planted.setattr(kept.Asked, "count_some", lambda *asked: [{}, count(*asked)[1]])
        with pytest.raises(AssertionError):
            compare(running)


@pytest.mark.parametrize("few", [0, kept.FEW])
def test_days_are_counted_alike_by_the_handoffs_that_moved_and_as_a_whole(running, monkeypatch, few):
    monkeypatch.setattr(kept, "FEW", few)
    dice, made = random.Random(5), []
    for kind in ("handoff", "handoff", "refuse", "again", "qualify", "handoff"):
        deed(kind, made, dice)
    compare(running)
    for kind in ("accept", "undo", "judged"):
        deed(kind, made, dice)
    compare(running)


@pytest.mark.invariant("I11", mutant="pieces of blocks stand although all was counted anew")
def test_pieces_are_kept_until_all_is_counted_anew(running, small):
    made, pieces = [], ClockBlock.objects.filter(block__lte=blocks.PIECES)
    for _n in range(8):
        made.append(handoff(clock.now() - timedelta(days=9), known=clock.now(), grade="A1"))
    derive.mark([one.pk for one in made])
    compare(running)
    beside = next(one for one in made if one.pk % 4 in (0, 1) and one.pk + 2 <= made[-1].pk)
    attempt(beside, clock.now(), known=clock.now())
    derive.mark([beside.pk])
    compare(running)
    stood = list(pieces.all())
    assert {one.block for one in stood} == {blocks.PIECES - beside.pk // 4 * 2 - n for n in (0, 1)}
    gone = next(one for one in made if one.pk // 2 == beside.pk // 2 + 1)
    facts.correct("handoff", gone.pk, clock.now())
    states.derive([gone.pk])
    derive.mark([gone.pk])
    compare(running)
    assert not pieces.exists()
    mark = ClockBlock.objects.get(block=blocks.MARK)
    for one in stood:  # as if they had been left
        one.cutoff = mark.cutoff
    ClockBlock.objects.bulk_create(stood)
    attempt(beside, clock.now(), known=clock.now())
    derive.mark([beside.pk])
    with pytest.raises(AssertionError):
        compare(running)


@pytest.mark.invariant("I11", mutant="what time alone broke is not counted again")
def test_a_promise_that_breaks_while_nobody_does_anything_is_counted_at_the_next_look(running, monkeypatch):
    monkeypatch.setattr(blocks, "_MOVED", "SELECT 1::bigint WHERE %(since)s > %(cutoff)s AND %(most)s > 0")
    one = handoff(clock.now() - timedelta(days=20), known=clock.now())
    pending = counts.Count(
        clock.today().replace(day=1), "6.1", running.terms.get().pk, "pending", None, None, False, 1, None
    )
    compare(running)
    mark = ClockBlock.objects.get(block=blocks.MARK)
    ClockBlock.objects.filter(block=one.pk // blocks.SIZE).update(counts=[counts.frozen(pending)])  # as it stood then
    assert mark.cutoff <= clock.now()
    with pytest.raises(AssertionError):
        compare(running)


@pytest.mark.invariant("I11", mutant="how long an attempt took is kept as it was before another one was undone")
def test_an_attempt_that_is_undone_took_no_time(running, monkeypatch):
    one = handoff(clock.now() - timedelta(days=6), known=clock.now())
    tries = [attempt(one, one.occurred_at + timedelta(days=days), known=clock.now()) for days in (1, 3)]
    derive.mark([one.pk])
    compare(running)
    back("attempt", tries[0].pk, one)
    derive.mark([one.pk])
    with monkeypatch.context() as planted:
        planted.setattr(blocks, "moved", lambda *asked: set())
        with pytest.raises(AssertionError):
            compare(running)
    compare(running)


def look(of) -> None:
    """A look at the clocks that settles nothing before, as some jobs take."""
    reader = follow.Reader(of, clock.now(), fence.cutoff())
    blocks.read(of, [one.pk for one in reader.terms], [reader.today.replace(day=1)], reader.cutoff, Days(reader.zone))


@pytest.mark.invariant("I11", mutant="what is still to be derived is kept")
def test_what_is_not_derived_yet_is_counted_but_not_kept(running, monkeypatch):
    one = handoff(clock.now() - timedelta(hours=2), known=clock.now())
    compare(running)
    attempt(one, clock.now(), known=clock.now())
    derive.mark([one.pk])
    mark = ClockBlock.objects.get(block=blocks.MARK).cutoff
    look(running)
    assert ClockBlock.objects.get(block=blocks.MARK).cutoff == mark
    two = handoff(clock.now() - timedelta(hours=2), known=clock.now())
    compare(running)
    attempt(two, clock.now(), known=clock.now())
    derive.mark([two.pk])
    with monkeypatch.context() as planted:
        planted.setattr(blocks, "behind", lambda cutoff: False)
        look(running)
    with pytest.raises(AssertionError):
        compare(running)


def test_a_clock_that_the_night_puts_right_is_counted_again(running):
    one = handoff(clock.now() - timedelta(days=20), known=clock.now())
    derive.mark([one.pk])
    derive.catch_up(clock.now())
    Clock.objects.filter(handoff=one).update(state="excluded", settled_at=one.occurred_at)  # a fault
    compare(running)
    assert nightly.clocks(Run(cutoff=clock.now()), one.pk, one.pk + 1) == 1
    compare(running)


def test_an_attempt_is_seen_by_the_very_next_load_of_a_page_that_asks_few_questions(running):
    one = handoff(clock.now() - timedelta(hours=1), known=clock.now())
    client, url = client_of(signers()[0]), reverse("sla:follow_up")
    client.get(url)
    attempt(one, clock.now(), known=clock.now())
    derive.mark([one.pk])
    with CaptureQueriesContext(connection) as seen:
        page = client.get(url).content.decode()
    assert "(1/1)" in page
    assert len(seen) <= 100, [query["sql"][:90] for query in seen.captured_queries]


def test_pages_read_a_closed_month_without_its_long_text(october):  # noqa: F811
    book = services.newest(october, OCTOBER) or services.close_month(
        contract=october, month=OCTOBER, by=signers()[0], at=clock.now()
    )
    kept_ = BookShown.objects.get(book=book)
    assert kept_.clauses == services.shown_of(book) and services.verify(book) == []
    with CaptureQueriesContext(connection) as seen:
        services.frozen(october, [OCTOBER], ())
    assert not any('"reporting_bookclose"."figures"' in query["sql"] for query in seen.captured_queries)
    BookShown.objects.filter(book=book).update(clauses={})
    assert "what pages show" in services.verify(book)[0]
    services.rebuild(clock.now())
    assert services.verify(book) == []
