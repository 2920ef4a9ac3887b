"""Wiping all derived rows and deriving them again gives the same bytes, and nobody is told."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection

from leads.handoffs import handing
from leads.intake import columns
from leads.judging import midnight, service
from leads.models import Attempt, HandoffState, Lead, Pool, PoolMember
from personas.definitions import persona_services
from sla import derive as clocks
from smarketing.jobs.models import Outbox
from smarketing.rows import clock, fence, rebuild
from smarketing.rows.grants import kind_of
from tests.leads import definitions, facts
from tests.people import person

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def sums(kinds: tuple[str, ...]) -> dict[str, str]:
    """Checksum of every table of these kinds, rows in the order of their text."""
    found = {}
    for model in apps.get_models():
        if model._meta.managed and kind_of(model) in kinds:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT count(*) || md5(coalesce(string_agg(r::text, '|' ORDER BY r::text), '')) FROM"
                    f' "{model._meta.db_table}" r'
                )
                found[model._meta.db_table] = cursor.fetchone()[0]
    return found


def world() -> None:
    """A week of leads: qualified, worked, recycled, opposed, joined, corrected."""
    now = clock.now() - 6 * DAY
    rules = {"field": "lead.country", "op": "is", "value": "FR"}
    persona_services.create_persona(name="French", story={}, rules=rules, by=None, at=now)
    definitions.version(definitions.simple(cooldown_days=1), now - 30 * DAY)
    service.sweep()
    ann = person("Ann", "rep")
    PoolMember.objects.create(pool=Pool.objects.create(name="all"), rep=ann)
    company = facts.company(now - 20 * DAY, name="Acme", employees=40, x_key=True)
    leads = [facts.lead(now - 10 * DAY, country="FR", company=company, x_note="é") for _ in range(6)]
    for n, lead in enumerate(leads):
        for hour in range(n):
            facts.event(lead, "page", now + hour * HOUR, page="/pricing")
    visitor = facts.visitor(now)
    facts.event(None, "page", now, visitor=visitor, page="/pricing")
    facts.join(visitor, leads[0], now + DAY)
    facts.correct("event", facts.event(leads[1], "demo", now), now + 3 * HOUR)
    facts.correct("attributechange", facts.change("lead", leads[2], "country", "DE", now), now + 4 * HOUR)
    service.judge(leads, fence.cutoff())
    handoff = HandoffState.objects.order_by("handoff").first().handoff
    at = handoff.occurred_at + HOUR
    Attempt.objects.create(
        handoff=handoff, lead=handoff.lead, rep=ann, channel="call", outcome="reached", occurred_at=at, recorded_at=at,
        known_at=at,
    )  # fmt: skip
    handing.states.derive([handoff.pk])
    facts.reset(leads[-1], now + 2 * DAY)
    facts.change("lead", leads[-1], "opted_out", True, now + 2 * DAY)
    service.judge(leads, fence.cutoff())


def test_everything_derived_comes_back_byte_for_byte_and_nobody_is_told():
    world()
    at = fence.cutoff()
    service.judge(list(Lead.objects.values_list("pk", flat=True)), at)
    clocks.rebuild(at)
    midnight.keep_all(at)
    kinds = ("derived", "identity")
    before, acts, told = sums(kinds), sums(("act", "fact")), Outbox.objects.count()
    assert before["leads_scorehistory"][0] != "0" and before["leads_handoffstate"][0] != "0"
    assert before["leads_rawsum"][0] != "0" and before["leads_rawsumday"][0] == "1"
    rebuild.run(at)
    assert sums(kinds) == before
    assert sums(("act", "fact")) == acts and Outbox.objects.count() == told


def test_a_rebuild_that_forgets_corrections_is_caught(monkeypatch):
    """Negative control: columns rebuilt from all changes, those taken back included."""
    world()
    at = fence.cutoff()
    before = sums(("identity",))
    forgetful = columns.CURRENT.replace("k WHERE k.subject", "k WHERE false AND k.subject")
    assert forgetful != columns.CURRENT
    monkeypatch.setattr(columns, "CURRENT", forgetful)
    rebuild.run(at)
    assert sums(("identity",)) != before
