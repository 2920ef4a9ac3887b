"""The night's edition: the overview read from it is the overview counted; what contradicts itself is not published."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client

from reporting import publishing
from reporting.loop import asking, blocks, spans
from reporting.models import Pointer
from smarketing.measures import registry
from smarketing.rows import clock, fence
from tests.people import person

from .test_loop import company  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)


def night(at=None):
    run = SimpleNamespace(business_date=clock.today(), cutoff=at or fence.cutoff())
    from leads.handoffs import states

    states.rebuild()
    publishing.sums(run, 0, len(publishing.parts()))
    publishing.publish(run)
    return run


def test_the_published_overview_is_the_one_counted_at_its_cut_off(company):  # noqa: F811
    run = night()
    for view in ("cohort", "period"):
        span = spans.usual(view, run.business_date, spans.last_handoff())
        kept = asking.published(span, view, None)
        for by in asking.KEPT_BY:
            live = blocks.overview(asking.Asking(span, view, None, run.cutoff), by)
            assert blocks.overview(kept, by) == live
    browser = Client()
    browser.force_login(person("P", "marketer"))
    page = browser.get("/loop/").content.decode()
    assert "published, data until" in page
    assert "counted now, data until" in browser.get("/loop/", {"live": "1"}).content.decode()


@pytest.mark.invariant("I11")
def test_every_handoff_is_in_one_place_by_its_first_decision_and_sums_add_up(company):  # noqa: F811
    night()
    assert Pointer.objects.get().edition


@pytest.mark.invariant("I11", mutant="count by current stage")
def test_counting_by_current_stage_is_not_published(company):  # noqa: F811
    from functools import partial

    from leads.measures import populations

    right = registry.find("accepted")
    wrong = partial(populations.outcomes, which="l.stage = 'sal'")
    registry.register(replace(right, population=wrong))
    try:
        with pytest.raises(publishing.DoesNotAddUp):
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
