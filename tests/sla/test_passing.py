"""Hand-overs counted by the day on which a lead qualified: what is kept equals a count from nothing after each deed."""

from collections import Counter
from datetime import timedelta

import pytest

from leads.models import Handoff, Hold, Qualification
from sla import follow, handover, passing
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


def alike(lines) -> Counter:
    found: Counter = Counter()
    for *said, n in lines:
        found[tuple(said)] += n
    return found


def compare(of) -> Counter:
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
    assert sum(compare(running).values()) == 2
    late = Qualification.objects.create(
        lead_id=facts.lead(now), line=line(), version=new.version, effective_at=now - timedelta(days=12), recorded_at=clock.now(),
        cause="grade", grade="A1",
    )  # fmt: skip
    assert sum(compare(running).values()) == 3
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
    row.days = {day: [[said[0], said[1], "pending", None, 1]]}  # as it stood before its time was over
    MonthSum.objects.filter(what=passing.WHAT, month=row.month).update(days=row.days)
    with monkeypatch.context() as planted:
        planted.setattr(passing, "PENDING", "never")
        with pytest.raises(AssertionError):
            compare(running)
    MonthSum.objects.filter(what=passing.WHAT, month=row.month).update(days=row.days)
    compare(running)
