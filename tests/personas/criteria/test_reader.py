"""Sentences read back from their plain text alone: the same tree, whatever the capitals and spaces; and where reading stops."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personas.criteria import offers, operators, phrases, reader, spelling
from personas.criteria.fields import FieldInfo
from personas.criteria.operators import FOLD_FROM, FOLD_TO, fold
from personas.criteria.sentence import Voice, plain
from tests.personas.builder.anything import WORDS, criteria
from tests.scale import examples

from .samples import CATALOGUE, PRICING, event, field, item

# Labels that could be taken for something else, or for one another.
AWKWARD = {
    info.key: info
    for info in (
        FieldInfo("lead.x_rd", "text", "research and development", "recherche et développement", "la"),
        FieldInfo("lead.x_is", "text", "origin is", "origine est", "l'", "f"),
        FieldInfo("lead.x_budget", "number", "Budget (k€): total", "Budget (k€) : total", ""),
        FieldInfo("lead.x_twin", "text", "Origin", "Origine", "l'", "f"),
        FieldInfo("company.x_none", "bool", "none of this", "rien de ceci", "le"),
        FieldInfo("lead.x_level", "choice", "level", "niveau", "le", choices={"a": ("A or B", "A ou B"), "b": ("B", "B"), "c": ("B", "B"), "d": ("not yet", "pas encore")}),
    )
}  # fmt: skip
FIELDS = CATALOGUE | AWKWARD
SAID = ["Élan", "a, b", "SaaS", "l’eau “x”", "« y »", "12", "true", "yes", "oui", "12 000", "50 %", " spaced ", "☕", "at least 5",
        "filled in", "in the last 30 days", "made in", "or", "A ou B", "ni", "pas Élan", "is", "x fewer", "/tarifs", "a:b", "#7", "asked for a demo",
        "n’a pas agi", "a “b” ””", "(x)", "two  spaces", "research and development", "5 times", "planName", "of"]  # fmt: skip
PERSONAS = {1: "Maud", 2: "Étudiant", 3: "Maud"}
CAMPAIGNS = {7: "Salon", "c1": "Foire", "c2": "Foire", "Élan": "Élan", "7": "SaaS"}
VOICES = [Voice(lang, FIELDS, PERSONAS, CAMPAIGNS) for lang in ("en", "fr")]

CRITERIA = criteria("c", FIELDS, personas=(1, 2, 3, 9), words=st.sampled_from(SAID) | WORDS)
SPACES = st.sampled_from([" ", "  ", "\u00a0", "\u202f", "\n", "\t "])
_MARKED = re.compile(r"(“(?:[^”]|””)*”|«(?:[^»]|»»)*»)")


def respaced(text, draw):
    """Other spaces between the words, quoted texts left alone."""
    parts = _MARKED.split(text)
    return "".join(
        part if index % 2 else re.sub(r"\s", lambda _: draw(SPACES), part) for index, part in enumerate(parts)
    )


def recased(text, draw):
    """Each letter as a capital or not."""
    upper, lower = str.maketrans(FOLD_TO, FOLD_FROM), str.maketrans(FOLD_FROM, FOLD_TO)
    ways = draw(st.lists(st.booleans(), min_size=8, max_size=8))
    return "".join(letter.translate(upper if ways[index % 8] else lower) for index, letter in enumerate(text))


def without_capitals(tree):
    """A tree with its texts as they are compared; what tells capitals apart stays."""
    if isinstance(tree, dict):
        return {key: part if key in ("campaign", "key") else without_capitals(part) for key, part in tree.items()}
    if isinstance(tree, list):
        return [without_capitals(part) for part in tree]
    return fold(tree) if isinstance(tree, str) else tree


def told(tree, key):
    """All that stands under a key of a tree."""
    found = {tree[key]} if key in tree and isinstance(tree[key], str) else set()
    for part in tree.values():
        for inner in part if isinstance(part, list) else [part]:
            found |= told(inner, key) if isinstance(inner, dict) else set()
    return found


@pytest.mark.sized
@pytest.mark.parametrize("voice", VOICES, ids=["en", "fr"])
@settings(max_examples=examples(1000, share=12), deadline=None)
@given(CRITERIA, st.data())
def test_any_criterion_is_read_back_from_its_sentence(voice, one, data):
    campaigns = CAMPAIGNS | {key: CAMPAIGNS.get(key, key) for key in told(one["when"], "campaign")}
    voice = replace(voice, campaigns=campaigns, properties=frozenset(told(one["when"], "key")))
    wanted = spelling.criterion(one, FIELDS)
    wanted.pop("key")
    text = plain(voice.criterion(one))
    assert reader.read_criterion(text, voice) == wanted
    assert reader.read_criterion(respaced(text, data.draw), voice) == wanted
    assert without_capitals(reader.read_criterion(recased(text, data.draw), voice)) == without_capitals(wanted)


EN, FR = VOICES


@pytest.mark.parametrize(("text", "wanted"), [
    ("The company's number of employees is between 50 and 12,000", field("company.employees", "between", [50, 12000])),
    ("number of employees is at least 50", field("company.employees", "at_least", 50)),
    ("renewal date is before 2026-12-01", field("lead.renewal", "before", "2026-12-01")),
    ("renewal date is before 1 December 2026", field("lead.renewal", "before", "2026-12-01")),
    ("(function is Marketing)", field("lead.function", "is", "marketing")),
    ('sent the form "demo"', {"event": {"kind": "form", "form": "demo"}}),
    ("all of this: asked for a demo and unsubscribed", {"all": [{"event": {"kind": "demo"}}, {"event": {"kind": "unsubscribe"}}]}),
])  # fmt: skip
def test_what_a_person_types_a_little_otherwise_is_understood(text, wanted):
    assert reader.read_condition(text, EN) == wanted


def test_a_line_may_say_points_or_not():
    assert reader.read_line("secteur est SaaS, Services ou Banque", FR) == {
        "when": field("company.industry", "one_of", ["SaaS", "Services", "Banque"])
    }
    line = reader.read_line(
        "a visité une page comme /pricing sur les 30 derniers jours : +20 à chaque fois, plafond 40", FR
    )
    wanted = spelling.criterion(item("c", 20, event("page", 30, page=PRICING), each=True, cap=40), FIELDS)
    assert line | {"key": "c"} == wanted


STOPS = [
    (EN, "function is at lest 5", "at lest 5", "not"),
    (EN, "the company’s number of employees is betwen 5 and 6", "betwen 5 and 6", "between"),
    (EN, "function is Marketng", "Marketng", "Marketing"),
    (EN, "visited a page like /pricing in the last thirty days", "thirty days", "a whole number"),
    (EN, "industry is Sofware and", "", "visited a page"),
    (EN, "resembles the persona “Paul”", "“Paul”", "“Étudiant”"),
    (EN, "asked for a demo and unsubscribed or clicked a mail", "or clicked a mail", "and"),
    (EN, "funct is set", "funct is set", "function"),
    (FR, "la fonction est Marketng", "Marketng", "Marketing"),
    (FR, "a visité une page comme /tarifs sur les 30 derniers jour", "jour", "jours"),
    (FR, "le secteur de l’entreprise est exactement", "", "un texte"),
    (FR, "a envoyé le formulaire « demo", "", "»"),
]  # fmt: skip


@pytest.mark.parametrize(("voice", "text", "rest", "offered"), STOPS)
def test_where_reading_stops_it_says_so_and_what_could_stand_there(voice, text, rest, offered):
    with pytest.raises(reader.Unread) as caught:
        reader.read_line(text, voice)
    assert text[caught.value.at :] == rest
    assert offered in [*offers.texts(caught.value, voice, limit=99), *offers.values(caught.value, voice)]
    said = offers.message(caught.value, voice)
    assert not rest or rest in said


@pytest.mark.parametrize("text", [
    "(" * 3000, "function is Marketing or " * 100 + "x", "“" * 2000, "none of this: " * 200, "", " ", "\x00", "#", "é" * 3000,
    "with and " * 300, "did “x” with a = 1" + " and a = 1" * 200 + " and",
])  # fmt: skip
@pytest.mark.parametrize("voice", VOICES, ids=["en", "fr"])
def test_any_text_is_refused_with_a_message(voice, text):
    with pytest.raises(reader.Unread) as caught:
        reader.read_line(text, voice)
    assert offers.message(caught.value, voice)
    with pytest.raises(reader.Unread, match="sentence_long"):
        reader.read_line("x" * (reader.MAX_LENGTH + 1), voice)


def test_a_sentence_that_two_trees_would_print_is_refused(monkeypatch):
    """A planted fault: were "is only" said as "is", a choice alone and a list of one would read alike."""
    monkeypatch.setitem(phrases.ALONE, "", phrases.ALONE[""] | {"one_of": phrases.OPERATOR_PHRASES["is"]})
    with pytest.raises(reader.Unread, match="sentence_two_ways"):
        reader.read_condition("function is Marketing", EN)


def test_an_operator_added_as_one_row_is_read_at_once(monkeypatch):
    row = operators.Operator(
        "ends_with", ("text",), "one", lambda v, o, t: v.endswith(o), ("ends in", "finit par"),
        ("{S} ends in {value}", "{S} finit par {value}"),
    )  # fmt: skip
    monkeypatch.setitem(operators.OPERATORS, "ends_with", row)
    for value in ("ware", "what ends in ware", "ce qui finit par rien"):
        one = field("company.industry", "ends_with", value)
        for voice in VOICES:
            assert reader.read_condition(plain(voice.condition(one)), voice) == one
