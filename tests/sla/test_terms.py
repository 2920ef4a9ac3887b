"""Terms: drafted, proposed, signed by both sides; at most one contract in force per definition and day."""

import threading
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from leads.handoffs import rules
from leads.models import HandoffRules
from sla import hooks, spans, terms
from sla.models import Clause, Terms, TermsSpan
from smarketing.agreements import services as agreements
from tests.people import PASSWORD
from tests.sla.contracts import ATTEMPTS, FIRST, VOLUME, calendar, contract, line, paris, sign, signers

SIGNED = paris(2026, 10, 28, 10)
START = date(2026, 11, 1)


@pytest.fixture
def france(db):
    return contract()


def test_the_starter_is_the_founding_articles_contract(france):
    body = terms.starter(calendar(), START)
    assert terms.problems(body) == []
    assert [(clause["kind"], clause["target"]) for clause in body["clauses"]] == [
        ("mql_volume", "200"), ("first_attempt", "4"), ("min_attempts", "3"),
    ]  # fmt: skip
    assert body["clauses"][2]["share"] == "100"  # "each"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"calendar": None}, "Choose a calendar"),
        ({"starts_on": None}, "from which day"),
        ({"starts_on": "2026-11-01", "ends_on": "2026-10-01"}, "must come after"),
        ({"clauses": []}, "at least one clause"),
        ({"clauses": [VOLUME, VOLUME]}, "appears twice"),
        ({"clauses": [{**VOLUME, "target": "-3"}]}, "above 0"),
        ({"clauses": [{**FIRST, "share": "120"}]}, "between 1 and 100"),
        ({"clauses": [{**ATTEMPTS, "target": "2.5"}]}, "whole number"),
        ({"clauses": [{**ATTEMPTS, "params": {"days": 0}}]}, "between 1 and 250"),
        ({"clauses": [{**VOLUME, "target": "NaN"}]}, "above 0"),
    ],
)
def test_terms_that_cannot_be_kept_are_not_proposed(france, change, sentence):
    marketing, _sales = signers()
    body = terms.starter(calendar(), START) | change
    terms.save_draft(contract=france, body=body, revision=0, by=marketing, at=SIGNED)
    france.refresh_from_db()
    with pytest.raises(ValidationError) as caught:
        terms.propose(contract=france, by=marketing, at=SIGNED)
    assert sentence in " ".join(caught.value.messages)


def test_the_second_signature_puts_them_in_force_and_pushes_the_rules(france):
    marketing, sales = signers()
    terms.save_draft(contract=france, body=terms.starter(calendar(), START), revision=0, by=marketing, at=SIGNED)
    france.refresh_from_db()
    paper = terms.propose(contract=france, by=marketing, at=SIGNED)
    agreements.sign(paper=paper, by=marketing, at=SIGNED, password=PASSWORD)
    assert not Terms.objects.exists()
    agreements.sign(paper=paper, by=sales, at=SIGNED, password=PASSWORD)
    signed = Terms.objects.get()
    assert not signed.retrospective
    assert [(c.key, c.side) for c in signed.clauses.all()] == [("5.1", "marketing"), ("6.1", "sales"), ("6.2", "sales")]
    assert rules.in_force(france.line, paris(2026, 12, 1)).contract == f"contract:{france.pk}"
    assert terms.in_force(france, date(2026, 10, 31)) is None
    assert terms.in_force(france, START) == signed


def test_terms_over_the_past_are_marked_and_change_no_rules(france):
    signed = sign(france, [VOLUME, FIRST], date(2026, 1, 1), at=SIGNED)
    assert signed.retrospective
    assert not HandoffRules.objects.filter(contract=f"contract:{france.pk}").exists()


def test_terms_never_reach_back_over_a_closed_month(france, monkeypatch):
    monkeypatch.setattr(hooks, "closed_through", [lambda contract: date(2026, 9, 1)])
    with pytest.raises(agreements.AgreementError, match="09/2026 is closed"):
        sign(france, [VOLUME], date(2026, 9, 30), at=SIGNED)
    assert not Terms.objects.exists()
    assert sign(france, [VOLUME], date(2026, 10, 1), at=SIGNED)


def test_later_terms_replace_earlier_ones_from_their_start(france):
    first = sign(france, [VOLUME], date(2026, 1, 1), at=SIGNED)
    second = sign(france, [{**VOLUME, "target": "220"}], START, date(2026, 12, 1), at=SIGNED)
    assert terms.in_force(france, date(2026, 10, 31)) == first
    assert terms.in_force(france, START) == second
    assert terms.in_force(france, date(2026, 12, 1)) is None  # they ended: the first ones do not come back


def test_two_contracts_never_hold_one_definition_on_one_day(france):
    sign(france, [VOLUME], START, date(2027, 1, 1), at=SIGNED)
    other = contract("Suisse")
    with pytest.raises(agreements.AgreementError, match="France 2026"):
        sign(other, [VOLUME], date(2026, 12, 31), at=SIGNED)
    assert sign(other, [VOLUME], date(2027, 1, 1), at=SIGNED)
    assert sign(contract("Belgique", line("Belgium")), [VOLUME], START, at=SIGNED)


def test_nor_by_the_back_door(france):
    signed = sign(france, [VOLUME], START, at=SIGNED)
    other = sign(contract("Belgique", line("Belgium")), [VOLUME], START, at=SIGNED)
    with pytest.raises(IntegrityError), transaction.atomic():
        TermsSpan.objects.filter(terms=other).update(line=signed.contract.line)
        connection.check_constraints()


def test_two_contracts_signed_at_the_same_moment_give_one(transactional_db):
    marketing, sales = signers()
    papers = []
    for name in ("France 2026", "Suisse"):
        of = contract(name)
        terms.save_draft(contract=of, body=terms.starter(calendar(), START), revision=0, by=marketing, at=SIGNED)
        of.refresh_from_db()
        papers.append(terms.propose(contract=of, by=marketing, at=SIGNED))
        agreements.sign(paper=papers[-1], by=marketing, at=SIGNED, password=PASSWORD)
    start, outcomes = threading.Barrier(2), []

    def go(paper):
        start.wait()
        try:
            agreements.sign(paper=paper, by=sales, at=SIGNED, password=PASSWORD)
            outcomes.append("signed")
        except agreements.AgreementError:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=(paper,)) for paper in papers]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(outcomes) == ["refused", "signed"]
    assert Terms.objects.count() == TermsSpan.objects.count() == 1


def test_a_stale_page_saves_nothing(france):
    marketing, _sales = signers()
    terms.save_draft(contract=france, body={"a": 1}, revision=0, by=marketing, at=SIGNED)
    with pytest.raises(ValidationError, match="compare and save again"):
        terms.save_draft(contract=france, body={"a": 2}, revision=0, by=marketing, at=SIGNED)


def test_spans_are_cut_by_what_follows():
    rows = [
        (1, 7, 1, date(2026, 1, 1), None),
        (2, 7, 2, date(2026, 6, 1), date(2026, 9, 1)),
        (3, 7, 3, date(2026, 6, 1), None),
        (4, 8, 1, date(2026, 1, 1), date(2026, 2, 1)),
    ]
    assert [(one.terms, one.first, one.until) for one in spans.effective(rows)] == [
        (1, date(2026, 1, 1), date(2026, 6, 1)),
        (3, date(2026, 6, 1), None),
        (4, date(2026, 1, 1), date(2026, 2, 1)),
    ]


@pytest.mark.invariant("I7", mutant="allow child edits")
def test_clauses_of_signed_terms_are_never_edited(france):
    signed = sign(france, [VOLUME], START, at=SIGNED)
    for deed in (
        lambda: Clause.objects.filter(terms=signed).update(target=100),
        lambda: Terms.objects.filter(pk=signed.pk).update(ends_on=START),
        lambda: connection.cursor().execute("DELETE FROM sla_clause"),
    ):
        with pytest.raises(Exception, match="permission denied"), transaction.atomic():
            deed()
