"""Clocks in SQL and in Python: equal for any contract, calendar and log, in any zone, at any instant."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.handoffs import rules, states
from leads.models import Attempt, Decision, Handoff
from sla import derive, oracle, sets
from sla.kinds import CLOCK, HANDOFF, KINDS
from sla.models import Clock, Pause, WaiverAnswer
from smarketing.calendars import services as calendars
from smarketing.rows.days import Days
from smarketing.rows.models import Installation
from tests.leads import facts
from tests.sla.contracts import (
    ATTEMPTS,
    DECISION,
    FIRST,
    OUTCOME,
    attempt,
    contract,
    decide,
    handoff,
    line,
    pause,
    rep,
    sign,
    waive,
)

ZONES = ("Europe/Paris", "America/Toronto", "Asia/Kolkata", "Pacific/Auckland", "America/Sao_Paulo", "Africa/Cairo")
WEEKS = (
    [["09:00", "18:00"]], [["09:00", "12:00"], ["14:00", "18:30"]], [["00:00", "24:00"]], [["01:30", "03:15"]],
)  # fmt: skip
SPRING, AUTUMN = datetime(2026, 3, 20, tzinfo=UTC), datetime(2026, 10, 20, tzinfo=UTC)
COLUMNS = sets.COLUMNS
_names = count(1)


def a_calendar(pick: random.Random, at: datetime):
    week = pick.choice(WEEKS)
    days = pick.sample(range(1, 8), pick.randint(2, 7))
    holidays = [(at + timedelta(days=pick.randint(0, 30))).date().isoformat() for _n in range(4)]
    spec = {
        "zone": pick.choice(ZONES), "windows": {str(day): week for day in days}, "holidays": holidays,
        "special": {(at + timedelta(days=7)).date().isoformat(): [["10:00", "10:30"]]},
        "first": "2026-01-01", "until": pick.choice(["2027-01-01", "2026-11-20"]),
    }  # fmt: skip
    return calendars.create_version(
        name=f"Calendar {next(_names)}", spec=spec, by=None, at=datetime(2026, 1, 2, tzinfo=UTC)
    )


def clauses(pick: random.Random) -> list[dict]:
    hours = pick.choice(["1", "4", "0.25", "40", "7.33"])
    tiers = [{"grades": ["A1", "A2"], "target": pick.choice(["0.5", "60"])}, {"grades": ["C3"], "target": None}]
    own = calendars.newest().order_by("?").first()
    apart = {"apart": pick.randint(1, 3)} if pick.random() < 0.5 else {}
    return [
        {"key": "6.1", "kind": "first_attempt", "target": hours, "share": "90", "params": pick.choice([{}, {"tiers": tiers}])},
        {"key": "6.2", "kind": "min_attempts", "target": str(pick.randint(1, 4)), "share": "90",
         "params": {"days": pick.randint(1, 12), **apart, **pick.choice([{}, {"tiers": [{"grades": ["A1", "B2"], "target": str(pick.randint(1, 4))}, {"grades": ["C3"], "target": None}]}])}},
        {"key": "6.3", "kind": "decision", "target": str(pick.randint(1, 8)), "share": "90",
         "params": {"calendar": own.pk} if own and pick.random() < 0.5 else {}},
        {"key": "6.5", "kind": "outcome", "target": str(pick.randint(2, 12)), "share": "90", "params": {}},
    ]  # fmt: skip


def moment(pick: random.Random, around: datetime, hours: float) -> datetime:
    """An instant near: on the minute, at a quarter, or anywhere; often midnight somewhere."""
    at = around + timedelta(seconds=pick.randint(0, int(hours * 3600)))
    return pick.choice([at, at.replace(minute=0, second=0), at.replace(microsecond=pick.randint(0, 999_999))])


def worked(pick: random.Random, start: datetime) -> list[int]:
    """Handoffs around the change of the clocks, with what reps did and took back."""
    ids, by, days = [], rep(), Days(calendars.file_zone())
    for _n in range(14):
        at, dated = moment(pick, start, 24 * 25), pick.random() < 0.2
        if dated:  # stored as the start of its day in the zone of dates without a time
            at = days.midnight(days.of(at))
        lead = facts.lead(at)
        made = Handoff.objects.create(
            lead_id=lead, line=line(), gate="manual", rules=rules.in_force(line(), at), day_only=dated,
            grade=pick.choice(["", "A1", "B2", "C3"]),
            occurred_at=at, recorded_at=at, known_at=at,
        )  # fmt: skip
        due = [row.due_at for row in oracle_due(made)]
        for _k in range(pick.choice([0, 1, 2, 3, 6])):
            when = moment(pick, at, pick.choice([2, 24, 240]))
            if due and pick.random() < 0.2:
                when = pick.choice(due) + timedelta(microseconds=pick.choice([0, 1]))
            tried = Attempt.objects.create(
                handoff=made, lead_id=lead, rep=by, channel=pick.choice(["call", "mail"]),
                outcome=pick.choice(["no_answer", "no_answer", "reached"]), occurred_at=when, recorded_at=when, known_at=when,
            )  # fmt: skip
            if pick.random() < 0.15:
                facts.correct("attempt", tried.pk, when)
        if pick.random() < 0.4:
            when = pick.choice([moment(pick, at, 200), *due])
            Decision.objects.create(
                handoff=made, kind=pick.choice(["accept", "refuse", "return", "qualify", "withdraw", "expire"]), reason="not_target",
                occurred_at=when, recorded_at=when, known_at=when,
            )  # fmt: skip
        if pick.random() < 0.05:
            facts.correct("handoff", made.pk, at)
        stood(pick, made, due)
        ids.append(made.pk)
    states.derive(ids)
    return ids


def stood(pick: random.Random, made: Handoff, due: list[datetime]) -> None:
    """Pauses, some of them ended early or where they began, and a waiver."""
    for _k in range(pick.choice([0, 0, 1, 2])):
        since = pick.choice([moment(pick, made.occurred_at, 100), *due])
        one = pause(made, since, since + timedelta(minutes=pick.choice([0, 7, 90, 3000, 9000])))
        if pick.random() < 0.3:
            ended = moment(pick, since, 30)
            Pause.objects.create(
                handoff=made,
                reason="prospect",
                occurred_at=ended,
                until=ended,
                recorded_at=ended,
                by=None,
                ends=one,
            )
    if pick.random() < 0.2:
        waive(made, pick.choice(["6.1", "6.2", "6.3"]), moment(pick, made.occurred_at, 300))


def oracle_due(made: Handoff) -> list[Clock]:
    states.derive([made.pk])
    return oracle.read([made.pk], made.occurred_at)


def rows(found) -> list[tuple]:
    return sorted(tuple(getattr(row, name) for name in COLUMNS) for row in found)


@pytest.mark.invariant("I13")
@pytest.mark.parametrize("examples", [3, pytest.param(60, marks=pytest.mark.trust)])
def test_sql_and_python_tell_the_same_clocks(db, examples):
    @given(st.integers(0, 10**9))
    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    def hold(seed):
        told_the_same(random.Random(seed))

    hold()


def told_the_same(pick: random.Random) -> None:
    """A contract, handoffs worked, paused and waived, and an amendment: at every step SQL says what Python says."""
    start = pick.choice([SPRING, AUTUMN])
    with transaction.atomic():
        Installation.objects.update_or_create(pk=1, defaults={"zone": pick.choice(ZONES), "clock_offset": timedelta(0)})
        of, began = contract(f"Contract {next(_names)}"), start.date() - timedelta(days=3)
        month = {"clock_rules": {"month": pick.choice(["due", "handoff"])}}
        first = sign(of, clauses(pick), began, at=start - timedelta(days=4), using=a_calendar(pick, start), **month)
        ids = worked(pick, start)
        at = moment(pick, start, 24 * 40)
        assert rows(derive.read(ids, at)) == rows(oracle.read(ids, at))
        before = at - timedelta(days=9)
        derive.derive(ids, before)  # written earlier, under the first terms alone
        halted = Pause.objects.filter(occurred_at__gt=before, occurred_at__lte=at).values_list("handoff", flat=True)
        derive.derive(sorted(set(halted)), at)  # whoever pauses marks the handoff
        derive.recheck(derive.unsettled(), at)  # only time passes: settled clocks need not be looked at
        waived = WaiverAnswer.objects.filter(occurred_at__gt=before, occurred_at__lte=at).values_list(
            "waiver__handoff", flat=True
        )
        derive.derive(sorted(set(waived)), at)  # whoever consents marks it, too
        assert [row[:8] for row in rows(Clock.objects.all())] == [row[:8] for row in rows(oracle.read(ids, at))]
        derive.derive(ids, before)
        derive.derive(sorted(set(halted)), at)
        derive.recheck(derive.Asked(), at)
        assert rows(Clock.objects.all()) == rows(oracle.read(ids, at))
        second = sign(
            of,
            clauses(pick),
            (start + timedelta(days=pick.randint(1, 20))).date(),
            at=start,
            using=a_calendar(pick, start),
        )
        told = rows(oracle.read(ids, at))
        assert {row[2] for row in told} <= {first.pk, second.pk}
        derive.derive(ids, at)
        assert rows(Clock.objects.all()) == told
        assert derive.recheck(derive.Asked(), at) == derive.derive(ids, at) == 0  # nothing changed: nothing is written
        assert derive.rebuild(at) == len(told)
        assert rows(Clock.objects.all()) == told
        transaction.set_rollback(True)


def test_a_promise_is_written_with_the_calendar_that_made_it(db):
    at = datetime(2026, 10, 26, 12, tzinfo=UTC)
    terms = sign(
        contract(),
        clauses(random.Random(1)),
        date(2026, 10, 26),
        at=at - timedelta(days=1),
        using=a_calendar(random.Random(3), AUTUMN),
    )
    made = Handoff.objects.create(
        lead_id=facts.lead(at), line=line(), gate="manual", occurred_at=at, recorded_at=at, known_at=at
    )
    states.derive([made.pk])
    derive.derive([made.pk], at)
    state = made.state_row
    assert (state.due_label, state.calendar_id) == ("first", terms.calendar_id)
    Decision.objects.create(
        handoff=made, kind="refuse", reason="not_target", occurred_at=at, recorded_at=at, known_at=at
    )
    states.derive([made.pk])
    derive.derive([made.pk], at)
    state.refresh_from_db()
    assert (state.due_at, state.due_label, state.calendar_id) == (None, "", None)


FAULTS = {
    "first_attempt": "reached_at",
    "min_attempts": "tried[%(target)s]",  # early success forgotten
    "decision": "CASE WHEN dropped_at IS DISTINCT FROM decided_at THEN decided_at END",  # a refusal decides nothing
    "outcome": "sql_at",  # a refusal is no outcome
}


@pytest.mark.invariant("I13")
@pytest.mark.parametrize(
    "kind", [kind.key for kind in KINDS.values() if (kind.source, kind.subject) == (CLOCK, HANDOFF)]
)
def test_planted_fault_a_kind_that_says_something_else_in_sql_is_caught(db, monkeypatch, kind):
    at = datetime(2026, 10, 26, 12, tzinfo=UTC)
    sign(contract(), [FIRST, ATTEMPTS, DECISION, OUTCOME], date(2026, 10, 26), at=at - timedelta(days=1))
    touched, reached, refused = (handoff(at) for _n in range(3))
    attempt(touched, at + timedelta(hours=1))
    attempt(reached, at + timedelta(hours=1), outcome="reached")
    decide(refused, "refuse", at + timedelta(hours=1), "FIT-IND")
    ids, later = [touched.pk, reached.pk, refused.pk], at + timedelta(days=30)
    told = rows(oracle.read(ids, later))
    assert len(told) == 12 and rows(derive.read(ids, later)) == told
    monkeypatch.setitem(KINDS, kind, replace(KINDS[kind], kept=FAULTS[kind]))
    assert rows(derive.read(ids, later)) != told
