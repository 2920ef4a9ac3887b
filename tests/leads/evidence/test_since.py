"""What changed between two instants adds up, row by row and cause by cause, and each cause is named."""

from datetime import timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from leads.evidence import course, since
from leads.models import Lead, ScoreHistory
from leads.scoring import oracle
from personas.criteria.validate import validate
from personas.definitions.catalogue import catalogue
from personas.models import DefinitionVersion
from smarketing.agreements.models import Paper
from tests.leads import facts, worlds
from tests.leads.evidence.test_why import AT, PHASES, QUIET, k2_body, marie, store, version  # noqa: F401
from tests.scale import examples

pytestmark = pytest.mark.django_db
SOON, LATER = AT + timedelta(hours=1), AT + timedelta(hours=3)


def next_version(one: DefinitionVersion, body: dict, at) -> DefinitionVersion:
    paper = Paper.objects.create(
        kind="definition", line=one.paper.line, number=2, body="{}", sha256="1" * 64, proposed_at=at
    )
    return DefinitionVersion.objects.create(
        line=one.line, number=2, paper=paper, body=body, effective_at=at, published_at=at
    )


def change(lead: int, then=SOON, now=LATER, **asked) -> since.Change:
    (found,) = since.changes(Lead.objects.get(pk=lead), then, now, "en", **asked)
    return found


def moved(one: since.Change) -> dict[str, since.Moved]:
    return {row.key: row for axis in one.axes for row in axis.rows}


def assert_sums(one: since.Change) -> None:
    for axis in one.axes:
        assert sum(row.difference for row in axis.rows) == axis.difference == axis.after - axis.before
        for row in axis.rows:
            assert sum(cause.points for cause in row.causes) == row.difference
            assert row.difference and all(cause.points for cause in row.causes)


@pytest.mark.sized
@settings(max_examples=examples(12), deadline=None, phases=PHASES, suppress_health_check=QUIET)
@given(st.data())
def test_rows_and_causes_add_up_between_any_two_instants_and_any_two_versions(data):
    worlds.catalogue()
    bodies = [data.draw(worlds.bodies(), "body"), data.draw(worlds.bodies(), "next")]
    assume(not any(validate(body, catalogue()) for body in bodies))
    first = version(bodies[0], worlds.NOON - timedelta(days=400))
    lead, asked = worlds.live(data.draw(worlds.lives, "life"))
    next_version(first, bodies[1], worlds.NOON - timedelta(days=data.draw(st.integers(0, 60), "days ago")))
    for one in since.changes(Lead.objects.get(pk=lead), min(asked), worlds.NOON, "en"):
        assert_sums(one)
        wanted = oracle.score(lead, one.after.version.body, worlds.NOON)
        assert [axis.after for axis in one.axes] == [wanted.fit, wanted.engagement]
        assert one.after.grade == wanted.grade


def test_a_planted_step_on_the_facts_of_before_names_another_cause_and_is_caught(marie, monkeypatch):  # noqa: F811
    version(k2_body())
    facts.change("lead", marie, "function", "Student", AT + timedelta(hours=2))
    whole = since._stages
    monkeypatch.setattr(since, "_stages", lambda *asked: [*whole(*asked)[:3], whole(*asked)[0], whole(*asked)[4]])
    with pytest.raises(AssertionError):
        assert moved(change(marie))["role"].causes[0].kind == "fact"


def test_a_new_value_is_named_with_what_it_was(marie):  # noqa: F811
    version(k2_body())
    facts.change("lead", marie, "function", "Student", AT + timedelta(hours=2))
    one = change(marie)
    (row,) = one.axes[0].rows
    assert (row.text, row.before, row.after, row.signed) == ("function contains Marketing", 25, 0, "−25")
    (cause,) = row.causes
    assert cause.kind == "fact" and "Head of Marketing → Student" in cause.words[0]
    assert not one.axes[1].rows and not one.other_version
    (hidden,) = moved(change(marie, personal=False))["role"].causes
    assert "Student" not in hidden.words[0]


def test_time_alone_fades_and_says_so(marie):  # noqa: F811
    version(k2_body())
    row = moved(change(marie, SOON, AT + timedelta(days=31)))["price"]
    assert [(cause.kind, cause.points) for cause in row.causes] == [("time", -40)]


def test_what_was_taken_back_is_named_and_so_is_what_was_learned_late(marie):  # noqa: F811
    version(k2_body())
    facts.correct("event", facts.event(marie, "webinar", AT, name="Fair"), AT + timedelta(hours=2))
    for pk in facts.rows("SELECT id FROM leads_event WHERE kind = 'webinar' AND name = ''"):
        facts.correct("event", pk[0], AT + timedelta(hours=2))
    facts.event(marie, "webinar", AT - timedelta(days=3), AT + timedelta(hours=2), name="Late")
    assert "web" not in moved(change(marie))  # nothing is told where the points are the same
    facts.correct("event", facts.rows("SELECT id FROM leads_event WHERE kind = 'unsubscribe'")[0][0], LATER)
    row = moved(change(marie))["bye"]
    assert [(cause.kind, cause.points) for cause in row.causes] == [("correction", 20)] and row.causes[0].words
    body = k2_body()
    body["engagement"]["items"][2]["each"] = True
    version(body)
    two = since.changes(Lead.objects.get(pk=marie), SOON, LATER, "en")[1]
    causes = {cause.kind: (cause.points, cause.words) for cause in moved(two)["web"].causes}
    assert causes["correction"][0] == -30 and causes["fact"][0] == 15
    assert "learned 20 Nov 2026" in causes["fact"][1][0]


def test_another_version_tells_both_wordings_and_a_cap_is_its_own_cause(marie):  # noqa: F811
    first, body = version(k2_body()), k2_body()
    body["engagement"]["items"][0] |= {"points": 10}
    body["engagement"]["items"].append({"key": "new", "points": 60, "when": {"event": {"kind": "webinar"}}})
    del body["fit"]["items"][1]
    next_version(first, body, AT + timedelta(hours=2))
    one = change(marie)
    assert one.other_version
    rows = moved(one)
    assert [(cause.kind, cause.points) for cause in rows["price"].causes] == [("version", -10)]
    assert [text.split(":")[0] for text in rows["price"].causes[0].words] == ["version 1", "version 2"]
    assert rows["new"].causes[0].words[0].startswith("new in version 2")
    assert rows["size"].causes[0].words[0].startswith("no longer in version 2")
    assert [(cause.kind, cause.points) for cause in rows["engagement"].causes] == [("cap", -5)]
    assert_sums(one)


def test_before_it_was_known_there_is_no_difference(marie):  # noqa: F811
    version(k2_body())
    assert since.changes(Lead.objects.get(pk=marie), AT - timedelta(days=1), LATER, "en") == []


def test_the_course_is_drawn_with_its_marks_and_opens_each_moment(marie):  # noqa: F811
    one = version(k2_body())
    for hours, fit in ((1, 45), (30, 20)):
        row = store(marie, one, AT + timedelta(hours=hours)) if hours == 1 else None
        at = AT + timedelta(hours=hours)
        points = row.contributions if row else []
        ScoreHistory.objects.create(
            lead_id=marie, line=one.line, version=one, fit=fit, engagement=55, grade="B2", contributions=points, mql=False,
            effective_at=at,
        )  # fmt: skip
    next_version(one, k2_body(), AT + timedelta(hours=20))
    facts.reset(marie, AT + timedelta(hours=25))
    (found,) = course.of(Lead.objects.get(pk=marie), AT + timedelta(hours=31))
    assert [row.fit for row in found.shown] == [20, 45]
    assert [(mark.kind, mark.number) for mark in found.marks] == [("version", 2), ("recycled", 0)]
    assert found.lines["fit"] == "0,58.0 348.0,58.0 348.0,78.0 360,78.0"  # a step at the second of the two moments
    (earlier,) = course.of(Lead.objects.get(pk=marie), AT + timedelta(hours=10))
    assert len(earlier.moments) == 1
