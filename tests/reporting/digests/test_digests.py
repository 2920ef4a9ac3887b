"""What digests say: figures that are those of the measures and open to their rows; reasons, best and worst, one next step."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.utils import translation

from reporting.digests import daily, weekly
from smarketing.measures import engine
from smarketing.notify.digests import Span
from smarketing.rows import clock, fence
from tests.leads import facts
from tests.leads.handoffs.desk import Desk
from tests.people import client_of, person
from tests.sla.contracts import FIRST, VOLUME, attempt, contract, decide, handoff, sign

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
EARLIER = datetime.now(UTC) - timedelta(minutes=2)  # before any fence of the test


@pytest.fixture
def desk():
    found = Desk()
    found.ines = person("ines", "marketer")
    return found


def span(days: int = 2) -> Span:
    """From so many days back through today."""
    today = clock.today()
    return Span(today - (days - 1) * DAY, today + DAY, clock.now())


def figures(letter) -> dict[str, str]:
    return {row.text: row.figure for section in letter.sections for row in section.rows}


def campaign(name: str, key: str):
    from leads.models import Campaign

    made = Campaign.objects.create(
        created_at=clock.now() - 90 * DAY, recorded_at=clock.now() - 90 * DAY, key=key, name=name
    )
    return made


def of_campaign(desk, one):
    made = handoff(EARLIER, on=desk.line, rep=desk.lea)
    facts.change("lead", made.lead_id, "campaign", one.pk, EARLIER)
    return made


def test_the_waterfall_says_what_the_measures_say_and_each_figure_opens_to_its_rows(desk):
    given = [handoff(EARLIER, on=desk.line, rep=desk.lea) for _n in range(4)]
    decide(given[0], "accept", EARLIER)
    attempt(given[1], EARLIER, by=desk.lea)
    decide(given[2], "refuse", EARLIER, "OPP-OUT")
    letter = daily.waterfall(desk.boss, span())
    steps = letter.sections[0].rows
    assert [(row.text, row.figure) for row in steps] == [
        ("Leads created", "4"), ("MQL handed to sales", "4"), ("Accepted", "2"), ("Refused or given back", "1"),
    ]  # fmt: skip
    browser = client_of(desk.boss)
    for row in steps:
        path = urlsplit(row.url)
        page = browser.get(f"{path.path}?{path.query}")
        assert page.status_code == 200 and row.text in page.content.decode()
    asked = {"first": span().since, "until": span().until, "cutoff": fence.cutoff()}
    assert engine.answer("accepted", date="decided", **asked).total.n == 2


def test_a_day_on_which_nothing_moved_and_nothing_is_behind_is_not_told(desk):
    assert daily.waterfall(desk.boss, span()) is None and daily.morning_list(desk.lea, span()) is None
    assert weekly.week(desk.ines, span(7)) is None


def test_the_waterfall_names_the_clauses_that_stand_badly(desk):
    today = clock.today()
    sign(contract(on=desk.line), [VOLUME], today.replace(day=1) - 40 * DAY, at=clock.now() - 60 * DAY)
    letter = daily.waterfall(desk.boss, Span(today - DAY, today, clock.now()))
    (row,) = letter.sections[1].rows
    assert row.text.startswith("5.1 MQL handed to sales") and "behind" in row.figure and "clause=5.1" in row.url


def test_the_morning_list_holds_five_of_the_rep_s_own_by_promise_and_says_what_is_late(desk):
    sign(contract(on=desk.line), [FIRST], clock.today() - 40 * DAY, at=clock.now() - 60 * DAY)
    now = clock.now()
    given = [desk.hand(at=now - 2 * DAY, last_name=f"Nr {n}") for n in range(7)]
    for n, one in enumerate(given):
        desk.promise(one, now + (n - 2) * timedelta(minutes=1), "first")
    desk.hand("paul", at=now, last_name="Other")
    morning = daily.Morning(desk.lea, now)
    rows = [daily._promised(morning, state) for state in morning.states.owed_by(desk.lea).in_order()[:5]]
    assert [row.text for row in rows] == [f"Nr {n}" for n in range(5)] and all("/queue/" in row.url for row in rows)
    letter = daily.morning_list(desk.lea, Span(clock.today() - DAY, clock.today(), now))
    assert len(letter.sections[0].rows) == 5 and "2 more leads are in your queue." in letter.sections[0].said
    assert "Other" not in str(letter)


def test_the_week_says_reasons_best_and_worst_campaign_and_one_next_step(desk):
    good, bad = campaign("Webinar", "webinar"), campaign("Salon", "salon")
    for n in range(6):
        for one in (good, bad):
            given = of_campaign(desk, one)
            if one is good or n == 0:
                decide(given, "accept", EARLIER)
            else:
                decide(given, "refuse", EARLIER, "OPP-OUT")
    letter = weekly.week(desk.ines, span(7))
    said = figures(letter)
    assert said["Accepted"] == "7" and said["Asked not to be contacted"] == "5"
    assert (said["best: Webinar"], said["worst: Salon"]) == ("100%", "17%")
    step = letter.sections[-1].rows[0]
    assert "Asked not to be contacted" in step.text and "5 of 5" in step.text and step.url.endswith("/language/")


def test_few_decided_make_no_campaign_best_or_worst(desk):
    one = campaign("Webinar", "webinar")
    for _n in range(weekly.ENOUGH - 1):
        decide(of_campaign(desk, one), "accept", EARLIER)
    assert not any(text.startswith("best") for text in figures(weekly.week(desk.ines, span(7))))


def test_a_digest_is_written_in_the_language_of_its_reader(desk):
    handoff(EARLIER, on=desk.line)
    with translation.override("fr"):
        letter = daily.waterfall(desk.boss, span())
    assert figures(letter)["Leads créés"] == "1" and "Leads created" not in str(letter)
