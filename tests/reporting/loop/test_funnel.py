"""The page of funnel and time: for everybody, cohort and period, divided; its figures are those of the measures."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from reporting import checks, publishing
from reporting.loop import asking, cohorts, funnel, spans
from reporting.models import PublishedSum
from smarketing.jobs.models import Run
from smarketing.measures import engine, passes, shown, words
from smarketing.rows import clock
from tests.people import person
from tests.reporting.nights import refuse
from tests.reporting.test_publishing import night

from .company import Company

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def company():
    return Company(24)


def test_everybody_reads_it_and_an_empty_company_is_told_what_will_be_here():
    for role, language in (("marketer", "fr"), ("rep", "en"), ("viewer", "en")):
        browser = Client()
        browser.force_login(person(f"{role}", role, language=language))
        assert browser.get("/loop/funnel/").status_code == 200
    assert b"Nothing was handed over yet." in browser.get("/loop/funnel/").content


def test_cohort_and_period_divided_by_anything_open_their_rows(company):
    reader = Client()
    reader.force_login(person("Ines", "marketer"))
    for (view, by), of in zip((("cohort", "rep"), ("period", "month")), ("won", "revenue"), strict=True):
        page = reader.get("/loop/funnel/", {"view": view, "by": by, "of": of, "first": "2026-01", "last": "2026-06"})
        assert page.status_code == 200 and b"step-table" in page.content
    cells = [step.every for step in page.context["page"].steps] + [
        box for row in page.context["cohorts"].rows for box in row.boxes if box.url
    ]
    for cell in cells[:6]:
        assert reader.get(cell.url).status_code == 200


def unlike(view: str) -> list[str]:
    """Steps that are counted together otherwise than their measure answers alone."""
    today = clock.today()
    span = spans.usual(view, today, spans.last_handoff())
    asked = asking.Asking(span, view)
    found = funnel.steps(asked)
    alone = asking.Asking(span, view, None, asked.cutoff)
    split = {key: by for key, by, _how, _wait in funnel.STEPS}
    return [
        key
        for key, by in split.items()
        if (one := alone.ask(key, by)) is None or (one.rows, one.total) != (found[key].rows, found[key].total)
    ]


@pytest.mark.parametrize("view", ("cohort", "period"))
def test_steps_counted_together_are_the_answers_of_their_measures(company, view):
    assert unlike(view) == []


def test_a_step_grouped_by_the_columns_of_another_one_is_noticed(company, monkeypatch):
    kept = passes._arm
    turned = ("ARRAY[d0, d1]", "ARRAY[d1, d0]")
    monkeypatch.setattr(passes, "_arm", lambda *arm: kept(*arm).replace(*turned))
    assert unlike("cohort") != []


def test_each_step_is_part_of_the_one_before_and_first_and_repeated_make_all(company):
    span = spans.Span(company.handoffs[0].occurred_at.date().replace(day=1), spans.month(clock.today(), 1))
    page = funnel.page(asking.Asking(span, "cohort"), "source")
    counts = [int(step.every.text) for step in page.steps]
    assert counts == sorted(counts, reverse=True) and counts[0] == 26 and counts[-1] > 0
    assert all(int(step.first.text) + int(step.repeated.text) == int(step.every.text) for step in page.steps)
    assert sum(int(cells[0].text) for _name, cells, _value in page.segments) == counts[0]
    inferred = int(page.steps[2].inferred.text)
    assert inferred == engine.answer("sql", first=span.first, until=span.until, where={"sql_how": "skipped"}).total.n


@pytest.mark.parametrize("view", ("cohort", "period"))
def test_curves_and_days_of_each_group_are_those_of_the_measures(company, view):
    span = spans.Span(company.handoffs[0].occurred_at.date().replace(day=1), spans.month(clock.today(), 1))
    asked = asking.Asking(span, view)
    page = funnel.page(asked, "source", "come_accepted")
    assert page.heads[-5:] == ["Days to handoff", "Days to acceptance", "Days to SQL", "Days to a deal", "Days to won"]
    when = {"first": span.first, "until": span.until, "cutoff": asked.cutoff, "by": ("source",)}
    for place, days in ((1, 30), (4, 180)):
        found = engine.answer("come_accepted", window=days, **when)
        told = {words.value("source", row.group["source"], {}): shown.percent(row.value, 0) for row in found.rows}
        assert {line.name: line.cells[place].text for line in page.group_curves.lines} == told
        assert all(line.cells[place].faint for line in page.group_curves.lines), "under twenty cases"
    waits = engine.answer("wait_sql", date=asking.DATED["wait_sql"][view == "period"], **when)
    told = {words.value("source", row.group["source"], {}): shown.figure(row.value, "days") for row in waits.rows}
    assert {name: cells[-3].text for name, cells, _value in page.segments if name in told} == told


def test_the_whole_page_can_be_read_of_one_group_and_the_groups_make_up_all(company):
    reader = Client()
    reader.force_login(person("Ines", "marketer"))
    asked = {"by": "source", "first": "2026-01", "last": "2026-06"}
    whole = reader.get("/loop/funnel/", asked)
    groups = [value for _name, _cells, value in whole.context["page"].segments]
    pages = [reader.get("/loop/funnel/", {**asked, "only": value or "~"}) for value in groups]
    for place, step in enumerate(whole.context["page"].steps):
        counts = [int(page.context["page"].steps[place].every.text) for page in pages]
        assert sum(counts) == int(step.every.text), step.label
    sizes = [row.size.text for page in pages for row in page.context["cohorts"].rows]
    assert sum(map(int, sizes)) == sum(int(row.size.text) for row in whole.context["cohorts"].rows)
    first = pages[0].content.decode()
    assert "every figure of this page is of this group alone" in first and "?by=source" in first
    assert all(reader.get(step.every.url).status_code == 200 for step in pages[0].context["page"].steps)


def test_a_rep_reads_the_page_of_their_own_leads_alone_and_of_nobody_elses(company):
    mine, other = company.reps
    reader = Client()
    reader.force_login(mine)
    asked = {"by": "rep", "first": "2026-01", "last": "2026-06"}
    own = reader.get("/loop/funnel/", {**asked, "only": mine.name})
    assert own.status_code == 200 and own.context["page"].before is None, "a lead has no rep before it is handed over"
    assert reader.get("/loop/funnel/", {**asked, "only": other.name}).status_code == 404


@pytest.mark.trust
def test_a_published_page_is_the_one_counted_and_a_wrong_row_leaves_it_standing(company):
    first = night()
    _same_as_counted(first)
    _wrong_row(first)


def _same_as_counted(run):
    for view in ("cohort", "period"):
        span = spans.usual(view, run.business_date, spans.last_handoff())
        kept = asking.published(span, view, None)
        live = asking.Asking(span, view, None, run.cutoff)
        with CaptureQueriesContext(connection) as asked:
            shown = funnel.page(kept, "source")
        assert not [one["sql"] for one in asked.captured_queries if "FROM counted" in one["sql"]], "nothing is counted"
        assert shown == funnel.page(live, "source")
    year = spans.usual(spans.TRIANGLE, run.business_date, spans.last_handoff())
    kept, live = asking.published(year, spans.TRIANGLE, None), asking.Asking(year, spans.TRIANGLE, None, run.cutoff)
    assert cohorts.cohorts(kept, "won") == cohorts.cohorts(live, "won")


def _wrong_row(first):
    run = Run.objects.create(
        job="nightly",
        business_date=clock.today(),
        cutoff=first.cutoff + timedelta(microseconds=1),
        started_at=clock.now(),
    )
    rows = list(PublishedSum.objects.filter(edition=first.cutoff.isoformat()))
    PublishedSum.objects.bulk_create(
        PublishedSum(edition=run.cutoff.isoformat(), measure=one.measure, dims=one.dims, body=one.body) for one in rows
    )
    row = PublishedSum.objects.get(edition=run.cutoff.isoformat(), measure="mql", dims="source")
    row.body["rows"][0]["value"] = str(int(row.body["rows"][0]["value"]) + 1)
    row.save()
    with pytest.raises(checks.DoesNotAddUp) as refusal:
        publishing.publish(run)
    refuse(run, refusal.value)
    reader = Client()
    reader.force_login(person("Ines", "marketer"))
    page = reader.get("/loop/").content.decode()
    assert "the groups add up to the total" in page and "“MQL handed to sales” by source" in page
    assert publishing.read("mql", "source")[0] == first.cutoff.isoformat()
    row.body["rows"][0]["value"] = str(int(row.body["rows"][0]["value"]) - 1)
    row.save()
    publishing.publish(run)
    assert "the groups add up to the total" not in reader.get("/loop/").content.decode()
