"""What is learned about a closed month after its close: whatever kind of clause it moves, it is a dated restatement."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.models import Correction, Deal, Handoff, Hold, Lead, Merge, Qualification
from leads.rights import erasure
from leads.rights.problems import Refusal
from reporting.books import effects, late_deals, restatements, services
from reporting.models import BookClose
from sla import derive, follow
from sla.figures import from_book
from tests.leads import facts
from tests.leads.definitions import simple, version
from tests.sla.contracts import (
    ACCEPTANCE,
    ATTEMPTS,
    DECISION,
    FIELDS,
    FIRST,
    HAND_OVER,
    OUTCOME,
    REASONS,
    REVENUE,
    SQL_RATE,
    VOLUME,
    WON,
    attempt,
    contract,
    decide,
    handoff,
    line,
    paris,
    sign,
    signers,
)  # fmt: skip

SEPTEMBER, OCTOBER, NOVEMBER = (date(2025, month, 1) for month in (9, 10, 11))
NOW = datetime(2025, 11, 20, 9, tzinfo=UTC)
EARLY = paris(2025, 8, 25)
SALON = {**VOLUME, "key": "5.6", "target": "1", "params": {"where": {"source": ["salon"]}}}
EVERY = [
    {**VOLUME, "target": "3"}, SALON, ACCEPTANCE, SQL_RATE, FIELDS, HAND_OVER, FIRST, ATTEMPTS, DECISION, OUTCOME, REASONS, WON, REVENUE,
]  # fmt: skip


def sold(lead: int, at: datetime, *, on=None, known=None, won: bool = True) -> Deal:
    """A deal opened at an instant and, unless it is open, won then for 5,000."""
    known = known or at
    made = Deal.objects.create(created_at=at, recorded_at=known, lead_id=lead, handoff=on)
    for name, value in (("state", "won"), ("amount", "5000"), ("closed_at", at.isoformat())) if won else ():
        facts.change("deal", made.pk, name, value, at, known)
    return made


def qualify(at: datetime, known=None) -> Qualification:
    """A lead qualified at an instant."""
    return Qualification.objects.create(
        lead_id=facts.lead(at), line=line(), version=version(simple(), EARLY, on=line()), effective_at=at, recorded_at=known or at,
        cause="grade", grade="A1",
    )  # fmt: skip


@dataclass
class Company:
    """A month that is over, with something of every kind of clause in it."""

    of: object
    hands: list
    deal: Deal
    waiting: Qualification
    merge: Merge
    done: set = field(default_factory=set)


@pytest.fixture
def october(db) -> Company:
    of = contract()
    sign(of, EVERY, SEPTEMBER, at=EARLY)
    hands = [handoff(paris(2025, 9, 26, 9)), *(handoff(paris(2025, 10, 14, 8 + n)) for n in range(3))]
    facts.change("lead", hands[1].lead_id, "source", "salon", paris(2025, 10, 13))
    attempt(hands[1], paris(2025, 10, 14, 10))
    attempt(hands[2], paris(2025, 10, 16, 10))
    decide(hands[3], "refuse", paris(2025, 10, 14, 12), "not_target")
    deal = sold(hands[1].lead_id, paris(2025, 10, 28, 10), on=hands[1])
    twin = facts.lead(paris(2025, 10, 2))
    merge = Merge.objects.get(
        pk=facts.merge(twin, hands[2].lead_id, paris(2025, 10, 20)) or Merge.objects.latest("pk").pk
    )
    return Company(of, hands, deal, qualify(paris(2025, 10, 8, 9)), merge)


def close(one: Company) -> BookClose:
    return services.close_month(contract=one.of, month=OCTOBER, by=signers()[0], at=NOW)


def shown(one: Company, **more) -> follow.Month:
    derive.catch_up(NOW)
    return follow.Reader(one.of, NOW, timezone.now() + timedelta(minutes=1), **more).month(OCTOBER)


# --- one late fact of each sort: (how many restatements of October, kind)


def handed(one, on, at, known):
    handoff(at, known=known)
    return "handoff", at < paris(2025, 11, 1)


def tried(one, on, at, known):
    attempt(on, at, known=known)
    return "attempt", at < paris(2025, 11, 1)


def refused(one, on, at, known):
    decide(on, "refuse", at, "not_target", known=known)
    return "decision", at < paris(2025, 11, 1)


def undone(one, on, at, known):
    if not _once(one, "handoff", on.pk):
        return None
    facts.correct("handoff", on.pk, known)
    return "correction", True


def merged(one, on, at, known):
    other = facts.lead(at, known=known)
    Merge.objects.create(loser_id=other, root_id=on.lead_id, occurred_at=at, recorded_at=known, known_at=known)
    return "merge", True


def unmerged(one, on, at, known):
    if not _once(one, "merge", one.merge.pk):
        return None
    facts.correct("merge", one.merge.pk, known)
    return "unmerge", True


def won(one, on, at, known):
    sold(on.lead_id, at, on=on, known=known)
    return "deal", at < paris(2025, 11, 1)


def raised(one, on, at, known):
    facts.change("deal", one.deal.pk, "amount", "7000", paris(2025, 11, 18), known)
    return "deal_change", True


def lost(one, on, at, known):
    facts.change("deal", one.deal.pk, "state", "lost", paris(2025, 11, 18), known)
    return "deal_change", True


def unsold(one, on, at, known):
    if not _once(one, "deal", one.deal.pk):
        return None
    facts.correct("deal", one.deal.pk, known)
    return "deal_back", True


def sourced(one, on, at, known):
    facts.change("lead", on.lead_id, "source", "salon", at, known)
    return "value", on is not one.hands[0]  # that one was handed over in September


def qualified(one, on, at, known):
    qualify(at, known)
    return "qualification", at < paris(2025, 11, 1)


def held(one, on, at, known):
    Hold.objects.create(
        qualification=one.waiting, reason="cool_down", occurred_at=paris(2025, 10, 8, 10), recorded_at=known
    )
    return "hold", True


def erased(one, on, at, known):
    lead = Lead.objects.get(pk=on.lead_id)
    with suppress(Refusal):  # somebody still works it
        erasure.erase(leads=[] if lead.erased else [lead], by=None, at=known)
    return None  # erasing restates nothing


def _once(one: Company, *deed) -> bool:
    new = deed not in one.done
    one.done.add(deed)
    return new


SORTS = (
    handed, tried, refused, undone, merged, unmerged, won, raised, lost, unsold, sourced, qualified, held, erased,
)  # fmt: skip


@pytest.mark.invariant("I10")
def test_each_sort_of_late_fact_is_a_restatement_and_leaves_the_book_as_it_is(october):
    book = close(october)
    for sort in SORTS:
        with transaction.atomic():
            told = sort(october, october.hands[1], paris(2025, 10, 20, 10), timezone.now())
            assert [one.kind for one in restatements.of(book)] == ([told[0]] if told else []), sort
            assert services.verify(BookClose.objects.get()) == []
            transaction.set_rollback(True)


@pytest.mark.invariant("I10")
def test_a_win_dated_before_the_close_and_entered_after_it_restates_its_month(october):
    opened = sold(october.hands[2].lead_id, paris(2025, 10, 17, 10), on=october.hands[2], won=False)
    book = close(october)
    known = timezone.now()
    for name, value in (("state", "won"), ("amount", "9000"), ("closed_at", paris(2025, 10, 28, 12).isoformat())):
        facts.change("deal", opened.pk, name, value, paris(2025, 11, 20), known)
    assert [(one.kind, one.lead) for one in restatements.of(book)] == [("deal_change", opened.lead_id)]
    assert [one.moved["7.1"][1].count for one in effects.of(book, cutoff=known + timedelta(minutes=1))] == [2]
    assert restatements.recorded_after(october.of, OCTOBER, book.cutoff)
    assert not restatements.recorded_after(october.of, SEPTEMBER, book.cutoff)


@pytest.mark.invariant("I10")
def test_what_happened_before_the_month_and_moves_a_promise_of_it_restates_it(october):
    book = close(october)
    assert not restatements.of(book)
    for day in (29, 30):
        attempt(october.hands[0], paris(2025, 9, day, 15), known=timezone.now())
    assert [one.kind for one in restatements.of(book)] == ["attempt", "attempt"]  # due in October by 6.2


@pytest.mark.invariant("I10")
def test_a_qualification_of_the_last_day_of_the_month_restates_it(october):
    book = close(october)
    qualify(paris(2025, 10, 31, 9), timezone.now())
    assert [one.kind for one in restatements.of(book)] == ["qualification"]
    check_effects(book, shown(october, closed=False), set())


@pytest.mark.invariant("I10")
def test_a_handoff_of_the_month_before_that_kept_a_hand_over_of_this_one_restates_it_when_taken_back(db):
    of = contract()
    sign(of, [VOLUME, HAND_OVER], SEPTEMBER, at=EARLY)
    passed = qualify(paris(2025, 9, 30, 17))  # due on the 1st of October
    made = handoff(paris(2025, 9, 30, 17, 30), lead=passed.lead_id, qualification=passed)
    derive.catch_up(NOW)
    book = services.close_month(contract=of, month=OCTOBER, by=signers()[0], at=NOW)
    known = timezone.now()
    facts.correct("handoff", made.pk, known)
    assert [(one.kind, one.handoff) for one in restatements.of(book)] == [("correction", made.pk)]
    before, after = effects.of(book, cutoff=known + timedelta(minutes=1))[0].moved["5.5"]
    assert ((before.met, before.missed), (after.met, after.missed)) == ((1, 0), (0, 1))


@pytest.mark.invariant("I10")
def test_work_after_the_month_restates_it_where_promises_count_in_the_month_of_their_handoff(db):
    of = contract()
    sign(
        of,
        [VOLUME, HAND_OVER, FIRST, {**OUTCOME, "target": "3"}],
        SEPTEMBER,
        at=EARLY,
        clock_rules={"month": "handoff"},
    )
    passed, made = qualify(paris(2025, 10, 31, 17)), handoff(paris(2025, 10, 31, 17))
    derive.catch_up(NOW)
    book = services.close_month(contract=of, month=OCTOBER, by=signers()[0], at=NOW)
    known = timezone.now()
    handed = handoff(paris(2025, 11, 3, 9, 30), lead=passed.lead_id, qualification=passed, known=known)
    sold(made.lead_id, paris(2025, 11, 4), on=made, known=known)
    attempt(made, paris(2025, 11, 3, 9, 30), known=known)
    attempt(handed, paris(2025, 11, 3, 10), known=known)  # a handoff of November
    found = {(one.kind, one.handoff) for one in restatements.of(book)}
    assert found == {("handoff", handed.pk), ("attempt", made.pk), ("deal", made.pk)}
    derive.catch_up(NOW)
    moved = {
        key: steps[-1]
        for one in effects.of(book, cutoff=known + timedelta(minutes=1))
        for key, steps in one.moved.items()
    }
    assert {key: (one.met, one.missed) for key, one in moved.items() if key != "5.1"} == {
        "5.5": (1, 0), "6.1": (1, 0), "6.5": (1, 0),
    }  # fmt: skip


@pytest.mark.invariant("I10")
def test_a_lead_handed_over_after_it_had_won_restates_the_month_of_the_win(october):
    lead = facts.lead(paris(2025, 10, 1))
    sold(lead, paris(2025, 10, 20, 10))
    book = close(october)
    assert services.parsed(book)["clauses"]["7.1"]["figure"]["count"] == 1
    late = handoff(paris(2025, 11, 10, 9), lead=lead, known=timezone.now())
    assert [(one.kind, one.handoff) for one in restatements.of(book)] == [("handoff", late.pk)]
    check_effects(book, shown(october, closed=False), set())


def test_what_concerns_another_month_or_another_line_restates_nothing(october):
    other = handoff(paris(2025, 10, 14, 9), on=line("Other"))
    book = close(october)
    known = timezone.now()
    sold(other.lead_id, paris(2025, 10, 20), on=other, known=known)
    sold(october.hands[1].lead_id, paris(2025, 11, 5), known=known)
    facts.change("lead", other.lead_id, "source", "salon", paris(2025, 10, 20), known)
    facts.change("lead", october.hands[1].lead_id, "country", "FR", paris(2025, 10, 20), known)
    assert restatements.of(book) == []


@pytest.mark.invariant("I10", mutant="late deals are not looked at")
def test_planted_fault_a_late_deal_that_nobody_reads_would_be_noticed(october, monkeypatch):
    monkeypatch.setattr(restatements, "PARTS", tuple(one for one in restatements.PARTS if one is not late_deals.of))
    book = close(october)
    won(october, october.hands[2], paris(2025, 10, 20, 10), timezone.now())
    with pytest.raises(AssertionError):
        check_effects(book, shown(october, closed=False), set())


def check_effects(book, now, beside) -> None:
    """The days of the restatements together are the difference between the book and what is known now, clause by clause;
    `beside`: clauses that an erasure moved, which restates nothing."""
    told = effects.of(book, cutoff=timezone.now() + timedelta(minutes=1))  # its own transaction holds the fence
    kept = services.parsed(book)["clauses"]
    assert len(kept) == len(EVERY)
    assert sum(one.facts for one in told) == len(restatements.of(book))
    for key in (key for key in kept if not effects._grows(kept[key]["kind"]) and key not in beside):
        known = now.row(key).figure
        steps = [one.moved[key] for one in told if key in one.moved]
        before = steps[0][0] if steps else from_book(kept[key]["figure"])
        assert effects._counts(before) == effects._counts(from_book(kept[key]["figure"])), key
        assert effects._counts(steps[-1][1] if steps else before) == effects._counts(known), key
        assert all(effects._same(one[1], other[0]) for one, other in pairwise(steps))


LATE = st.lists(st.tuples(st.sampled_from(SORTS), st.integers(0, 3), st.integers(0, 40)), min_size=1, max_size=8)


@pytest.mark.invariant("I10")
@pytest.mark.parametrize("examples", [2, pytest.param(60, marks=pytest.mark.trust)])
def test_whatever_is_learned_after_the_close_moves_no_figure_and_is_listed(october, examples):
    book = close(october)
    frozen = shown(october).row("5.1").figure

    @settings(deadline=None, max_examples=examples, suppress_health_check=list(HealthCheck))
    @given(LATE)
    def hold(late):
        with transaction.atomic():
            october.done.clear()
            known = timezone.now()
            told = []
            for n, (sort, which, days) in enumerate(late):
                at = paris(2025, 10, 15, 9) + timedelta(days=days)
                told.append(
                    sort(
                        october,
                        Handoff.objects.get(pk=october.hands[which].pk) if which else october.hands[0],
                        at,
                        known + timedelta(milliseconds=n),
                    )
                )
            assert shown(october).row("5.1").figure == frozen
            assert services.verify(BookClose.objects.get()) == []
            sure = sorted(one[0] for one in told if one and one[1])
            found = [one.kind for one in restatements.of(book)]
            for kind in set(sure):
                assert found.count(kind) >= sure.count(kind), (late, found)
            beside = {"5.4"} if erased in [one[0] for one in late] else set()
            check_effects(book, shown(october, closed=False), beside)
            transaction.set_rollback(True)

    hold()
    assert not Correction.objects.filter(recorded_at__gt=book.cutoff).exists()
