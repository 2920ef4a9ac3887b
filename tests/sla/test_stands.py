"""Pauses and waivers: who may, what they move, what both sides are told; D14 through the whole house."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from leads.handoffs.problems import NotYours, Refusal
from leads.models import HandoffState
from sla import derive, follow, hooks, oracle, pauses, waivers
from sla.models import Clock, Pause, WaiverAnswer
from smarketing.notify.models import Notice
from smarketing.rows import clock as present
from tests.people import client_of, person
from tests.sla.contracts import (
    ATTEMPTS,
    FIRST,
    attempt,
    contract,
    handoff,
    paris,
    pause,
    rep,
    sign,
    signers,
    waive,
)  # fmt: skip

pytestmark = pytest.mark.django_db
START, SIGNED = date(2026, 11, 1), paris(2026, 10, 28, 10)
MONDAY = paris(2026, 11, 16, 9)
HOUR = timedelta(hours=1)


@pytest.fixture
def terms():
    return sign(contract(), [FIRST | {"target": "8"}, ATTEMPTS], START, at=SIGNED)


def clock(made, key="6.1") -> Clock:
    return Clock.objects.get(handoff_id=made.pk, clause_key=key)


def test_a_paused_promise_moves_exactly_by_the_working_time_of_its_pause(terms):  # D14
    made = handoff(MONDAY, rep=rep())
    pauses.pause(handoff=made, reason="prospect", until=paris(2026, 11, 18, 14), by=rep(), at=paris(2026, 11, 16, 11))
    derive.drain(paris(2026, 11, 16, 12))
    row = clock(made)
    assert (row.state, row.due_at, row.resumes_at) == ("paused", paris(2026, 11, 19, 11), paris(2026, 11, 18, 14))
    state = HandoffState.objects.get(pk=made.pk)
    assert (state.due_at, state.due_label) == (paris(2026, 11, 19, 11), "paused")
    assert derive.drain(paris(2026, 11, 18, 13)) == 0
    assert derive.drain(paris(2026, 11, 18, 14)) == 1  # nothing touched the record: its end was looked for
    row.refresh_from_db()
    assert (row.state, row.due_at, row.resumes_at) == ("pending", paris(2026, 11, 19, 11), None)
    attempt(made, paris(2026, 11, 19, 11))
    derive.drain(paris(2026, 11, 19, 12))
    assert clock(made).state == "met"


def test_a_pause_ended_early_gives_back_what_it_had_not_used(terms):
    made = handoff(MONDAY, rep=rep())
    stood = pauses.pause(handoff=made, reason="prospect", until=paris(2026, 11, 18, 14), by=rep(), at=MONDAY + HOUR)
    pauses.resume(pause=Pause.objects.get(pk=stood.pk), by=rep(), at=MONDAY + 3 * HOUR)
    derive.drain(MONDAY + 4 * HOUR)
    # The row's fence was the real clock, so 30 seconds had not passed for it: read by the acts alone.
    ended = Pause.objects.get(ends=stood)
    assert clock(made).due_at == MONDAY + 8 * HOUR + (ended.occurred_at - stood.occurred_at)
    assert pauses.running(made, MONDAY + 4 * HOUR) is None


def test_a_pause_moves_its_clock_into_the_month_in_which_it_now_falls_due(terms):
    made = handoff(paris(2026, 11, 30, 9))
    derive.drain(paris(2026, 11, 30, 10))
    assert clock(made).month == date(2026, 11, 1)
    pause(made, paris(2026, 11, 30, 10), paris(2026, 12, 1, 10))
    derive.drain(paris(2026, 11, 30, 11))
    assert clock(made).month == date(2026, 12, 1)


def test_who_does_not_have_the_lead_cannot_pause_it_and_every_refusal_is_said(terms):
    made, at = handoff(MONDAY, rep=rep()), MONDAY + HOUR
    with pytest.raises(NotYours):
        pauses.pause(handoff=made, reason="prospect", until=at + HOUR, by=person("sam", "rep"), at=at)
    for more, said in (
        ({"reason": "holiday"}, "do not name"),
        ({"reason": "incident"}, "by a manager"),
        ({"until": at}, "to come"),
        ({"until": at + timedelta(days=400)}, "to come"),
    ):
        with pytest.raises(Refusal, match=said):
            pauses.pause(**{"handoff": made, "reason": "prospect", "until": at + HOUR, "by": rep(), "at": at} | more)
    pauses.pause(handoff=made, reason="incident", until=at + 3 * HOUR, by=signers()[1], at=at)
    with pytest.raises(Refusal, match="paused already"):
        pauses.pause(handoff=made, reason="prospect", until=at + HOUR, by=rep(), at=at + HOUR)


def test_terms_may_allow_no_pause_at_all():
    sign(contract(), [FIRST], START, at=SIGNED, clock_rules={"pauses": []})
    with pytest.raises(Refusal, match="do not name"):
        pauses.pause(
            handoff=handoff(MONDAY, rep=rep()), reason="prospect", until=MONDAY + 5 * HOUR, by=rep(), at=MONDAY + HOUR
        )


def test_a_waiver_needs_the_other_side_and_is_counted_apart(terms):
    made, other = handoff(MONDAY, rep=rep()), handoff(MONDAY, rep=rep())
    marketing, sales = signers()
    late = paris(2026, 11, 17, 12)
    derive.drain(late)
    asked = waivers.ask(handoff=made, clause_key="6.1", reason="incident", by=sales, at=late)
    with pytest.raises(Refusal, match="nobody waives their own promise"):
        waivers.answer(waiver=asked, kind="consent", by=sales, at=late)
    with pytest.raises(Refusal, match="asked for already"):
        waivers.ask(handoff=made, clause_key="6.1", reason="incident", by=marketing, at=late)
    waivers.answer(waiver=asked, kind="consent", by=marketing, at=late)
    with pytest.raises(Refusal, match="answered this waiver already"):
        waivers.answer(waiver=asked, kind="refuse", by=marketing, at=late)
    derive.drain(late)
    assert (clock(made).state, clock(made).settled_at, clock(other).state) == ("waived", late, "missed")
    figure = next(r.figure for r in follow.month(contract(), START, late, present.now()).rows if r.clause.key == "6.1")
    assert (figure.met, figure.missed, figure.waived, figure.excluded) == (0, 1, 1, 0)
    assert figure.settled == 1
    assert [one.state for one in oracle.read([made.pk], late)] == ["waived", "pending"]


def test_a_refused_waiver_changes_nothing_and_may_be_asked_again(terms):
    made, (marketing, sales), late = handoff(MONDAY), signers(), paris(2026, 11, 17, 12)
    derive.drain(late)
    asked = waivers.ask(handoff=made, clause_key="6.1", reason="incident", by=sales, at=late)
    waivers.answer(waiver=asked, kind="refuse", by=marketing, at=late)
    derive.drain(late)
    assert clock(made).state == "missed"
    again = waivers.ask(handoff=made, clause_key="6.1", reason="absence", by=sales, at=late)
    waivers.answer(waiver=again, kind="withdraw", by=sales, at=late)
    assert set(WaiverAnswer.objects.values_list("kind", flat=True)) == {"refuse", "withdraw"}


def test_a_promise_that_was_kept_and_a_month_that_is_closed_need_no_waiver(terms, monkeypatch):
    made, sales, late = handoff(MONDAY), signers()[1], paris(2026, 11, 17, 12)
    attempt(made, MONDAY + HOUR)
    derive.drain(late)
    with pytest.raises(Refusal, match="it is met"):
        waivers.ask(handoff=made, clause_key="6.1", reason="incident", by=sales, at=late)
    with pytest.raises(Refusal, match="no such promise"):
        waivers.ask(handoff=made, clause_key="9.9", reason="incident", by=sales, at=late)
    missed = handoff(MONDAY)
    monkeypatch.setattr(hooks, "closed_through", [lambda _contract: date(2026, 11, 1)])
    with pytest.raises(Refusal, match="11/2026 is closed"):
        waivers.ask(handoff=missed, clause_key="6.1", reason="incident", by=sales, at=late)


def test_the_other_sides_managers_are_told_and_the_asker_of_the_answer():
    at = present.now()
    sign(contract(), [FIRST | {"target": "0.25"}], (at - timedelta(days=20)).date(), at=at - timedelta(days=30))
    made = handoff(at - timedelta(days=10))
    derive.drain(at)
    marketing, sales = signers()
    asked = waivers.ask(handoff=made, clause_key="6.1", reason="prospect", by=sales, at=at)
    assert list(Notice.objects.filter(kind="waiver").values_list("user__name", flat=True)) == ["claire"]
    assert "Waiver asked" in client_of(marketing).get("/notices/").content.decode()
    waivers.answer(waiver=asked, kind="consent", by=marketing, at=at)
    assert "Waiver consented to" in client_of(sales).get("/notices/").content.decode()


def test_pauses_waivers_and_answers_are_never_edited(terms):
    made = handoff(MONDAY)
    pause(made, MONDAY + HOUR, MONDAY + 2 * HOUR)
    waive(made, "6.1", MONDAY + HOUR)
    for row in (Pause.objects.all(), WaiverAnswer.objects.all()):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            row.update(occurred_at=SIGNED)


def test_what_was_known_at_a_cut_off_stays_known(terms):
    from sla import as_of

    made = handoff(MONDAY)
    pause(made, MONDAY + HOUR, MONDAY + 5 * HOUR, recorded=MONDAY + 2 * HOUR)
    waive(made, "6.2", MONDAY + 30 * HOUR)
    later = MONDAY + 100 * HOUR
    derive.derive([made.pk], later)

    def known(cutoff):
        sql, params = as_of.relation(cutoff)
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(f"SELECT clause_key, state FROM {sql} k ORDER BY 1", params)
            return dict(cursor.fetchall())

    assert known(MONDAY + HOUR) == {"6.1": "pending", "6.2": "pending"}  # the pause was not recorded yet
    assert known(MONDAY + 3 * HOUR) == {"6.1": "paused", "6.2": "paused"}
    assert known(MONDAY + 6 * HOUR) == {"6.1": "pending", "6.2": "pending"}
    assert known(later) == {"6.1": "missed", "6.2": "waived"}


# --- pages


@pytest.fixture
def owed():
    """A lead of a contract that runs now, owed by the rep."""
    at = present.now()
    sign(contract(), [FIRST | {"target": "400"}], (at - timedelta(days=3)).date(), at=at - timedelta(days=5))
    made = handoff(at - timedelta(minutes=5), rep=rep())
    derive.drain(at)
    return made


def test_a_rep_pauses_and_ends_the_pause_on_the_page_of_the_lead(owed):
    page, browser = reverse("leads:lead", args=[owed.lead_id]), client_of(rep())
    assert "Pause the promises" in browser.get(page).content.decode()
    until = f"{present.now().astimezone(present.zone()) + timedelta(days=2):%Y-%m-%dT%H:%M}"
    answer = browser.post(reverse("sla:pause", args=[owed.pk]), {"reason": "prospect", "until": until}, follow=True)
    shown = answer.content.decode()
    assert "stand still until then" in shown and "the prospect asked for a date" in shown
    derive.drain(present.now())
    assert clock(owed).state == "paused" and "resumes" in browser.get(page).content.decode()
    assert "paused" in browser.get(reverse("leads:queue")).content.decode()
    stood = Pause.objects.get()
    assert "go on" in browser.post(reverse("sla:resume", args=[stood.pk]), follow=True).content.decode()
    derive.drain(present.now())
    assert (clock(owed).state, clock(owed).lost) == ("pending", 0)


@pytest.mark.parametrize("until", ["", "soon", "2020-01-01T10:00"])
def test_an_end_that_is_not_ahead_is_said_and_nothing_is_written(owed, until):
    answer = client_of(rep()).post(
        reverse("sla:pause", args=[owed.pk]), {"reason": "prospect", "until": until}, follow=True
    )
    assert "a moment to come" in answer.content.decode() and not Pause.objects.exists()


def test_a_foreign_lead_answers_as_a_missing_one(owed):
    browser = client_of(person("sam", "rep"))
    assert (
        browser.post(
            reverse("sla:pause", args=[owed.pk]), {"reason": "prospect", "until": "2030-01-01T10:00"}
        ).status_code
        == 404
    )


def test_managers_ask_answer_and_see_every_waiver(owed):
    marketing, sales = signers()
    page = reverse("leads:lead", args=[owed.lead_id])
    assert "Ask for a waiver" in client_of(sales).get(page).content.decode()
    client_of(sales).post(reverse("sla:ask", args=[owed.pk, "6.1"]), {"reason": "absence"})
    asked = clock(owed) and waivers.of(contract())[0]
    own = client_of(sales).get(reverse("sla:waiver", args=[asked.pk])).content.decode()
    assert "Take the question back" in own and 'value="consent"' not in own
    other = client_of(marketing)
    assert 'value="consent"' in other.get(reverse("sla:waiver", args=[asked.pk])).content.decode()
    done = other.post(reverse("sla:waiver", args=[asked.pk]), {"kind": "consent"}, follow=True).content.decode()
    assert "Your answer is recorded" in done
    assert "absence agreed between the sides" in other.get(reverse("sla:waivers")).content.decode()
    derive.drain(present.now())
    assert "waived by both sides" in other.get(page).content.decode()
    told = client_of(person("vera", "viewer", "")).get(reverse("sla:api_waivers", args=[contract().pk])).json()
    assert [(one["clause"], one["answer"], one["reason"]) for one in told] == [("6.1", "consent", "absence")]


def test_a_rep_answers_no_waiver(owed):
    asked = waivers.ask(handoff=owed, clause_key="6.1", reason="absence", by=signers()[1], at=present.now())
    browser = client_of(rep())
    assert browser.post(reverse("sla:ask", args=[owed.pk, "6.1"]), {"reason": "absence"}).status_code == 403
    browser.post(reverse("sla:waiver", args=[asked.pk]), {"kind": "consent"})
    assert not WaiverAnswer.objects.exists()


def test_waiting_for_the_prospect_is_a_sheet_of_the_queue_and_the_next_lead_follows(terms):
    at = present.now()
    made, other = (handoff(at - 2 * HOUR, rep=rep()) for _number in range(2))
    derive.drain(at)
    page = client_of(rep())
    assert "Wait…" in page.get(f"/queue/{made.pk}/").content.decode()
    sheet = reverse("sla:pause", args=[made.pk])
    assert "the prospect asked for a date" in page.get(sheet).content.decode()
    wrong = page.post(sheet, {"back": "queue", "reason": "prospect", "until": "2020-01-01T10:00"})
    assert wrong.status_code == 422 and "Say until when" in wrong.content.decode()
    until = (at + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    answer = page.post(sheet, {"back": "queue", "reason": "prospect", "until": until}, follow=True)
    assert answer.redirect_chain[-1][0].startswith(f"/queue/{other.pk}/?done=pause-")
    assert "Waits for the prospect until" in answer.content.decode()
    stood = Pause.objects.get()
    page.post(reverse("sla:resume", args=[stood.pk]), {"back": "queue"})
    assert pauses.running(made, present.now()) is None
