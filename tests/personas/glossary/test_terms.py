"""One idea, one word: what a list of words must keep, and how two lists differ."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personas.glossary import first, terms
from personas.glossary.terms import LANGUAGES, Change, Fault, Term, Text

letters = st.text("abcé’ œÀ", min_size=1, max_size=6).filter(lambda text: text.strip())
texts = st.builds(Text, letters, st.lists(letters, max_size=2).map(", ".join), letters)
words = st.builds(
    lambda key, both, binding: Term(key, dict(zip(LANGUAGES, both, strict=True)), binding),
    st.sampled_from(["a", "b", "c", "d"]), st.tuples(texts, texts), st.sampled_from(["", "definition"]),
)  # fmt: skip
lists = st.lists(words, max_size=4, unique_by=lambda one: one.key)


def term(key="stage", **given):
    said = {lang: Text(f"{key} {lang}", "", "A sentence.") for lang in LANGUAGES}
    return Term(key, said | given)


def test_the_words_that_a_company_starts_with_break_no_law():
    assert terms.faults(first.TERMS) == []
    assert len(first.TERMS) >= 60


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_sentence_of_the_first_words_is_said_in_the_other_language(lang):
    tells = {
        "en": {"the", "a", "of", "and", "for", "is", "to", "in", "from", "with"},
        "fr": {"le", "la", "un", "une", "de", "du", "des", "les", "à", "l’instant"},
    }
    for one in first.TERMS:
        said = set(one.text(lang).sentence.lower().replace("(", "").split())
        strange = said & tells["fr" if lang == "en" else "en"] - {"a", "to", "la", "on"}
        assert not strange, (one.key, strange)


@pytest.mark.parametrize(
    ("faulty", "found"),
    [
        (term(en=Text("", "", "A sentence.")), [Fault("empty", "stage", "en", "word")]),
        (term(fr=Text("étape", "", " ")), [Fault("empty", "stage", "fr", "sentence")]),
        (term(fr=Text("é" * 81, "", "Oui.")), [Fault("long", "stage", "fr", "word", "80")]),
        (term(en=Text("stage", "", "a" * 601)), [Fault("long", "stage", "en", "sentence", "600")]),
        (term(fr=Text("Élan", "", "Oui.")), [Fault("taken", "stage", "fr", "word", "elan")]),
        (term(fr=Text("étape", "pas, ELAN", "Oui.")), [Fault("taken", "stage", "fr", "forms", "elan")]),
        (term(en=Text("elan", "", "Yes.")), []),  # of another language
    ],
)
def test_what_is_wrong_is_told_with_its_place(faulty, found):
    other = term("drive", fr=Text("elan", "", "Un."))
    assert terms.faults([other, faulty]) == found


def test_a_key_there_twice_is_a_fault():
    assert Fault("same_key", "stage") in terms.faults([term(), term()])


@given(lists)
def test_a_list_without_faults_says_each_word_of_a_language_once(found):
    if any(one.kind == "taken" for one in terms.faults(found)):
        return
    for lang in LANGUAGES:
        owners = {}
        for one in found:
            for form in one.text(lang).spoken():
                assert owners.setdefault(terms.folded(form), one.key) == one.key


@given(lists, lists)
def test_the_changes_of_a_list_lead_to_the_other(before, after):
    """Applied to the first list, they give the second; and nothing that stayed is told."""
    found = {one.key: one for one in before}
    for change in terms.changes(before, after):
        assert isinstance(change, Change) and change.before != change.after
        if change.after is None:
            del found[change.term.key]
        else:
            found[change.term.key] = change.after
        assert bool(change.parts()) == (change.kind == "changed")
    assert sorted(found.values(), key=lambda one: one.key) == sorted(after, key=lambda one: one.key)


@given(words)
def test_a_word_of_a_paper_is_read_back_as_it_was(one):
    assert terms.read(one.body()) == one


@given(words, words)
def test_differences_of_a_word_are_all_told(before, after):
    after = replace(after, key=before.key)
    said = {(lang, part): (old, new) for lang, part, old, new in Change("changed", before, after).parts()}
    for lang in LANGUAGES:
        for part in terms.LONGEST:
            pair = (getattr(before.text(lang), part), getattr(after.text(lang), part))
            assert said.get((lang, part), (pair[0], pair[0])) == pair
    assert ("", "binding") in said or before.binding == after.binding


def test_words_stand_in_the_order_of_each_language():
    french = [one.text("fr").word for one in terms.in_order(first.TERMS, "fr")]
    assert french.index("Équipe") < french.index("État") < french.index("Étape") + 2
    assert french.index("Étape") < french.index("Joint")


def test_a_word_is_found_in_either_language_without_accents():
    assert [one.key for one in terms.matching(first.TERMS, "taux ACCEPTATION")] == ["acceptance-rate"]
    assert "handoff" in {one.key for one in terms.matching(first.TERMS, "hand-over delay")}
    assert terms.matching(first.TERMS, "nowhere to be found") == []
    assert len(terms.matching(first.TERMS, " ")) == len(first.TERMS)
