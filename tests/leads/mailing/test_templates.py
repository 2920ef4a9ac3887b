"""Mail templates: written in two languages, offered by persona, filled in for a lead, refused for who must not be written to."""

from datetime import timedelta

import pytest
from django.test import Client

from leads.handoffs.problems import Refusal
from leads.intake import suppression
from leads.mailing import templates
from leads.models import Attempt, Lead, MailTemplate, PersonaMatch
from personas.definitions import persona_services
from smarketing.rows import clock
from smarketing.rows.fence import open_fence
from tests.leads import facts
from tests.leads.handoffs.desk import Desk
from tests.people import person

pytestmark = pytest.mark.django_db
TEXTS = {
    "en": ("Your project", "Dear {{first_name|Madam, Sir}},\nbest, {{rep}}"),
    "fr": ("Votre projet", "Bonjour {{prenom}}"),
}


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def handoff(desk):
    return desk.hand(at=clock.now() - timedelta(hours=3), first_name="Zoé", email="zoe@acme.example")


def write(by, **other):
    said = {"template": None, "name": "First mail", "persona": None, "texts": TEXTS} | other
    return templates.save(by=by, at=clock.now(), **said)


def of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_letter_says_what_is_known_and_opens_in_the_reps_own_mail_program(desk, handoff):
    one = templates.letter(template=write(desk.boss), lead=handoff.lead, language="en", by=desk.lea)
    assert (one.to, one.body, one.missing) == ("zoe@acme.example", "Dear Zoé,\nbest, lea", [])
    assert one.mailto.startswith("mailto:zoe%40acme.example?subject=Your%20project&body=Dear%20Zo%C3%A9%2C%0D%0Abest")


@pytest.mark.parametrize(
    ("texts", "field", "said"),
    [
        ({"en": ("Hi", "Dear {{price}}")}, "body_en", "“price” is not a field. The fields are: first_name"),
        ({"fr": ("", "Bonjour")}, "subject_fr", "A mail has a subject and a text."),
        ({"en": ("Hi", "Dear {{first_name}")}, "body_en", "A field begins with {{"),
        ({}, "subject_en", "Write it in one language at least."),
    ],
)
def test_what_is_wrong_in_a_template_is_said_where_it_stands(desk, texts, field, said):
    with pytest.raises(Refusal, match=said.replace("{", r"\{")) as refusal:
        write(desk.boss, texts=texts)
    assert refusal.value.field == field and not MailTemplate.objects.exists()


def test_a_name_is_there_once_and_a_language_left_out_goes(desk):
    one = write(desk.boss)
    with pytest.raises(Refusal):
        write(desk.boss, name="first MAIL")
    write(desk.boss, template=one, texts={"fr": ("Objet", "Texte")})
    assert list(one.texts.values_list("language", "subject")) == [("fr", "Objet")]


def test_those_of_the_leads_persona_come_first_and_others_personas_not_at_all(desk, handoff):
    names = ("Maud", "Paul")
    maud, paul = (
        persona_services.create_persona(name=name, by=desk.boss, at=clock.now(), rules={}, story={}) for name in names
    )
    PersonaMatch.objects.create(lead=handoff.lead, persona=maud.persona, version=maud)
    write(desk.boss, name="A for anybody"), write(desk.boss, name="For Maud", persona=maud.persona)
    write(desk.boss, name="For Paul", persona=paul.persona)
    old = write(desk.boss, name="Old")
    templates.retire(template=old, by=desk.boss, at=clock.now())
    assert [one.name for one in templates.offered(handoff.lead)] == ["For Maud", "A for anybody"]


def test_a_template_of_a_persona_that_was_retired_keeps_it_when_its_words_are_changed(desk, handoff):
    persona = MailTemplate.persona.field.related_model.objects.create(retired=True)
    one = write(desk.boss, persona=persona)
    editor = of(desk.boss)
    assert f'value="{persona.pk}" selected' in editor.get(f"/language/mails/{one.pk}/").content.decode()
    data = {"name": "First", "persona": persona.pk, "subject_en": "Hi", "body_en": "Dear you"}
    assert editor.post(f"/language/mails/{one.pk}/", data).status_code == 302
    one.refresh_from_db()
    assert (one.persona, one.name) == (persona, "First") and templates.offered(handoff.lead) == []


def test_nobody_writes_to_who_opposes_is_suppressed_or_was_erased(desk, handoff):
    one, lead = write(desk.boss), handoff.lead
    fence = open_fence()
    other = Lead.objects.get(pk=facts.lead(clock.now() - timedelta(days=1), email="other@acme.example"))
    suppression.add({"other@acme.example": None}, origin="list", by=desk.boss, at=clock.now(), fence=fence)
    other.opted_out = False  # the list alone is enough
    opposed, erased = Lead(opted_out=True, email="a@b.example"), Lead(erased=True)
    for who, said in ((other, "suppression list"), (opposed, "asked not to be contacted"), (erased, "erased")):
        with pytest.raises(Refusal, match=said):
            templates.letter(template=one, lead=who, language="en", by=desk.lea)
    assert templates.hindrance(lead) == ""


def test_focus_and_its_templates_give_no_way_to_reach_who_is_suppressed(desk, handoff):
    """With the planted fault, a list nobody looks at, the call button is there."""
    write(desk.boss)
    Lead.objects.filter(pk=handoff.lead_id).update(phone="+33 4 00 00 00 00")
    rep, pages = of(desk.lea), (f"/queue/{handoff.pk}/", f"/queue/{handoff.pk}/mail/")
    assert "tel:+33400000000" in rep.get(pages[0]).content.decode() and "Dear Zoé" in rep.get(pages[1]).content.decode()
    suppression.add({"zoe@acme.example": None}, origin="list", by=desk.boss, at=clock.now(), fence=open_fence())
    for page in pages:
        if (answer := rep.get(page)).status_code == 200 and "mail" in page:
            raise AssertionError("a letter for who is suppressed")
        assert "tel:" not in (text := answer.content.decode()) and "mailto:" not in text


def test_a_template_is_written_previewed_and_kept_by_a_marketer_and_read_by_a_rep(desk, handoff):
    marketer = of(person("mia", "marketer"))
    data = {
        "name": "First",
        "persona": "",
        "subject_en": "Hi {{company}}",
        "body_en": "Dear {{first_name}}",
        "subject_fr": "",
        "body_fr": "",
    }
    shown = marketer.post("/language/mails/add/", data | {"do": "preview"})
    assert "Hi Acme" in shown.content.decode() and not MailTemplate.objects.exists()
    wrong = marketer.post("/language/mails/add/", data | {"body_en": "{{nme}}"})
    assert wrong.status_code == 422 and "“nme” is not a field" in wrong.content.decode()
    assert marketer.post("/language/mails/add/", data)["Location"] == "/language/mails/"
    rep = of(desk.lea)
    assert (
        "First" in rep.get("/language/mails/").content.decode() and rep.get("/language/mails/add/").status_code == 403
    )
    text = rep.get(f"/queue/{handoff.pk}/mail/").content.decode()
    assert "Dear Zoé" in text and "Nothing is known for: their company" in text
    rep.post(f"/queue/{handoff.pk}/attempt/", {"outcome": "mail_sent", "note": "Hi"})
    assert Attempt.objects.get().channel == "mail"
