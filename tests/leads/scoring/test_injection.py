"""Hostile text through every door by which a definition can come: refused in words, or matched letter by letter; never part
of a statement."""

import json
from collections.abc import Callable
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection

from leads.models import Lead
from leads.scoring import asks, compile, conditions, days, filters, ledger, oracle, preview, program, stored
from leads.scoring.sql import Params
from leads.scoring.values import TESTS
from personas.criteria import tree
from personas.criteria.operators import fold
from personas.criteria.validate import validate
from personas.definitions import persona_services, services
from personas.definitions.catalogue import catalogue
from personas.models import DefinitionDraft, FieldDef, PersonaVersion
from tests.forms import form
from tests.leads import facts, worlds
from tests.leads.scoring import test_timeline
from tests.leads.scoring.test_compile import scores
from tests.people import client_of, person

pytestmark = pytest.mark.django_db
MARK = "zqx"
HOSTILE = (
    f"{MARK}'; DROP TABLE leads_lead; --", f'{MARK}" OR 1=1', f"{MARK}' OR '1'='1", f"{MARK}%s", f"{MARK}%(t)s", f"{MARK}%%",
    f"{MARK}\\", f"\\'{MARK}; SELECT pg_sleep(9)", f"$$ {MARK} $$", f"{MARK}{{0}}", f"{MARK} /* x */", f"{MARK}\n;\n",
    f"{MARK}\t☕", f"{MARK}::text", f"{MARK}}}]", f"%{MARK}%", f"_{MARK}_ x", f"' || (SELECT 1) || '{MARK}", f"É{MARK}\u2028", f"plan.{MARK}",
)  # fmt: skip
UNSPEAKABLE = ("a\x00b", "\ud800", "x\udfffy")  # what no text of a database can hold


def _event(kind: str, **parts) -> dict:
    return {"event": {"kind": kind, **parts}}


# place -> (condition that asks for a text there, whether it asks for a part of it)
PLACES: dict[str, tuple[Callable[[str], dict], bool]] = {
    "a value": (lambda text: {"field": "lead.x_note", "op": "is", "value": text}, False),
    "a value of a column": (lambda text: {"field": "company.industry", "op": "is", "value": text}, False),
    "one of several values": (lambda text: {"field": "lead.x_note", "op": "one_of", "value": ["x", text]}, False),
    "a part of a value": (lambda text: {"field": "lead.x_note", "op": "contains", "value": text}, True),
    "a page": (lambda text: _event("page", page={"op": "is", "value": text}), False),
    "a part of a page": (lambda text: _event("page", page={"op": "like", "value": text}), True),
    "a form": (lambda text: _event("form", form=text), False),
    "a name": (lambda text: _event("track", name=text), False),
    "a campaign": (lambda text: _event("mail_click", campaign=text), False),
    "a property": (lambda text: _event("form", props=[{"key": text, "op": "is_set"}]), False),
    "a property's value": (lambda text: _event("form", props=[{"key": "plan", "op": "is", "value": text}]), False),
    "a part of a property's value": (lambda text: _event("form", props=[{"key": "plan", "op": "contains", "value": text}]), True),
}  # fmt: skip


@contextmanager
def watched():
    """Statements are looked at: none may hold the mark, which only text of users bears."""

    def look(execute, sql, params, many, context):
        assert MARK not in str(sql).lower(), sql
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield


def said_by(text: str) -> int:
    """A lead that says and does this text in every place."""
    at = worlds.NOON - timedelta(days=3)
    lead = facts.lead(at, x_note=text, company=facts.company(at, industry=text))
    facts.event(lead, "page", at, page=text)
    facts.event(lead, "form", at, form=text, props={text: True, "plan": text})
    facts.event(lead, "track", at, name=text)
    facts.event(lead, "mail_click", at, campaign=worlds.campaign(text))
    return lead


def asking() -> dict:
    """A definition that asks for every text in every place: a group a place, a criterion a text."""
    body = tree.empty_body() | {"mandatory": []}
    for at, (ask, _part) in enumerate(PLACES.values()):
        items = [{"key": f"k{at}.{n}", "points": 1, "when": ask(text)} for n, text in enumerate(HOSTILE)]
        body["engagement"]["items"].append({"key": f"g{at}", "cap": 100, "items": items})
    return body


def matched_literally() -> None:
    """Compiled scorer, walk, count and plain Python find each text at whoever said it, and nobody else."""
    worlds.catalogue()
    body = asking()
    assert validate(body, catalogue()) == []
    with watched():
        ledger.ensure([body])
        leads = [said_by(text) for text in HOSTILE]
        found = scores(body, asks.listed([(lead, worlds.NOON) for lead in leads]))
        walked = test_timeline.walked(body, leads)
        counted = preview.count(body, worlds.NOON)
    for lead, text in zip(leads, HOSTILE, strict=True):
        slots = dict(zip(tree.slots(body), found[lead, worlds.NOON][4], strict=True))
        for at, (place, (_ask, part)) in enumerate(PLACES.items()):
            for n, other in enumerate(HOSTILE):
                holds = fold(other) in fold(text) if part else other == text
                assert slots[f"k{at}.{n}"] == holds, (place, other, text)
        plain = oracle.score(lead, body, worlds.NOON)
        assert found[lead, worlds.NOON][4] == plain.contributions == list(walked[lead][1][-1][4])
    for path, item, _group in tree.items(body, "engagement"):
        slot = tree.slots(body).index(item["key"])
        assert counted.hits[tree.written(path)] == sum(row[4][slot] for row in found.values())
    assert Lead.objects.count() == len(HOSTILE)


def test_hostile_text_is_matched_letter_by_letter_wherever_text_may_stand():
    matched_literally()


def _written_out(monkeypatch):
    monkeypatch.setattr(Params, "add", lambda self, value: "'" + str(value).replace("'", "''").replace("%", "%%") + "'")


def _pattern(monkeypatch):
    monkeypatch.setitem(TESTS, "contains", lambda v, p, o, t: f"{v} LIKE '%%' || {p.add(o)} || '%%'")


def _path(monkeypatch):
    right = filters._property

    def wrong(cond, params):
        return right(cond, params).replace("(x.props -> ", "(x.props #> string_to_array(").replace("s)", "s, '.'))")

    monkeypatch.setattr(filters, "_property", wrong)


FAULTS = {
    "values are written into the statement": _written_out,
    "a part is a pattern": _pattern,
    "a property's key is a path": _path,
}


@pytest.mark.trust
@pytest.mark.parametrize("fault", FAULTS)
def test_a_compiler_that_takes_text_for_more_than_text_is_caught(fault, monkeypatch):
    FAULTS[fault](monkeypatch)
    with pytest.raises(AssertionError):
        matched_literally()


# --- what is not free text: refused, through every door


def _fit(when: dict, **more) -> dict:
    body = tree.empty_body() | {"mandatory": []}
    body["fit"]["items"] = [{"key": "k", "points": 5, "when": when} | more]
    return body


_SET = {"field": "lead.country", "op": "is_set"}
REFUSED: dict[str, Callable[[str], dict]] = {
    "a field": lambda text: _fit({"field": f"lead.{text}", "op": "is_set"}),
    "a field of nobody": lambda text: _fit({"field": text, "op": "is_set"}),
    "an operator": lambda text: _fit({"field": "lead.country", "op": text, "value": "x"}),
    "a number": lambda text: _fit({"field": "company.employees", "op": "at_least", "value": text}),
    "a date": lambda text: _fit({"field": "lead.birth_date", "op": "before", "value": text}),
    "a yes": lambda text: _fit({"field": "lead.opted_out", "op": "is", "value": text}),
    "days": lambda text: _fit({"field": "lead.birth_date", "op": "days_since_at_most", "value": text}),
    "a kind of event": lambda text: _fit(_event(text)),
    "the way a page is compared": lambda text: _fit(_event("page", page={"op": text, "value": "/a"})),
    "the way a property is compared": lambda text: _fit(_event("form", props=[{"key": "a", "op": text, "value": "b"}])),
    "a part of an event": lambda text: _fit(_event("page", **{text: "x"})),
    "a window": lambda text: _fit(_event("page") | {"within": text}),
    "a count": lambda text: _fit(_event("page") | {"count": text}),
    "a persona": lambda text: _fit({"persona": text}),
    "a group of conditions": lambda text: _fit({text: [_SET]}),
    "a condition": lambda text: _fit({"field": "lead.country", "op": "is_set", text: 1}),
    "points": lambda text: _fit(_SET, points=text),
    "a cap": lambda text: _fit(_SET, cap=text),
    "a fading": lambda text: _fit(_event("page"), decay={"kind": text, "days": 3}),
    "days of fading": lambda text: _fit(_event("page"), decay={"kind": "window", "days": text}),
    "steps": lambda text: _fit(_event("page"), decay={"kind": "steps", "steps": [[text, 0]]}),
    "a cell": lambda text: _fit(_SET) | {"mql": [text]},
    "band edges": lambda text: _fit(_SET) | {"engagement": {"bands": [text], "items": []}},
    "a mandatory field": lambda text: _fit(_SET) | {"mandatory": [text]},
    "hysteresis": lambda text: _fit(_SET) | {"hysteresis": text},
    "a list": lambda text: _fit(_SET) | {text: [_SET]},
}  # fmt: skip


@pytest.fixture
def line():
    return services.create_line(name="France", by=None, at=worlds.NOON)


def _draft(line, body):
    with pytest.raises(services.Unsound):
        services.save_draft(line=line, body=body, revision=0, by=None, at=worlds.NOON)


def _imported(line, body):
    with pytest.raises(services.Unsound):
        services.create_line(name="Copied", by=None, at=worlds.NOON, body=json.loads(json.dumps(body)))


def _persona(line, body):
    with pytest.raises(services.Unsound):
        rules = body["fit"]["items"][0]["when"]
        persona_services.create_persona(name="Maud", story={}, rules=rules, by=None, at=worlds.NOON)


def _proposed(line, body):
    """A draft that was written past the service."""
    DefinitionDraft.objects.filter(line=line).update(body=body)
    with pytest.raises(services.Unsound):
        services.propose(line=line, by=None, at=worlds.NOON)


DOORS = {"the draft": _draft, "a definition taken over": _imported, "a persona": _persona, "a proposal": _proposed}


def refuse(line, door: str) -> None:
    before = DefinitionDraft.objects.get(line=line).body
    for at, (place, make) in enumerate(REFUSED.items()):
        body = make(HOSTILE[at % len(HOSTILE)])
        if door == "a persona" and body["fit"]["items"][0]["when"] in (_SET, _event("page")):
            continue  # the persona's rules are the condition only
        with watched():
            DOORS[door](line, body)
        assert place
    assert door == "a proposal" or DefinitionDraft.objects.get(line=line).body == before


@pytest.mark.parametrize("door", DOORS)
def test_what_is_no_free_text_is_refused_through_every_door(line, door):
    refuse(line, door)


@pytest.mark.parametrize("door", DOORS)
def test_a_door_that_lets_anything_in_is_caught(line, door, monkeypatch):
    monkeypatch.setattr("personas.criteria.validate.validate", lambda *said: [])
    monkeypatch.setattr("personas.criteria.validate.validate_condition", lambda *said: [])
    with pytest.raises(pytest.fail.Exception):
        refuse(line, door)


@pytest.mark.parametrize("place", REFUSED)
def test_every_hostile_text_is_refused_in_words_at_its_very_place(place):
    for text in HOSTILE:
        found = validate(REFUSED[place](text), catalogue(), set())
        assert found and all(one.text("en") and one.text("fr") for one in found), text


def test_nothing_hostile_reaches_a_statement_even_from_a_draft_that_nobody_checked():
    """A draft of an older house, or one written by hand into the database: compiled past every check."""
    for make in REFUSED.values():
        for text in HOSTILE[:2]:
            body, params = make(text), Params()
            try:
                sql = compile.ctes(program.build(0, 0, body), asks.whole(worlds.NOON), days.here(), params)
            except (KeyError, ValueError, TypeError, IndexError, AttributeError):
                continue
            assert MARK not in sql


def test_a_field_with_a_hostile_name_never_reaches_a_statement(monkeypatch):
    name = f"x_{MARK}' || pg_sleep(9) || '"
    FieldDef.objects.create(subject="lead", name=name, key=f"lead.{name}", type="text", label_en="x", label_fr="x")
    body = _fit({"field": f"lead.{name}", "op": "is_set"})

    def compiled() -> str:
        return compile.ctes(program.build(0, 0, body), asks.whole(worlds.NOON), days.here(), Params())

    with pytest.raises(ValueError, match="is no name of a field"):
        compiled()
    monkeypatch.setattr(conditions, "_plain", lambda name: name)
    assert MARK in compiled()  # the fault that the guard stands against


def test_the_forms_of_definitions_and_personas_refuse_and_keep_what_was_typed(line):
    client = client_of(person("Claire", "marketer", signs=True))
    text = HOSTILE[0]
    with watched():
        asked = form(client.get(f"/language/definition/{line.pk}/?edit=fit.items.new").text, "/row/")
        for name in ("when.field", "when.op"):
            answer = client.post(asked.action, asked.filled(do="save") | {"points": ["5"], name: [text]})
            assert answer.status_code == 422, name
        answer = client.post(asked.action, asked.filled(do="save") | {"points": [text]})
        assert answer.status_code == 422 and "&#x27;; DROP TABLE" in answer.text
        new = "/language/persona/new/"
        address = client.post(new, form(client.get(new).text, "").filled(do="go:match", name=text))["Location"]
        posted = {"rules.kind": ["field"], "rules.field": [text], "rules.op": ["is_set"], "rules.was": ["field"]}
        asked = form(client.get(address).text, "")
        check = client.post(address, asked.filled(do="go:check") | posted)["Location"]
        answer = client.post(check, form(client.get(check).text, "").filled(do="publish"))
        assert answer.status_code == 422 and not PersonaVersion.objects.exists()
    line.draft.refresh_from_db()
    assert line.draft.body == tree.empty_body() and line.draft.revision == 0


def test_addresses_that_name_a_part_of_a_definition_know_no_other_parts(line):
    client = client_of(person("Claire", "marketer", signs=True))
    with watched():
        for at, text in enumerate(HOSTILE):
            for query in ({"of": f"draft:{line.pk}", "what": text}, {"of": text, "what": "mql"}) if at % 5 == 0 else ():
                assert client.get("/leads/matching/", query).status_code == 404
            for key in (f"lead.{text}", f"event.{text}", text, f"company.x_{text}"):
                assert stored.values(key) == []


@pytest.mark.parametrize("text", UNSPEAKABLE)
@pytest.mark.parametrize("place", PLACES)
def test_text_that_no_database_holds_is_refused_in_words(place, text):
    worlds.catalogue()
    assert {one.key for one in validate(_fit(PLACES[place][0](text)), catalogue())} <= {"value_text"} != set()
