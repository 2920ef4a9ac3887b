"""What the sections of terms say: whole in a new body, the usual where an older one is silent."""

from decimal import Decimal
from types import SimpleNamespace

import pytest

from leads.handoffs.rules import STARTER
from sla.sections import defaults

OLD = {"calendar": 1, "starts_on": "2026-11-01", "ends_on": None, "clauses": []}


def test_an_older_body_reads_as_what_is_usual():
    terms = SimpleNamespace(body=OLD)
    assert (defaults.grace_days(terms), defaults.close_day(terms), defaults.month_switch(terms)) == (3, None, "due")
    assert (defaults.review_rhythm(terms), defaults.review_day(terms)) == ("monthly", 5)
    assert defaults.escalation(terms) == defaults.Escalation(80, 100, None, None)
    assert defaults.pauses_allowed(terms) == defaults.PAUSES
    assert defaults.tiers(terms) == ()
    assert defaults.report_recipients(terms, "monthly") == ("managers", "signers")
    assert defaults.handoff_rules(terms) == {} and defaults.notice_days(terms) == 30


def test_what_is_written_wins_and_what_is_left_out_stays_usual():
    body = OLD | {
        "reporting": {"grace_days": 5, "close_day": 8}, "review": {"rhythm": "quarterly"}, "clock_rules": {"month": "handoff"},
        "escalation": {"copy": 90}, "refusal": {"silence_days": 20},
        "clauses": [{"key": "6.1", "params": {"tiers": [{"grades": ["A1", "A2"], "target": "0.5"}, {"grades": ["C3"], "target": None}]}}],
    }  # fmt: skip
    assert (defaults.grace_days(body), defaults.close_day(body)) == (5, 8)
    assert (defaults.review_rhythm(body), defaults.review_day(body)) == ("quarterly", 5)
    assert defaults.month_switch(body) == "handoff"
    assert defaults.escalation(body) == defaults.Escalation(80, 90, None, None)
    assert defaults.tiers(body) == (
        defaults.Tier(("A1", "A2"), {"6.1": Decimal("0.5")}), defaults.Tier(("C3",), {"6.1": None}),
    )  # fmt: skip
    assert defaults.handoff_rules(body)["silence_days"] == 20 and set(defaults.handoff_rules(body)) <= set(STARTER)


def test_the_usual_rules_of_handoffs_are_the_starter_rules():
    usual = defaults.handoff_rules({name: {"x": 1} for name in ("refusal", "clock_rules")})
    assert usual == {key: STARTER[key] for key in usual}


def test_reading_never_changes_the_table():
    defaults.section(OLD, "clock_rules")["pauses"].clear()
    assert defaults.pauses_allowed(OLD) == defaults.PAUSES
    with pytest.raises(KeyError):
        defaults.section(OLD, "nothing")
