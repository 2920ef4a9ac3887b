"""What may be taken back, by whom, until when, with which reason: each row of the one table, in open and closed months."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from leads.handoffs import attempts, deals, decisions, problems, routing
from leads.intake import by_hand, corrections, hooks
from leads.models import AttributeChange, Campaign, Correction, Lead
from leads.rights import consent, notes
from leads.rights.problems import Refusal
from leads.twins import merge
from smarketing.rows import clock
from tests.leads import facts
from tests.leads.handoffs.desk import Desk
from tests.leads.twins import test_merge
from tests.people import person

pytestmark = pytest.mark.django_db
LATER = timedelta(hours=1)


class Office(Desk):
    """A desk, and beside it two marketers."""

    def __init__(self):
        super().__init__()
        self.anna, self.otto = person("anna", "marketer"), person("otto", "marketer")


@dataclass(frozen=True)
class Case:
    """How a fact is made by somebody who has no more than that, and taken back; who else would like to."""

    author: str
    other: str
    make: Callable[[Office, Any], Any]
    back: Callable[..., Any]


def _handed(office: Office, rep: str | None = "lea"):
    return office.hand(rep, at=clock.now() - LATER)


def _lead(**values: Any) -> Lead:
    return Lead.objects.get(pk=facts.lead(clock.now() - LATER, **values))


def _written(office: Office, by) -> AttributeChange:
    lead = _lead(phone="1")
    by_hand.edit_lead(lead=lead, values={"phone": "2"}, company={}, by=by, at=clock.now())
    return AttributeChange.objects.get(by=by)


def _spent(office: Office, by):
    pk = by_hand.add_campaign(values={"key": "fair", "name": "Fair"}, by=by, at=clock.now())
    campaign = Campaign.objects.get(pk=pk)
    return by_hand.add_spend(
        campaign=campaign, spent_on=clock.today(), amount=Decimal(9), label="", by=by, at=clock.now()
    )


def _said(office: Office, by):
    said = {"kind": "given", "purpose": "any", "channel": "any", "basis": "consent", "source": "call", "text": "yes"}
    return consent.say(lead=_lead(), said_on=None, by=by, at=clock.now(), **said)


def _taken(office: Office, by):
    handoff = _handed(office, None)
    routing.take(handoff=handoff, by=by, at=clock.now())
    return handoff.assignments.latest("pk")


CASES: dict[str, Case] = {
    "attempt": Case("lea", "paul", lambda o, by: attempts.log(handoff=_handed(o), by=by, at=clock.now(), channel="call", outcome="no_answer"), lambda f, **how: attempts.undo(attempt=f, **how)),
    "decision": Case("lea", "paul", lambda o, by: decisions.accept(handoff=_handed(o), by=by, at=clock.now()), lambda f, **how: decisions.undo(decision=f, **how)),
    "deal": Case("lea", "paul", lambda o, by: deals.open_deal(lead=(h := _handed(o)).lead, handoff=h, by=by, at=clock.now(), title="A"), lambda f, **how: deals.take_back(deal=f, **how)),
    "assignment": Case("paul", "lea", _taken, lambda f, **how: routing.take_back(assignment=f, **how)),
    "attributechange": Case("anna", "otto", _written, lambda f, **how: by_hand.take_back_values(change=f, **how)),
    "spend": Case("anna", "otto", _spent, lambda f, **how: by_hand.take_back_spend(spend=f, **how)),
    "note": Case("lea", "anna", lambda o, by: notes.write(lead=_lead(), text="x", by=by, at=clock.now()), lambda f, **how: notes.take_back(note=f, **how)),
    "consent": Case("anna", "otto", _said, lambda f, **how: consent.take_back(consent=f, **how)),
    "merge": Case("anna", "otto", lambda o, by: merge.merge(loser=_lead(), root=_lead(), by=by, at=clock.now()), lambda f, **how: merge.take_back(merge=f, **how)),
}  # fmt: skip
QUICK, SLOW = timedelta(seconds=30), timedelta(seconds=40)
# (who, how long after, reason) -> what becomes of it in an open month, in a closed one
RULE: dict[tuple[str, timedelta, str], tuple[str, str]] = {
    ("author", QUICK, ""): ("done", "done"),
    ("author", SLOW, " "): ("reason", "closed"),
    ("author", SLOW, "a mistake"): ("done", "closed"),
    ("other", QUICK, ""): ("not_yours", "not_yours"),
    ("other", SLOW, "a mistake"): ("not_yours", "not_yours"),
    ("boss", QUICK, ""): ("reason", "reason"),
    ("boss", SLOW, ""): ("reason", "reason"),
    ("boss", SLOW, "a mistake"): ("done", "done"),
}


def test_every_row_of_the_table_has_its_case():
    assert set(CASES) == set(corrections.RULES)


def became(office: Office, subject: str, who: str, after: timedelta, reason: str) -> str:
    """What becomes of taking a fresh fact back so. Undone."""
    case = CASES[subject]
    with transaction.atomic():
        fact = case.make(office, getattr(office, case.author))
        by = office.boss if who == "boss" else getattr(office, case.author if who == "author" else case.other)
        try:
            case.back(fact, by=by, at=fact.recorded_at + after, reason=reason)
            found = "done"
        except problems.NotYours:
            found = "not_yours"
        except by_hand.ByHandError as refusal:
            found = refusal.key
        except (problems.Refusal, Refusal, merge.Refusal) as refusal:
            said = {str(one): key for key, one in corrections.SAID.items()} | {
                str(corrections.RULES[subject].not_yours): "not_yours"
            }
            found = said.get(str(refusal), str(refusal))
            assert refusal.field == ("reason" if found == "reason" else "")
        assert Correction.objects.filter(subject=subject, subject_id=fact.pk).exists() == (found == "done")
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("closed", [False, True], ids=["open month", "closed month"])
@pytest.mark.parametrize("subject", CASES)
def test_each_row_says_who_until_when_and_with_which_reason(subject, closed, monkeypatch):
    monkeypatch.setattr(hooks, "closed_months", [lambda first, last: {first} if closed else set()])
    office = Office()
    found = {key: became(office, subject, *key) for key in RULE}
    assert found == {key: said[closed] for key, said in RULE.items()}


def test_the_month_is_that_in_which_it_happened(monkeypatch):
    """An attempt written today of last month is late for its author where last month is closed."""
    past = clock.today().replace(day=1) - timedelta(days=1)
    monkeypatch.setattr(hooks, "closed_months", [lambda first, last: {past.replace(day=1)} & {first}])
    desk = Desk()
    then = clock.now() - timedelta(days=clock.today().day)
    old = attempts.log(
        handoff=desk.hand(at=then - LATER), by=desk.lea, at=clock.now(), channel="call", outcome="reached", occurred_at=then
    )  # fmt: skip
    with pytest.raises(problems.Refusal, match="month is closed"):
        attempts.undo(attempt=old, by=desk.lea, at=clock.now() + LATER, reason="x")
    attempts.undo(attempt=old, by=desk.boss, at=clock.now() + LATER, reason="x")


def test_the_undo_machine_knows_every_row_of_the_table():
    assert set(test_merge.SUBJECTS.values()) == set(corrections.RULES)
    assert set(test_merge.SUBJECTS) == set(test_merge.UNDOES.values())


@pytest.mark.invariant("I20", mutant="a rule that never asks for a reason")
def test_a_rule_that_forgets_the_reason_is_noticed(monkeypatch):
    monkeypatch.setattr(corrections, "QUICK", timedelta(days=1))
    assert became(Office(), "note", "author", SLOW, "") != RULE["author", SLOW, " "][0]
