"""What a company's people come to: the statement equals plain Python on any day, moves at midnight only, and is never rewritten."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leads.judging import edges, lines, rebuild, service
from leads.models import Company, CompanyDay, CompanySums, Score
from leads.scoring import asks, company_days, days, oracle, preview
from smarketing.jobs import bell
from smarketing.rows import clock
from tests.leads import definitions, facts, worlds
from tests.leads.colleagues import NAMES, Colleagues
from tests.leads.scoring.test_compile import PHASES, QUIET, scores
from tests.leads.scoring.test_timeline import walked
from tests.scale import examples

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def stands(company: int, day: date) -> tuple[int, ...]:
    row = CompanyDay.objects.filter(company=company, day__lte=day).order_by("-day").values_list(*NAMES).first()
    return row or (0, 0, 0, 0)


def asking(**values: int) -> dict:
    """A point for each person, and for whom so many acts are enough."""
    body = definitions.simple(never=[{"field": "company.acts", "op": "at_least", "value": 9}])
    body["fit"]["items"] = [
        {"key": f"p{n}", "points": 10, "when": {"field": "company.people", "op": "at_least", "value": n}}
        for n in (1, 2, 3)
    ]
    active = {"key": "active", "points": 60, "when": {"field": "company.active_people", "op": "at_least", "value": 2}}
    body["engagement"]["items"] = [active]
    return body


@pytest.mark.sized
@settings(max_examples=examples(24, 6), deadline=None, phases=PHASES, suppress_health_check=QUIET)
@given(st.data())
def test_sums_equal_plain_python_and_a_move_equals_a_rebuild(data):
    worlds.catalogue()
    lives = data.draw(st.lists(worlds.lives, min_size=2, max_size=3), "lives")
    deeds = data.draw(worlds.merges, "merges")
    body = asking()
    living = worlds.live_together(lives, deeds, data.draw(worlds.links, "links"))
    here = days.here()
    last = here.of(worlds.NOON) - 1 * DAY
    CompanyDay.objects.all().delete()
    CompanySums.objects.all().delete()
    ids = list(Company.objects.order_by("pk").values_list("pk", flat=True))
    company_days.bring(here.midnight(last - 25 * DAY))
    company_days.bring(here.midnight(last - 3 * DAY))
    company_days.bring(here.midnight(last))
    moved = list(CompanyDay.objects.order_by("pk").values_list("company_id", "day", *NAMES))
    plainly = Colleagues()
    for ago in (0, *data.draw(st.sets(st.integers(0, 74), min_size=4, max_size=6), "ago")):
        day = last - ago * DAY
        for company in ids:
            assert stands(company, day) == plainly.of(company, here.midnight(day)), (company, day)
    for lead, asked in living:
        for t in asked[:2]:
            judged(lead, body, t)
    assert company_days.rebuild(here.midnight(last)) == len(moved)
    assert list(CompanyDay.objects.order_by("pk").values_list("company_id", "day", *NAMES)) == moved


@pytest.fixture
def at():
    """Noon, three days ago."""
    here = days.here()
    return here.midnight(here.of(clock.now()) - 3 * DAY) + timedelta(hours=12)


def judged(lead: int, body: dict, at: datetime) -> tuple[int, int]:
    """(fit, engagement) by SQL, which plain Python and the walk confirm."""
    found = scores(body, asks.listed([(lead, at)]))[lead, at]
    one = oracle.score(lead, body, at)
    assert (found[1], found[2], found[4]) == (one.fit, one.engagement, one.contributions)
    assert walked(body, [lead], line_from=at - 60 * DAY, until=at)[lead][1][-1][1:3] == (one.fit, one.engagement)
    return one.fit, one.engagement


@pytest.mark.invariant("I6", mutant="sums that move inside the day")
def test_colleagues_count_from_the_next_midnight(at, monkeypatch):
    body, here = asking(), days.here()
    firm, other = (facts.company(at - 50 * DAY) for _ in range(2))
    marie, paul = (facts.lead(at - 40 * DAY, company=firm) for _ in range(2))
    facts.event(paul, "page", at - 5 * DAY)
    version = definitions.version(body, at - 60 * DAY)
    lines.prepare(at)
    midnight = here.midnight(here.of(at) + DAY)
    assert judged(marie, body, at) == (20, 0)
    third = facts.lead(at + timedelta(minutes=1), company=firm)
    facts.event(third, "demo", at + timedelta(minutes=2))
    facts.event(marie, "page", at + timedelta(minutes=2), page="/pricing")
    later = midnight - timedelta(microseconds=1)
    lines.prepare(later)
    assert judged(marie, body, later) == (20, 0)  # the same all day, whatever happens
    lines.prepare(midnight)
    assert judged(marie, body, midnight) == (30, 60) and judged(marie, body, later) == (20, 0)
    assert edges.leads_due([here.of(midnight)], 0, 2**40) == {marie, paul, third}
    facts.change("lead", third, "company", other, midnight + timedelta(hours=1))
    facts.merge(paul, marie, midnight + timedelta(hours=2))
    lines.prepare(midnight + DAY)
    assert judged(marie, body, midnight + DAY) == (10, 0) and judged(third, body, midnight + DAY)[0] == 10
    assert judged(marie, body, midnight) == (30, 60)  # what stood is never rewritten
    before = list(CompanyDay.objects.order_by("pk").values_list("company_id", "day", *NAMES))
    rebuild.run(midnight + DAY)
    assert list(CompanyDay.objects.order_by("pk").values_list("company_id", "day", *NAMES)) == before
    monkeypatch.setattr(company_days, "join", lambda company: _of_the_day_after(company))
    with pytest.raises(AssertionError):
        judged(marie, body, later)
    assert version.pk


def _of_the_day_after(company: str) -> str:
    return (
        f" LEFT JOIN LATERAL (SELECT * FROM leads_companyday k WHERE k.company_id = {company} AND k.day <= a.today + 1"
        " ORDER BY k.day DESC LIMIT 1) k ON true"
    )


def test_who_brings_the_sums_goes_on_where_the_time_was_over(at, monkeypatch):
    monkeypatch.setattr(company_days, "CHUNK", 1)
    firms = [facts.company(at - 50 * DAY) for _ in range(3)]
    for firm in firms:
        facts.lead(at - 40 * DAY, company=firm)
    noon = at + 1 * DAY
    assert not company_days.ready(asking(), at)
    assert [company_days.bring(at, seconds=0) for _turn in range(2)] == [1, 1] and not company_days.standing(at)
    assert [company_days.bring(noon, seconds=0) for _turn in range(4)] == [
        1,
        1,
        1,
        0,
    ]  # another day: from the first one on
    assert company_days.standing(noon) and company_days.bring(noon, seconds=0) == 0
    assert [stands(firm, days.here().of(noon))[0] for firm in firms] == [1, 1, 1]
    facts.lead(noon + 1 * DAY, company=firms[0])
    facts.lead(noon + 1 * DAY, company=firms[2])
    later = noon + 2 * DAY
    assert [company_days.bring(later, seconds=0) for _turn in range(3)] == [1, 1, 0]
    rows = list(CompanyDay.objects.order_by("pk").values_list("company_id", "day", *NAMES))
    assert [stands(firm, days.here().of(later))[0] for firm in firms] == [2, 1, 2]
    company_days.rebuild(later)
    assert list(CompanyDay.objects.order_by("pk").values_list("company_id", "day", *NAMES)) == rows


def test_a_lead_waits_while_what_it_is_judged_by_is_counted_in_turns(at, monkeypatch):
    version = definitions.version(asking(), at - 1 * DAY)
    firm = facts.company(at - 50 * DAY)
    lead = facts.lead(at - 40 * DAY, company=firm)
    monkeypatch.setattr(company_days, "CHUNK", 1)
    monkeypatch.setattr(bell, "TURN", 0)
    facts.company(at - 50 * DAY)
    assert service.sweep() == 1 and not Score.objects.exists()
    for _turn in range(6):
        service.sweep()
    assert Score.objects.get(lead=lead, line=version.line).fit == 10


def test_nothing_is_counted_before_somebody_asks(at):
    firm = facts.company(at - 50 * DAY)
    lead = facts.lead(at - 40 * DAY, company=firm)
    assert company_days.keep(at) == 0 and company_days.ready(definitions.simple(), at)
    assert judged(lead, asking(), at) == (0, 0)
    assert not preview.count(asking(), at).ready and preview.matching(asking(), "mql", at) is None
    assert facts.rows(company_days.WAITING) == [(True,)]
    company_days.bring(at)
    assert facts.rows(company_days.WAITING) == [(False,)]
    found = preview.count(asking(), at)
    assert found.ready and found.hits["fit.items.0"] == 1 and found.hits["fit.items.1"] == 0
    assert stands(firm, days.here().of(at)) == (1, 0, 0, 0)
