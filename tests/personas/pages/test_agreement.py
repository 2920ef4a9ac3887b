"""From an empty page to a definition in force: written by forms, proposed, signed by both sides, and leads judged by it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from leads.scoring import oracle
from personas.definitions import queries, services
from personas.models import DefinitionLine, DefinitionVersion
from smarketing.accounts.models import AuditEntry
from smarketing.agreements.models import Paper, Signature
from smarketing.rows import clock
from tests.forms import form, forms
from tests.leads import facts
from tests.people import PASSWORD, person
from tests.personas.criteria.samples import body, field, item

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def claire():
    return signed_in(person("Claire", "marketer", signs=True))


@pytest.fixture
def hugo():
    return signed_in(person("Hugo", "manager", "sales", signs=True, language="fr"))


def write(client, line, path, *steps, **values):
    """Open a line's form, take its steps (choices that ask for other fields), type and save."""
    row = form(client.get(f"/language/definition/{line.pk}/?edit={path}").text, "/row/")
    for step in steps:
        row = form(client.post(row.action, row.filled(do="refresh", **step)).text, "/row/")
    answer = client.post(row.action, row.filled(do="save", **values))
    assert answer.status_code == 302, answer.text


def new_line(client, start="empty", name="France"):
    asked = form(client.get("/language/definition/new/").text, "")
    answer = client.post("/language/definition/new/", asked.data | {"name": [name], "start": [start]})
    assert answer.status_code == 302
    return DefinitionLine.objects.get(name=name)


def propose(client, line, **values):
    asked = form(client.get(f"/language/definition/{line.pk}/").text, "/propose/")
    return client.post(asked.action, asked.data | values, follow=True)


def sign(client, paper, password=PASSWORD):
    asked = form(client.get(f"/language/paper/{paper.pk}/").text, "/sign/")
    return client.post(asked.action, asked.data | {"password": [password]}, follow=True)


def test_three_criteria_are_written_proposed_signed_published_and_judged(claire, hugo):
    line = new_line(claire)
    write(claire, line, "fit.items.new", {"when__field": "lead.function"}, points="80", when__value__more="Marketing")
    write(claire, line, "engagement.items.new", when__event__page__value="/pricing", points="40", cap="80", each="yes")
    write(
        claire, line, "never.new", {"when__field": "lead.country"}, {"when__op": "is_not"}, when__value="FR",
    )  # fmt: skip
    write(claire, line, "rest", mandatory=[])
    born = clock.now() - timedelta(days=10)
    lead = facts.lead(born, function="Marketing", country="FR")
    for days in (2, 3):
        facts.event(lead, "page", clock.now() - timedelta(days=days), page="/pricing")
    assert "In force" not in claire.get("/language/").text
    text = propose(claire, line).text
    assert "The text in English" in text and "Le texte en français" in text and '"when"' not in text
    assert "visited a page like <strong>/pricing</strong>" in text and "a visité une page comme" in text
    paper = Paper.objects.get()
    assert "Signed." in sign(claire, paper).text
    assert not DefinitionVersion.objects.exists()
    assert "Version 1" in sign(hugo, paper).text or DefinitionVersion.objects.exists()
    version = queries.version_in_force(line, clock.now())
    assert version.number == 1 and version.body == DefinitionLine.objects.get(pk=line.pk).draft.body
    judged = oracle.score(lead, version.body, clock.now())
    assert (judged.fit, judged.engagement, judged.grade, judged.qualifies) == (80, 80, "A1", True)
    verbs = set(AuditEntry.objects.values_list("verb", flat=True))
    assert {
        "definition.create",
        "definition.edit",
        "definition.propose",
        "definition.sign",
        "definition.publish",
    } <= verbs


def test_the_starter_template_is_sound_and_reads_in_both_languages(claire, hugo):
    line = new_line(claire, "starter:b2b", "B2B")
    assert services.problems_of(line.draft.body) == []
    assert "asked for a demo" in claire.get(f"/language/definition/{line.pk}/").text
    assert "a demandé une démonstration" in hugo.get(f"/language/definition/{line.pk}/").text
    copy = new_line(claire, f"line:{line.pk}", "Copy")
    assert copy.draft.body == line.draft.body


def agreed(claire, hugo):
    line = services.create_line(
        name="France", by=None, at=AT, body=body([item("c1", 80, field("lead.country", "is", "FR"))])
    )
    propose(claire, line)
    paper = Paper.objects.get()
    sign(claire, paper)
    sign(hugo, paper)
    return line, paper


def test_a_side_signs_once_and_nobody_signs_for_the_other(claire, hugo):
    line = services.create_line(
        name="France", by=None, at=AT, body=body([item("c1", 80, field("lead.country", "is", "FR"))])
    )
    propose(claire, line)
    paper = Paper.objects.get()
    assert "This is not your password." in sign(claire, paper, "guess").text and not Signature.objects.exists()
    sign(claire, paper)
    page = claire.get(f"/language/paper/{paper.pk}/").text
    assert "Your side has signed already." in page and not [one for one in forms(page) if one.action.endswith("/sign/")]
    other = signed_in(person("Maud", "manager", "marketing", signs=True))
    answer = other.post(f"/papers/{paper.pk}/sign/", {"password": PASSWORD}, follow=True)
    assert "Your side has signed already." in answer.text
    boss = signed_in(person("Dora", "viewer", signs=True))
    assert boss.post(f"/papers/{paper.pk}/sign/", {"password": PASSWORD}).status_code == 403
    unnamed = signed_in(person("Rosa", "rep"))
    assert "You are not a named signer of your side" in unnamed.get(f"/language/paper/{paper.pk}/").text
    assert [one.side for one in Signature.objects.all()] == ["marketing"]


def test_after_signing_the_draft_goes_on_and_the_version_stays(claire, hugo):
    line, paper = agreed(claire, hugo)
    write(claire, line, "fit.items.0", points="70")
    version = DefinitionVersion.objects.get()
    assert version.body["fit"]["items"][0]["points"] == 80
    text = claire.get(f"/language/definition/{line.pk}/compare/").text
    assert "points lowered from +80 to +70" in text
    assert "points abaissés de +80 à +70" in hugo.get(f"/language/definition/{line.pk}/compare/").text
    assert "The draft has moved on since both sides signed" in claire.get(f"/language/definition/{line.pk}/").text
    later = propose(claire, line)
    assert "points lowered from +80 to +70" in later.text and Paper.objects.count() == 2
    history = claire.get(f"/language/definition/{line.pk}/history/").text
    assert "Paper 2" in history and "Paper 1" in history
    assert claire.get(f"/language/definition/{line.pk}/version/1/")["Location"] == f"/language/paper/{paper.pk}/"
    assert claire.get(f"/language/definition/{line.pk}/version/9/").status_code == 404


def test_whoever_signs_proposes_and_signs_in_one_deed_and_a_wrong_password_does_neither(claire, hugo):
    line = new_line(claire, "starter:b2b")
    day = (clock.today() + timedelta(days=3)).isoformat()
    refused = propose(claire, line, sign=["1"], password=["a guess"], effective_on=[day]).text
    assert "not your password" in refused and f'value="{day}"' in refused and not Paper.objects.exists()
    assert "the other side signs next" in propose(claire, line, sign=["1"], password=[PASSWORD]).text
    paper = Paper.objects.get()
    assert [one.signer.name for one in paper.signatures.all()] == ["Claire"] and not DefinitionVersion.objects.exists()
    sign(hugo, paper)
    assert DefinitionVersion.objects.get().paper == paper
    assert 'name="sign"' not in signed_in(person("Mia", "marketer")).get(f"/language/definition/{line.pk}/").text


def test_a_draft_that_changed_since_it_was_read_is_not_proposed(claire, hugo):
    line = services.create_line(
        name="France", by=None, at=AT, body=body([item("c1", 80, field("lead.country", "is", "FR"))])
    )
    asked = form(claire.get(f"/language/definition/{line.pk}/").text, "/propose/")
    write(claire, line, "fit.items.0", points="70")
    answer = claire.post(asked.action, asked.data, follow=True)
    assert "Somebody changed this draft meanwhile" in answer.text and not Paper.objects.exists()


@pytest.mark.parametrize(
    ("day", "said"), [("2020-01-01", "cannot take effect in the past"), ("soon", "Enter a valid date")]
)
def test_a_wrong_day_of_effect_is_said(claire, day, said):
    line = services.create_line(
        name="France", by=None, at=AT, body=body([item("c1", 80, field("lead.country", "is", "FR"))])
    )
    assert said in propose(claire, line, effective_on=[day]).text and not Paper.objects.exists()


def test_a_day_of_effect_holds_the_version_back(claire, hugo):
    line = services.create_line(
        name="France", by=None, at=AT, body=body([item("c1", 80, field("lead.country", "is", "FR"))])
    )
    day = clock.today() + timedelta(days=9)
    propose(claire, line, effective_on=[day.isoformat()])
    paper = Paper.objects.get()
    sign(claire, paper)
    sign(hugo, paper)
    version = DefinitionVersion.objects.get()
    assert version.effective_at.astimezone(clock.zone()).date() == day
    assert queries.version_in_force(line, clock.now()) is None


def test_a_definition_needs_a_name_of_its_own(claire):
    new_line(claire)
    asked = form(claire.get("/language/definition/new/").text, "")
    answer = claire.post("/language/definition/new/", asked.data | {"name": ["france"], "start": ["empty"]})
    assert "There is a definition of this name already." in answer.text


def test_empty_pages_lead_on(claire):
    text = claire.get("/language/").text
    assert "Write the first definition" in text and "Describe the first persona" in text
    reader = signed_in(person("Vera", "viewer")).get("/language/").text
    assert (
        "Write the first definition" not in reader and "A marketer or a manager writes it; both sides sign." in reader
    )
    line = new_line(claire)
    assert "Nothing was proposed yet" in claire.get(f"/language/definition/{line.pk}/history/").text
    assert "There is nothing to compare the draft with." in claire.get(f"/language/definition/{line.pk}/compare/").text


def test_counts_stand_beside_the_sentences_and_open_their_leads(claire):
    line = services.create_line(
        name="France", by=None, at=AT, body=body([item("c1", 80, field("lead.country", "is", "FR"))])
    )
    assert "No leads yet" in claire.get(f"/language/definition/{line.pk}/?count=1").text
    born = clock.now() - timedelta(days=10)
    facts.lead(born, country="FR", last_name="Dubois")
    facts.lead(born, country="BE", last_name="Peeters")
    fragment = claire.get(f"/language/definition/{line.pk}/counts/", headers={"HX-Request": "true"}).text
    assert 'id="hits-fit-items-0"' in fragment and "<html" not in fragment
    address = f"/leads/matching/?of=draft%3A{line.pk}&what=fit.items.0"
    assert address.replace("&", "&amp;") in fragment
    listed = claire.get(address).text
    assert "Dubois" in listed and "Peeters" not in listed and "country is exactly FR" in listed
    assert claire.get(f"/language/definition/{line.pk}/counts/").status_code == 302
    for wrong in (
        "of=draft:9&what=mql",
        "of=draft:x&what=mql",
        "of=house:1&what=mql",
        f"of=draft:{line.pk}&what=fit.items.7",
        "",
    ):
        assert claire.get(f"/leads/matching/?{wrong}").status_code == 404
    rep = signed_in(person("Rosa", "rep")).get(address).text
    assert "Dubois" not in rep and "Only the leads that you may see are listed." in rep


def test_estimates_are_marked_as_such_until_every_lead_is_counted(claire, monkeypatch):
    monkeypatch.setattr("leads.scoring.preview.MANY", 2)
    rules = body([item("c1", 80, field("lead.country", "is", "FR")), item("c2", 5, field("lead.country", "is", "XX"))])
    line = services.create_line(name="France", by=None, at=AT, body=rules)
    for country in ("FR", "FR", "BE"):
        facts.lead(clock.now() - timedelta(days=10), country=country)
    address = f"/language/definition/{line.pk}/counts/?revision=0"
    quick = claire.get(address, headers={"HX-Request": "true"}).text
    assert "Estimated from 3 leads drawn at random" in quick and "Every lead, counted as of" not in quick
    assert quick.count("≈") > 3 and f'hx-get="{address}&amp;exact=1"' in quick
    assert "nobody" not in quick and 'id="seen-' not in quick  # no note says of all what was seen of some
    exact = claire.get(f"{address}&exact=1", headers={"HX-Request": "true"}).text
    assert "≈" not in exact and "hx-get" not in exact and "Every lead, counted as of" in exact and 'id="seen-' in exact


def test_figures_of_a_draft_that_moved_on_are_not_shown_beside_older_sentences(claire, hugo):
    line, _paper = agreed(claire, hugo)
    facts.lead(clock.now() - timedelta(days=10), country="FR")
    address = f"/language/definition/{line.pk}/counts/"
    write(claire, line, "fit.items.0", points="70")
    stale = claire.get(f"{address}?revision=0", headers={"HX-Request": "true"}).text
    assert "Somebody changed this draft meanwhile" in stale and "hits-fit-items-0" not in stale
    fresh = claire.get(f"{address}?revision=1", headers={"HX-Request": "true"}).text
    assert "hits-fit-items-0" in fresh and "Under version 1 in force: 0." in fresh
