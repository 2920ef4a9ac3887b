"""Opposition closes every channel and stays; consent is shown with its proof; both are taken back whole."""

from datetime import timedelta

import pytest

from leads.handoffs import decisions, handing
from leads.intake import addresses, facts, suppression
from leads.judging import lines, service
from leads.models import AttributeChange, Consent, Decision, HandoffState, Hold, Lead, Qualification, Suppression
from leads.rights import consent, notes
from leads.rights.problems import Refusal
from smarketing.accounts.models import AuditEntry
from smarketing.rows import clock, fence
from tests.leads import definitions
from tests.leads import facts as past
from tests.leads.handoffs.desk import NOW, Desk, state
from tests.leads.pages.test_pages import client_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MAIL = "ada@acme.example"


@pytest.fixture
def desk():
    return Desk()


def born(**values) -> Lead:
    (pk,) = facts.create_leads([facts.Birth(clock.now() - DAY, values)], origin=facts.Origin(source="hand"))
    return Lead.objects.get(pk=pk)


def oppose(lead, by, **more):
    said = {"source": "call", "text": "Please do not call again.", "said_on": None}
    return consent.oppose(lead=lead, by=by, at=clock.now(), **said | more)


def test_opposition_withdraws_the_handoff_and_puts_the_address_on_the_list(desk):
    handoff = desk.hand(email=MAIL.upper())
    lead = handoff.lead
    made = oppose(lead, desk.lea)
    lead.refresh_from_db()
    assert lead.opted_out and state(handoff).state == "withdrawn" and Decision.objects.get().reason == "OPP-OUT"
    row = suppression.listed([MAIL])[MAIL]
    assert (row.origin, row.lead, bytes(row.key)) == ("opposition", lead, addresses.kept_as([f" {MAIL} "])[MAIL])
    assert made.proof.text == "Please do not call again."
    assert AuditEntry.objects.get(verb="consent.opposed").detail == {
        "consent": made.pk,
        "purpose": "any",
        "channel": "any",
    }
    with pytest.raises(handing.CannotHand):
        handing.hand_over(lead=lead, line=desk.line, gate="manual", by=None, at=clock.now())
    with pytest.raises(Refusal, match="opposes already"):
        oppose(lead, desk.lea)


def test_taking_an_opposition_back_equals_its_never_having_been_recorded(desk):
    lead, twin = born(email=MAIL), born(email=MAIL)
    made = oppose(lead, desk.lea)
    assert Lead.objects.filter(opted_out=True).count() == 2  # whoever else has the address is not contacted either
    with pytest.raises(Refusal, match="Only whoever wrote it"):
        consent.take_back(consent=made, by=desk.paul, at=clock.now(), reason="x")
    with pytest.raises(Refusal, match="Say why"):
        consent.take_back(consent=made, by=desk.boss, at=clock.now(), reason=" ")
    consent.take_back(consent=made, by=desk.boss, at=clock.now(), reason="another person")
    assert not Lead.objects.filter(opted_out=True).exists() and suppression.listed([MAIL]) == {}
    with pytest.raises(Refusal, match="taken back before"):
        consent.take_back(consent=made, by=desk.boss, at=clock.now(), reason="again")
    assert oppose(twin, desk.lea) and Lead.objects.filter(opted_out=True).count() == 2


@pytest.mark.parametrize("values", [{"email": MAIL}, {"email": MAIL, "opted_out": False}])
def test_whoever_comes_in_with_a_listed_address_comes_in_opposed(desk, values):
    assert consent.suppress(email=MAIL, by=desk.boss, at=clock.now())
    assert not consent.suppress(email=MAIL, by=desk.boss, at=clock.now())
    lead = born(**values)
    assert lead.opted_out and born(email="eve@acme.example").opted_out is False
    change = facts.Change("lead", lead.pk, "opted_out", False, clock.now())
    facts.record_changes([change], origin=facts.Origin(source="file"))
    assert Lead.objects.get(pk=lead.pk).opted_out  # the list speaks last
    renamed = born(email="other@acme.example")
    facts.record_changes([facts.Change("lead", renamed.pk, "email", MAIL, clock.now())], origin=facts.Origin())
    assert Lead.objects.get(pk=renamed.pk).opted_out
    consent.unsuppress(email=MAIL, by=desk.boss, at=clock.now(), reason="typed wrongly")
    assert not Lead.objects.get(pk=renamed.pk).opted_out and suppression.listed([MAIL]) == {}
    assert AuditEntry.objects.filter(verb="suppression.remove").exists()


def test_the_list_keeps_an_address_while_somebody_opposes_by_themselves(desk):
    lead = born(email=MAIL)
    oppose(lead, desk.lea)
    with pytest.raises(Refusal, match="opposes: record the new consent"):
        consent.unsuppress(email=MAIL, by=desk.boss, at=clock.now(), reason="x")
    assert MAIL in suppression.listed([MAIL])
    lead.refresh_from_db()
    with pytest.raises(Refusal, match="words that prove"):
        consent.agree(lead=lead, source="form", text="", said_on=None, by=desk.lea, at=clock.now())
    consent.agree(lead=lead, source="form", text="I agree.", said_on=None, by=desk.lea, at=clock.now())
    lead.refresh_from_db()
    assert not lead.opted_out and suppression.listed([MAIL]) == {}
    assert [one.kind for one in consent.of(lead)] == ["given", "opposed"]


def test_a_refusal_for_opposition_lists_the_address_and_its_undo_takes_it_off(desk):
    handoff = desk.hand(email=MAIL)
    made = decisions.refuse(handoff=handoff, by=desk.lea, at=NOW, reason="OPP-OUT")
    assert suppression.listed([MAIL])[MAIL].lead_id == handoff.lead_id
    decisions.undo(decision=made, by=desk.lea, at=NOW)
    assert suppression.listed([MAIL]) == {} and state(handoff).is_open


def test_the_judge_never_hands_over_whoever_is_listed(desk):
    now = clock.now() - 3 * DAY
    definitions.version(definitions.simple(), now - 30 * DAY)
    lead = past.lead(now, email=MAIL, country="FR")
    for n in (1, 2):
        past.event(lead, "page", now + timedelta(hours=n), page="/pricing")
    cutoff = fence.cutoff()
    consent.suppress(email=MAIL, by=desk.boss, at=clock.now())
    lines.prepare(cutoff)
    lines.take_up(cutoff)
    service.judge([lead], cutoff)
    assert Qualification.objects.filter(lead=lead).exists() and Hold.objects.get().reason == "opposition"
    assert not HandoffState.objects.exists()


def test_consents_say_what_was_agreed_with_proof(desk):
    lead = born(email=MAIL)
    said = {"kind": "given", "purpose": "newsletter", "channel": "mail", "basis": "consent", "said_on": None}
    with pytest.raises(Refusal) as refusal:
        consent.say(lead=lead, source="", text="x", by=desk.lea, at=clock.now(), **said)
    assert refusal.value.field == "source"
    tomorrow = clock.today() + DAY
    with pytest.raises(Refusal, match="not come yet"):
        consent.say(lead=lead, source="a", text="b", by=desk.lea, at=clock.now(), **said | {"said_on": tomorrow})
    consent.say(lead=lead, source="fair", text="I want the newsletter.", by=desk.lea, at=clock.now(), **said)
    page = client_of(desk.boss).get(f"/leads/{lead.pk}/").text
    assert "I want the newsletter." in page and "newsletter" in page
    Lead.objects.filter(pk=lead.pk).update(erased=True)
    with pytest.raises(Refusal, match="erased"):
        consent.say(lead=Lead.objects.get(), source="a", text="b", by=desk.lea, at=clock.now(), **said)


def test_notes_stand_in_the_story_and_are_struck_through(desk):
    lead = desk.hand().lead
    lea = client_of(desk.lea)
    assert lea.post(f"/leads/{lead.pk}/note/", {"text": " "}).status_code == 422
    assert lea.post(f"/leads/{lead.pk}/note/", {"text": "Likes boats."}).status_code == 302
    assert "Likes boats." in lea.get(f"/leads/{lead.pk}/?story=notes").text
    note = lead.notes.get()
    with pytest.raises(Refusal, match="Only whoever wrote it"):
        notes.take_back(note=note, by=desk.paul, at=clock.now(), reason="x")
    assert lea.post(f"/leads/{lead.pk}/note/{note.pk}/back/", {"reason": ""}).status_code == 302
    assert "<s>" in lea.get(f"/leads/{lead.pk}/").text
    assert client_of(desk.paul).post(f"/leads/{lead.pk}/note/", {"text": "mine?"}).status_code == 404


def test_the_list_is_asked_by_address_and_never_shows_one(desk):
    boss = client_of(desk.boss)
    assert "Nobody is on the list" in boss.get("/settings/suppression/").text
    assert boss.post("/settings/suppression/").status_code == 422  # nothing typed at all
    assert boss.post("/settings/suppression/", {"email": MAIL, "do": "add"}).status_code == 302
    assert (
        "is on the list already" in boss.post("/settings/suppression/", {"email": MAIL, "do": "add"}, follow=True).text
    )
    shown = boss.get("/settings/suppression/").text
    assert MAIL not in shown and "written by hand" in shown
    asked = boss.post("/settings/suppression/", {"email": MAIL, "do": "look"})
    assert asked.status_code == 200 and "On the list since" in asked.text
    assert "Say why" in boss.post("/settings/suppression/", {"email": MAIL, "do": "remove"}).text
    assert boss.post("/settings/suppression/", {"email": MAIL, "do": "remove", "reason": "typo"}).status_code == 302
    assert not suppression.standing().exists() and Suppression.objects.count() == 1
    assert client_of(desk.lea).get("/settings/suppression/").status_code == 403


def test_the_forms_of_opposition_by_the_page(desk):
    lead = desk.hand(email=MAIL).lead
    lea = client_of(desk.lea)
    page = lea.get(f"/leads/{lead.pk}/opposition/").text
    assert "suppression list" in page
    assert lea.post(f"/leads/{lead.pk}/opposition/", {"source": "call", "text": "No."}).status_code == 302
    boss = client_of(desk.boss)
    assert "asked not to be contacted" in boss.get(f"/leads/{lead.pk}/").text
    back = f"/leads/{lead.pk}/consent/{Consent.objects.get().pk}/back/"
    assert boss.get(back).status_code == 200 and boss.post(back, {"reason": "by mistake"}).status_code == 302
    assert not Lead.objects.get(pk=lead.pk).opted_out
    said = {"kind": "given", "purpose": "any", "channel": "mail", "basis": "consent", "source": "fair", "text": "Yes."}
    assert boss.post(f"/leads/{lead.pk}/consent/", said | {"text": ""}).status_code == 422
    assert boss.post(f"/leads/{lead.pk}/consent/", said).status_code == 302
    assert AttributeChange.objects.filter(field="opted_out").count() == 1
