"""Match rules written as one sentence: read in both languages, what is not understood says what and where and stays as typed."""

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from personas.criteria import spelling
from personas.criteria.reader import Unread, read_rules
from personas.criteria.sentence import Voice, plain
from personas.criteria.tree import GROUPS
from personas.definitions import persona_drafts
from personas.definitions.catalogue import catalogue
from personas.models import Persona, PersonaDraft
from tests.forms import form
from tests.people import person
from tests.personas.builder.anything import fields
from tests.personas.pages.test_personas import HX, at, begun, step
from tests.scale import examples

pytestmark = pytest.mark.django_db
RULES = {
    "all": [
        {"field": "company.employees", "op": "between", "value": [50, 500]},
        {"field": "lead.country", "op": "one_of", "value": ["FR", "BE"]},
    ]
}


def browser(language):
    client = Client()
    client.force_login(person(f"Claire {language}", "marketer", language=language))
    client.cookies["django_language"] = language
    return client


@pytest.fixture
def client():
    return browser("en")


def opened(client, address):
    """The form of the step as a sentence, from its fields."""
    asked = form(client.get(address).text, "")
    return form(client.post(address, asked.filled(do="write"), headers=HX).text, "")


def left(client, address, text, do="go:check"):
    """Leave the step by a button with a sentence in it; where it leads."""
    answer = client.post(address, opened(client, address).filled(sentence=text, do=do))
    assert answer.status_code == 302, answer.text
    return answer["Location"]


def rules(known):
    """Trees that ask of fields alone."""
    group = st.sampled_from(GROUPS)
    some = lambda inner: st.tuples(group, st.lists(inner, min_size=1, max_size=3)).map(lambda pair: {pair[0]: pair[1]})  # noqa: E731
    return st.recursive(fields(known), some, max_leaves=5)


def kept():
    return persona_drafts.condition(PersonaDraft.objects.get())


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "headcount is between 50 and 500 and country is FR or BE"),
        ("en", "l’effectif de l’entreprise est compris entre 50 et 500 et le pays est FR ou BE"),
        ("fr", "l’effectif de l’entreprise est compris entre 50 et 500 et le pays est FR ou BE"),
        ("fr", "headcount is between 50 and 500 and country is FR or BE"),
    ],
)
def test_a_sentence_becomes_the_rules_in_either_language(language, text):
    client = browser(language)
    address = at(begun(client), "match")
    check = left(client, address, text)
    assert kept() == RULES
    fields = form(client.get(address).text, "")  # opened again, the step shows fields
    assert fields.data["rules.kind"] == ["all"] and "sentence" not in fields.data
    step(client, check, "publish", review="never")
    assert Persona.objects.get().versions.get().rules == RULES


def test_what_is_not_understood_says_where_stays_as_typed_and_is_not_published(client):
    address = at(begun(client), "match")
    text = "headcount is betwen 50 and 500"
    check = left(client, address, text)
    again = client.get(address).text
    assert form(again, "").data["sentence"] == [text] and "Reading stops at “betwen 50 and 500”" in again
    assert 'name="take" value="headcount is between 50 and 500"' in again
    page = client.get(check).text
    assert f"The match rules are not understood: “{text}”." in page and "no lead will resemble" not in page
    answer = client.post(check, form(page, "").filled(do="publish"))
    assert answer.status_code == 422 and not Persona.objects.exists()
    taken = client.post(address, form(again, "").filled(take="headcount is between 50 and 500")).text
    assert "headcount is between 50 and 500</p>" in taken
    left(client, address, form(taken, "").data["sentence"][0])
    assert kept() == RULES["all"][0]


def test_rules_ask_of_fields_alone_and_sound_values(client):
    address = at(begun(client), "match")
    left(client, address, "visited a page like /pricing")
    assert "Reading stops at “visited a page like /pricing”" in client.get(address).text
    asked = form(client.get(address).text, "")
    client.post(address, asked.filled(sentence="headcount is between 500 and 50", do="keep"))
    page = client.get(address).text
    assert "the lower first" in page and form(page, "").data["sentence"] == ["headcount is between 500 and 50"]


def test_fields_and_sentence_are_two_sides_of_the_rules(client):
    address = at(begun(client), "match")
    left(client, address, "country is FR or BE", "go:match")
    asked = opened(client, address)
    assert asked.data["sentence"] == ["country is FR or BE"]
    back = form(client.post(address, asked.filled(do="fields"), headers=HX).text, "")
    assert back.data["rules.field"] == ["lead.country"]
    half = client.post(address, back.filled(do="write", rules__field="company.employees", rules__op="between")).text
    assert "sentence" not in form(half, "").data and "field-error" in half  # nothing that was chosen is lost
    client.post(address, asked.filled(sentence="", do="keep"))
    assert kept() == {} and "sentence" not in form(client.get(address).text, "").data


def test_how_it_reads_is_told_while_typing_and_a_pause_keeps_what_stands_there(client):
    address = at(begun(client), "match")
    asked = opened(client, address)
    headers = HX | {"HX-Target": "heard"}
    answer = client.post(address, asked.filled(sentence="le pays est FR ou BE", do="check"), headers=headers)
    assert answer.text.strip().startswith('<div id="heard"') and "country is FR or BE" in answer.text
    told = client.post(address, asked.filled(sentence="country is FR or", do="quiet")).json()
    assert PersonaDraft.objects.get().rules == {"rules.sentence": ["country is FR or"]}
    theirs = asked.filled(sentence="country is DE", do="go:check")
    stale = client.post(address, theirs)
    again = form(stale.text, "")  # what they said, as fields
    assert (
        stale.status_code == 422
        and again.data["rules.field"] == ["lead.country"]
        and "DE" in again.data["rules.value.more"][0]
    )
    assert again.data["revision"] == [str(told["revision"])]


@pytest.mark.sized
@settings(max_examples=examples(60), deadline=None, suppress_health_check=[*HealthCheck])
@given(data=st.data(), lang=st.sampled_from(["en", "fr"]))
def test_every_rule_reads_back_and_nothing_but_rules_does(data, lang):
    known = {key: one for key, one in catalogue().items() if not one.retired}
    cond = data.draw(rules(known))
    voice = Voice(lang, known)
    assert read_rules(plain(voice.condition(cond)), voice) == spelling.condition(cond, known)
    done = plain(voice.condition({"all": [cond, {"event": {"kind": "demo"}}]}))
    with pytest.raises(Unread):
        read_rules(done, voice)
