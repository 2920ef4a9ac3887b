"""The queue's pages: plain forms, bad input answered in words with nothing lost, foreign leads missing."""

from datetime import timedelta

import pytest
from django.test import Client

from leads.handoffs import attempts, deals, decisions, routing
from leads.models import Attempt, Company, Deal, Decision, HandoffState, Lead
from smarketing.rows import clock
from tests.leads.handoffs.desk import Desk, state

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def at():
    return clock.now() - timedelta(hours=3)


def of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(answer) -> str:
    return answer.content.decode()


def test_the_list_shows_what_is_owed_in_order_and_the_pool(desk, at):
    late, near, none = (
        desk.hand(at=at, first_name="Late"),
        desk.hand(at=at, first_name="Near"),
        desk.hand(at=at, first_name="None"),
    )
    desk.hand(rep=None, at=at, first_name="Pooled")
    desk.hand(rep="paul", at=at, first_name="Foreign")
    desk.promise(late, at), desk.promise(near, at + timedelta(hours=4))
    page = text(of(desk.lea).get("/queue/"))
    assert page.index("Near") < page.index("Late") < page.index("None") < page.index("Pooled")
    assert "Foreign" not in page and f"/queue/{none.pk}/" in page
    everything = text(of(desk.boss).get("/queue/"))
    assert "Foreign" in everything
    assert "Late" not in text(of(desk.boss).get(f"/queue/?rep={desk.paul.pk}"))


def test_an_empty_queue_says_so(desk):
    assert "Nothing owed." in text(of(desk.lea).get("/queue/"))


def test_an_outcome_is_logged_and_the_next_lead_follows_with_an_undo(desk, at):
    first, second = desk.hand(at=at, first_name="Ann"), desk.hand(at=at, first_name="Bob")
    desk.promise(first, at + timedelta(hours=4)), desk.promise(second, at + timedelta(hours=5))
    rep = of(desk.lea)
    assert rep.get(f"/queue/{first.pk}/").status_code == 200
    answer = rep.post(f"/queue/{first.pk}/attempt/", {"outcome": "no_answer", "note": "rang"}, follow=True)
    assert answer.redirect_chain[-1][0].startswith(f"/queue/{second.pk}/?done=attempt-")
    assert "No answer logged" in text(answer) and "attempt 1 of 3" in text(answer)
    attempt = Attempt.objects.get()
    answer = rep.post(f"/queue/undo/attempt/{attempt.pk}/", follow=True)
    assert "Taken back." in text(answer) and ">rang</textarea>" in text(answer)
    assert state(first).attempts == 0


@pytest.mark.invariant("I18")
def test_a_foreign_lead_is_missing_everywhere(desk, at):
    desk.pool.members.filter(rep=desk.lea).delete()
    foreign = desk.hand(rep="paul", at=at)
    rep = of(desk.lea)
    for verb in ("", "refuse/", "return/", "deal/"):
        assert rep.get(f"/queue/{foreign.pk}/{verb}").status_code == 404
    for verb, data in (
        ("attempt/", {"outcome": "reached"}),
        ("accept/", {}),
        ("need/", {}),
        ("refuse/", {}),
        ("take/", {}),
    ):
        assert rep.post(f"/queue/{foreign.pk}/{verb}", data).status_code == 404
    assert rep.post(f"/queue/{foreign.pk}/reassign/", {"rep": desk.lea.pk}).status_code == 403
    assert not Attempt.objects.exists() and not Decision.objects.exists()


@pytest.mark.invariant("I18", mutant="remove one filter")
def test_a_foreign_lead_would_be_found_without_the_filter(desk, at, monkeypatch):
    """The planted fault of the test above: a queryset that shows everything answers 200."""
    desk.pool.members.filter(rep=desk.lea).delete()
    foreign = desk.hand(rep="paul", at=at)
    monkeypatch.setattr(type(HandoffState.objects.all()), "visible_to", lambda self, user: self)
    assert of(desk.lea).get(f"/queue/{foreign.pk}/").status_code == 200


def test_nothing_owed_today_names_the_next_promise(desk, at):
    desk.promise(desk.hand(at=at), clock.now() + timedelta(days=3))
    assert "Nothing owed today. Next promise: " in text(of(desk.lea).get("/queue/"))


def test_a_double_click_logs_one_attempt(desk, at):
    handoff = desk.hand(at=at)
    rep = of(desk.lea)
    answers = {
        rep.post(f"/queue/{handoff.pk}/attempt/", {"outcome": "reached", "once": "k"})["Location"] for _ in range(3)
    }
    assert Attempt.objects.count() == 1 and len(answers) == 1


def test_a_stale_page_says_what_happened_and_keeps_the_note(desk, at):
    handoff = desk.hand(at=at)
    decisions.refuse(handoff=handoff, by=desk.boss, at=clock.now(), reason="OPP-OUT")
    answer = of(desk.lea).post(f"/queue/{handoff.pk}/attempt/", {"outcome": "reached", "note": "a long talk"})
    assert answer.status_code == 409 and "bo already refused this lead at" in text(answer)
    other = desk.hand(at=at)
    routing.reassign(handoff=other, rep=desk.paul, by=desk.boss, at=clock.now())
    answer = of(desk.lea).post(f"/queue/{other.pk}/attempt/", {"outcome": "reached", "note": "a long talk"})
    assert answer.status_code == 409 and "paul took this lead at" in text(answer) and "a long talk" in text(answer)
    assert not Attempt.objects.exists()


def test_two_reps_want_one_lead_of_the_pool(desk, at):
    handoff = desk.hand(rep=None, at=at)
    assert of(desk.lea).post(f"/queue/{handoff.pk}/take/")["Location"] == f"/queue/{handoff.pk}/"
    answer = of(desk.paul).post(f"/queue/{handoff.pk}/take/", follow=True)
    assert "lea has taken this lead." in text(answer)
    assert state(handoff).rep == desk.lea


def test_a_wrong_attempt_keeps_what_was_typed(desk, at):
    handoff = desk.hand(at=at)
    rep = of(desk.lea)
    future = (clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    answer = rep.post(f"/queue/{handoff.pk}/attempt/", {"outcome": "reached", "note": "hm", "occurred_at": future})
    assert answer.status_code == 422 and "lies in the future" in text(answer) and ">hm</textarea>" in text(answer)
    assert rep.post(f"/queue/{handoff.pk}/attempt/", {"outcome": "danced"}).status_code == 422
    assert not Attempt.objects.exists()


def test_the_sheet_of_reasons_keeps_its_choices_and_refuses_without_proof(desk, at):
    handoff = desk.hand(at=at)
    rep = of(desk.lea)
    assert "Which criterion is contradicted?" in text(rep.get(f"/queue/{handoff.pk}/refuse/"))
    answer = rep.post(f"/queue/{handoff.pk}/refuse/", {})
    assert answer.status_code == 422 and "Choose a reason." in text(answer)
    data = {"family": "duplicate", "reason-duplicate": "REL-DUP", "record-duplicate": "nobody@x.test"}
    answer = rep.post(f"/queue/{handoff.pk}/refuse/", data)
    assert answer.status_code == 422 and "nobody@x.test" in text(answer)
    answer = rep.post(f"/queue/{handoff.pk}/refuse/", {"family": "legal"})
    assert answer.status_code == 302 and state(handoff).state == "refused"
    assert "already refused" in text(rep.post(f"/queue/{handoff.pk}/refuse/", {"family": "legal"}))


def test_unreachable_is_shut_until_the_promised_attempts_were_made(desk, at):
    handoff = desk.hand(at=at)
    rep = of(desk.lea)
    rep.post(f"/queue/{handoff.pk}/attempt/", {"outcome": "no_answer"})
    assert "after 3 attempts; 1 counted so far" in text(rep.get(f"/queue/{handoff.pk}/return/"))
    assert rep.post(f"/queue/{handoff.pk}/return/", {"family": "reach"}).status_code == 422
    data = {"family": "timing", "reason-timing": "TIME-LATER", "return_on-timing": "31/31"}
    assert "Write a date." in text(rep.post(f"/queue/{handoff.pk}/return/", data))
    data["return_on-timing"] = (clock.today() + timedelta(days=9)).isoformat()
    assert rep.post(f"/queue/{handoff.pk}/return/", data).status_code == 302
    assert Decision.objects.get().return_on == clock.today() + timedelta(days=9)


def test_a_deal_by_hand_from_the_queue_to_won(desk, at):
    handoff = desk.hand(at=at)
    rep = of(desk.lea)
    answer = rep.post(f"/queue/{handoff.pk}/deal/", {"title": "Pilot", "amount": "12.000,5"})
    deal = Deal.objects.get()
    assert answer["Location"] == f"/deals/{deal.pk}/" and str(deal.amount) == "12000.50"
    assert rep.get(f"/deals/{deal.pk}/").status_code == 200
    today = clock.today().isoformat()
    answer = rep.post(f"/deals/{deal.pk}/won/", {"amount": "", "closed_on": today})
    assert answer.status_code == 422 and "say how much" in text(answer)
    answer = rep.post(f"/deals/{deal.pk}/won/", {"amount": "twelve", "closed_on": today})
    assert answer.status_code == 422 and 'value="twelve"' in text(answer)
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    answer = rep.post(f"/deals/{deal.pk}/won/", {"amount": "12 000", "closed_on": tomorrow})
    assert answer.status_code == 422 and "lies in the future" in text(answer)
    assert rep.post(f"/deals/{deal.pk}/won/", {"amount": "12 000", "closed_on": today}).status_code == 302
    assert Deal.objects.get().state == "won"
    assert of(desk.paul).get(f"/deals/{deal.pk}/").status_code == 404
    assert rep.post(f"/deals/{deal.pk}/reopen/").status_code == 302
    assert rep.post(f"/deals/{deal.pk}/lost/", {"reason": "", "closed_on": today}).status_code == 422
    assert rep.post(f"/deals/{deal.pk}/lost/", {"reason": "price", "closed_on": today}).status_code == 302


def test_a_manager_gives_a_lead_to_another_rep(desk, at):
    handoff = desk.hand(at=at)
    boss = of(desk.boss)
    assert boss.get(f"/queue/{handoff.pk}/").status_code == 200
    boss.post(f"/queue/{handoff.pk}/reassign/", {"rep": desk.paul.pk, "reason": "holidays"})
    assert HandoffState.objects.get().rep == desk.paul


def test_in_french_the_pages_answer_too(desk, at):
    handoff = desk.hand(at=at)
    desk.lea.language = "fr"
    desk.lea.save()
    rep = of(desk.lea)
    for address in ("/queue/", f"/queue/{handoff.pk}/", f"/queue/{handoff.pk}/refuse/", f"/queue/{handoff.pk}/deal/"):
        assert rep.get(address).status_code == 200


def test_a_deal_names_its_contacts_and_of_the_colleagues_those_whom_the_rep_may_see(desk, at):
    desk.pool.members.filter(rep=desk.lea).delete()
    mine, theirs, named = (
        desk.hand(rep=rep, at=at, first_name=name) for rep, name in (("lea", "Mia"), ("paul", "Theo"), ("paul", "Nora"))
    )
    firm = Company.objects.create(name="Nordwind", created_at=at, recorded_at=at)
    Lead.objects.update(company=firm)
    deal = deals.open_deal(
        lead=mine.lead, handoff=mine, by=desk.lea, at=at, title="Pilot", contacts={named.lead_id: "pays"}
    )
    page = text(of(desk.lea).get(f"/deals/{deal.pk}/"))
    assert "Mia" in page and "Nora" in page and "Theo" not in page
    said = {"title": "Pilot", "amount": "", f"role-{named.lead_id}": "uses", f"role-{theirs.lead_id}": "decides"}
    assert of(desk.lea).post(f"/deals/{deal.pk}/change/", said).status_code == 302
    assert deals.contacts_of(deal) == {named.lead_id: "uses"}
    assert "Theo" in text(of(desk.boss).get(f"/deals/{deal.pk}/"))


def test_the_strip_of_what_was_done_says_nothing_of_a_lead_that_left_their_hands(desk, at):
    desk.pool.members.filter(rep=desk.lea).delete()
    handoff = desk.hand(at=at, first_name="Zazie")
    made = attempts.log(handoff=handoff, by=desk.lea, at=at, channel="call", outcome="no_answer")
    assert "Zazie" in text(of(desk.lea).get(f"/queue/?done=attempt-{made.pk}"))
    routing.reassign(handoff=handoff, rep=desk.paul, by=desk.boss, at=clock.now())
    assert "Zazie" not in text(of(desk.lea).get(f"/queue/?done=attempt-{made.pk}"))


@pytest.mark.parametrize("number", ["²", "9" * 40, "-1", ""])
def test_an_address_with_an_odd_number_shows_the_page_without_it(desk, at, number):
    handoff, rep = desk.hand(at=at), of(desk.lea)
    for odd in (f"done=attempt-{number}", f"done=decision-{number}", f"again={number}"):
        assert rep.get(f"/queue/{handoff.pk}/?{odd}").status_code == 200


def test_somebodys_order_stays_theirs_and_is_shown(desk, at):
    low, high = desk.hand(at=at, first_name="Lowgrade"), desk.hand(at=at, first_name="Topgrade")
    desk.promise(low, clock.now() + timedelta(hours=1)), desk.promise(high, clock.now() + timedelta(hours=5))
    (
        HandoffState.objects.filter(pk=low.pk).update(grade_rank=9),
        HandoffState.objects.filter(pk=high.pk).update(grade_rank=0),
    )
    rep = of(desk.lea)
    page = text(rep.get("/queue/"))
    assert page.index("Lowgrade") < page.index("Topgrade")
    assert rep.post("/queue/order/", {"order": "score"})["Location"] == "/queue/"
    page = text(rep.get("/queue/"))
    assert page.index("Topgrade") < page.index("Lowgrade") and '<option value="score" selected>' in page
    rep.post("/queue/order/", {"order": "alphabet"})
    assert '<option value="score" selected>' in text(rep.get("/queue/"))


def test_a_lead_is_snoozed_and_skipped_from_its_sheets_and_the_next_follows(desk, at):
    first, second = desk.hand(at=at, first_name="Ann"), desk.hand(at=at, first_name="Bob")
    due = clock.now() + timedelta(days=2)
    desk.promise(first, due), desk.promise(second, due + timedelta(hours=1))
    rep = of(desk.lea)
    assert "not the right hour" in text(rep.get(f"/queue/{first.pk}/skip/"))
    answer = rep.post(f"/queue/{first.pk}/skip/", {"reason": "hour"}, follow=True)
    assert answer.redirect_chain[-1][0].startswith(
        f"/queue/{second.pk}/?done=skip-"
    ) and "Skipped: not the right hour" in text(answer)
    until = clock.now() + timedelta(hours=3)
    answer = rep.post(f"/queue/{second.pk}/snooze/", {"reason": "callback", "offer": until.isoformat()}, follow=True)
    assert "Snoozed until" in text(answer)
    page = text(rep.get("/queue/"))
    assert "1 lead snoozed" in page and page.index("Ann") < page.index("1 lead snoozed") < page.rindex("Bob")
    assert "Snoozed until" in text(rep.get(f"/queue/{second.pk}/"))
    late = rep.post(f"/queue/{first.pk}/snooze/", {"reason": "callback", "until": "2099-01-01T10:00"})
    assert late.status_code == 422 and "within three months" in text(late)
    rep.post(f"/queue/{second.pk}/wake/")
    assert "snoozed</h2>" not in text(rep.get("/queue/"))


def test_focus_says_its_place_and_leads_back_to_the_row(desk, at):
    made = [desk.hand(at=at, first_name=f"N{number}") for number in range(3)]
    for number, one in enumerate(made):
        desk.promise(one, clock.now() + timedelta(hours=number + 1))
    page = text(of(desk.lea).get(f"/queue/{made[1].pk}/"))
    assert "2 of 3" in page and f'href="/queue/#h{made[1].pk}"' in page
    assert (
        f'href="/queue/{made[0].pk}/" data-key="b"' in page
        and f'href="/queue/{made[2].pk}/" data-next data-key="n"' in page
    )


def test_the_pulse_changes_when_something_came_in_and_only_then(desk, at):
    rep = of(desk.lea)
    desk.hand(at=at)
    before = text(rep.get("/queue/pulse/"))
    assert text(rep.get("/queue/pulse/")) == before and before in text(rep.get("/queue/"))
    desk.hand(at=at, rep="paul")
    assert text(rep.get("/queue/pulse/")) == before
    desk.hand(at=at)
    assert text(rep.get("/queue/pulse/")) != before


def test_work_is_followed_by_what_breaks_next_and_each_fifth_time_by_what_is_broken(desk, at):
    broken = desk.hand(at=at, first_name="Broken")
    desk.promise(broken, at)
    live = [desk.hand(at=at, first_name=f"L{number}") for number in range(6)]
    for number, one in enumerate(live):
        desk.promise(one, clock.now() + timedelta(hours=number + 2))
    rep, came = of(desk.lea), []
    here = live[0].pk
    for _turn in range(5):
        there = rep.post(f"/queue/{here}/attempt/", {"outcome": "no_answer"})["Location"]
        here = int(there.split("/")[2])
        came.append(here)
        for number, one in enumerate(live):  # as the contract pushes it down again
            desk.promise(one, clock.now() + timedelta(hours=number + 2))
        desk.promise(broken, at)
    assert came == [*(one.pk for one in live[1:4]), broken.pk, live[4].pk]


def test_the_list_says_whose_turn_it_is_where_focus_goes_to_a_late_one(desk, at):
    late, live = desk.hand(at=at, first_name="Late"), desk.hand(at=at, first_name="Live")
    desk.promise(late, at), desk.promise(live, at + timedelta(hours=4))
    rep = of(desk.lea)
    assert "The turn of a late one" not in text(rep.get("/queue/"))
    worked = desk.hand(at=at)
    for minutes in (170, 160, 150, 140):
        attempts.log(handoff=worked, by=desk.lea, at=at + timedelta(minutes=180 - minutes), channel="call", outcome="no_answer")  # fmt: skip
    page = text(rep.get("/queue/"))
    assert f'<a href="/queue/{late.pk}/">Late' in page[page.index("The turn of a late one") :][:200]
    assert "The turn of a late one" not in text(of(desk.boss).get("/queue/"))


def test_an_outcome_kept_on_a_device_is_written_once_with_its_own_time(desk, at):
    handoff, rep = desk.hand(at=at), of(desk.lea)
    then = clock.now() - timedelta(minutes=40)
    data = {"outcome": "no_answer", "note": "tunnel", "happened": then.isoformat(), "once": "k1"}
    headers = {"X-Kept": "1", "X-Sent-At": clock.now().isoformat()}
    answers = {rep.post(f"/queue/{handoff.pk}/attempt/", data, headers=headers)["Location"] for _ in range(3)}
    made = Attempt.objects.get()
    assert len(answers) == 1 and made.occurred_at == then and made.note.text == "tunnel"


def test_a_device_whose_clock_is_wrong_is_put_right(desk, at):
    handoff, rep = desk.hand(at=at), of(desk.lea)
    wrong, then = timedelta(days=3), clock.now() - timedelta(minutes=40)
    data = {"outcome": "no_answer", "happened": (then + wrong).isoformat(), "once": "k2"}
    rep.post(
        f"/queue/{handoff.pk}/attempt/", data, headers={"X-Kept": "1", "X-Sent-At": (clock.now() + wrong).isoformat()}
    )
    assert abs(Attempt.objects.get().occurred_at - then) < timedelta(seconds=5)


def test_what_a_device_kept_in_vain_is_answered_in_words_it_can_show(desk, at):
    handoff, rep = desk.hand(at=at), of(desk.lea)
    decisions.refuse(handoff=handoff, by=desk.boss, at=clock.now(), reason="OPP-OUT")
    sent = {"outcome": "reached", "note": "a long talk", "happened": clock.now().isoformat()}
    answer = rep.post(f"/queue/{handoff.pk}/attempt/", sent, headers={"X-Kept": "1"})
    assert answer.status_code == 409 and "bo already refused this lead at" in answer.json()["said"]
    other = desk.hand(at=at)
    routing.reassign(handoff=other, rep=desk.paul, by=desk.boss, at=clock.now())
    answer = rep.post(f"/queue/{other.pk}/attempt/", sent, headers={"X-Kept": "1"})
    assert answer.status_code == 409 and "paul took this lead at" in answer.json()["said"]
    bad = rep.post(f"/queue/{desk.hand(at=at).pk}/attempt/", sent | {"outcome": "danced"}, headers={"X-Kept": "1"})
    assert bad.status_code == 422 and bad.json()["said"] and not Attempt.objects.exists()
