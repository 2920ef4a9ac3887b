"""The review of a contract: due, told, its proposals exact, past changes with what they brought, figures taken into a draft."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from django.urls import reverse

from reporting.books import services
from sla import derive, review, reviewing
from sla.models import TermsReview
from sla.pages import review as page_of
from sla.pages import texts
from sla.sections import sound
from smarketing.accounts.models import AuditEntry
from smarketing.jobs.models import Run
from smarketing.measures import numbers
from smarketing.notify.models import Notice
from smarketing.rows import clock
from tests.people import client_of, person
from tests.sla.contracts import ATTEMPTS, FIRST, REVENUE, VOLUME, WON, attempt, contract, paris, sign, signers
from tests.sla.test_follow import many

JUNE = date(2025, 6, 1)


@pytest.fixture
def year(db):
    """June to November 2025: from September on fewer MQL and a later first attempt are promised; all months are closed."""
    of = contract()
    sign(of, [{**VOLUME, "target": "4"}, {**FIRST, "target": "2"}, ATTEMPTS], JUNE, at=paris(2025, 5, 25))
    sign(of, [{**VOLUME, "target": "2"}, FIRST, ATTEMPTS], date(2025, 9, 1), at=paris(2025, 8, 25))
    for n, count in enumerate((3, 4, 5, 2, 3, 6)):
        for one in many(count, lambda _n, month=6 + n: paris(2025, month, 10, 9))[: 1 if n < 3 else 2]:
            attempt(one, one.occurred_at + timedelta(hours=1))
    at = datetime(2026, 1, 10, 9, tzinfo=UTC)
    derive.catch_up(at)
    for month in range(9, 12):
        services.close_month(contract=of, month=date(2025, month, 1), by=signers()[0], at=at)
    return of


AT = datetime(2026, 1, 10, 9, tzinfo=UTC)


def in_force(of):
    return of.terms.get(number=2)


def test_each_clause_is_proposed_as_it_is_and_as_the_last_three_closed_months_came_out(year):
    volume, first, _attempts = review.proposals(year, in_force(year), AT)
    assert volume.number("repeat") == 2
    assert (volume.number("median"), volume.months) == (3, 3)  # of 2, 3 and 6
    # 2 of 2, 2 of 3, 2 of 6: the median, rounded down to a tenth of a percent
    assert first.number("median") == Decimal("66.6")
    assert first.number("repeat") == 90


def test_capacity_and_goal_are_exact_and_the_least_one_binds(year):
    for name in ("karim", "tom", "ana"):
        person(name, "rep")
    terms = in_force(year)
    # 4 reps (lea logged the attempts) × 3 h × 60 ÷ 8 minutes ÷ 3 attempts, over February 2026's 20 business days
    assert review.capacity(terms, AT) == 4 * 3 * 60 * 20 // 8 // 3 == 600
    goal = {"revenue": "1000000", "share": "60", "deal": "20000", "won": "5", "months": 1}
    assert review.needed({"goal": goal}) == 600  # A2 of the trade's examples
    assert review.needed({"goal": {**goal, "won": None}}) == review.needed({}) == 0
    uneven = {**goal, "revenue": "1010000"}  # 30.3 customers, 31 where each step is rounded up
    assert review.needed({"goal": {**uneven, "rounding": "end"}}) == 606
    assert review.needed({"goal": {**uneven, "rounding": "each"}}) == 620
    option = lambda key, number: review.Option(key, Decimal(number))  # noqa: E731
    assert review.binding([option("repeat", 200), option("goal", 240), option("capacity", 214)]) == "capacity"
    assert review.binding([option("repeat", 200), option("goal", 240), option("capacity", 300)]) == "goal"
    assert review.binding([option("repeat", 200), option("capacity", 300)]) == "repeat"
    assert review.binding([option("repeat", 90), option("median", 80)]) == "repeat"


def test_a_past_change_stands_between_three_months_before_and_after_with_an_interval(year):
    first, volume = review.changes(year, AT)
    assert (first.later.key, volume.later.key) == ("6.1", "5.1")
    assert (volume.before.n, volume.after.n) == (12, 11)
    assert volume.before.days > 55
    assert volume.before.value == Fraction(12, volume.before.days)
    assert volume.before.interval == numbers.poisson(12)
    assert (first.before.n, first.before.of, first.after.n, first.after.of) == (3, 12, 6, 11)
    assert first.after.interval == numbers.wilson(6, 11)
    assert first.before.months == (JUNE, date(2025, 7, 1), date(2025, 8, 1))


def test_clauses_added_and_dropped_are_changes_too(year):
    some = {**VOLUME, "key": "5.1.a", "target": "1", "params": {"where": {"source": ["salon"]}}}
    sign(year, [{**VOLUME, "target": "2"}, some, FIRST], date(2025, 12, 1), at=paris(2025, 11, 25))
    added, dropped = review.changes(year, AT)[:2]
    assert (added.earlier, added.later.key, added.before) == (None, "5.1.a", None)
    assert (dropped.earlier.key, dropped.later, dropped.after) == ("6.2", None, None)
    assert dropped.before is not None
    page = client_of(signers()[0]).get(reverse("sla:review", args=[year.pk])).content.decode()
    assert "added: 1 MQL a month; only source salon" in page and "dropped: at least 3 attempts" in page


def test_a_volume_of_some_is_not_proposed_what_is_reckoned_of_all(year):
    goal = {"revenue": "1000000", "share": "60", "deal": "20000", "won": "5", "months": 1}
    some = {**VOLUME, "key": "5.1.a", "target": "20", "params": {"where": {"source": ["salon"]}}}
    clauses = [VOLUME, some, WON, REVENUE, FIRST]
    terms = sign(
        year,
        clauses,
        date(2026, 1, 1),
        at=paris(2025, 12, 20),
        goal=goal,
        capacity={"reps": 5, "hours_a_day": "3", "minutes": "8"},
    )
    whole, part, won, revenue, first = review.proposals(year, terms, AT)
    assert (whole.number("goal"), whole.number("capacity"), whole.binds) == (600, 5 * 3 * 60 * 20 // 8, "goal")
    assert (part.number("goal"), part.number("capacity"), part.binds) == (None, None, "repeat")
    assert (won.number("goal"), won.binds, revenue.number("goal")) == (30, "goal", 600_000)
    assert page_of.sentence(won) == "The goal needs 30 a month, 5 are promised. The limit is what the goal needs."
    assert (
        page_of.sentence(part) == "No month is closed yet: there is nothing to compare with, what is promised stands."
    )
    assert page_of.sentence(first).endswith("(median), 90% are promised. The limit is what is promised.")


def test_the_time_of_sales_is_what_both_signed_else_what_the_settings_say(year):
    person("karim", "rep")
    body = {"capacity": {"reps": 1, "hours_a_day": "1", "minutes": "60"}}
    terms = sign(year, [{**VOLUME, "target": "30"}, FIRST], date(2026, 1, 1), at=paris(2025, 12, 20), **body)
    assert review.capacity(terms, AT) == 20  # 20 business days of February, one attempt a day
    said = page_of.sentence(review.proposals(year, terms, AT)[0])
    assert "More is promised than sales can follow up. The limit is what sales can follow up." in said
    draft = {
        "clauses": [{**VOLUME, "target": "9000"}, FIRST],
        "calendar": terms.calendar_id,
        "starts_on": "2026-01-01",
        "ends_on": None,
    }
    assert "there is time for" in sound.over_capacity(texts.read(year, draft))


def test_months_that_are_not_over_stand_on_no_side(year):
    sign(year, [{**VOLUME, "target": "5"}, FIRST, ATTEMPTS], date(2026, 1, 5), at=paris(2026, 1, 2))
    newest = review.changes(year, AT)[0]
    assert newest.terms.number == 3 and newest.after is None
    assert newest.before.months[-1] == date(2025, 12, 1)


@pytest.fixture
def running(db):
    """Terms in force now, with a month that ended."""
    at = clock.now()
    of = contract()
    person("lea", "rep")
    start = (clock.today(at).replace(day=1) - timedelta(days=70)).replace(day=1)
    sign(of, [VOLUME, FIRST, ATTEMPTS], start, at=datetime(start.year, start.month, 1, tzinfo=UTC) - timedelta(days=9))
    return of


def test_the_page_says_options_and_changes_and_takes_figures_into_a_draft(running):
    client = client_of(signers()[0])
    url = reverse("sla:review", args=[running.pk])
    page = client.get(url).content.decode()
    assert "as promised now" in page and "what sales can follow up" in page and "Take into a draft" in page
    take = {"take-5.1": "capacity", "take-6.1": "repeat", "draft": "1"}
    answer = client.post(reverse("sla:hold_review", args=[running.pk]), take)
    assert answer.url == reverse("sla:draft", args=[running.pk])
    running.draft.refresh_from_db()
    by_key = {one["key"]: one for one in running.draft.body["clauses"]}
    assert by_key["5.1"]["target"] == str(review.capacity(running.terms.get(), clock.now()))
    assert (by_key["6.1"]["share"], by_key["6.1"]["target"]) == ("90", "4")
    assert TermsReview.objects.get().outcome == "drafted"
    assert AuditEntry.objects.filter(verb="contract.review").count() == 1
    assert f'name="volume" value="{by_key["5.1"]["target"]}"' in client.get(answer.url).content.decode()


def test_keeping_the_terms_is_a_review_too_and_only_managers_hold_one(running):
    hold = reverse("sla:hold_review", args=[running.pk])
    for role in ("marketer", "rep", "viewer", "administrator"):
        reader = client_of(person(role, role))
        assert reader.post(hold, {"keep": "1"}).status_code == 403
        assert "Take into a draft" not in reader.get(reverse("sla:review", args=[running.pk])).content.decode()
    client = client_of(signers()[1])
    assert client.post(hold, {"keep": "1"}).status_code == 302
    assert "terms kept as they are" in client.get(reverse("sla:review", args=[running.pk])).content.decode()
    assert client.get(hold).status_code == 405


def test_a_change_of_terms_is_said_with_the_words_that_it_is_no_proof(year):
    page = client_of(signers()[0]).get(reverse("sla:review", args=[year.pk])).content.decode()
    assert "this is not proof of cause" in page and "(6/11)" in page


# --- due and told


def test_it_is_due_on_the_agreed_day_until_it_is_held(year):
    day = date(2025, 12, 5)
    assert reviewing.due(year, date(2025, 11, 29)) == day  # a week ahead
    assert reviewing.due(year, date(2025, 12, 20)) == day
    assert reviewing.due(year, date(2025, 9, 2)) == date(2025, 9, 5)  # not the one before these terms began
    reviewing.hold(contract=year, outcome="kept", by=signers()[0], at=datetime(2025, 12, 8, tzinfo=UTC))
    assert reviewing.due(year, date(2025, 12, 20)) is None
    assert reviewing.due(year, date(2025, 12, 30)) == date(2026, 1, 5)
    assert reviewing.due(year, date(2024, 1, 1)) is None


def test_the_night_tells_managers_ahead_on_the_day_and_weekly_until_somebody_held_it(running):
    days = [reviewing.due(running, clock.today())]
    today, cutoff = clock.today(), clock.now()
    due = days[0] or (today + timedelta(days=40)).replace(day=5)
    person("mia", "marketer")

    def night(day: date) -> int:
        return reviewing.look(Run(job="nightly", business_date=day, cutoff=cutoff))

    told = [night(due + timedelta(days=n)) for n in (-7, -6, 0, 1, 7, 8, 14)]
    assert told == [2, 0, 2, 0, 2, 0, 2]
    assert set(Notice.objects.filter(kind="contract_review").values_list("user__name", flat=True)) == {"claire", "hugo"}
    (line,) = reviewing.say(list(Notice.objects.filter(kind="contract_review")[:1]), signers()[0]).values()
    assert line.text == "Review of the contract: France 2026" and line.url == reverse("sla:review", args=[running.pk])
    TermsReview.objects.create(contract=running, due=due, outcome="kept", by=signers()[0], at=cutoff)
    assert night(due + timedelta(days=21)) == 0
    assert reviewing.say(list(Notice.objects.filter(kind="contract_review")), signers()[0]) == {}
