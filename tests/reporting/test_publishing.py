"""The night's edition: the overview read from it is the overview counted; what contradicts itself is not published."""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.test import Client

from leads.intake import facts as intake
from leads.judging import resembling
from leads.models import Decision, Handoff
from personas.definitions.persona_services import create_persona
from reporting import checks, publishing
from reporting.loop import asking, blocks, spans, wall
from reporting.models import Pointer, PublishedSum
from smarketing.jobs import nightly
from smarketing.jobs.models import Run
from smarketing.measures import engine, registry
from smarketing.rows import clock, fence
from tests.people import person

from .test_loop import company  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)


def night(at=None, parts=0):
    """`parts`: how many of the last ones are counted; all as a rule."""
    run = SimpleNamespace(business_date=clock.today(), cutoff=at or fence.cutoff())
    from leads.handoffs import states

    states.rebuild()
    every = len(publishing.parts())
    publishing.sums(run, every - parts if parts else 0, every)
    publishing.publish(run)
    return run


@pytest.mark.invariant("I11")
def test_sums_that_add_up_are_published_and_the_overview_is_the_one_counted_at_its_cut_off(company):  # noqa: F811
    run = night()
    assert Pointer.objects.get().edition == run.cutoff.isoformat()
    for view in ("cohort", "period"):
        span = spans.usual(view, run.business_date, spans.last_handoff())
        kept = asking.published(span, view, None)
        for by in ("campaign", "source", "month", "team"):
            live = blocks.overview(asking.Asking(span, view, None, run.cutoff), by)
            assert blocks.overview(kept, by) == live
    browser = Client()
    browser.force_login(person("P", "marketer"))
    page = browser.get("/loop/").content.decode()
    assert "published, data until" in page
    assert "counted now, data until" in browser.get("/loop/", {"live": "1"}).content.decode()
    assert "since then" not in page
    _later(fence.cutoff())
    for view in ("cohort", "period"):
        said = browser.get("/loop/", {"view": view}).content.decode()
        assert "since then: +1 deal won, +250 of revenue won" in said, view
    assert "+1 refused or given back" in browser.get("/loop/").content.decode()
    browser.force_login(person("Q", "marketer", language="fr"))
    page = browser.get("/loop/").content.decode()
    assert "depuis\u202f: +1 affaire gagnée, +250 de chiffre d’affaires gagné, +1 refusé ou renvoyé" in page


def _later(at):
    """A deal is won and a handoff refused of what was handed over six months ago, learned now."""
    free = Handoff.objects.filter(deals=None, decisions__kind="accept").first()
    closed = free.occurred_at + timedelta(days=20)
    with transaction.atomic():
        values = {"state": "won", "amount": "250.00", "closed_at": closed.isoformat()}
        born = intake.Birth(closed, values, fixed={"lead_id": free.lead_id, "handoff_id": free.pk})
        intake.create_deals([born], origin=intake.Origin(history=True))
    other = Handoff.objects.filter(deals=None, decisions__kind="accept").exclude(pk=free.pk).first()
    Decision.objects.create(
        handoff=other, kind="return", reason="FIT-SIZE", occurred_at=at, recorded_at=at, known_at=at
    )


@pytest.mark.parametrize(("dims", "wrong"), [("wall|handed|persona|p75", False), ("wall|handed|source|p25", True)])
def test_quantiles_of_the_same_rows_differ_and_one_quantile_is_the_same_however_it_is_divided(dims, wrong):
    def row(name: str, value: str) -> PublishedSum:
        total = {"group": {}, "value": value, "n": 4, "of": None}
        body = {"from": "2026-01-01", "to": "2026-07-01", "rows": [], "total": total}
        return PublishedSum(edition="e", measure="days_to_won", dims=name, body=body)

    found = list(checks._totals([row("wall|handed|persona|p25", "9"), row(dims, "21"), row("loop|cohort|", "14")]))
    assert [one.check for one in found] == ["one_total"] * wrong


@pytest.mark.trust
@pytest.mark.invariant("I11", mutant="count by current stage")
def test_counting_by_current_stage_is_not_published(company):  # noqa: F811
    from functools import partial

    from leads.measures import populations

    right = registry.find("accepted")
    wrong = partial(populations.outcomes, which="l.stage = 'sal'")
    registry.register(replace(right, population=wrong))
    try:
        with pytest.raises(checks.DoesNotAddUp):
            night()
    finally:
        registry.register(right)
    assert not Pointer.objects.exists()


@pytest.mark.trust
def test_an_older_edition_never_takes_over(company):  # noqa: F811
    newer = night()
    older = night(newer.cutoff - timedelta(hours=1))
    assert older.cutoff < newer.cutoff
    assert Pointer.objects.get().edition == newer.cutoff.isoformat()


def test_with_very_many_leads_the_wall_of_personas_shows_the_edition_until_personas_change(company, monkeypatch):  # noqa: F811
    boss = person("Boss", "manager", "marketing")
    made = create_persona(
        name="Web", story={}, rules={"field": "lead.source", "op": "is", "value": "web"}, by=boss, at=clock.now()
    )
    create_persona(
        name="Nobody", story={}, rules={"field": "lead.source", "op": "is", "value": "?"}, by=boss, at=clock.now()
    )
    for run in Run.objects.filter(job=resembling.JOB):
        nightly.go_on(run.pk)
    run = night(parts=len(wall.parts()))
    assert wall.coverage(boss) is None, "few leads are counted now"
    monkeypatch.setattr(wall, "MANY", 0)
    first, until = wall.span(run.business_date, ever=True)
    live = engine.answer("leads", first=first, until=until, by=("resembles",), cutoff=run.cutoff, user=boss)
    assert wall.coverage(boss) == live
    first, until = wall.span(run.business_date, ever=False)
    asked = {"first": first, "until": until, "cutoff": run.cutoff, "user": boss}
    for name, (key, dated, stat) in product(("Web", "Nobody"), wall.OF_PERSONA):
        kept = wall.of_persona(key, dated, name, run.business_date, boss, stat)
        live = engine.answer(key, date=dated, stat=stat, where={"persona": name}, **asked)
        assert kept.total == live.total, (name, key, stat)
    browser = Client()
    browser.force_login(boss)
    pages = ("/language/", f"/language/persona/{made.persona_id}/")
    assert all("data until" in browser.get(page).text for page in pages)
    rules = {"field": "lead.source", "op": "is", "value": "fair"}
    create_persona(name="Fair", story={}, rules=rules, by=boss, at=clock.now())
    assert wall.coverage(boss) is None and not any("data until" in browser.get(page).text for page in pages)
