"""Decisions on what is no more, twice, from two tabs, without a reason: refused in words, and nothing is lost."""

from datetime import timedelta

import pytest

from leads.handoffs import decisions, evidence, handing
from leads.models import Decision, Lead, Need, Note
from leads.rights import erasure
from leads.twins import merge
from smarketing.rows import clock
from smarketing.rows.fence import open_fence
from tests.leads import facts
from tests.leads.handoffs.desk import Desk, state
from tests.people import client_of, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def handoff(desk):
    return desk.hand("lea", at=clock.now() - timedelta(hours=3), first_name="Ann", last_name="Lee")


def refusal(handoff, **more):
    proof = evidence.choices("criterion", handoff)[0][0]
    return {"family": "fit", "reason-fit": "FIT-SIZE", "evidence-fit": proof} | more


def said(answer) -> str:
    return answer.content.decode()


def merged(desk, handoff):
    root = Lead.objects.get(pk=facts.lead(clock.now() - timedelta(days=9), first_name="Anna", last_name="Lee"))
    merge.merge(loser=Lead.objects.get(pk=handoff.lead_id), root=root, by=desk.boss, at=clock.now())


def erased(desk, handoff):
    handing.withdraw([handoff.pk], reason=handing.OPPOSED, by=desk.boss, at=clock.now(), fence=open_fence())
    lead = Lead.objects.get(pk=handoff.lead_id)
    erasure.erase(leads=[lead], by=person("ada", "administrator"), at=clock.now())


@pytest.mark.parametrize(
    ("happens", "words"), [(merged, "bo merged this lead into another one"), (erased, "withdrawn")]
)
@pytest.mark.parametrize("deed", ["refuse", "accept", "need", "attempt"])
def test_nothing_is_decided_on_a_lead_that_was_merged_or_erased(desk, handoff, happens, words, deed):
    rep = client_of(desk.lea)
    typed = refusal(handoff) if deed == "refuse" else {"outcome": "reached", "note": "wants a call"}
    happens(desk, handoff)
    before = Decision.objects.count()
    answer = rep.post(f"/queue/{handoff.pk}/{deed}/", typed)
    assert answer.status_code == 409 and words in said(answer)
    assert Decision.objects.count() == before and not Need.objects.exists()
    assert deed != "attempt" or "wants a call" in said(answer)


def test_a_refusal_without_a_reason_or_its_evidence_keeps_what_was_chosen(desk, handoff):
    rep = client_of(desk.lea)
    for wrong in (
        {},
        {"family": "fit"},
        refusal(handoff, **{"evidence-fit": ""}),
        refusal(handoff, **{"reason-fit": "NO"}),
    ):
        answer = rep.post(f"/queue/{handoff.pk}/refuse/", wrong)
        assert answer.status_code == 422 and "field-error" in said(answer)
    assert not Decision.objects.exists() and state(handoff).state == "assigned"


def test_sent_twice_it_is_done_once_and_from_a_second_tab_the_words_say_who_was_first(desk, handoff):
    rep, form = client_of(desk.lea), refusal(handoff, once="a" * 32)
    first = rep.post(f"/queue/{handoff.pk}/refuse/", form)
    again = rep.post(f"/queue/{handoff.pk}/refuse/", form)
    assert first.status_code == 302 and Decision.objects.count() == 1 and again.status_code in (200, 302, 409)
    other = rep.post(f"/queue/{handoff.pk}/refuse/", refusal(handoff))
    assert other.status_code == 409 and "lea already refused this lead" in said(other)
    boss = client_of(desk.boss).post(f"/queue/{handoff.pk}/accept/", {})
    assert boss.status_code == 409 and "lea already refused this lead" in said(boss)
    assert Decision.objects.count() == 1


def test_a_need_is_confirmed_with_what_was_found_out_and_never_without_a_need(desk, handoff):
    rep = client_of(desk.lea)
    assert "Budget: money is there" in said(rep.get(f"/queue/{handoff.pk}/need/"))
    typed = {"asked": "1", "budget": "on", "amount": "12,000", "text": "A report a week"}
    answer = rep.post(f"/queue/{handoff.pk}/need/", typed)
    assert answer.status_code == 422 and "Without a need" in said(answer) and "A report a week" in said(answer)
    past = rep.post(f"/queue/{handoff.pk}/need/", typed | {"need": "on", "decides_on": "2020-01-01"})
    assert past.status_code == 422 and "This day is over" in said(past) and not Note.objects.exists()
    assert rep.post(f"/queue/{handoff.pk}/need/", typed | {"need": "on"}).status_code == 302
    found = Need.objects.get()
    assert (found.need, found.budget, found.authority, str(found.amount), found.note.words.text) == (
        True, True, False, "12000.00", "A report a week",
    )  # fmt: skip
    page = said(rep.get(f"/leads/{handoff.lead_id}/"))
    assert "What they need" in page and "A report a week" in page
    decisions.undo(decision=Decision.objects.get(), by=desk.boss, at=clock.now(), reason="a mistake")
    assert "What they need" not in said(rep.get(f"/leads/{handoff.lead_id}/"))
