"""Months closed by the night on the agreed day: exactly once, refusals told, the report mailed; by hand where it was so."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from reporting.books import closing, effects, notices, reopening, report, services
from reporting.models import BookClose
from sla import agreed, derive
from sla.models import Clock, Terms
from sla.terms import next_month
from smarketing.agreements import services as agreements
from smarketing.jobs import health, nightly, runs
from smarketing.jobs.models import Run
from smarketing.notify.models import Mail, Notice
from smarketing.rows import clock
from tests.people import PASSWORD, person
from tests.reporting.books.test_books import late_handoff
from tests.sla.contracts import FIRST, VOLUME, attempt, contract, handoff, line, paris, sign, signers

OCTOBER = date(2025, 10, 1)
EARLY = paris(2025, 9, 25)


@pytest.fixture
def october(db, monkeypatch):
    """A month in which both sides promised something; the clock of the house stands on 4 November."""
    of = contract()
    sign(of, [{**VOLUME, "target": "2"}, FIRST], OCTOBER, at=EARLY)
    for n in range(2):
        attempt(handoff(paris(2025, 10, 14, 8 + n)), paris(2025, 10, 14, 10))
    stand(monkeypatch, datetime(2025, 11, 4, 6, tzinfo=UTC))
    return of


def stand(monkeypatch, at: datetime) -> None:
    monkeypatch.setattr(clock, "now", lambda: at)


def night(day: date, number: int = 0) -> Run:
    cutoff = datetime(day.year, day.month, day.day, 1, number, tzinfo=UTC)
    return Run.objects.create(job="nightly", business_date=day, cutoff=cutoff, started_at=cutoff)


def work(run: Run) -> int:
    ((low, high),) = runs.id_ranges("sla_contract", 1)
    with transaction.atomic():
        return closing.work(run, low, high)


def terms(**sections) -> Terms:
    return Terms(body=sections)


@pytest.mark.parametrize(
    ("reporting", "day"),
    [
        (None, date(2025, 11, 4)),  # three days of grace are usual
        ({"grace_days": 0}, date(2025, 11, 1)),
        ({"grace_days": 3, "close_day": 10}, date(2025, 11, 10)),
        ({"grace_days": 12, "close_day": 5}, date(2025, 11, 13)),
        ({"grace_days": 3, "close_day": None}, date(2025, 11, 4)),
        ({"grace_days": 3, "close_day": 31}, date(2025, 11, 30)),
    ],
)
def test_the_day_of_closing_is_the_agreed_one_and_never_within_the_grace_days(reporting, day):
    assert agreed.closes_on(terms(**({"reporting": reporting} if reporting else {})), OCTOBER) == day


def test_reviews_come_monthly_or_quarterly():
    assert agreed.review_on(terms(), date(2025, 11, 1)) == date(2025, 11, 5)
    quarterly = terms(review={"rhythm": "quarterly", "day": 8})
    assert [agreed.review_on(quarterly, date(2025, month, 1)) for month in (10, 11)] == [date(2025, 10, 8), None]


def test_a_night_closes_the_month_whose_day_has_come_and_no_night_before_or_after_does(october):
    assert work(night(date(2025, 11, 3))) == 0
    assert work(night(date(2025, 11, 4))) == 1
    assert work(night(date(2025, 11, 5))) == 0
    book = BookClose.objects.get()
    assert (book.month, book.closed_by, services.verify(book)) == (OCTOBER, None, [])


def test_nights_that_were_missed_are_made_up_for(october, monkeypatch):
    stand(monkeypatch, datetime(2026, 1, 10, 6, tzinfo=UTC))
    assert work(night(date(2026, 1, 10))) == 3
    assert list(BookClose.objects.order_by("month").values_list("month", flat=True)) == [
        OCTOBER, date(2025, 11, 1), date(2025, 12, 1),
    ]  # fmt: skip


def test_a_killed_night_closes_exactly_once_and_tells_exactly_once(october, monkeypatch):
    """The worker dies after the work of the chunk and before its commit; the next one does it whole."""
    run, kill = night(date(2025, 11, 4)), RuntimeError("killed")
    ((low, high),) = runs.id_ranges("sla_contract", 1)
    with pytest.raises(RuntimeError), transaction.atomic():
        closing.work(run, low, high)
        raise kill
    assert (BookClose.objects.count(), Mail.objects.count()) == (0, 0)
    work(run)
    work(run)
    assert (BookClose.objects.count(), Mail.objects.filter(kind=report.KIND).count()) == (1, 2)


def test_a_month_opened_again_and_months_signed_for_the_past_are_left_to_hands(october, monkeypatch):
    work(night(date(2025, 11, 4)))
    marketing, sales = signers()
    book, at = BookClose.objects.get(), clock.now()
    paper = reopening.propose_reopening(book=book, reason="an import was missing", by=marketing, at=at)
    for who in (marketing, sales):
        agreements.sign(paper=paper, by=who, at=at, password=PASSWORD)
    assert work(night(date(2025, 11, 6))) == 0
    past = contract("Past", on=line("Past"))
    sign(past, [VOLUME], date(2025, 8, 1), at=datetime(2025, 11, 3, tzinfo=UTC))
    assert closing.due(past, date(2025, 11, 6)) == []
    assert closing.due(past, date(2025, 12, 6)) == [date(2025, 11, 1)]


@pytest.fixture
def lately(db):
    """A contract of one month, over for weeks by the real clock: what happens to it is news."""
    at, first = clock.now(), month_back(clock.today(), 2)
    of = contract()
    early = datetime(first.year, first.month, 1, 9, tzinfo=UTC) - timedelta(days=5)
    sign(of, [{**VOLUME, "target": "1"}, FIRST], first, next_month(first), at=early)
    handoff(datetime(first.year, first.month, 10, 9, tzinfo=UTC))
    derive.catch_up(at)
    return of


def month_back(day: date, count: int) -> date:
    index = day.year * 12 + day.month - 1 - count
    return date(index // 12, index % 12 + 1, 1)


def test_what_refuses_is_told_once_and_named_under_health(lately, monkeypatch):
    """A promise that nobody settles: the worker that does it is stuck."""
    Clock.objects.update(state="pending", settled_at=None)
    monkeypatch.setattr(derive, "catch_up", lambda at: 0)
    for number in range(2):
        assert work(night(clock.today(), number)) == 0
    told = Notice.objects.filter(kind="month", params__refused=True)
    assert sorted(told.values_list("user__name", flat=True)) == ["claire", "hugo"]
    (line,) = notices.say(list(told[:1]), signers()[0]).values()
    assert line.text.endswith("should have been closed by itself and was not")
    assert "1 promise of this month is not settled yet." in line.detail
    found = closing.sign()
    assert found.level == health.WATCH and "is not closed: 1 promise" in found.said


def test_who_gets_no_report_is_told_by_notice(lately):
    person("mia", "marketer")
    assert work(night(clock.today())) == 1
    assert Mail.objects.filter(kind=report.KIND).count() == 2
    assert list(Notice.objects.filter(kind="month").values_list("user__name", flat=True)) == ["mia"]


def test_health_says_when_nothing_waits(october):
    work(night(date(2025, 11, 4)))
    assert closing.sign().level == health.WELL


def test_the_report_goes_to_whom_the_terms_name_with_clauses_and_picture(october):
    claire, _hugo = signers()
    claire.language = "fr"
    claire.save()
    work(night(date(2025, 11, 4)))
    mails = {mail.person.name: mail for mail in Mail.objects.filter(kind=report.KIND).select_related("person")}
    assert set(mails) == {"claire", "hugo"}
    english, french = mails["hugo"], mails["claire"]
    assert english.subject == "France 2026: report of October 2025" and english.picture
    assert "5.1 MQL handed to sales" in english.text and "✓ kept" in english.text and "octobre 2025" in french.subject
    book = BookClose.objects.get()
    assert book.sha256[:12] in english.text and english.off


def test_whoever_wants_no_mail_of_months_gets_no_report(october):
    from smarketing.notify import choices
    from smarketing.notify.registry import Channels

    claire, _hugo = signers()
    choices.choose(user=claire, at=clock.now(), wanted={"month": Channels(False, "")})
    work(night(date(2025, 11, 4)))
    assert [mail.person.name for mail in Mail.objects.filter(kind=report.KIND)] == ["hugo"]


def test_the_step_stands_between_the_clocks_and_the_sums():
    steps = [step.key for step in runs.JOBS[nightly.JOB].steps]
    assert steps.index("clocks") < steps.index("closing") < steps.index("sums")


def test_a_closed_month_is_restated_day_by_day_and_the_days_add_up(october, monkeypatch):
    work(night(date(2025, 11, 4)))
    book = BookClose.objects.get()
    late_handoff()
    stand(monkeypatch, timezone.now() + timedelta(minutes=1))
    (one,) = effects.of(book)
    assert one.facts == 1 and "5.1 +1" in one.words
