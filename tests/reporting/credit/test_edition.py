"""The board of attribution of very many leads: the night's edition shows what counting shows, cell by cell."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from reporting import publishing
from reporting.credit import board, edition, reckoned, settings
from reporting.loop import spans, wall
from reporting.models import PublishedSum
from smarketing.rows import clock, fence
from tests.leads import facts
from tests.people import client_of, person

from .ground import at as day_of
from .ground import campaign, deal, spend, touch

pytestmark = pytest.mark.django_db


@pytest.fixture
def months():
    """The usual months, with deals won and lost in them, touched, bare and without a milestone, and an open one."""
    span = spans.usual(spans.PERIOD, clock.today(), None)
    back = (span.first - day_of(0).date()).days + 20
    one, two = campaign("one"), campaign("two")
    spend(one, "70.00", back)
    spend(None, "5.00", back)
    lead = facts.lead(day_of(back - 5), source="web")
    for to, day in ((one, back - 6), (two, back + 1), (two, back + 4)):
        touch(lead, to, day)
    deal(lead, "100.01", back + 5, opened=back + 2)
    deal(lead, "30.00", back + 6, opened=back - 9, state="lost")
    deal(facts.lead(day_of(back)), "50.00", back + 7)
    deal(lead, "9.00", back + 40, opened=back + 3, state="open")
    return span


def night(monkeypatch):
    """An edition with the boards alone."""
    monkeypatch.setattr(wall, "MANY", 0)
    monkeypatch.setattr(publishing, "parts", edition.parts)
    monkeypatch.setattr(publishing.checks, "CHECKS", publishing.checks.CHECKS[:3])
    run = SimpleNamespace(business_date=clock.today(), cutoff=fence.cutoff() + timedelta(seconds=1))
    publishing.sums(run, 0, len(edition.parts()))
    publishing.publish(run)
    return run


def shown(span):
    with reckoned.kept():
        return board.board(span), board.origin_rows(span), board.oddities(span)


def live(span):
    return board.Span(span.first, span.until, span.dated, span.cutoff, span.user)


@pytest.mark.invariant("I11")
@pytest.mark.parametrize("model", ["linear", "w"])
def test_the_board_read_from_the_edition_is_the_board_counted_at_its_cut_off(months, monkeypatch, model):
    monkeypatch.setattr(settings.Settings, "__init__", _with(model))
    night(monkeypatch)
    for dated in edition.VIEWS:
        usual = spans.usual(edition.VIEWS[dated], clock.today(), None)
        kept = edition.published(usual, dated, None)
        assert kept is not None and shown(kept) == shown(live(kept))
    assert shown(edition.published(months, "won", None))[0].deals == 2


def _with(model):
    plain = settings.Settings.__init__
    return lambda self, *asked, **more: plain(self, *asked, **({"model": model} | more))


def test_where_leads_are_few_or_other_months_are_asked_all_is_counted_now(months, monkeypatch):
    run = SimpleNamespace(business_date=clock.today(), cutoff=fence.cutoff())
    assert edition.keep(*edition.parts()[0], run) is None
    night(monkeypatch)
    other = spans.Span(months.first, spans.month(months.until, -1))
    assert edition.published(other, "won", None) is None


def test_the_page_says_that_it_is_published_and_counts_now_where_asked(months, monkeypatch):
    night(monkeypatch)
    page = client_of(person("Claire", "marketer", "marketing"))
    read, counted = page.get("/loop/attribution/").text, page.get("/loop/attribution/", {"live": "1"}).text
    assert "published, data until" in read and "counted now, data until" in counted
    assert "100.01" in read and "100.01" in counted
    assert "since then" not in read
    back = (months.first - day_of(0).date()).days + 20
    deal(facts.lead(day_of(back)), "40.00", back + 8, known=fence.cutoff())
    assert "since then: +1 deal won, +40 of revenue won" in page.get("/loop/attribution/").text
    assert "since then" not in page.get("/loop/attribution/", {"live": "1"}).text


@pytest.mark.invariant("I11", mutant="a credit of the edition is written wrong")
def test_planted_fault_a_wrong_credit_in_the_edition_is_caught(months, monkeypatch):
    night(monkeypatch)
    row = PublishedSum.objects.get(measure=edition.MEASURE, dims="credit|won|")
    row.body["answers"]["attributed:linear|campaign"]["rows"][0]["value"] = "1"
    row.save()
    kept = edition.published(months, "won", None)
    assert shown(kept) != shown(live(kept))
