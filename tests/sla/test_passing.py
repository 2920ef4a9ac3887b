"""Hand-overs counted by the day on which a lead qualified: what is kept equals a count from nothing after each deed."""

from datetime import timedelta

import pytest

from leads.models import Handoff, Hold, Lead, Qualification
from sla import follow, handover, missing, passing
from sla.models import MonthSum
from smarketing.rows import clock, fence
from smarketing.rows.days import Days
from tests.leads import facts
from tests.sla.contracts import HAND_OVER, VOLUME, contract, line, sign
from tests.sla.test_kinds import qualified


@pytest.fixture
def running(db):
    of, at = contract(), clock.now()
    begins = follow.back(clock.today(at).replace(day=1), 1)[0]
    sign(of, [VOLUME, HAND_OVER], begins, at=at - timedelta(days=70))
    return of


def alike(lines) -> dict[tuple, tuple[int, list[int]]]:
    """What is counted -> how many, and the leads that wait to be handed over."""
    found: dict[tuple, tuple[int, list[int]]] = {}
    for *said, n, waiting in lines:
        whole, leads = found.get(tuple(said), (0, []))
        found[tuple(said)] = (whole + n, sorted([*leads, *waiting]))
    return found


def compare(of) -> dict[tuple, tuple[int, list[int]]]:
    """A look now, and the same counted from nothing."""
    at, days = clock.now(), Days(follow.Reader(of, clock.now(), clock.now()).zone)
    while (
        cutoff := fence.cutoff()
    ) < at:  # a cut-off lies a millisecond back: all that was recorded shall be before it
        pass
    first = days.of(cutoff).replace(day=1)
    months = [*follow.back(first, 1), first]
    found, fresh = (alike(some.count(of, months, cutoff, days)) for some in (passing, handover))
    assert found == fresh
    return found


def whole(found) -> int:
    return sum(n for n, _leads in found.values())


def waiting(found) -> list[int]:
    return [lead for _n, leads in found.values() for lead in leads]


def hand(one) -> Handoff:
    at = clock.now()
    return Handoff.objects.create(
        lead_id=one.lead_id, line=line(), qualification=one, version=one.version, gate="released", occurred_at=at, recorded_at=at,
        known_at=at,
    )  # fmt: skip


@pytest.mark.invariant("I11")
def test_what_is_kept_of_hand_overs_equals_a_count_from_nothing_after_each_deed(running):
    now = clock.now()
    old, new = qualified(now - timedelta(days=20)), qualified(now - timedelta(minutes=3))
    found = compare(running)
    assert (whole(found), waiting(found)) == (2, [old.lead_id])
    late = Qualification.objects.create(
        lead_id=facts.lead(now), line=line(), version=new.version, effective_at=now - timedelta(days=12), recorded_at=clock.now(),
        cause="grade", grade="A1",
    )  # fmt: skip
    assert whole(compare(running)) == 3
    hand(late)
    compare(running)
    Hold.objects.create(qualification=new, reason="cool_down", occurred_at=clock.now(), recorded_at=clock.now())
    compare(running)
    made = hand(old)
    compare(running)
    facts.correct("handoff", made.pk, clock.now())
    compare(running)
    assert MonthSum.objects.filter(what=passing.WHAT).count() == 2


@pytest.mark.invariant("I11", mutant="what time alone broke is not counted again")
def test_a_day_on_which_something_is_pending_is_counted_at_every_look(running, monkeypatch):
    qualified(clock.now() - timedelta(days=20))
    compare(running)
    row = next(one for one in MonthSum.objects.filter(what=passing.WHAT) if one.days)
    ((day, (said,)),) = row.days.items()
    row.days = {day: [[said[0], said[1], "pending", None, 1, []]]}  # as it stood before its time was over
    MonthSum.objects.filter(what=passing.WHAT, month=row.month).update(days=row.days)
    with monkeypatch.context() as planted:
        planted.setattr(passing, "PENDING", "never")
        with pytest.raises(AssertionError):
            compare(running)
    MonthSum.objects.filter(what=passing.WHAT, month=row.month).update(days=row.days)
    compare(running)


@pytest.mark.invariant("I11", mutant="a hand-over that came late is not noticed")
def test_a_lead_that_was_handed_over_since_waits_no_more(running, monkeypatch):
    old = qualified(clock.now() - timedelta(days=20))
    compare(running)
    hand(old)
    with monkeypatch.context() as planted:
        planted.setattr(passing, "_moved", lambda *asked: set())
        with pytest.raises(AssertionError):
            compare(running)
    assert waiting(compare(running)) == []


def said(of) -> list[str]:
    """What the pages of this month and the one before say of the hand-overs that are missing."""
    at = clock.now()
    first = clock.today(at).replace(day=1)
    found = [follow.month(of, month, at, fence.cutoff()) for month in (*follow.back(first, 1), first)]
    return [one.text for month in found for one in missing.items(month) if one.show == "missed"]


def test_who_waits_is_said_by_source_as_it_is_now(running):
    one = qualified(clock.now() - timedelta(days=20))
    qualified(one.effective_at)
    assert [text.rpartition(": ")[2] for text in said(running)] == ["– 2"]
    Lead.objects.filter(pk=one.lead_id).update(source="fair")
    assert [text.rpartition(": ")[2] for text in said(running)] == ["– 1, fair 1"]
    hand(one)
    assert [text.rpartition(": ")[2] for text in said(running)] == ["– 1"]
