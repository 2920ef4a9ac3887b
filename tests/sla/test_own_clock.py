"""The rep's own clock beside the lead's, and what marketing is told about its hand-overs."""

from collections import Counter
from datetime import timedelta

import pytest
from django.urls import reverse

from leads.models import Attempt, HandoffState
from sla import derive, handed, own, team
from sla.models import Clock
from smarketing.calendars import services as calendars
from smarketing.notify.models import Notice, NoticeChoice
from smarketing.rows import clock
from tests.people import client_of, person
from tests.sla.contracts import ATTEMPTS, FIRST, HAND_OVER, VOLUME, attempt, contract, handoff, paris, sign, signers
from tests.sla.test_kinds import qualified

SIGNED = paris(2026, 10, 28, 10)


@pytest.fixture
def given_late(db):
    """Handed over on Monday at 9, given to Léa on Tuesday at 10; four business hours are promised."""
    sign(contract(), [VOLUME, FIRST, ATTEMPTS], SIGNED.date().replace(day=1), at=SIGNED - timedelta(days=40))
    lea = person("lea", "rep")
    one = handoff(paris(2026, 11, 2, 9))
    one.assignments.create(
        rep=lea, how="hand", occurred_at=paris(2026, 11, 3, 10), recorded_at=paris(2026, 11, 3, 10),
        known_at=paris(2026, 11, 3, 10),
    )  # fmt: skip
    return one, lea


def clocks(one, at):
    from leads.handoffs import states

    states.derive([one.pk])
    derive.derive([one.pk], at)
    return list(Clock.objects.filter(handoff=one))


def test_a_reps_clock_starts_when_the_lead_is_theirs_and_the_leads_never_starts_anew(given_late):
    one, lea = given_late
    attempt(one, paris(2026, 11, 3, 12), by=lea)
    at = paris(2026, 11, 4, 9)
    rows = clocks(one, at)
    theirs = own.of(rows, at)[one.pk, "6.1"]
    assert (theirs.due, theirs.state) == (paris(2026, 11, 3, 14), "met")
    assert theirs.took == 2 * 3_600_000_000 and theirs.rep == lea
    lead = next(row for row in rows if row.clause_key == "6.1")
    assert (lead.due_at, lead.state) == (paris(2026, 11, 2, 13), "missed")
    page = client_of(signers()[1]).get(reverse("leads:lead", args=[one.lead_id])).content.decode()
    assert "own clock, since" in page


def test_it_is_late_by_itself_and_a_colleagues_attempt_does_not_count(given_late):
    one, _lea = given_late
    attempt(one, paris(2026, 11, 3, 9), by=person("tom", "rep"))
    assert own.of(clocks(one, paris(2026, 11, 3, 11)), paris(2026, 11, 3, 11))[one.pk, "6.1"].state == "pending"
    assert own.of(clocks(one, paris(2026, 11, 3, 15)), paris(2026, 11, 3, 15))[one.pk, "6.1"].state == "missed"


def test_a_mail_that_a_machine_sent_is_no_attempt_of_theirs_and_one_who_came_back_was_spoken_to(given_late):
    one, lea = given_late
    when = {"recorded_at": paris(2026, 11, 3, 12), "known_at": paris(2026, 11, 3, 12)}
    said = {"handoff": one, "lead_id": one.lead_id, "rep": lea, "occurred_at": paris(2026, 11, 3, 12), **when}
    Attempt.objects.create(channel="auto_mail", outcome="mail_sent", **said)
    late = paris(2026, 11, 3, 15)
    assert own.of(clocks(one, late), late)[one.pk, "6.1"].state == "missed"
    Attempt.objects.create(channel="mail", outcome="replied", **said)
    assert own.of(clocks(one, late), late)[one.pk, "6.1"].state == "met"


def test_whoever_had_the_lead_from_the_start_has_one_clock(db):
    sign(contract(), [VOLUME, FIRST], SIGNED.date().replace(day=1), at=SIGNED - timedelta(days=40))
    one = handoff(paris(2026, 11, 2, 9), rep=person("lea", "rep"))
    assert own.of(clocks(one, paris(2026, 11, 2, 11)), paris(2026, 11, 2, 11)) == {}


def test_marketing_is_told_of_its_hand_overs_at_half_at_most_and_at_the_end_of_their_time_once(db):
    at = clock.now()
    spec = calendars.starter_spec(at=at, country="") | {
        "windows": {str(day): [["00:00", "24:00"]] for day in range(1, 8)}
    }
    always = calendars.create_version(name="always", spec=spec, by=None, at=at)
    begins = clock.today(at) - timedelta(days=30)
    sign(contract(), [VOLUME, HAND_OVER, FIRST], begins, at=at - timedelta(days=31), using=always)
    writer = person("writer", "marketer")
    for minutes in (70, 110, 180):
        qualified(at - timedelta(minutes=minutes))
    qualified(at - timedelta(minutes=200), handed=at - timedelta(minutes=190))
    for kind in (handed.HALF, handed.SOON, handed.LATE):  # whoever wants to know
        NoticeChoice.objects.create(user=writer, kind=kind, portal=True, mail="")
    assert handed.look(at) > 0 and handed.look(at) == 0
    told = Counter(Notice.objects.filter(user=writer).values_list("kind", flat=True))
    assert told == {handed.HALF: 2, handed.SOON: 1, handed.LATE: 1}
    said = handed.say(list(Notice.objects.filter(user=writer)), writer)
    assert len(said) == 4 and all(line.url for line in said.values())
    assert not Notice.objects.filter(kind=handed.LATE, user__side="sales").exists()


def test_the_team_page_says_whose_delay_it_is(given_late):
    """Inherited while their own time runs, their own once it is over; what was theirs from the start is their own."""
    one, lea = given_late
    other = handoff(paris(2026, 11, 2, 9), rep=lea)
    for at, whys in (
        (paris(2026, 11, 3, 11), {one.pk: own.STILL, other.pk: own.OWN}),
        (paris(2026, 11, 3, 15), {one.pk: own.OWN, other.pk: own.OWN}),
    ):
        for made in (one, other):
            clocks(made, at)
        found = own.late(HandoffState.objects.filter(rep=lea), at)
        assert {pk: why.why for pk, why in found.items()} == whys
        assert team.load([lea], signers()[1], at)[lea.pk].inherited == sum(why == own.STILL for why in whys.values())


def test_a_promise_of_attempts_that_broke_before_the_lead_was_theirs_is_inherited(db):
    sign(contract(), [VOLUME, ATTEMPTS], SIGNED.date().replace(day=1), at=SIGNED - timedelta(days=40))
    one, lea = handoff(paris(2026, 11, 2, 9)), person("lea", "rep")
    when = paris(2026, 11, 24, 10)
    one.assignments.create(rep=lea, how="hand", occurred_at=when, recorded_at=when, known_at=when)
    clocks(one, when + timedelta(hours=1))
    found = own.late(HandoffState.objects.filter(rep=lea), when + timedelta(hours=1))
    assert [why.why for why in found.values()] == [own.BEFORE]
    page = client_of(signers()[1]).get(reverse("sla:team")).content.decode()
    assert "1 inherited" in page and reverse("sla:team_late", args=[lea.pk]) in page
    rows = client_of(signers()[1]).get(reverse("sla:team_late", args=[lea.pk])).content.decode()
    assert "inherited: it was late before it was theirs" in rows
