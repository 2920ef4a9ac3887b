"""A field, an operator and a fading more: one row and one case each, put into the tables while this test runs. The builder, the
schema that programs ask for, the page of the documentation, the sentences and the property tests know them at once."""

import html
import re

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.scoring.values import TESTS
from personas import catalogue, reference
from personas.criteria import spelling
from personas.criteria.behaviours import key_of
from personas.criteria.decay import DECAYS, MILLION, Decay
from personas.criteria.edges import edges
from personas.criteria.fields import TEXT
from personas.criteria.operators import ONE, OPERATORS, Operator
from personas.criteria.reader import read_criterion
from personas.criteria.sentence import Voice, plain
from personas.definitions import services
from personas.definitions.catalogue import catalogue as fields
from tests.forms import form
from tests.leads import worlds
from tests.leads.scoring.test_compile import PHASES, QUIET, sql_says_what_python_says
from tests.people import client_of, person
from tests.personas.builder import anything
from tests.personas.builder.test_round_trip import through_the_form
from tests.personas.criteria.samples import event, item

pytestmark = pytest.mark.django_db

MOTTO = catalogue.Field("lead.x_motto", TEXT, "", "motto", "devise", "la")
ENDS = Operator(
    "ends_with", (TEXT,), ONE, lambda value, asked, today: value.endswith(asked), ("ends in", "finit par"),
    ("{S} {is_} ending in {value}", "{S} {est} à terminaison {value}"),
    of_property=("{S} ending in {value}", "{S} à terminaison {value}"),
)  # fmt: skip
PLATEAU = Decay(
    "plateau", lambda days: ((MILLION,) * days + (MILLION // 2,) * days, 0), ("by half, then to nothing", "de moitié, puis à zéro"),
    (", half after {value} {days}", ", la moitié après {value} {days}"),
)  # fmt: skip


@pytest.fixture
def more(monkeypatch):
    """The three rows, and the case of the operator in SQL."""
    monkeypatch.setattr(catalogue, "BUILTIN", (*catalogue.BUILTIN, MOTTO))
    catalogue.ensure_catalogue()
    monkeypatch.setitem(OPERATORS, ENDS.name, ENDS)
    monkeypatch.setitem(TESTS, ENDS.name, lambda v, p, o, t: f"right({v}, length({p.add(o)})) = {p.add(o)}")
    monkeypatch.setitem(DECAYS, PLATEAU.name, PLATEAU)
    monkeypatch.setitem(worlds.TYPES, MOTTO.key, "text")


def body() -> dict:
    """A criterion that asks the new field by the new operator, one that fades the new way, one that asks a property."""
    one = services.tree.empty_body()
    one["fit"]["items"] = [item("motto", 60, {"field": MOTTO.key, "op": ENDS.name, "value": "L"})]
    one["engagement"]["items"] = [
        item("page", 20, event("page"), each=True, decay={"kind": PLATEAU.name, "days": 9}),
        item("plan", 5, event("form", props=[{"key": "plan", "op": ENDS.name, "value": "L"}])),
    ]  # fmt: skip
    return one


def chosen(page: str, name: str) -> str:
    """What is shown as chosen in a list of the form."""
    options = re.search(rf'<select[^>]* name="{re.escape(name)}".*?</select>', page, re.S)[0]
    return html.unescape(re.search(r"<option [^>]*selected>([^<]*)<", options)[1])


def test_the_studio_offers_them_and_keeps_what_it_shows(more):
    line = services.create_line(name="France", by=None, at=worlds.NOON, body=body())
    for lang, words in (
        ("en", ("motto", "ends in", PLATEAU.label[0])),
        ("fr", ("devise", "finit par", PLATEAU.label[1])),
    ):
        client = client_of(person(lang, "marketer", language=lang))
        fit, faded, asked = (
            client.get(f"/language/definition/{line.pk}/?edit={place}")
            for place in ("fit.items.0", "engagement.items.0", "engagement.items.1")
        )
        shown = chosen(fit.text, "when.field"), chosen(fit.text, "when.op"), chosen(faded.text, "decay.kind")
        assert shown == words and chosen(asked.text, "when.event.props.0.op") == words[1]
    typed = form(faded.text, "/row/")
    assert client.post(typed.action, typed.filled(do="save", decay__days="12")).status_code == 302
    line.draft.refresh_from_db()
    assert line.draft.body["engagement"]["items"][0]["decay"] == {"kind": "plateau", "days": 12}
    assert line.draft.body["fit"] == body()["fit"]


def test_sentences_and_the_documentation_say_them(more):
    said = [
        (plain(Voice(lang, fields()).criterion(body()["fit"]["items"][0])), Voice(lang, fields()).criterion(body()["engagement"]["items"][0]))
        for lang in ("en", "fr")
    ]  # fmt: skip
    assert said[0][0] == "motto is ending in L: +60" and plain(said[0][1]).endswith(", half after 9 days")
    assert said[1][0].startswith("la devise est à terminaison L") and plain(said[1][1]).endswith(
        ", la moitié après 9 jours"
    )
    for lang, words in (("en", "with plan ending in L: +5"), ("fr", "avec plan à terminaison L\u202f: +5")):
        voice, asked = Voice(lang, fields()), body()["engagement"]["items"][1]
        assert words in plain(voice.criterion(asked))
        assert read_criterion(plain(voice.criterion(asked)), voice)["when"] == spelling.condition(
            asked["when"], fields()
        )
    page = reference.criteria()
    assert (
        "| `lead.x_motto` | text | motto | devise |" in page
        and "| `ends_with` | text | one | ends in | finit par |" in page
    )
    assert "| `ends_with` | sent a form with plan ending in SaaS |" in page and "industry is ending in SaaS |" in page
    assert "| `plateau` | by half, then to nothing | de moitié, puis à zéro | no | 1095 |" in page


def test_programs_find_them_in_the_schema(more):
    schema = client_of(person("anna", "marketer")).get("/api/v1/criteria/").json()
    check = jsonschema.Draft202012Validator(schema)
    assert check.is_valid(body())
    DECAYS.pop(PLATEAU.name), OPERATORS.pop(ENDS.name)
    without = client_of(person("bob", "viewer")).get("/api/v1/criteria/").json()
    assert not jsonschema.Draft202012Validator(without).is_valid(body())


@settings(max_examples=4, deadline=None, phases=PHASES, suppress_health_check=QUIET)
@given(data=st.data())
def test_the_property_of_the_scorer_holds_for_them(more, data):
    worlds.catalogue()
    drawn = data.draw(worlds.bodies(), "body")
    mine = body()
    for axis in ("fit", "engagement"):
        drawn[axis]["items"][:0] = mine[axis]["items"]
    sql_says_what_python_says(data, drawn)


@settings(max_examples=10, deadline=None, suppress_health_check=[*HealthCheck])
@given(data=st.data())
def test_the_properties_of_the_language_hold_for_them(more, data):
    """Drawn by the same strategies as everything else: the form shows and reads them, and their edges are declared."""
    some = {MOTTO.key: fields()[MOTTO.key]}
    cond = data.draw(anything.fields(some).filter(lambda cond: cond["op"] == ENDS.name))
    assert through_the_form(cond, some) == cond
    ages = {one.key: one.days for one in edges(body())}[key_of({"kind": "page"})]
    assert {0, 9, 18} <= {*ages}
