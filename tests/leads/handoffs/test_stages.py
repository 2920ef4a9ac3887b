"""The log of stages: append-only, without gaps, the current stage its last row (I5)."""

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from leads.handoffs import stages
from leads.models import Lead, Stage, StageMove
from smarketing.rows import clock
from smarketing.rows.fence import open_fence
from tests.leads import facts

pytestmark = pytest.mark.django_db
CAUSES = ("manual", "deal", stages.CORRECTION)


class Log(RuleBasedStateMachine):
    """Moves of two leads, allowed or not, alone and in sets, against a plain list."""

    def __init__(self):
        super().__init__()
        self.alone = transaction.atomic()  # each run is taken back whole, its locks too
        self.alone.__enter__()
        self.leads = [facts.lead(clock.now()) for _ in range(2)]
        self.model: dict[int, list[str]] = {lead: [] for lead in self.leads}

    def teardown(self):
        transaction.set_rollback(True)
        self.alone.__exit__(None, None, None)

    def stage(self, lead: int) -> str:
        return self.model[lead][-1] if self.model[lead] else Stage.LEAD

    @rule(which=st.integers(0, 1), to=st.sampled_from(Stage.values), cause=st.sampled_from(CAUSES))
    def move(self, which, to, cause):
        lead = self.leads[which]
        before = self.stage(lead)
        allowed = cause == stages.CORRECTION or to in stages.MOVES[before]
        try:
            moved = stages.move(lead_id=lead, to=to, cause=cause, at=clock.now(), by=None, fence=open_fence())
        except stages.NotAllowed:
            assert not allowed and to != before
            return
        assert moved == (to != before) and (allowed or not moved)
        if moved:
            self.model[lead].append(to)

    @rule(plan=st.lists(st.tuples(st.integers(0, 1), st.sampled_from(Stage.values)), max_size=4))
    def move_many(self, plan):
        moves = [stages.Move(self.leads[n], to, "manual", clock.now()) for n, to in plan]
        gained = stages.move_all(moves, open_fence(), strict=False)
        for one in moves:
            if one.to != self.stage(one.lead_id) and one.to in stages.MOVES[self.stage(one.lead_id)]:
                self.model[one.lead_id].append(one.to)
                gained -= 1
        assert gained == 0

    @precondition(lambda self: any(self.model.values()))
    @rule()
    def nobody_edits_the_log(self):
        for sql in (
            "UPDATE leads_stagemove SET to_stage = 'sql'",
            "DELETE FROM leads_stagemove",
            "TRUNCATE leads_stagemove",
        ):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(sql)

    @invariant()
    def log_and_stage_are_what_happened(self):
        check(self.leads)
        for lead in self.leads:
            found = StageMove.objects.filter(lead=lead).order_by("number").values_list("to_stage", flat=True)
            assert list(found) == self.model[lead]


def check(leads: list[int]) -> None:
    """Numbers without gaps, each move from where the last one led, the lead's stage the last one's."""
    for lead in leads:
        last = ""
        for number, move in enumerate(StageMove.objects.filter(lead=lead).order_by("number"), 1):
            assert (move.number, move.from_stage) == (number, last)
            last = move.to_stage
        assert Lead.objects.get(pk=lead).stage == (last or Stage.LEAD)


QUIET = {"deadline": None, "suppress_health_check": list(HealthCheck)}


@pytest.mark.invariant("I5")
def test_the_log_of_stages_holds_what_happened_and_nothing_else():
    run_state_machine_as_test(Log, settings=settings(max_examples=15, stateful_step_count=15, **QUIET))


@pytest.mark.trust
@pytest.mark.invariant("I5")
def test_the_log_of_stages_holds_what_happened_two_thousand_times():
    run_state_machine_as_test(Log, settings=settings(max_examples=2000, stateful_step_count=30, **QUIET))


@pytest.mark.invariant("I5", mutant="bulk update without a log row")
def test_a_stage_set_without_a_row_in_the_log_is_caught():
    """Negative control: a bulk update beside the one way to move."""
    lead = facts.lead(clock.now())
    Lead.objects.filter(pk=lead).update(stage=Stage.CUSTOMER)
    with pytest.raises(AssertionError):
        check([lead])


def test_a_move_that_does_not_follow_the_last_one_is_refused_by_the_database():
    lead, at = facts.lead(clock.now()), clock.now()
    stages.move(lead_id=lead, to="mql", cause="manual", at=at, by=None, fence=open_fence())
    for number, start in ((2, "lead"), (3, "mql"), (1, "")):
        with pytest.raises(DatabaseError), transaction.atomic():
            StageMove.objects.create(
                lead_id=lead, number=number, from_stage=start, to_stage="sal", cause="x", occurred_at=at, recorded_at=at,
                known_at=at,
            )  # fmt: skip
