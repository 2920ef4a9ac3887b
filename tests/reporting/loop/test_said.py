"""What sales said, and why a number moved: each cell and each cause against facts laid down by hand."""

from datetime import timedelta

import pytest
from django.test import Client

from leads.models import Campaign, Decision
from reporting.loop import asking, changed, quality, spans
from smarketing.measures import engine
from smarketing.rows import clock, fence
from tests.leads import facts
from tests.leads.rights.test_contests import Court
from tests.people import person
from tests.reporting.credit import ground

from .company import START, Company

pytestmark = pytest.mark.django_db(transaction=True)


def test_reasons_meet_criteria_and_each_cell_opens_its_rows():
    company = Company(24)
    reader = person("Ines", "marketer")
    browser = Client()
    browser.force_login(reader)
    span = spans.Span(START.date().replace(day=1), spans.month(clock.today(), 1))
    page = quality.page(asking.Asking(span, "cohort"), "criterion", "campaign", reader)
    assert int(page.matrix.total.text) == Decision.objects.filter(kind__in=("refuse", "return")).count()
    for _name, every, _share, cells in page.matrix.rows:
        assert sum(int(cell.text) for cell in cells if cell.text != "·") == int(every.text)
    assert (
        sum(int(cell.text) for _name, cell, *_more in page.criteria)
        == Decision.objects.filter(evidence__startswith="fit:").count()
    )
    assert browser.get(page.matrix.rows[0][1].url).status_code == 200
    assert [of.text for _name, of, _cells in page.delays] == _delays()
    assert all(browser.get(of.url).status_code == 200 for _name, of, _cells in page.delays if of.text != "0")
    assert not company.line.contracts.exists() and {of.text for _name, of, _cells in page.hours} == {
        "0"
    }  # no terms: no hours
    for by, rated in zip(quality.CROSSED, (*quality.RATED, "campaign"), strict=True):
        assert (
            browser.get("/loop/quality/", {"by": by, "rated": rated, "first": "2026-01", "last": "2026-09"}).status_code
            == 200
        )


def _delays() -> list[str]:
    """How many handoffs were first tried in each stretch of time."""
    from leads.models import Handoff

    edges, found = (5, 30, 60, 240, 1440), [0] * 6
    for one in Handoff.objects.exclude(attempts=None):
        minutes = (min(one.attempts.values_list("occurred_at", flat=True)) - one.occurred_at) / timedelta(minutes=1)
        found[sum(minutes > edge for edge in edges)] += 1
    return [str(n) for n in found]


def test_a_campaign_that_sales_surely_turn_down_is_named_to_be_stopped():
    company = Company(0)
    for name, refused in (("fair", 24), ("webinar", 3)):
        campaign = company._campaign(name)
        for n in range(30):
            made = company.hand(facts.lead(START, campaign=campaign), START + timedelta(minutes=n))
            company.decide(
                made,
                START + timedelta(hours=2),
                "refuse" if n < refused else "accept",
                "FIT-ROLE" if n < refused else "",
                "fit:trade" if n < refused else "",
            )
    span = spans.Span(START.date().replace(day=1), spans.month(START.date(), 1))
    page = quality.page(asking.Asking(span, "cohort"), "criterion", "campaign", person("Ines", "marketer"))
    said = {deed.text: dict(deed.ways) for deed in page.about_rated}
    fair, webinar = (f"/campaigns/{Campaign.objects.get(key=key).pk}/" for key in ("fair", "webinar"))
    stop = "“Fair” is turned down more than the others: stop it, or change whom it brings?"
    assert said[stop] == {"Stop it…": f"{fair}edit/?stop=1", "Open the campaign": fair}
    raise_ = "“Webinar” is turned down less than the others: raise it?"
    assert said[raise_] == {"Plan more…": f"{webinar}planned/?more=1", "Open the campaign": webinar}
    told = quality.page(asking.Asking(span, "cohort"), "criterion", "campaign", person("Léa", "viewer"))
    assert {words for deed in told.about_rated for words, _url in deed.ways} <= {"Open the campaign"}
    assert [name for name, _cell, _of, _edges in page.rated] == ["Fair", "Webinar"]


def test_why_a_number_moved_is_told_row_by_row():
    company = Company(0)
    before = [company.hand(facts.lead(START), START + timedelta(minutes=n)) for n in range(4)]
    company.decide(before[0], START + timedelta(hours=1), "accept")
    then = START + timedelta(days=2)
    later = START + timedelta(days=4)
    company.decide(before[1], later, "accept")  # a fact added
    facts.correct("handoff", before[2].pk, later)  # taken back
    other = facts.lead(START)
    facts.merge(before[3].lead_id, other, later)
    new = company.hand(facts.lead(later), later)
    reader = person("Ines", "marketer")
    asked = {"first": START.date(), "until": later.date() + timedelta(days=1), "cutoff": fence.cutoff(), "user": reader}

    moved = changed.change(engine.ask("handoffs", **asked), then, reader)
    assert (moved.then.total.n, moved.now.total.n) == (4, 4)
    assert moved.counts == {("came", "added"): 1, ("went", "corrected"): 1}
    assert [one.linked for one in moved.rows] == [new.lead_id, before[2].lead_id]
    assert all(one.url for one in moved.rows)

    shares = changed.change(engine.ask("sql_rate", **asked), then, reader)
    assert ("otherwise", "added") not in shares.counts
    accepted = changed.change(engine.ask("accepted", **asked), then, reader)
    assert accepted.counts == {("came", "added"): 1}

    page = Client()
    page.force_login(reader)
    answer = page.get(
        "/loop/changed/", {"since": f"{then:%Y-%m-%d}", "first": "2026-01", "last": "2026-01", "measure": "handoffs"}
    )
    assert answer.status_code == 200 and b"corrected" in answer.content and b"fact added" in answer.content
    viewer = Client()
    viewer.force_login(person("V", "viewer"))
    assert viewer.get("/loop/changed/", {"measure": "roi"}).status_code == 200


def test_why_revenue_by_campaign_moved_is_told_of_the_lead_of_each_deal():
    first, second = ground.campaign("first"), ground.campaign("second")
    for _n in range(3):
        facts.lead(START)  # so that no deal has the number of its lead
    leads = [facts.lead(ground.at(0)) for _n in range(2)]
    for lead in leads:
        ground.touch(lead, first, 1)
        ground.deal(lead, "100.00", 20, opened=5)
    then = ground.at(30)
    ground.touch(
        leads[0], second, 2, known=ground.at(40)
    )  # the first deal's amount is shared now, the second one stays
    reader = person("Karim", "manager", "marketing")
    asked = {**ground.YEAR, "cutoff": ground.LATER, "user": reader, "date": "won"}
    moved = changed.change(engine.ask("revenue_attributed", **asked), then, reader)
    assert {way: n for (way, _cause), n in moved.counts.items()} == {"came": 1, "otherwise": 1}
    assert [one.linked for one in moved.rows] == [leads[0]] * 2
    assert all(one.url == f"/leads/{leads[0]}/" for one in moved.rows)
    untouched = changed.change(engine.ask("won_untouched", **asked), ground.at(10), reader)
    assert not untouched.rows
    won = changed.change(engine.ask("won", **asked), ground.at(10), reader)
    assert sorted(one.linked for one in won.rows) == sorted(leads)


def test_what_marketing_contests_and_what_of_it_was_upheld_stands_beside_the_reasons():
    court = Court()
    reader = person("Karim", "manager", "marketing")
    browser = Client()
    browser.force_login(reader)
    month = f"{clock.today():%Y-%m}"

    def shown() -> list[str]:
        page = browser.get("/loop/quality/", {"first": month, "last": month})
        assert [str(label) for label, _cell in page.context["page"].contested] == [
            "Refusals and returns contested",
            "Contests upheld",
        ]
        return [cell.text for _label, cell in page.context["page"].contested]

    assert shown() == ["0", "–"]
    made = court.contest()
    assert shown() == ["1", "–"]  # it waits for its ruling
    court.rule(made, "stays")
    assert shown() == ["1", "0%"]
    assert {("contested", ""), ("upheld", "")} <= set(asking.SAID)
