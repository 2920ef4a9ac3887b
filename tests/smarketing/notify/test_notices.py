"""Whoever is concerned is told once, in the transaction of the cause; what is old, or undone with its cause, tells nobody."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from leads.handoffs import decisions, routing
from leads.models import HandoffState, Lead
from smarketing.accounts.models import User
from smarketing.notify import notices
from smarketing.notify.models import Notice, NoticeChoice
from smarketing.rows import clock, fence, rebuild
from tests.leads.handoffs.desk import NOW, Desk
from tests.people import client_of, person

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def desk():
    return Desk()


def told(kind: str, **params) -> list[str]:
    rows = Notice.objects.filter(kind=kind, **{f"params__{key}": value for key, value in params.items()})
    return sorted(rows.values_list("user__name", flat=True))


def tell(user: User, about: str = "handoff:1", kind: str = "assigned", **more) -> int:
    return notices.tell(**({"kind": kind, "users": [user.pk], "about": about, "at": clock.now(), "handoff": 1} | more))


def test_a_rep_is_told_of_each_lead_that_somebody_gave_them_and_of_none_they_took(desk):
    at = clock.now()
    given = desk.hand(at=at)
    assert told("assigned") == ["lea"] and told("assigned", handoff=given.pk) == ["lea"]
    routing.reassign(handoff=given, rep=desk.paul, by=desk.boss, at=at)
    routing.reassign(handoff=given, rep=desk.lea, by=desk.boss, at=at)  # back again: that is news
    assert told("assigned") == ["lea", "lea", "paul"]
    routing.take(handoff=desk.hand(rep=None, at=at), by=desk.paul, at=at)
    assert told("assigned") == ["lea", "lea", "paul"]


def test_marketers_are_told_what_was_refused_and_why(desk):
    ines = person("ines", "marketer")
    given = desk.hand(at=clock.now(), first_name="Zoé", last_name="Martin")
    made = decisions.refuse(handoff=given, by=desk.lea, at=clock.now(), reason="OPP-OUT")
    assert told("sent_back", decision=made.pk) == ["ines"]
    page = client_of(ines).get("/notices/").content.decode()
    assert "lea refused Zoé Martin" in page
    decisions.undo(decision=made, by=desk.lea, at=clock.now())
    assert "(taken back since)" in client_of(ines).get("/notices/").content.decode()


def test_history_tells_nobody(desk):
    desk.hand(at=NOW)
    assert not Notice.objects.exists()
    assert tell(desk.lea, at=clock.now() - notices.NEWS + HOUR) == 1
    assert tell(desk.lea, about="handoff:2", at=clock.now() - notices.NEWS - HOUR) == 0


def test_told_again_it_stays_told_once_and_seen(desk):
    assert tell(desk.lea) == 1
    notices.see(user=desk.lea, at=clock.now())
    assert tell(desk.lea) == 0 and Notice.objects.unseen().count() == 0


def test_who_did_it_who_left_and_whose_role_never_gets_the_kind_are_not_told(desk):
    gone, viewer = person("gone", "rep", is_active=False), person("vi", "viewer")
    users = [desk.lea.pk, desk.paul.pk, gone.pk, viewer.pk, 10**9]
    notices.tell(kind="assigned", users=users, about="handoff:1", at=clock.now(), by=desk.lea, handoff=1)
    assert told("assigned") == ["paul"]


def test_whoever_wants_a_kind_nowhere_has_no_row_of_it(desk):
    NoticeChoice.objects.create(user=desk.lea, kind="assigned", portal=False, mail="")
    NoticeChoice.objects.create(user=desk.paul, kind="assigned", portal=False, mail="morning")
    assert tell(desk.lea) == 0 and tell(desk.paul) == 1
    assert Notice.objects.values_list("shown", "mail").get() == (False, "morning")


@pytest.mark.django_db(transaction=True)
def test_told_by_two_at_once_it_is_told_once():
    lea, together = person("lea", "rep"), threading.Barrier(2)

    def work():
        with transaction.atomic():
            together.wait()
            tell(lea)
        connection.close()

    both = [threading.Thread(target=work) for _one in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert Notice.objects.count() == 1


@pytest.mark.invariant("I16")
def test_undone_with_its_cause_nobody_was_told(desk):
    given = desk.hand(rep=None, at=clock.now())
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        routing.reassign(handoff=given, rep=desk.lea, by=desk.boss, at=clock.now())
        assert told("assigned") == ["lea"]
        raise ZeroDivisionError
    assert not Notice.objects.exists()


@pytest.mark.invariant("I16", mutant="told in a transaction of its own")
@pytest.mark.django_db(transaction=True)
def test_planted_fault_told_beside_the_transaction_it_outlives_its_cause(monkeypatch):
    desk = Desk()
    given, real = desk.hand(rep=None, at=clock.now()), notices.tell_all

    def beside(kind, rows):
        def work():
            with transaction.atomic():
                real(kind, rows)
            connection.close()

        worker = threading.Thread(target=work)
        worker.start()
        worker.join()

    monkeypatch.setattr(notices, "tell_all", beside)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        routing.reassign(handoff=given, rep=desk.lea, by=desk.boss, at=clock.now())
        raise ZeroDivisionError
    assert told("assigned") == ["lea"]  # told of what never happened


@pytest.mark.invariant("I16")
@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_told():
    lea = person("lea", "rep")
    with pytest.raises(RuntimeError):
        tell(lea)


def test_derived_rows_wiped_and_rebuilt_tell_nobody(desk):
    given = desk.hand(at=clock.now())
    Notice.objects.all().delete()
    rebuild.run(fence.cutoff())
    assert HandoffState.objects.get(pk=given.pk).rep == desk.lea and not Notice.objects.exists()


def test_the_bell_counts_what_is_unseen_and_opening_one_marks_it(desk):
    given, client = desk.hand(at=clock.now(), first_name="Zoé", last_name="Martin"), client_of(desk.lea)
    desk.hand(at=clock.now())
    assert '<span class="bell-count" aria-hidden="true">2</span>' in client.get("/notices/").content.decode()
    one = Notice.objects.get(params__handoff=given.pk)
    for _time in range(2):
        assert client.get(f"/notices/{one.pk}/").headers["Location"] == f"/queue/{given.pk}/"
    assert 'aria-hidden="true">1</span>' in client.get("/notices/").content.decode()
    assert client.post("/notices/seen/", follow=True).status_code == 200
    page = client.post("/notices/seen/", follow=True).content.decode()
    assert "bell-count" not in page and "New lead: Zoé Martin" in page


def test_a_notice_of_somebody_else_is_not_there(desk):
    desk.hand(at=clock.now())
    one, client = Notice.objects.get(), client_of(desk.paul)
    assert client.get(f"/notices/{one.pk}/").status_code == 404 == client.post(f"/notices/{one.pk}/seen/").status_code
    client.post("/notices/seen/")
    assert (
        Notice.objects.unseen().count() == 1 and f"/notices/{one.pk}/" not in client.get("/notices/").content.decode()
    )


def test_names_are_read_when_a_notice_is_shown_and_only_where_its_reader_may_see_them(desk):
    given, client = desk.hand(at=clock.now(), first_name="Zoé"), client_of(desk.lea)
    assert "Zoé" in client.get("/notices/").content.decode() and "Zoé" not in str(Notice.objects.values().get())
    routing.reassign(handoff=given, rep=desk.paul, by=desk.boss, at=clock.now())
    page = client.get("/notices/").content.decode()
    assert "Zoé" not in page and "no longer yours to see" in page
    Lead.objects.filter(pk=given.lead_id).update(erased=True)
    assert "Zoé" not in client_of(desk.paul).get("/notices/").content.decode()


def test_many_notices_turn_by_page(desk):
    now = clock.now()
    rows = [
        notices.Told(desk.lea.pk, f"handoff:{n}", now - n * timedelta(minutes=1), {"handoff": n}) for n in range(60)
    ]
    assert notices.tell_all("assigned", rows) == 60
    client = client_of(desk.lea)
    first = client.get("/notices/").context["page"]
    second = client.get(f"/notices/?after={first.last}").context["page"]
    assert [len(first.rows), len(second.rows)] == [50, 10] and not {row.pk for row in first.rows} & {
        row.pk for row in second.rows
    }
    assert client.get("/notices/?after=nonsense").status_code == 200


def test_old_notices_are_forgotten(desk):
    tell(desk.lea)
    assert notices.forget(before=clock.now() - HOUR) == 0 and notices.forget(before=clock.now() + HOUR) == 1


def test_many_of_one_kind_in_one_minute_are_one_line_that_opens(desk):
    at = clock.now().replace(second=30)
    for _n in range(3):
        desk.hand(at=clock.now())
    Notice.objects.update(at=at)
    client = client_of(desk.lea)
    assert "<details>" not in client.get("/notices/").content.decode().partition("<main")[2]
    desk.hand(at=clock.now())
    Notice.objects.update(at=at)
    page = client.get("/notices/").content.decode()
    assert "<b>×4</b>" in page and page.count("New lead:") == 4


def test_a_page_that_stays_open_asks_for_the_bell(desk):
    client = client_of(desk.lea)
    assert "bell-count" not in client.get("/notices/bell/").content.decode()
    desk.hand(at=clock.now())
    assert 'aria-hidden="true">1</span>' in client.get("/notices/bell/").content.decode()
