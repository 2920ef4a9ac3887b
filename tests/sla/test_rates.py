"""Rates of the month's rows as clauses: quality of what marketing hands over, reasons of what sales turns down."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sla import figures, follow, missing, rates, words
from sla.figures import Share
from sla.kinds import KINDS, Asked
from smarketing.measures import engine
from tests.sla.contracts import ACCEPTANCE, REASONS, SQL_RATE, attempt, contract, decide, line, paris, sign
from tests.sla.test_follow import EVENING, NOVEMBER, SIGNED, many, month

PERIOD = {"first": NOVEMBER, "until": date(2026, 12, 1), "cutoff": EVENING}
JANUARY, MARCH = paris(2027, 1, 20), paris(2027, 3, 5)


def worked():
    """Ten handoffs: 4 accepted, of which one given back for fit and one for later; 2 refused for fit, 1 a customer; 3 left."""
    made = many(10, lambda n: paris(2026, 11, 3, 9))
    for one in made[:4]:
        attempt(one, paris(2026, 11, 4, 9))
    decide(made[0], "return", paris(2026, 11, 5, 9), "FIT-IND")
    decide(made[1], "return", paris(2026, 11, 5, 9), "TIME-LATER")
    decide(made[2], "qualify", paris(2026, 11, 6, 9))
    for one, reason in zip(made[4:7], ("FIT-IND", "FIT-SIZE", "REL-CUST"), strict=True):
        decide(one, "refuse", paris(2026, 11, 5, 9), reason)
    return made


def signed(*clauses):
    of = contract()
    sign(of, clauses, NOVEMBER, at=SIGNED)
    return of


def test_acceptance_counts_what_is_decided_and_shows_apart_what_is_not(db):
    of = signed(ACCEPTANCE)
    worked()
    shown = month(of)
    figure = shown.row("5.2").figure
    assert (figure.met, figure.missed, figure.pending, figure.excluded) == (3, 3, 3, 1)
    assert (figure.promised, figure.state, words.promised(figure)) == (Fraction(3, 5), "behind", "≥ 60%")
    assert words.sentence(shown) == ["Sales accepted 50% of the month's decided MQL against 60% promised by marketing."]
    assert [item.text for item in missing.items(shown)] == [
        "3 refused or given back for a reason of fit or data: Wrong industry 2, Company too small or too large 1",
        "3 without a decision",
    ]  # fmt: skip


def test_sql_waits_for_what_is_open_until_it_has_had_its_90_days(db):
    of = signed(SQL_RATE)
    worked()
    figure = month(of).row("5.3").figure
    assert (figure.met, figure.missed, figure.pending, figure.state) == (1, 5, 4, "behind")
    assert [item.text for item in missing.items(month(of))] == [
        "5 did not become SQL: ended without a need confirmed 5", "4 still open, to become SQL or not",
    ]  # fmt: skip
    assert month(of, at=JANUARY).row("5.3").figure == figure  # after its month: pending, not broken
    late = month(of, at=MARCH).row("5.3").figure
    assert (late.met, late.missed, late.pending, late.state) == (1, 9, 0, "broken")
    found = engine.answer("sql_rate", **{**PERIOD, "cutoff": MARCH}).total
    assert (found.n, found.of) == (late.met, late.settled)


def test_an_immature_cohort_is_neither_kept_nor_broken_and_does_not_hold_up_the_close(db):
    of = signed(ACCEPTANCE)
    for one in many(4, lambda n: paris(2026, 11, 3, 9)):
        decide(one, "refuse", paris(2026, 11, 4, 9), "FIT-IND")
    over = month(of, at=paris(2026, 12, 2))
    assert (over.phase, over.row("5.2").figure.state) == ("over", "behind")
    assert figures.from_book(over.row("5.2").figure.book()) == over.row("5.2").figure
    assert month(of, at=paris(2026, 12, 30)).row("5.2").figure.state == "broken"
    undecided = many(1, lambda n: paris(2026, 11, 9, 9))
    assert month(of, at=paris(2026, 12, 30)).row("5.2").figure.state == "behind"
    assert (month(of, at=paris(2026, 12, 30)).phase, len(undecided)) == ("over", 1)


def test_a_reason_is_owed_on_every_refusal_and_return(db):
    of = signed(REASONS)
    one, two, three = many(3, lambda n: paris(2026, 11, 3, 9))
    assert words.sentence(month(of)) == ["Sales has refused nothing and given nothing back in the month."]
    decide(one, "refuse", paris(2026, 11, 4, 9), "FIT-IND")
    decide(two, "return", paris(2026, 11, 4, 9), "TIME-LATER")
    assert month(of).row("6.4").figure.state == "on_pace"
    decide(three, "refuse", paris(2026, 11, 4, 9))
    shown = month(of)
    figure = shown.row("6.4").figure
    assert (figure.met, figure.missed, figure.state, words.so_far(figure)) == (2, 1, "behind", "67%")
    assert [item.text for item in missing.items(shown)] == ["1 refusal or return without a reason: in the pool 1"]
    assert month(of, at=paris(2026, 12, 1)).row("6.4").figure.state == "broken"


def test_an_amended_rate_is_judged_by_the_terms_of_each_day(db):
    of = signed(ACCEPTANCE)
    sign(of, [{**ACCEPTANCE, "target": "40"}], date(2026, 11, 16), at=paris(2026, 11, 9))
    early, late = many(2, lambda n: paris(2026, 11, 3, 9)), many(2, lambda n: paris(2026, 11, 17, 9))
    for one in (early[0], late[0]):
        decide(one, "accept", paris(2026, 11, 18, 9))
    for one in (early[1], late[1]):
        decide(one, "refuse", paris(2026, 11, 18, 9), "FIT-IND")
    row = month(of).row("5.2")
    assert [(one.figure.met, one.figure.settled, one.figure.promised) for one in row.parts] == [
        (1, 2, Fraction(3, 5)), (1, 2, Fraction(2, 5)),
    ]  # fmt: skip
    assert (row.figure.promised, row.figure.state) == (Fraction(1, 2), "on_pace")


KINDS_OF_RATES = [kind.key for kind in KINDS.values() if kind.source == "rate"]


def counted(of, key: str) -> Share:
    return follow.month(of, NOVEMBER, EVENING, EVENING).row(key).figure


@pytest.mark.invariant("I13")
@given(
    st.lists(
        st.sampled_from(["", "accept", "refuse", "refuse_known", "refuse_bare", "return", "qualify", "expire"]),
        max_size=7,
    )
)
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_figure_of_a_rate_is_the_number_of_the_rows_that_it_opens(db, deeds):
    from django.db import transaction

    with transaction.atomic():
        of = signed(ACCEPTANCE, SQL_RATE, REASONS)
        for one, deed in zip(many(len(deeds), lambda n: paris(2026, 11, 3 + n, 9)), deeds, strict=True):
            kind, _dash, known = deed.partition("_")
            reason = {"known": "REL-CUST", "bare": ""}.get(known, "FIT-IND" if kind in ("refuse", "return") else "")
            if deed:
                decide(one, kind, paris(2026, 11, 12, 9), reason)
        for clause in (ACCEPTANCE, SQL_RATE, REASONS):
            kind, figure = KINDS[clause["kind"]], counted(of, clause["key"])
            rows = rates.ids(kind, line().pk, **PERIOD)
            assert (len(rows["met"]), len(rows["missed"])) == (figure.met, figure.missed)
            for state in kind.apart:
                some = rates.asked(kind, state)
                found = engine.answer(some.measure, **rates.question(line().pk, some, **PERIOD)).total
                assert (found.n if found.of is None else found.of) == getattr(figure, state)
        figure = counted(of, "5.3")
        assert figure.met + figure.missed + figure.pending == len(deeds)
        transaction.set_rollback(True)


@pytest.mark.invariant("I13")
@pytest.mark.parametrize(
    ("key", "fault"),
    [
        ("acceptance", {"apart": {}}),  # the undecided are forgotten
        ("sql_rate", {"rows": dict, "apart": {}}),  # the open ones are failures
        ("reasons", {"rows": lambda: {"reason": ("FIT-IND",)}}),  # only what says its reason is looked at
    ],
)
def test_planted_fault_a_rate_that_counts_other_rows_is_caught(db, monkeypatch, key, fault):
    of = signed(ACCEPTANCE, SQL_RATE, REASONS)
    decide(worked()[7], "refuse", paris(2026, 11, 6, 9))
    clause = next(one["key"] for one in (ACCEPTANCE, SQL_RATE, REASONS) if one["kind"] == key)
    right = month(of).row(clause).figure
    monkeypatch.setitem(KINDS, key, replace(KINDS[key], **fault))
    assert month(of).row(clause).figure != right


def test_each_rate_names_what_stands_against_it():
    assert all(isinstance(KINDS[key].against, Asked) and KINDS[key].says["against"] for key in KINDS_OF_RATES)
