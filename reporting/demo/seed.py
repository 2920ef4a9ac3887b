"""The whole demo company, phase after phase, each said aloud with its time."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, connections, transaction

from leads.handoffs import stages, states
from leads.judging import catch_up
from leads.judging import midnight as midnights
from leads.models import Handoff, HandoffState, LeadDirty
from leads.scoring import backfill, ledger
from reporting.books import services as books
from sla import derive as clocks
from sla.models import SlaDirty
from smarketing.calendars import services as calendars
from smarketing.jobs import nightly
from smarketing.jobs.models import Run
from smarketing.rows import clock
from smarketing.rows.models import Installation

from . import crowd, deeds, mails, meetings, setting, traffic, visitors, words, work, writing
from .plan import Plan, midnight

Say = Callable[[str], None]
JUST_LATE = timedelta(hours=1)  # business time: who is owed a first attempt, a few of them late already
CYCLES = 3  # leads given back may qualify again


def run(plan: Plan, say: Say = print) -> dict[str, int]:
    """Make the company in an empty database. Returns what was made, by kind."""
    made: dict[str, int] = {}
    be_patient()
    with phase(say, "people, language, contract"), transaction.atomic():
        Installation.objects.create(kind="demo", company=words.COMPANY, clock_offset=_offset(plan))
        stage = set_stage(plan)
    with phase(say, f"{plan.leads} leads, {plan.events} events drawn"):
        people = crowd.draw(plan)
        visits = traffic.draw(plan, people)
        before = visitors.draw(plan, people)
    with phase(say, "facts written"), transaction.atomic():
        leads = writing.identities(plan, people)
        made |= {"leads": len(leads), "companies": len(people.companies.name)}
        made["events"] = writing.events(plan, visits, before, people, leads)
        made["spend"] = writing.spend(plan, writing.campaign_ids(), stage.people["ines"].pk)
    analyze()
    with phase(say, "behaviours counted"):
        made["ledger"] = backfill.run(ledger.ensure([stage.version.body]), at=plan.at)
    _cycles(plan, stage, people, int(leads[0]), made, say)
    with phase(say, "clocks of the contract"):
        made["clocks"] = clocks.rebuild(clock.now())
        SlaDirty.objects.all().delete()
    with phase(say, "months closed"):
        made["books"] = _close_months(plan, stage)
    with phase(say, "meetings held and planned"):
        made["meetings"] = meetings.play(plan, stage)
    analyze()
    Run.objects.create(  # what the judge made up for is done: the first night looks at its own midnight only
        job=nightly.JOB, business_date=plan.today - timedelta(days=1), cutoff=plan.at, state="done", started_at=plan.at,
        finished_at=plan.at,
    )  # fmt: skip
    nightly.ask(by=None, at=clock.now())  # the worker takes it up while the pages answer already
    return made


def be_patient() -> None:
    """Rows of a large company are drawn inside the transaction that writes them: it may idle for minutes."""
    with connection.cursor() as cursor:
        cursor.execute("SET idle_in_transaction_session_timeout = 0")


def _cycles(plan: Plan, stage: setting.Stage, people: crowd.Crowd, base: int, made: dict[str, int], say: Say) -> None:
    """Judge, hand over, play sales; again for those given back, until nobody qualifies any more."""
    start = midnight(plan.first) - timedelta(days=1)
    axis = calendars.axis(stage.contract.terms.get().calendar)
    wanted: list[int] | None = None
    for cycle in range(CYCLES):
        after = Handoff.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        with phase(say, f"judged, cycle {cycle + 1}"):
            found = catch_up.run(start, plan.at, leads=wanted)
            deeds.backdate()
        for kind, count in found.items():
            made[kind] = made.get(kind, 0) + count
        new = _handed(plan, stage, people, base, after)
        if not new:
            break
        with phase(say, f"sales played, {len(new)} handoffs"), transaction.atomic():
            done = work.play(plan, axis, new, cycle)
            for kind, count in deeds.write(plan, done, stage.people).items():
                made[kind] = made.get(kind, 0) + count
            states.derive([one.pk for one in new])
            stages.rebuild({one.lead for one in new})
            wanted = deeds.recycled(done)
        if not wanted:
            break
    LeadDirty.objects.all().delete()
    with phase(say, "raw sums counted"):
        midnights.keep_all(plan.at)


def _handed(plan: Plan, stage: setting.Stage, people: crowd.Crowd, base: int, after: int) -> list[work.Handed]:
    """New handoffs with what the play needs to know of them."""
    keys = {user.pk: key for key, user in stage.people.items()}
    campaigns = [one.key for one in words.CAMPAIGNS] + [""]
    axis, promised = calendars.axis(stage.contract.terms.get().calendar), timedelta(hours=4)
    found = HandoffState.objects.filter(handoff__gt=after, rep__isnull=False).values_list(
        "handoff_id", "lead_id", "rep_id", "handoff__occurred_at"
    )
    out = []
    for pk, lead, rep, at in found.order_by("handoff_id"):
        number, company = lead - base, int(people.company[lead - base])
        out.append(
            work.Handed(
                pk=pk, lead=lead, at=at, rep=keys[rep], buyer=words.BUYERS[people.buyer[number]].key,
                campaign=campaigns[people.campaign[number]],
                employees=int(people.companies.employees[company]) if company >= 0 else 1,
                company=people.companies.name[company] if company >= 0 else "",
                fresh=axis.due(at, promised + JUST_LATE) > plan.at,
            )
        )  # fmt: skip
    return out


def _close_months(plan: Plan, stage: setting.Stage) -> int:
    """Every month but the running one and the one before it is closed by the service, on the fifth day after.

    The company's clock shows that day meanwhile, so that the book's cut-off is what was known then.
    """
    here = Installation.objects.get()
    for number in range(plan.months - 2):
        at = midnight(plan.month(number + 1)) + timedelta(days=4, hours=9)
        with transaction.atomic():
            _set_offset(_until(at))
            books.close_month(contract=stage.contract, month=plan.month(number), by=stage.people["hugo"], at=at)
            _set_offset(here.clock_offset)
    return plan.months - 2


def _set_offset(offset: timedelta) -> None:
    Installation.objects.update(clock_offset=offset)


def analyze(how: str = "ANALYZE") -> None:
    """Fresh statistics; only the tables' owner may ask for them."""
    owner = connections["owner"] if "owner" in connections.databases else connection
    with owner.cursor() as cursor:
        cursor.execute(how)


def _offset(plan: Plan) -> timedelta:
    """So that the company's clock shows `plan.at` now; nothing when that is the present."""
    offset = _until(plan.at)
    return offset if abs(offset) > timedelta(minutes=5) else timedelta(0)


def _until(at: datetime) -> timedelta:
    """From the machine's present to `at`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s - clock_timestamp()", [at])
        return cursor.fetchone()[0]


def set_stage(plan: Plan, clauses: Sequence[Mapping[str, Any]] = ()) -> setting.Stage:
    at = midnight(plan.first) - timedelta(days=30)
    who = setting.people(at)
    setting.glossary(plan, who)
    setting.calling(plan, who)
    personas, line, version = setting.language(plan, who)
    reps = [user for user in who.values() if user.role == "rep"]
    setting.reviews(plan, personas, who)
    mails.write(personas, who["ines"], at + timedelta(days=20))
    stage = setting.Stage(who, setting.pool(reps), personas, line, version)
    stage.contract = setting.contract(plan, line, who, clauses)
    setting.signins(who)
    return stage


@contextmanager
def phase(say: Say, what: str) -> Iterator[None]:
    begun = time.monotonic()
    yield
    say(f"  {what}: {time.monotonic() - begun:.1f} s")
