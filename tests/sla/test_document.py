"""The document in sections: whole in both languages, reckoned exactly, people named live, differences in words."""

from datetime import date
from fractions import Fraction as F

import pytest
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sla import drafts
from sla.sections import defaults, differ, reading, reckoning, sound, sums, text
from sla.sections.table import SECTIONS, WRITTEN
from smarketing.agreements.canonical import canonical
from tests.people import person
from tests.sla.contracts import ACCEPTANCE, ATTEMPTS, FIRST, VOLUME, WON, calendar, signers

START = date(2026, 11, 1)
GOAL = {"revenue": "1000000", "share": "60", "deal": "20000", "won": "5", "months": 12}
CAPACITY = {"reps": 5, "hours_a_day": "3", "minutes": "8"}


@pytest.fixture
def body(db):
    return drafts.starter(calendar(), START, 2)


def read(body):
    return reading.of("France 2026", "MQL", body)


def words(body) -> str:
    return " ".join(sentence for one in text.document(read(body)) for part in one.parts for sentence in part.sentences)


def said(old, new, language="en") -> list[str]:
    with override(language):
        return [one.words.replace("\u202f", " ") for one in differ.changes(read(old), read(new))]


def with_section(body, key, **values):
    return body | {key: body[key] | values}


def test_the_starter_is_whole_and_sound(body):
    assert sound.problems(body) == {} and sound.known(body)
    for section in WRITTEN:
        if section.fields:
            assert set(body[section.key]) == {one.key for one in section.fields} == set(defaults.DEFAULTS[section.key])
    assert canonical(body)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_it_reads_in_numbered_sections_in_each_language(body, language):
    full = body | {"clauses": [VOLUME, TIERED, ATTEMPTS]}
    with override(language):
        found = text.document(read(full | {"goal": body["goal"] | GOAL, "capacity": body["capacity"] | CAPACITY}))
    assert [one.number for one in found] == list(range(1, 15))
    assert len({str(one.title) for one in found}) == 14
    assert all(part.sentences or part.lines or part.rows for one in found for part in one.parts)


def test_an_older_body_says_nothing_that_was_not_signed(body):
    old = {key: body[key] for key in drafts.CLAUSES}
    assert [one.number for one in text.document(read(old))] == [2, 3, 5, 6, 8]
    assert "reviewed" not in words(old) and "paused" not in words(old)


def test_the_arithmetic_can_be_reckoned_again_by_a_reader(body):
    found = reckoning.goal_of(body["goal"] | GOAL)
    assert (found.customers, found.leads, found.a_month, found.worth) == (30, 600, 50, 1000)  # A2
    told = " ".join(sums.goal(read(with_section(body, "goal", **GOAL))))
    for piece in (
        "€1,000,000 in 12 months",
        "60% of it, €600,000",
        "÷ €20,000 = 30 customers",
        "600 MQL, or 50 a month",
    ):
        assert piece in told
    a3 = {"revenue": "7500000", "share": "100", "deal": "85000", "won": "20", "months": 1}
    assert reckoning.goal_of(body["goal"] | a3).a_month == 442
    assert reckoning.goal_of(body["goal"] | a3 | {"rounding": "each"}).a_month == 445  # A3b


def test_the_promises_are_held_against_the_time_that_sales_have(body):
    founding = with_section(body, "capacity", **CAPACITY)
    found = reckoning.check(read(founding))  # C1: November 2026 has 20 business days in France
    assert (found.days, found.load.there, found.load.needed, found.load.share, found.leads) == (
        20,
        2250,
        600,
        F(4, 15),
        750,
    )
    assert sound.over_capacity(read(founding)) == ""
    reach = reckoning.check(read(with_section(body, "capacity", **CAPACITY, reach="20")))
    assert (reach.each, reach.leads) == (F(244, 100), 922)  # C2
    alone = with_section(body, "capacity", **CAPACITY | {"reps": 1})
    assert "600 attempts a month and there is time for 450: enough for 150 MQL" in sound.over_capacity(read(alone))


def test_people_are_named_live_and_never_kept(body):
    claire, hugo = signers()
    named = with_section(body, "parties", contact_marketing=claire.pk, contact_sales=hugo.pk)
    assert sound.problems(named) == {} and "claire" not in canonical(named)
    assert "Point of contact of marketing: claire" in words(named)
    claire.name = "Claire Durand"
    claire.save()
    assert "Point of contact of marketing: Claire Durand" in words(named)


@pytest.mark.parametrize(
    ("section", "values", "sentence"),
    [
        ("scope", {"notice_days": -1}, "a number from 0 to 365"),
        ("scope", {"renewal": "for ever"}, "choice is not known"),
        ("scope", {"notice_days": None}, "is missing"),
        ("goal", {"revenue": "100"}, "needs the revenue goal, an average deal"),
        ("goal", {"source_from": "2026-01-01"}, "both days of the period"),
        ("goal", {"source_from": "2026-02-01", "source_to": "2026-01-01"}, "ends before it begins"),
        ("goal", {"deal": "0"}, "a number from 0.01"),
        ("capacity", {"reps": 5}, "both the reps and their hours"),
        ("capacity", {"beyond": "x" * 301}, "too long"),
        ("clock_rules", {"channels": []}, "no attempt would ever count"),
        ("clock_rules", {"month": "never"}, "choice is not known"),
        ("reporting", {"grace_days": 9, "close_day": 5}, "before its late facts"),
        ("escalation", {"remind": 90, "copy": 80}, "before the rep is reminded"),
        ("review", {"day": 31}, "a number from 1 to 28"),
        ("parties", {"contact_sales": 10**9}, "not here any more"),
        ("meetings", {"dance": 1}, "something that it does not know"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_section_is_said_there(body, section, values, sentence):
    found = sound.problems(with_section(body, section, **values))
    assert list(found) == [section] and sentence in found[section][0]


def test_a_contact_stands_on_its_own_side_and_is_not_its_own_deputy(body):
    claire, hugo = signers()
    assert "other side" in sound.problems(with_section(body, "parties", contact_sales=claire.pk))["parties"][0]
    twice = with_section(body, "parties", contact_sales=hugo.pk, deputy_sales=hugo.pk)
    assert "another person" in sound.problems(twice)["parties"][0]


TIERED = {**FIRST, "params": {"tiers": [{"grades": ["A1", "A2"], "target": "2"}, {"grades": ["C3"], "target": None}]}}


def test_tiers_are_one_table(body):
    parts = [part for one in text.document(read(body | {"clauses": [VOLUME, TIERED, ATTEMPTS]})) for part in one.parts]
    table = next(part for part in parts if part.key == "tiers")
    assert table.heads == ["Grades", "6.1 business hours at most"]
    assert table.rows == [["A1, A2", "2"], ["C3", "nothing promised"]]


def test_differences_are_said_in_words_in_both_languages(body):
    old = body | {"clauses": [VOLUME, FIRST, ATTEMPTS, WON]}
    new = with_section(old, "review", rhythm="quarterly") | {
        "clauses": [{**VOLUME, "target": "240"}, ACCEPTANCE, {**FIRST, "share": "85"}, {**ATTEMPTS, "params": {"days": 8}}],
        "starts_on": "2027-01-01",
    }  # fmt: skip
    assert said(old, new) == [
        "2: First day: 1 Jan 2027, before: 1 Nov 2026",
        "5.1: MQL a month raised from 200 to 240",
        "5.2: new clause: Acceptance rate: at least 60% of the month's handoffs accepted, of those decided.",
        "6.1: share of the MQL promised lowered from 90% to 85%",
        "6.2: business days lowered from 10 to 8",
        "7.1: clause dropped: Deals won: 5 deals won a month.",
        "14: The contract is reviewed: every quarter, before: every month",
    ]
    french = said(old, new, "fr")
    assert "5.1 : MQL par mois, de 200 à 240 (en hausse)" in french and len(french) == 7
    assert not set(french) & set(said(old, new))


def test_a_section_written_for_the_first_time_and_another_calendar_are_told(body):
    old = {key: body[key] for key in drafts.CLAUSES}
    found = said(old, body | {"calendar": calendar("America/Montreal", "CA").pk})
    assert "12: Escalation: written for the first time" in found
    assert (
        "8: Calendar: “Calendar America/Montreal CA”, version 1, before: “Calendar Europe/Paris FR”, version 1" in found
    )
    assert said(body, body) == []


LEAVES = st.sampled_from(
    [(section.key, one.key) for section in SECTIONS for one in section.fields if one.kind == "number"]
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(leaf=LEAVES, value=st.integers(1, 27))
def test_every_number_that_changes_is_one_difference_and_nothing_else_is(body, leaf, value):
    section, key = leaf
    new = with_section(body, section, **{key: value})
    assert len(said(body, new)) == (body[section][key] != value)
    assert len(said(new, body)) == (body[section][key] != value)


def test_somebody_who_left_is_no_contact_any_more(body):
    gone = person("gone", "manager", "sales")
    gone.is_active = False
    gone.save()
    assert sound.problems(with_section(body, "parties", contact_sales=gone.pk))
