"""The company that the bench measures: drawn and judged like the demo's. What sales did is left out, or drawn without a judge."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from leads.models import LeadDirty
from leads.scoring import backfill, ledger
from leads.touches import store
from reporting import publishing
from reporting.demo import crowd, seed, setting, traffic, visitors, writing
from reporting.demo.plan import Plan
from smarketing.jobs.models import Run
from smarketing.rows import clock, fence
from smarketing.rows.models import Installation

from . import names, rescoring, sales


def make(
    leads: int,
    events: int,
    at: datetime,
    say: Callable[[str], None],
    worked: bool = False,
    months: int = Plan.months,
    clauses: Sequence[Mapping[str, Any]] = (),
) -> tuple[Plan, setting.Stage]:
    """People, papers, facts and ledger of a company of this size in an empty database. `worked`: with what sales did;
    `clauses`: promised on top of the demo's."""
    plan = Plan(at=at, leads=leads, events=events, months=months)
    seed.be_patient()
    with seed.phase(say, "people, language, contract"), transaction.atomic():
        Installation.objects.create(kind="demo", company="Bench", clock_offset=timedelta(0))
        stage = seed.set_stage(plan, clauses)
        stage.pool.members.update(cap=10_000_000)  # nobody works here: no queue is ever full
    with seed.phase(say, f"{leads} leads, {events} events drawn and written"):
        people = names.given(plan, crowd.draw(plan))
        visits = traffic.draw(plan, people)
        with transaction.atomic():
            made = writing.identities(plan, people)
            writing.events(plan, visits, visitors.draw(plan, people), people, made)
    with seed.phase(say, "behaviours counted"):
        backfill.run(ledger.ensure([stage.version.body]), at=plan.at)
    if worked:
        with seed.phase(say, "grades of all leads"), transaction.atomic():
            rescoring.taken_up(stage.version, plan.at)
            LeadDirty.objects.all().delete()
        sales.play(plan, stage, people, made, say)
        with seed.phase(say, "the night's edition"):
            _publish()
    with seed.phase(say, "statistics"):
        seed.analyze("VACUUM ANALYZE")
    return plan, stage


def _publish() -> None:
    """What pages read of an edition, counted as the night does."""
    run = Run(job="bench", business_date=clock.today(), cutoff=fence.cutoff())
    store.advance(run.cutoff)
    every = publishing.parts()
    for low, high in publishing.ranges(every):
        if "|" in every[low][1]:
            publishing.sums(run, low, high)
    publishing.publish(run)
