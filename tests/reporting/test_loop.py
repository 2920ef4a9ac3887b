"""The overview: every block for every person, cohort and period, and its figures against the measures."""

from datetime import UTC, datetime, timedelta
from itertools import cycle, product

import pytest
from django.test import Client

from leads.intake import facts as intake
from leads.models import Decision, Handoff
from personas.models import DefinitionLine
from reporting.loop import asking, blocks, spans
from smarketing.measures import engine
from smarketing.rows import clock
from tests.leads import facts
from tests.people import person
from tests.scale import WHOLE

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def company():
    """Two campaigns, thirty handoffs six months ago: accepted, refused, won."""
    line = DefinitionLine.objects.create(name="France B2B")
    at = clock.now() - timedelta(days=180)
    names = {name: _campaign(name, at) for name in ("webinar", "fair")}
    for number in range(30):
        name = ("webinar", "fair", "")[number % 3]
        lead = facts.lead(at, source="web", **({"campaign": names[name]} if name else {}))
        one = Handoff.objects.create(
            lead_id=lead, line=line, gate="immediate", occurred_at=at, recorded_at=at, known_at=at
        )
        kind, reason = ("refuse", "FIT-SIZE") if number % 5 == 0 else ("accept", "")
        Decision.objects.create(
            handoff=one,
            kind=kind,
            reason=reason,
            occurred_at=at + timedelta(days=1),
            recorded_at=at + timedelta(days=1),
            known_at=at,
        )
        if number % 10 == 1:
            won = (at + timedelta(days=12)).isoformat()
            intake.create_deals(
                [intake.Birth(at + timedelta(days=9), {"state": "won", "amount": "1000.00", "closed_at": won}, fixed={"lead_id": lead, "handoff_id": one.pk})],
                origin=intake.Origin(history=True),
            )  # fmt: skip
    return line


def _campaign(name: str, at: datetime) -> int:
    from django.db import transaction

    with transaction.atomic():
        return intake.create_campaigns([intake.Birth(at, {"key": name, "name": name})], origin=intake.Origin())[0]


@pytest.mark.sized
def test_everybody_may_read_it_cohort_and_period_divided_by_anything(company):
    views = ("cohort", "period")
    kinds = product(views, asking.BY) if WHOLE else zip(cycle(views), asking.BY, strict=False)
    readers = cycle(product(("marketer", "rep", "viewer", "administrator"), ("fr", "en")))
    for (view, by), (role, language) in zip(kinds, readers, strict=False):
        browser = Client()
        browser.force_login(person(f"{role} {by} {view}", role, language=language))
        found = browser.get("/loop/", {"view": view, "by": by})
        assert found.status_code == 200, (view, by)
        assert b'class="funnel"' in found.content


def test_an_empty_company_is_told_what_will_be_here():
    browser = Client()
    browser.force_login(person("P", "marketer"))
    page = browser.get("/loop/")
    assert page.status_code == 200
    assert b"Nothing was handed over yet." in page.content


def test_its_figures_are_those_of_the_measures_and_no_campaign_is_never_dropped(company):
    at = clock.now() - timedelta(days=180)
    span = spans.asked("cohort", f"{at:%Y-%m}", f"{at + timedelta(days=32):%Y-%m}", clock.today(), at.date())
    page = blocks.overview(asking.Asking(span, "cohort"), "campaign")
    assert [(step.count, step.share) for step in page.funnel] == [
        (30, ""),
        (24, "80%"),
        (3, "12%"),
        (3, "100%"),
        (3, "100%"),
    ]
    assert [line.name for line in page.table.lines][-1] == "(no campaign)"
    assert {line.name for line in page.table.lines} == {"webinar", "fair", "(no campaign)"}
    mql = [int(line.cells[2].text) for line in page.table.lines]
    assert (
        sum(mql)
        == int(page.table.total.cells[2].text)
        == engine.answer("mql", first=span.first, until=span.until).total.value
    )
    assert [(one.label, one.cell.text) for one in page.reasons] == [("Company too small or too large", "6")]


@pytest.mark.parametrize(
    ("today", "newest", "cohort", "period"),
    [
        (datetime(2026, 11, 25, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC), ("2026-02-01", "2026-08-01"), ("2026-05-01", "2026-11-01")),
        (datetime(2026, 11, 28, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC), ("2026-02-01", "2026-08-01"), ("2026-05-01", "2026-11-01")),
        (datetime(2026, 11, 29, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC), ("2026-03-01", "2026-09-01"), ("2026-05-01", "2026-11-01")),
        (datetime(2026, 11, 25, tzinfo=UTC), datetime(2018, 5, 31, tzinfo=UTC), ("2017-12-01", "2018-06-01"), ("2017-12-01", "2018-06-01")),
    ],
)  # fmt: skip
def test_the_usual_months_are_the_last_six_that_are_mature(today, newest, cohort, period):
    for view, want in (("cohort", cohort), ("period", period)):
        span = spans.usual(view, today.date(), newest.date(), lambda first, until: True)
        assert (span.first.isoformat(), span.until.isoformat()) == want
