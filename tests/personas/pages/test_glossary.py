"""The pages of the glossary: read, found, written in both languages, proposed, signed, compared; and what is refused."""

import re

import pytest

from leads.models import HandoffRules
from personas.criteria import tree
from personas.definitions import services as definitions
from personas.glossary import first, queries, services
from personas.models import GlossaryVersion
from smarketing.agreements import services as agreements
from smarketing.agreements.models import Paper
from smarketing.rows import clock
from tests.forms import form
from tests.people import PASSWORD, client_of, person

pytestmark = pytest.mark.django_db
HOME = "/language/glossary/"
REACHED = f"{HOME}draft/word/reached/"


@pytest.fixture
def signers():
    return (
        person("Anna", "marketer", signs=True, language="en"),
        person("Hugo", "manager", "sales", signs=True, language="fr"),
    )


def sign(paper, signers):
    for one in signers:
        agreements.sign(paper=paper, by=one, at=clock.now(), password=PASSWORD)
    return GlossaryVersion.objects.get(paper=paper)


def test_words_stand_in_the_order_of_the_readers_language_with_the_other_beside():
    page = client_of(person("P", "viewer", language="fr")).get(HOME).text
    words = [word.strip() for word in re.findall(r"<dt>([^<]*)<span class=.other", page)]
    assert len(words) == len(first.TERMS)
    assert words.index("Étape") < words.index("Joint") < words.index("Qualification")
    assert '<span class="other" lang="en">Stage</span>' in page
    assert "Personne n’a encore signé ces mots" in page


def test_a_word_is_found_in_either_language_and_nothing_found_leads_on(signers):
    page = client_of(signers[0]).get(HOME, {"q": "transmission"}).text
    assert 'id="handoff"' in page and 'id="cap"' not in page
    nothing = client_of(signers[0]).get(HOME, {"q": "xyzzy"}).text
    assert "No such word" in nothing and f'href="{HOME}"' in nothing


def test_what_is_executed_stands_beside_the_word_and_opens(signers):
    line = definitions.create_line(name="France", by=signers[0], at=clock.now(), body=tree.empty_body())
    paper = definitions.propose(line=line, by=signers[0], at=clock.now())
    for one in signers:
        agreements.sign(paper=paper, by=one, at=clock.now(), password=PASSWORD)
    entry = client_of(signers[0]).get(HOME).text.partition('id="mql"')[2].partition("</div>\n")[0]
    assert f'href="/language/paper/{paper.pk}/"' in entry and "“France”, version 1, in force since" in entry
    assert "A1, A2" in client_of(signers[0]).get(HOME).text.partition('id="grade"')[2][:1500]


def test_attempts_are_told_by_the_starter_rules_until_a_contract_says_otherwise(signers):
    entry = client_of(signers[0]).get(HOME).text.partition('id="attempt"')[2][:1500]
    assert "Until a contract is signed: 3 attempts on each handoff · two within 30 minutes are one" in entry
    assert not HandoffRules.objects.exists()


def test_a_word_is_written_proposed_signed_by_both_and_then_read_everywhere(signers):
    anna, hugo = map(client_of, signers)
    sign(services.propose(by=signers[0], at=clock.now()), signers)
    given = form(anna.get(REACHED).text, "").filled("save", sentence_en="Both sides spoke or wrote.")
    assert anna.post(REACHED, given).headers["Location"] == f"{HOME}draft/"
    draft = anna.get(f"{HOME}draft/").text
    assert "<del>" in draft and "<ins>" in draft and "reworded" in draft
    assert "Both sides spoke or wrote." not in anna.get(HOME).text
    answer = anna.post(
        f"{HOME}propose/", form(draft, "/propose/").data | {"sign": "1", "password": PASSWORD}, follow=True
    )
    paper = Paper.objects.filter(kind="glossary").latest("pk")
    assert answer.request["PATH_INFO"] == f"{HOME}paper/{paper.pk}/"
    french = hugo.get(f"{HOME}paper/{paper.pk}/").text
    assert "Both sides spoke or wrote." in french and "Par rapport à la version 1" in french
    hugo.post(f"/papers/{paper.pk}/sign/", {"password": PASSWORD})
    assert GlossaryVersion.objects.latest("number").number == 2
    assert "Both sides spoke or wrote." in anna.get(HOME).text
    terms = {one["key"]: one for one in anna.get(f"{HOME}words/").json()["terms"]}
    assert terms["reached"]["sentence"] == "Both sides spoke or wrote."
    assert "2" in re.findall(r"<td>(\d)</td>", hugo.get(f"{HOME}versions/").text)


def test_a_new_word_gets_a_name_of_its_own_and_can_be_left_out_and_put_back(signers):
    anna = client_of(signers[0])
    page = anna.get(f"{HOME}draft/new/").text
    said = {
        "word_en": "Nurturing",
        "sentence_en": "Helping a lead ripen.",
        "word_fr": "Maturation",
        "sentence_fr": "Aider un lead à mûrir.",
    }
    assert anna.post(f"{HOME}draft/new/", form(page, "").filled("save", **said)).status_code == 302
    assert "nurturing" in {one.key for one in queries.draft()}
    there = f"{HOME}draft/word/nurturing/"
    anna.post(there, form(anna.get(there).text, "").filled("remove"))
    assert [one.key for one in queries.left_out()] == ["nurturing"]
    anna.post(there, form(anna.get(there).text, "").filled("put_back"))
    assert queries.left_out() == []


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"sentence_fr": "  "}, "The sentence is missing in French."),
        ({"word_en": ""}, "The word is missing in English."),
        ({"word_fr": "étape"}, "“Étape” has this word in French already"),
        ({"forms_en": "won, deals"}, "“Deal” has one of these forms in English already"),
        ({"sentence_en": "long " * 150}, "longer than 600 characters"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(signers, typed, told):
    anna = client_of(signers[0])
    answer = anna.post(REACHED, form(anna.get(REACHED).text, "").filled("save", **(typed | {"forms_fr": "joints"})))
    assert answer.status_code == 422 and told in answer.text and 'value="joints"' in answer.text
    assert queries.draft() == list(first.TERMS)


def test_somebody_elses_text_is_shown_when_it_was_saved_first(signers):
    anna, hugo = map(client_of, signers)
    mine, theirs = (form(one.get(REACHED).text, "") for one in (anna, hugo))
    hugo.post(REACHED, theirs.filled("save", sentence_en="Theirs."))
    answer = anna.post(REACHED, mine.filled("save", sentence_en="Mine."))
    assert answer.status_code == 422
    assert "Somebody changed this word meanwhile" in answer.text and "Theirs." in answer.text and "Mine." in answer.text
    again = anna.post(REACHED, form(answer.text, "").filled("save"))
    assert again.status_code == 302 and queries.written("reached").text("en").sentence == "Mine."


def test_somebody_elses_text_is_shown_also_where_mine_is_no_word(signers):
    anna, hugo = map(client_of, signers)
    mine, theirs = (form(one.get(REACHED).text, "") for one in (anna, hugo))
    hugo.post(REACHED, theirs.filled("save", sentence_en="Theirs."))
    answer = anna.post(REACHED, mine.filled("save", sentence_en="Mine.", binding="no such thing"))
    assert answer.status_code == 422
    assert "Somebody changed this word meanwhile" in answer.text and "Theirs." in answer.text and "Mine." in answer.text
    assert queries.written("reached").text("en").sentence == "Theirs."


def test_words_are_kept_by_the_browser_for_each_language_apart(signers):
    addresses = {re.findall(r'data-words="([^"]*)"', client_of(one).get(HOME).text)[0] for one in signers}
    assert addresses == {f"{HOME}words/?in=en", f"{HOME}words/?in=fr"}


def test_a_signer_of_the_wrong_side_or_a_viewer_meets_a_sentence_or_no_button(signers):
    paper = services.propose(by=signers[0], at=clock.now())
    viewer = client_of(person("V", "viewer"))
    assert "/sign/" not in viewer.get(f"{HOME}paper/{paper.pk}/").text
    assert viewer.get(f"{HOME}draft/new/").status_code == 403
    assert "draft/new" not in viewer.get(f"{HOME}draft/").text
    assert viewer.post(f"{HOME}propose/").status_code == 403


def test_an_older_paper_names_the_newer_one_and_cannot_be_signed(signers):
    old = services.propose(by=signers[0], at=clock.now())
    services.remove(key="cap", revision=0, by=signers[0], at=clock.now())
    new = services.propose(by=signers[0], at=clock.now())
    page = client_of(signers[0]).get(f"{HOME}paper/{old.pk}/").text
    assert f'href="{HOME}paper/{new.pk}/"' in page and "/sign/" not in page


def test_words_are_found_by_the_search_of_every_page(signers):
    found = client_of(signers[1]).get("/search/", {"q": "transmi"}).text
    assert f"{HOME}#handoff" in found


def test_programs_read_the_words_their_versions_and_an_instant(signers):
    anna = client_of(signers[0])
    answer = anna.get("/api/v1/glossary/").json()
    assert answer["version"] is None and len(answer["terms"]) == len(first.TERMS)
    version = sign(services.propose(by=signers[0], at=clock.now()), signers)
    assert anna.get("/api/v1/glossary/").json()["version"] == 1
    assert anna.get("/api/v1/glossary/", {"at": "2020-01-01T00:00:00Z"}).json()["version"] is None
    assert anna.get("/api/v1/glossary/", {"at": "soon"}).status_code == 400
    (told,) = anna.get("/api/v1/glossary/versions/").json()
    assert told["sha256"] == version.paper.sha256 and told["signed_by"] == {"marketing": "Anna", "sales": "Hugo"}
