"""The whole demo company, phase after phase, each said aloud with its time."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import connection, transaction

from leads.scoring import backfill, ledger
from smarketing.rows.models import Installation

from . import crowd, setting, traffic, words, writing
from .plan import Plan

Say = Callable[[str], None]


def run(plan: Plan, say: Say = print) -> dict[str, int]:
    """Make the company in an empty database. Returns what was made, by kind."""
    made: dict[str, int] = {}
    with _phase(say, "people, language, contract"), transaction.atomic():
        Installation.objects.create(kind="demo", company=words.COMPANY, clock_offset=_offset(plan), created_at=plan.at)
        stage = _stage(plan)
    with _phase(say, f"{plan.leads} leads, {plan.events} events drawn"):
        people = crowd.draw(plan)
        visits = traffic.draw(plan, people)
    with _phase(say, "facts written"), transaction.atomic():
        leads = writing.identities(plan, people)
        made |= {"leads": len(leads), "companies": len(people.companies.name)}
        made["events"] = writing.events(plan, visits, leads)
        made["spend"] = writing.spend(plan, writing.campaign_ids(), stage.people["ines"].pk)
    with _phase(say, "statistics"), connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    with _phase(say, "behaviours counted"):
        made["ledger"] = backfill.run(ledger.ensure([stage.version.body]), at=plan.at)
    return made


def _offset(plan: Plan) -> timedelta:
    """So that the company's clock shows `plan.at` now; nothing when that is the present."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s - clock_timestamp()", [plan.at])
        offset = cursor.fetchone()[0]
    return offset if abs(offset) > timedelta(minutes=5) else timedelta(0)


def _stage(plan: Plan) -> setting.Stage:
    at = setting.midnight(plan.first) - timedelta(days=30)
    who = setting.people(at)
    personas, line, version = setting.language(plan, who)
    stage = setting.Stage(
        who, setting.pool([user for user in who.values() if user.role == "rep"]), personas, line, version
    )
    stage.contract = setting.contract(plan, line, who)
    setting.signins(who)
    return stage


@contextmanager
def _phase(say: Say, what: str) -> Iterator[None]:
    begun = time.monotonic()
    yield
    say(f"  {what}: {time.monotonic() - begun:.1f} s")
