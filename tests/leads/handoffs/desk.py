"""A rep's desk for tests: a line, a pool of reps, leads handed over at chosen instants."""

from datetime import UTC, datetime, timedelta

from leads.handoffs import handing, rules, states
from leads.models import Handoff, HandoffState, Lead, Pool, PoolMember
from personas.models import DefinitionLine
from smarketing.rows import clock
from tests.leads import facts
from tests.people import person

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)


class Desk:
    """Two reps, their manager, one line; `hand` gives the next lead to Léa unless another rep or the pool is named."""

    def __init__(self):
        self.line = DefinitionLine.objects.create(name="MQL")
        self.lea, self.paul = person("lea", "rep"), person("paul", "rep")
        self.boss = person("bo", "manager", "sales")
        self.pool = Pool.objects.create(name="all")
        for rep in (self.lea, self.paul):
            PoolMember.objects.create(pool=self.pool, rep=rep, weight=0)

    def hand(self, rep="lea", at=NOW, **values) -> Handoff:
        lead = Lead.objects.get(pk=facts.lead(at - timedelta(days=1), **values))
        handoff = handing.hand_over(lead=lead, line=self.line, gate="manual", by=None, at=at)
        if rep:
            from leads.handoffs import routing

            routing.reassign(handoff=handoff, rep=getattr(self, rep), by=self.boss, at=at)
        return handoff

    def promise(self, handoff: Handoff, due: datetime | None, label: str = "first") -> None:
        rules.set_promises([(handoff.pk, due, label)])


def state(handoff: Handoff) -> HandoffState:
    return HandoffState.objects.get(pk=handoff.pk)


def derived(handoff: Handoff) -> dict:
    """All columns of the derived row, derived again from nothing but the log."""
    HandoffState.objects.filter(pk=handoff.pk).delete()
    states.derive([handoff.pk])
    return HandoffState.objects.filter(pk=handoff.pk).values().get()


def now() -> datetime:
    return clock.now()
