"""The rows of the why panel add up exactly to the figures above them, and the figures are the stored ones."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from leads.evidence import why
from leads.models import Lead, Score
from leads.scoring import asks, compile, days, ledger, oracle, program
from leads.scoring.sql import Params, fetch
from personas.criteria import tree
from personas.criteria.validate import validate
from personas.definitions.catalogue import catalogue
from personas.models import DefinitionLine, DefinitionVersion
from smarketing.agreements.models import Paper
from tests.leads import facts, worlds
from tests.scale import examples

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]
QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]


def version(body: dict, at: datetime = AT - timedelta(days=400)) -> DefinitionVersion:
    line = DefinitionLine.objects.create(name=f"Line {DefinitionLine.objects.count()}")
    paper = Paper.objects.create(
        kind="definition", line=f"definition:{line.pk}", number=1, body="{}", sha256="0" * 64, proposed_at=at
    )
    return DefinitionVersion.objects.create(
        line=line, number=1, paper=paper, body=body, effective_at=at, published_at=at
    )


def store(lead: int, one: DefinitionVersion, t: datetime) -> Score:
    """A stored score, as the set-based scorer counts it."""
    ledger.ensure([one.body])
    params = Params()
    sql = compile.ctes(program.build(one.line_id, one.pk, one.body), asks.listed([(lead, t)]), days.here(), params)
    columns = "fit, engagement, grade, contributions, plain, direct"
    ((fit, engagement, cell, points, mql, direct),) = fetch(f"WITH {sql} SELECT {columns} FROM scored", params)
    return Score.objects.create(
        lead_id=lead, line=one.line, version=one, fit=fit, engagement=engagement, grade=cell, contributions=points,
        mql=mql, direct=direct, effective_at=t,
    )  # fmt: skip


def assert_adds_up(panel: why.Why) -> None:
    for axis in panel.axes:
        assert sum(row.points for row in axis.rows) == axis.value
        assert all(row.points for row in axis.rows) and not any(row.points for row in axis.silent)
        assert all(row.start >= 0 and row.start + row.width <= 100.01 for row in axis.rows)
        assert all(row.text for row in axis.rows)


@pytest.mark.sized
@settings(max_examples=examples(30), deadline=None, phases=PHASES, suppress_health_check=QUIET)
@given(st.data())
def test_rows_add_up_for_any_lead_and_definition(data):
    worlds.catalogue()
    body = data.draw(worlds.bodies(), "body")
    assume(not validate(body, catalogue()))
    one = version(body, worlds.NOON - timedelta(days=400))
    ledger.ensure([body])
    lead, _asked = worlds.live(data.draw(worlds.lives, "life"))
    t = worlds.NOON
    score = store(lead, one, t)
    for lang in ("en", "fr"):
        panel = next(panel for panel in why.now(Lead.objects.get(pk=lead), t, lang))
        assert_adds_up(panel)
        assert (panel.axes[0].value, panel.axes[1].value, panel.grade) == (score.fit, score.engagement, score.grade)
        assert not panel.pending
    past = next(p for p in why.as_of(Lead.objects.get(pk=lead), t, "en") if p.version == one)
    assert_adds_up(past)
    wanted = oracle.score(lead, body, t)
    shown = {row.key: row.points for axis in past.axes for row in axis.rows}
    assert shown == {row.key: row.points for row in wanted.rows if row.points}


def k2_body() -> dict:
    """The worked example of the lead page: 40 + 20 + 15 − 20 = 55."""
    body = tree.empty_body()
    body["fit"]["items"] = [
        {"key": "role", "points": 25, "when": {"field": "lead.function", "op": "contains", "value": "Marketing"}},
        {"key": "size", "points": 20, "when": {"field": "company.employees", "op": "between", "value": [50, 500]}},
        {"key": "none", "points": 10, "when": {"field": "lead.country", "op": "is", "value": "BE"}},
    ]
    body["engagement"]["items"] = [
        {"key": "price", "points": 20, "cap": 40, "each": True, "when": {"event": {"kind": "page", "page": {"op": "like", "value": "/pricing"}}, "within": 30}},
        {"key": "click", "points": 5, "cap": 20, "each": True, "when": {"event": {"kind": "mail_click"}, "within": 30}},
        {"key": "web", "points": 15, "when": {"event": {"kind": "webinar"}}},
        {"key": "bye", "points": -20, "when": {"event": {"kind": "unsubscribe"}}},
    ]  # fmt: skip
    return body


@pytest.fixture
def marie():
    company = facts.company(AT, name="Acme", employees=120)
    lead = facts.lead(AT, function="Head of Marketing", company=company)
    for _ in range(3):
        facts.event(lead, "page", AT, page="/pricing")
    for _ in range(7):
        facts.event(lead, "mail_click", AT)
    facts.event(lead, "webinar", AT)
    facts.event(lead, "unsubscribe", AT)
    return lead


def test_the_worked_example_says_how_each_point_came_about(marie):
    one = version(k2_body())
    store(marie, one, AT + timedelta(hours=1))
    (panel,) = why.now(Lead.objects.get(pk=marie), AT + timedelta(hours=1), "en")
    fit, engagement = panel.axes
    assert (fit.value, engagement.value) == (45, 55)
    assert [(row.key, row.signed, row.how) for row in engagement.rows] == [
        ("price", "+40", "3\u00a0×\u00a020, capped at 40"),
        ("click", "+20", "7\u00a0×\u00a05, capped at 20"),
        ("web", "+15", ""),
        ("bye", "−20", ""),
    ]
    assert [row.key for row in fit.silent] == ["none"]
    assert [(said.label, said.text) for said in fit.rows[1].facts] == [("headcount", "120")]
    assert [(day.n, day.weight) for day in engagement.rows[0].days] == [(3, "")]
    (blind,) = why.now(Lead.objects.get(pk=marie), AT + timedelta(hours=1), "en", personal=False)
    assert [[said.text for said in row.facts] for row in panel.axes[0].rows] == [["Head of Marketing"], ["120"]]
    assert [[said.text for said in row.facts] for row in blind.axes[0].rows] == [[], ["120"]]


def test_a_bound_that_bites_is_a_signed_row_of_its_own(marie):
    body = k2_body()
    body["engagement"]["items"] = [{"key": "g", "cap": 30, "items": body["engagement"]["items"][:2]}]
    body["fit"] |= {"cap": 40}
    one = version(body)
    store(marie, one, AT + timedelta(hours=1))
    (panel,) = why.now(Lead.objects.get(pk=marie), AT + timedelta(hours=1), "en")
    assert [(row.kind, row.points) for row in panel.axes[1].rows][-1] == ("group", -30)
    assert [(row.kind, row.points) for row in panel.axes[0].rows][-1] == ("axis", -5)
    assert_adds_up(panel)


def test_facts_newer_than_the_score_are_said_to_be_on_their_way(marie):
    one = version(k2_body())
    store(marie, one, AT + timedelta(hours=1))
    facts.change("lead", marie, "function", "Student", AT + timedelta(hours=2))
    (panel,) = why.now(Lead.objects.get(pk=marie), AT + timedelta(hours=3), "en")
    assert panel.pending and panel.axes[0].value == 45
    assert_adds_up(panel)


def test_a_planted_wrong_contribution_no_longer_adds_up(marie):
    one = version(k2_body())
    score = store(marie, one, AT + timedelta(hours=1))
    Score.objects.filter(lead_id=marie).update(contributions=[score.contributions[0] + 1, *score.contributions[1:]])
    (panel,) = why.now(Lead.objects.get(pk=marie), AT + timedelta(hours=1), "en")
    with pytest.raises(AssertionError):
        assert_adds_up(panel)


def test_before_it_was_known_or_defined_there_is_no_panel(marie):
    lead = Lead.objects.get(pk=marie)
    assert why.now(lead, AT, "en") == []
    version(k2_body(), AT + timedelta(days=1))
    assert why.as_of(lead, AT + timedelta(hours=1), "en") == []
    assert why.as_of(lead, AT - timedelta(days=1), "en") == []
    assert len(why.as_of(lead, AT + timedelta(days=2), "en")) == 1


def test_a_row_opens_its_facts_the_one_taken_back_the_late_one_and_its_fading(marie):
    one = version(k2_body())
    gone = facts.event(marie, "webinar", AT, name="Fair")
    facts.correct("event", gone, AT + timedelta(minutes=5))
    facts.event(marie, "page", AT - timedelta(days=2), AT + timedelta(minutes=10), page="/pricing")
    (panel,) = why.as_of(Lead.objects.get(pk=marie), AT + timedelta(hours=1), "en")
    rows = {row.key: row for axis in panel.axes for row in axis.rows}
    assert [(day.n, day.text, bool(day.learned)) for day in rows["price"].days] == [
        (3, "visited the page /pricing", False), (1, "visited the page /pricing", True),
    ]  # fmt: skip
    struck = [day for day in rows["web"].days if day.back]
    assert [day.fact for day in struck] == [gone] and struck[0].back.startswith("taken back on 20 Nov 2026")
    fall = rows["price"].next  # four visits, capped at two: all but those of the day itself may go
    assert (fall.on, fall.points, rows["price"].later) == ((AT + timedelta(days=30)).date(), 0, "0")
    assert rows["web"].next is None and not rows["web"].fades and rows["price"].fades
    assert one.number == panel.version.number


def test_a_value_taken_back_stands_struck_beside_the_one_that_holds(marie):
    version(k2_body())
    facts.correct("attributechange", facts.change("lead", marie, "function", "Intern", AT), AT + timedelta(minutes=1))
    (panel,) = why.as_of(Lead.objects.get(pk=marie), AT + timedelta(hours=1), "en")
    (said,) = panel.axes[0].rows[0].facts
    assert said.text == "Head of Marketing" and [text for text, _back in said.gone] == ["Intern"]
