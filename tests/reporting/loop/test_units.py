"""Steps of the funnel are handoffs from the first to the last; deals stand beside them as deals, and open ones are open."""

from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest

from leads.models import Handoff
from personas.models import DefinitionLine
from reporting.loop import asking, blocks, funnel, spans
from smarketing.measures import engine
from smarketing.rows import clock
from tests.leads import facts

from .company import Company, stamps

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def two_deals_each() -> tuple[Company, spans.Span]:
    """Four handoffs in one mature month; two of them have two deals each: won and won, won and open."""
    company = Company(0)
    at = clock.now() - timedelta(days=200)
    leads = [facts.lead(at - timedelta(days=2), source="web") for _n in range(4)]
    made = [company.hand(lead, at) for lead in leads]
    for handoff, states in zip(made, (("won", "won"), ("won", "open"), (), ()), strict=True):
        for state in states:
            company.deal(handoff, handoff.lead_id, at + timedelta(days=3), state, 5)
    return company, spans.Span(spans.month(clock.today(at), 0), spans.month(clock.today(at), 1))


@pytest.mark.parametrize("view", ("cohort", "period"))
def test_both_pages_count_handoffs_step_by_step_and_deals_beside_them(two_deals_each, view):
    _company, span = two_deals_each
    span = spans.Span(span.first, spans.month(span.until, 1))
    page = blocks.overview(asking.Asking(span, view), "source")
    there = funnel.page(asking.Asking(span, view), "")
    steps = [step.count for step in page.funnel]
    assert steps == [int(step.every.text) for step in there.steps] == [4, 2, 2, 2, 2]
    assert (page.apart["deals"].text, page.apart["won"].text) == ("4", "3")
    if view == "cohort":
        assert [step.share for step in page.funnel] == ["", "50%", "100%", "100%", "100%"]
        assert "50.0% bought (2)" in page.sentence


@pytest.mark.parametrize("view", ("cohort", "period"))
def test_deals_still_open_are_those_that_are_open_with_their_money(two_deals_each, view):
    _company, span = two_deals_each
    span = spans.Span(span.first, spans.month(span.until, 1))
    (_label, people, amount), _won = funnel.page(asking.Asking(span, view), "").money
    assert people.text == "1" and "1,005" in amount.text


def test_the_way_from_creation_to_handoff_counts_those_who_wait():
    """Of ten leads created on one day four were handed over 2, 2, 5 and 9 days later; seen after 20 days."""
    line = DefinitionLine.objects.create(name="France B2B")
    born = (clock.now() - timedelta(days=20)).replace(hour=12)
    leads = [facts.lead(born, source="web" if n else "mail") for n in range(10)]
    for lead, days in zip(leads, (2, 2, 5, 9), strict=False):
        at = born + timedelta(days=days)
        Handoff.objects.create(lead_id=lead, line=line, gate="immediate", **stamps(at))
    asked = {"first": born.date() - timedelta(days=1), "until": born.date() + timedelta(days=2)}
    found = engine.answer("mql_rate", by=("source",), **asked)
    assert (found.total.value, found.total.n, found.total.of, found.total.mature) == (Fraction(2, 5), 4, 10, False)
    assert {row.group["source"]: (row.n, row.of) for row in found.rows} == {"mail": (1, 1), "web": (3, 9)}
    assert engine.answer("mql_rate", window=4, **asked).total.value == Fraction(1, 5)
    assert engine.answer("come_mql", window=5, **asked).total.value == Fraction(3, 10)
    waits = {stat: engine.answer("wait_mql", stat=stat, **asked).total for stat in ("p25", "median")}
    assert (waits["p25"].value, waits["median"].value, waits["median"].of) == (5, None, 10)  # half never came


# --- young companies

DAY = date(2026, 11, 28)


def test_the_usual_months_are_young_ones_where_no_mature_one_holds_a_handoff():
    mature = spans.usual("cohort", DAY, DAY, lambda first, until: True)
    young = spans.usual("cohort", DAY, DAY, lambda first, until: False)
    assert (mature.first, mature.until) == (date(2026, 2, 1), date(2026, 8, 1))
    assert (young.first, young.until) == (date(2026, 6, 1), date(2026, 12, 1))
    assert spans.mature_on(date(2026, 8, 1)) == date(2026, 10, 29)  # ninety days after 31 July


def handed(company: Company, days: int) -> datetime:
    at = clock.now() - timedelta(days=days)
    lead = facts.lead(at - timedelta(days=1), source="web")
    company.deal(company.hand(lead, at), lead, at + timedelta(hours=1), "won", 0)
    return at


def test_a_company_that_began_a_month_ago_sees_its_months_marked_and_when_the_first_is_mature(client):
    at = handed(Company(0), 30)
    client.force_login(_reader())
    earliest = spans.mature_on(spans.month(clock.today(at), 1))
    for path in ("/loop/", "/loop/funnel/"):
        page = client.get(path, {"by": "month"})
        text = page.content.decode()
        assert page.context["span"].until > clock.today(at) >= page.context["span"].first
        assert page.context["earliest"] == earliest and "Nothing mature yet, earliest:" in text
        assert text.count("not mature</span>") >= 5  # the steps, the month, the total
    page = client.get("/loop/", {"by": "month"}).context["page"]
    assert [line.young for line in page.table.lines] == [True] and all(bar.young for bar in page.personas)
    assert [step.young for step in page.funnel] == [False, True, True, True, True]


def test_a_month_that_is_mature_is_not_marked_and_a_period_never_is(client):
    company = Company(0)
    old, young = handed(company, 200), handed(company, 40)
    client.force_login(_reader())
    asked = {"by": "month", "first": f"{clock.today(old):%Y-%m}", "last": f"{clock.today(young):%Y-%m}"}
    page = client.get("/loop/", asked).context["page"]
    assert [line.young for line in page.table.lines] == [False, True] and page.table.total.young
    page = client.get("/loop/", {**asked, "view": "period"}).context["page"]
    assert not any(line.young for line in page.table.lines) and not any(step.young for step in page.funnel)


def _reader():
    from tests.people import person

    return person("Ines", "marketer")
