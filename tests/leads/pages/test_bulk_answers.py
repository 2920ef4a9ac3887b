"""Contests ruled on, disagreements answered, addresses off the suppression list: many at once, each refused by itself."""

import pytest

from leads.models import Answer, Lead, Ruling, Suppression
from leads.rights import consent, contests, disagreements
from smarketing.accounts.models import AuditEntry
from smarketing.rows import clock
from tests.leads import facts
from tests.leads.rights.test_contests import Court
from tests.leads.rights.test_disagreements import House
from tests.people import client_of, person
from tests.picking import asked, done

pytestmark = pytest.mark.django_db


def test_contests_are_ruled_on_in_the_same_words_but_never_ones_own():
    court = Court()
    first = court.contest()
    court.handoff = court.hand("lea", at=court.now)
    second = court.contest(decision=court.refuse(), by=court.mara)
    page = done(client_of(court.mara), "leads:bulk_rule", [first, second], kind="stays", text="They are too small.")
    assert "1 contest ruled on." in page and "contested by you: another manager rules" in page
    assert Ruling.objects.get().to == first
    page = done(client_of(court.boss), "leads:bulk_rule", [first, second], kind="upheld", text="They fit.")
    assert "1 contest ruled on." in page and "has its ruling" in page
    assert contests.rulings([second.pk])[second.pk].kind == "upheld"


def test_disagreements_are_answered_and_keeping_one_needs_a_reason():
    house = House()
    some = [house.say(), house.say(criterion="")]
    mia = client_of(house.mia)
    assert "2 disagreements" in asked(mia, "leads:bulk_answer", some)
    assert "Say why it is kept." in done(mia, "leads:bulk_answer", some, kind="kept", text="")
    assert "2 disagreements answered." in done(mia, "leads:bulk_answer", some, kind="kept", text="It is so.")
    assert Answer.objects.count() == 2 and not disagreements.standing().unanswered().exists()
    assert "has its answer" in asked(mia, "leads:bulk_answer", some)


def listed(*emails: str) -> list[Suppression]:
    by, at = person("mara", "manager", "marketing"), clock.now()
    for email in emails:
        consent.suppress(email=email, by=by, at=at)
    return list(Suppression.objects.order_by("pk"))


def test_addresses_come_off_the_list_by_their_row_though_nobody_reads_which_they_are():
    at = clock.now()
    known = facts.lead(at, email="ann@x.example")
    some = listed("ann@x.example", "nobody@x.example")
    assert Lead.objects.get(pk=known).opted_out
    ada = client_of(person("Ada", "administrator"))
    assert "This field is required" in done(ada, "leads:bulk_suppression_off", some)
    assert "2 entries are off the list." in done(ada, "leads:bulk_suppression_off", some, reason="a wrong file")
    assert not Lead.objects.get(pk=known).opted_out
    assert AuditEntry.objects.filter(verb="suppression.remove").count() == 2
    assert not ada.get("/settings/suppression/").context["table"].objects


def test_who_opposes_by_themselves_and_who_was_erased_after_it_stay_on_the_list():
    at, by = clock.now(), person("bo", "manager", "marketing")
    one = Lead.objects.get(pk=facts.lead(at, email="ann@x.example"))
    consent.oppose(lead=one, source="a call", text="no more mails", said_on=None, by=by, at=at)
    (gone,) = [row for row in listed("old@x.example") if row.lead_id is None]
    erased = Suppression.objects.create(
        key=b"k" * 32, origin="gone", occurred_at=at, recorded_at=at, known_at=at
    )  # fmt: skip
    some = [*Suppression.objects.filter(lead=one), erased, gone]
    page = done(client_of(by), "leads:bulk_suppression_off", some, reason="asked by mail")
    assert "1 entry is off the list." in page
    assert "this person opposes" in page and "only by typing the address" in page
    assert Lead.objects.get(pk=one.pk).opted_out
