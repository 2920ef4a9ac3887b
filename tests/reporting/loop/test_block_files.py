"""Tables of the loop's pages as files: the curves day by day, how long steps take, each group, the response time."""

import csv
import io
from decimal import Decimal

import pytest
from django.test import Client

from reporting.loop import asking, spans
from smarketing.accounts.models import AuditEntry, User
from smarketing.measures import engine, numbers, survival
from smarketing.rows import clock
from tests.people import person
from tests.reporting.test_publishing import night

from .company import START, Company

pytestmark = pytest.mark.django_db(transaction=True)
MONTHS = {"first": "2026-01", "last": "2026-06"}


@pytest.fixture
def reader(db):
    Company(24)
    browser = Client()
    browser.force_login(person("Ines", "marketer"))
    return browser


def saved(reader: Client, path: str, **asked) -> list[dict[str, str]]:
    answer = reader.get(path, {**MONTHS, **asked})
    assert answer.status_code == 200
    if asked["export"] == "json":
        return answer.json()["rows"]
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def span() -> spans.Span:
    return spans.Span(START.date().replace(day=1), spans.month(START.date(), 6))


def test_a_curve_is_saved_day_by_day_as_it_is_estimated(reader):
    rows = saved(reader, "/loop/funnel/", export="json", table="curves")
    steps = asking.Asking(span(), spans.COHORT).curves("come_won")[""]
    told = [one for one in rows if one["step"] == "won"]
    assert [(one["days"], one["waiting"], one["came"]) for one in told] == [
        (one.time, one.at_risk, one.came) for one in steps
    ]
    assert [one["share"] for one in told] == [numbers.api(one.share, numbers.RATIO) for one in steps]
    low, _high = survival.interval(steps)
    assert Decimal(told[-1]["low"]) == numbers.rounded(low, 6)
    file = saved(reader, "/loop/funnel/", export="csv", table="curves")
    assert [line["Share that has come"] for line in file] == [one["share"] for one in rows]
    assert AuditEntry.objects.filter(verb="loop.export").count() == 1


def test_groups_and_their_curves_are_those_of_the_measures(reader):
    by = {"by": "source", "curve": "come_sql"}
    rows = saved(reader, "/loop/funnel/", export="csv", table="groups", **by)
    found = engine.answer("acceptance", first=span().first, until=span().until, by=("source",))
    told = {line["Group"]: line["Value"] for line in rows if line["Number"] == "Acceptance rate"}
    meant = {row.group["source"] or "(blank)": numbers.api(row.value, numbers.RATIO) for row in found.rows}
    assert told == meant | {"Total": numbers.api(found.total.value, numbers.RATIO)}
    curves = saved(reader, "/loop/funnel/", export="json", table="group_curves", **by)
    assert {line["group"] for line in curves} <= {"web", "mail", "(blank)"} and curves


def test_a_rep_saves_the_curve_of_no_other_rep(reader):
    night()
    published = asking.published(spans.usual(spans.COHORT, clock.today(), spans.last_handoff()), spans.COHORT, None)
    assert len(published.curves("come_accepted", "rep")) == 2
    mine = User.objects.get(name="Rep A")
    reader.force_login(mine)
    asked = {"export": "json", "table": "group_curves", "by": "rep", "curve": "come_accepted"}
    assert {line["group"] for line in reader.get("/loop/funnel/", asked).json()["rows"]} == {"Rep A"}


def test_the_response_time_is_saved_by_stretch_and_by_hours(reader):
    rows = saved(reader, "/loop/quality/", export="json", table="response")
    found = engine.answer("reach", first=span().first, until=span().until, by=("delay",))
    totals = [line for line in rows if line["group"] == "Total" and line["measure"] == "Reached"]
    assert [(line["n"], line["of"]) for line in totals] == [(found.total.n, found.total.of)] * 2
    waits = saved(reader, "/loop/funnel/", export="json", table="waits", view="period")
    assert waits[0]["measure"] == "Days from creation to handoff" and len(waits) == 5


def test_pages_offer_the_files_of_their_tables_and_no_others(reader):
    page = reader.get("/loop/funnel/", {**MONTHS, "by": "source"}).content.decode()
    assert page.count("export=xlsx") == 4 and page.count("table=group_curves") == 3
    assert "table=response" in reader.get("/loop/quality/", MONTHS).content.decode()
    for asked in ({"export": "csv", "table": "groups"}, {"export": "pdf", "table": "curves"}, {"export": "csv"}):
        assert reader.get("/loop/funnel/", {**MONTHS, **asked}).status_code == 404
