"""One side praises the other: in the story, told to those whom it concerns, taken back like every note."""

import pytest

from leads.evidence import story, telling
from leads.handoffs import decisions
from leads.models import NoteText, Remark
from leads.rights import erasure, notes, remarks
from leads.rights.problems import Refusal
from smarketing.accounts.models import AuditEntry, Team
from smarketing.notify.models import Notice
from smarketing.rows import clock
from tests.leads.handoffs.desk import Desk
from tests.people import client_of, person

pytestmark = pytest.mark.django_db
WORDS = "Called within the hour, and listened."


@pytest.fixture
def desk():
    found = Desk()
    found.ines, found.claire = person("ines", "marketer"), person("claire", "manager", "marketing")
    return found


def told() -> list[str]:
    return sorted(Notice.objects.filter(kind="praise").values_list("user__name", flat=True))


def lines(lead) -> list[telling.Line]:
    return telling.lines(story.page(lead, clock.now(), only="notes")[0], personal=True)


def test_a_marketer_praises_the_rep_who_their_managers_and_marketers_are_told(desk):
    person("zoe", "marketer")
    given = desk.hand(at=clock.now(), first_name="Ana", last_name="Silva")
    client = client_of(desk.ines)
    assert "Praise for lea" in client.get(f"/leads/{given.lead_id}/praise/").content.decode()
    assert (
        client.post(f"/leads/{given.lead_id}/praise/", {"text": WORDS}).headers["Location"]
        == f"/leads/{given.lead_id}/"
    )
    made = Remark.objects.get()
    assert (made.side, made.to, made.handoff_id, made.deal, made.note.by) == (
        "sales",
        desk.lea,
        given.pk,
        None,
        desk.ines,
    )
    assert told() == ["bo", "lea", "zoe"]
    assert AuditEntry.objects.filter(verb="lead.praise", user=desk.ines).exists()
    page = client_of(desk.lea).get("/notices/").content.decode()
    assert "ines praises you: Ana Silva" in page and WORDS in page
    assert "ines praises lea: Ana Silva" in client_of(desk.boss).get("/notices/").content.decode()
    page = client_of(desk.lea).get(f"/leads/{given.lead_id}/").content.decode()
    assert "praise for lea" in page and WORDS in page


def test_a_rep_praises_marketing_from_the_queue_and_comes_back_there(desk):
    given, client = desk.hand(at=clock.now()), client_of(desk.lea)
    assert f"/leads/{given.lead_id}/praise/?from=queue" in client.get(f"/queue/{given.pk}/").content.decode()
    answer = client.post(f"/leads/{given.lead_id}/praise/?from=queue", {"text": WORDS})
    assert answer.headers["Location"] == f"/queue/{given.pk}/"
    assert Remark.objects.values_list("side", "to").get() == ("marketing", None) and told() == ["bo", "ines"]
    assert "lea praises marketing" in client_of(desk.ines).get("/notices/").content.decode()


def test_the_manager_told_is_that_of_the_rep_s_team(desk):
    north = Team.objects.create(name="north", side="sales")
    person("nora", "manager", "sales", team=north)
    desk.lea.team = north
    desk.lea.save()
    remarks.praise(lead=desk.hand(at=clock.now()).lead, text=WORDS, by=desk.claire, at=clock.now())
    assert told() == ["ines", "lea", "nora"]


def test_taken_back_it_is_struck_through_and_the_notice_says_so(desk):
    given = desk.hand(at=clock.now())
    made = remarks.praise(lead=given.lead, text=WORDS, by=desk.ines, at=clock.now())
    assert [(line.text, line.note, line.taken_back) for line in lines(given.lead)] == [("praise for lea", WORDS, "")]
    assert client_of(desk.ines).post(f"/leads/{given.lead_id}/note/{made.pk}/back/", {"reason": ""}).status_code == 302
    (line,) = lines(given.lead)
    assert "ines" in line.taken_back
    assert "(taken back since)" in client_of(desk.lea).get("/notices/").content.decode()


def test_a_plain_note_stays_one_and_tells_nobody(desk):
    given = desk.hand(at=clock.now())
    notes.write(lead=given.lead, text="Prefers mornings.", by=desk.ines, at=clock.now())
    assert [(line.text, line.note) for line in lines(given.lead)] == [("", "Prefers mornings.")] and told() == []


@pytest.mark.parametrize("text", ["", "   ", "x" * (remarks.MAX_PRAISE + 1)], ids=["nothing", "blanks", "too long"])
def test_nothing_and_too_much_are_refused_and_kept_on_the_page(desk, text):
    given = desk.hand(at=clock.now())
    answer = client_of(desk.ines).post(f"/leads/{given.lead_id}/praise/", {"text": text})
    assert answer.status_code == 422 and text.strip() in answer.content.decode()
    with pytest.raises(Refusal):
        remarks.praise(lead=given.lead, text=text, by=desk.ines, at=clock.now())
    assert not Remark.objects.exists()


def test_a_lead_of_somebody_else_a_missing_one_and_an_erased_one_answer_alike(desk):
    given, ada = desk.hand(at=clock.now()), person("ada", "administrator")
    addresses = [f"/leads/{given.lead_id}/praise/", "/leads/999999999/praise/"]
    assert [client_of(desk.paul).get(one).status_code for one in addresses] == [404, 404]
    assert client_of(ada).get(addresses[0]).status_code == 403
    remarks.praise(lead=given.lead, text=WORDS, by=desk.ines, at=clock.now())
    decisions.refuse(handoff=given, by=desk.lea, at=clock.now(), reason="OPP-OUT")
    erasure.erase(leads=[given.lead], by=ada, at=clock.now())
    assert client_of(desk.ines).get(addresses[0]).status_code == 404
    assert not NoteText.objects.exists() and WORDS not in client_of(desk.lea).get("/notices/").content.decode()


def test_from_a_deal_it_names_the_deal_and_leads_back_there(desk):
    from leads.handoffs import deals

    given = desk.hand(at=clock.now())
    deal = deals.open_deal(
        lead=given.lead, handoff=given, by=desk.lea, at=clock.now(), title="Big", amount=None, contacts={}
    )
    client = client_of(desk.ines)
    address = f"/leads/{given.lead_id}/praise/?deal={deal.pk}"
    assert address in client.get(f"/deals/{deal.pk}/").content.decode()
    assert client.post(address, {"text": WORDS}).headers["Location"] == f"/deals/{deal.pk}/"
    assert Remark.objects.get().deal == deal
