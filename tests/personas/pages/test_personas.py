"""Personas in the browser: written step by step, nothing lost, versions that stay, match rules read aloud and counted."""

from datetime import timedelta

import pytest
from django.test import Client

from personas.definitions import persona_services
from personas.models import Persona, PersonaDraft, PersonaVersion
from smarketing.rows import clock
from smarketing.rows.models import Installation
from tests.forms import form
from tests.leads import facts
from tests.people import person

pytestmark = pytest.mark.django_db
NEW, HX = "/language/persona/new/", {"HX-Request": "true"}


@pytest.fixture
def client():
    client = Client()
    client.force_login(person("Claire", "marketer"))
    return client


def step(client, address, do, **values):
    """Fill a step in and leave it by a button; where it leads."""
    answer = client.post(address, form(client.get(address).text, "").filled(do=do, **values))
    assert answer.status_code == 302, answer.text
    return answer["Location"]


def begun(client, **values):
    """The address of the first group of a new persona."""
    return step(client, NEW, "go:role", name="Maud", **values)


def at(address, name):
    return address.rsplit("/", 2)[0] + f"/{name}/"


def ruled(client, address):
    """Say by what the persona is known, and go on to the last step."""
    address, asked = at(address, "match"), None
    for values in ({"rules__kind": "field"}, {"rules__field": "lead.function"}):
        asked = asked or form(client.get(address).text, "")
        asked = form(client.post(address, asked.filled(do="refresh", **values), headers=HX).text, "")
    answer = client.post(address, asked.filled(do="go:check", rules__value__more="Marketing"), headers=HX)
    return answer["HX-Redirect"]


def test_a_persona_is_written_step_by_step_and_read_again(client):
    address = begun(client, negative="yes")
    address = step(client, address, "go:voice", **{"role@en": "Head of marketing", "role.tools@fr": "Tableur"})
    address = step(client, address, "go:match", **{"objections@en": "Budget\r\nTime"})
    assert not Persona.objects.exists() and PersonaDraft.objects.get().story["objections@en"] == "Budget\nTime"
    last = ruled(client, address)
    page = client.get(last).text
    assert "Head of marketing" in page and "function is Marketing" in page and "Nothing yet about" in page
    there = step(client, last, "publish", review="3")
    version = PersonaVersion.objects.get()
    assert there == f"/language/persona/{version.persona_id}/" and not PersonaDraft.objects.exists()
    assert version.story == {
        "role@en": "Head of marketing",
        "role.tools@fr": "Tableur",
        "objections@en": "Budget\nTime",
    }
    assert version.rules == {"field": "lead.function", "op": "one_of", "value": ["Marketing"]}
    assert version.persona.negative and version.persona.review_on > clock.today() + timedelta(days=80)
    facts.lead(clock.now() - timedelta(days=1), function="marketing")
    text = client.get(there + "?count=1").text
    assert "function is Marketing" in text and "1 lead matches now" in text and "Negative persona" in text
    assert '<dd lang="fr">Tableur</dd>' in text and "<li>Budget</li>" in text
    fragment = client.get(there + "counts/", headers=HX).text
    assert "1 lead matches now" in fragment and "<html" not in fragment
    assert "Maud" in client.get("/language/").text


def test_every_way_out_of_a_step_saves_it_and_a_draft_is_found_again(client):
    address = begun(client)
    home = step(client, address, "keep", **{"role.day@en": "Mails, then meetings"})
    draft = PersonaDraft.objects.get()
    assert home == "/language/#personas" and f"/language/persona/draft/{draft.pk}/role/" in client.get(home).text
    typed = form(client.get(address).text, "").filled(do="quiet", **{"role.day@en": "Meetings"})
    quiet = client.post(address, {name: text for name, text in typed.items() if name != "once"})
    assert quiet.json()["revision"] == draft.revision + 1
    assert "Meetings" in client.get(address).text
    gone = client.post(f"/language/persona/draft/{draft.pk}/")
    assert gone["Location"] == home and not PersonaDraft.objects.exists() and client.get(address).status_code == 404


def test_two_people_at_one_draft_lose_nothing(client):
    address = begun(client)
    mine, theirs = form(client.get(address).text, ""), form(client.get(address).text, "")
    client.post(address, theirs.filled(do="go:role", **{"role@en": "Theirs", "role.day@en": "Also theirs"}))
    answer = client.post(address, mine.filled(do="go:role", **{"role@en": "Mine"}))
    assert answer.status_code == 422 and "Nothing is lost" in answer.text
    again = form(answer.text, "")
    assert again.data["role@en"] == ["Mine"] and PersonaDraft.objects.get().story["role@en"] == "Theirs"
    assert client.post(address, mine.filled(do="quiet")).json()["stale"]
    client.post(address, again.filled(do="go:role"))
    assert PersonaDraft.objects.get().story["role@en"] == "Mine"


def test_saved_unchanged_a_persona_keeps_its_version_and_changed_it_gets_the_next(client):
    story = {"role": "Head", "role@fr": "Directrice", "challenges@en": "Tools"}
    rules = {"field": "lead.country", "op": "is", "value": "FR"}
    made = persona_services.create_persona(name="Maud", story=story, rules=rules, by=None, at=clock.now())
    base = f"/language/persona/{made.persona_id}/edit/"
    assert form(client.get(base + "role/").text, "").data["role@en"] == ["Head"]
    step(client, step(client, base + "role/", "go:check", **{"role@en": "Head of marketing"}), "publish")
    first, second = PersonaVersion.objects.order_by("number")
    assert (second.number, second.rules) == (2, first.rules)
    assert second.story == {"role@en": "Head of marketing", "role@fr": "Directrice", "challenges@en": "Tools"}
    text = client.get(f"/language/persona/{made.persona_id}/compare/").text
    assert "<ins> of marketing</ins>" in text and "Directrice" not in text
    step(client, step(client, base + "role/", "go:check"), "publish")
    assert PersonaVersion.objects.count() == 2


@pytest.mark.parametrize(
    ("name", "said"), [("", "A persona needs a name."), ("maud", "There is a persona of this name already.")]
)
def test_a_name_is_given_once(client, name, said):
    persona_services.create_persona(name="Maud", story={}, rules={}, by=None, at=clock.now())
    answer = client.post(NEW, form(client.get(NEW).text, "").filled(do="go:role", name=name, negative="yes"))
    assert answer.status_code == 422 and said in answer.text and "checked" in answer.text
    assert not PersonaDraft.objects.exists()


def test_half_chosen_rules_wait_in_the_draft_and_only_publishing_refuses_them(client):
    address = at(begun(client), "match")
    asked = form(client.get(address).text, "")
    asked = form(client.post(address, asked.filled(do="refresh", rules__kind="field"), headers=HX).text, "")
    asked = form(client.post(address, asked.filled(do="refresh", rules__field="lead.function"), headers=HX).text, "")
    check = client.post(address, asked.filled(do="go:check"), headers=HX)["HX-Redirect"]
    text = client.get(check).text
    assert "A list of 1 to" in text and address in text
    answer = client.post(check, form(text, "").filled(do="publish"))
    assert answer.status_code == 422 and not Persona.objects.exists()
    assert form(client.get(address).text, "").data["rules.field"] == ["lead.function"]
    ruled(client, address)
    step(client, check, "publish", review="never")
    assert Persona.objects.get().review_on is None


def test_a_name_alone_may_be_published_at_once(client):
    there = step(client, NEW, "now", name="Paul")
    persona = Persona.objects.get()
    assert there == f"/language/persona/{persona.pk}/" and persona.review_on and not PersonaDraft.objects.exists()
    answer = client.post(NEW, form(client.get(NEW).text, "").filled(do="now", name="paul"))
    assert answer.status_code == 422 and Persona.objects.count() == 1 and not PersonaDraft.objects.exists()


def test_without_rules_it_resembles_nobody(client):
    step(client, at(begun(client), "check"), "publish")
    assert "Nobody: no match rules yet." in client.get(f"/language/persona/{Persona.objects.get().pk}/").text


def test_a_copy_is_a_draft_of_its_own_and_a_retired_one_comes_back(client):
    made = persona_services.create_persona(name="Maud", story={"pitch": "Hello"}, rules={}, by=None, at=clock.now())
    act = f"/language/persona/{made.persona_id}/act/"
    copy = client.post(act, {"do": "duplicate"})["Location"]
    assert form(client.get(copy).text, "").data["name"] == ["Maud, copy"]
    step(client, at(copy, "check"), "publish")
    assert PersonaVersion.objects.get(persona__name="Maud, copy").story == {"pitch@en": "Hello"}
    client.post(act, {"do": "retire"})
    assert "Bring back" in client.get(act.replace("act/", "")).text
    assert "Retired:" in client.get("/language/").text
    client.post(act, {"do": "back"})
    assert list(Persona.objects.order_by("place").values_list("name", flat=True)) == ["Maud, copy", "Maud"]


def test_the_order_is_agreed_by_a_whole_list_or_by_one_step(client):
    one, two, three = (
        persona_services.create_persona(name=name, story={}, rules={}, by=None, at=clock.now()).persona_id
        for name in "ABC"
    )
    address = "/language/personas/order/"
    asked = form(client.get(address).text, f"{address}agree/")
    client.post(f"{address}agree/", asked.filled(do=f"up:{three}"))
    assert list(Persona.objects.order_by("place").values_list("name", flat=True)) == ["A", "C", "B"]
    client.post(f"{address}agree/", {"order": f"{two} {one} {three}"})
    assert list(Persona.objects.order_by("place").values_list("name", flat=True)) == ["B", "A", "C"]
    assert "by Claire" in client.get(address).text
    assert client.post(f"{address}agree/", {"order": f"{two} {one}"}).status_code == 422


def test_age_and_family_wait_hidden_until_somebody_switches_them_on(client):
    story = {"background.age@en": "30 to 45", "background.education@en": "Business school"}
    made = persona_services.create_persona(name="Maud", story=story, rules={}, by=None, at=clock.now())
    page, step_ = f"/language/persona/{made.persona_id}/", f"/language/persona/{made.persona_id}/edit/background/"
    shown = [page, page + "print/", page + "compare/", step_, "/language/personas/?format=csv"]
    assert not any("30 to 45" in client.get(one).text for one in shown)
    fields = form(client.get(at(step_, "match")).text, "")
    asked = client.post(at(step_, "match"), fields.filled(do="refresh", rules__kind="field"), headers=HX).text
    assert "lead.function" in asked and "lead.birth_date" not in asked
    step(client, step_, "go:check", **{"background.education@en": "University"})
    step(client, at(step_, "check"), "publish")
    assert PersonaVersion.objects.latest("number").story["background.age@en"] == "30 to 45"
    Installation.objects.create(company="Acme")
    boss = Client()
    boss.force_login(person("Alex", "administrator"))
    assert "1 persona says something" in boss.get("/settings/personas/").text
    boss.post("/settings/personas/", {"on": "yes"})
    assert all("30 to 45" in client.get(one).text for one in (page, page + "print/", step_))
    asked = client.post(at(step_, "match"), fields.filled(do="refresh", rules__kind="field"), headers=HX).text
    assert "lead.birth_date" in asked
    assert client.get("/settings/personas/").status_code == 403


def test_an_interview_keeps_words_only_with_consent_and_is_taken_back_without_them(client):
    made = persona_services.create_persona(name="Maud", story={}, rules={}, by=None, at=clock.now())
    address, page = f"/language/persona/{made.persona_id}/interview/", f"/language/persona/{made.persona_id}/"

    def note(**values):
        return client.post(address, form(client.get(address).text, "").filled(**values))

    said = {"source": "Head of marketing, software", "quote": "Figures nobody believes"}
    assert "kept only when they agreed" in note(**said).text
    assert "No address and no name here" in note(source="maud@example.org").text
    later = note(**said, held_on=(clock.today() + timedelta(days=1)).isoformat())
    assert later.status_code == 422 and "still to come" in later.text and "Figures nobody believes" in later.text
    assert note(**said, consented="on").status_code == 302
    text = client.get(page).text
    assert "Figures nobody believes" in text and "interview by Claire" in text
    back = f"/language/interview/{made.persona.interviews.get().pk}/back/"
    other = Client()
    other.force_login(person("Otto", "marketer"))
    assert other.get(back).status_code == 404
    assert client.post(back, form(client.get(back).text, "").filled(reason="")).status_code == 302
    text = client.get(page).text
    assert "Figures nobody believes" not in text and "taken back by Claire" in text
    assert "taken back before" in client.post(back, {"reason": "x"}).text


def test_the_sheet_says_the_role_and_the_first_quote_once_beside_the_name(client):
    told = {
        "role": "Runs marketing alone.",
        "role.job": "Head of marketing",
        "quotes": "Show me the list.\nWho called?",
    }
    made = persona_services.create_persona(name="Maud", story=told, rules={}, by=None, at=clock.now())
    sheet = client.get(f"/language/persona/{made.persona_id}/print/").text
    for text in ("Runs marketing alone.", "Show me the list.", "Who called?", "Head of marketing"):
        assert sheet.count(text) == 1, text
