"""The templates to start from: sound, without a note, readable in both languages, every chosen grade within reach."""

import pytest

from personas import starters
from personas.criteria import definition_text
from personas.criteria.lint import lint
from personas.definitions import services
from personas.definitions.catalogue import catalogue
from personas.definitions.voices import voice

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("lang", starters.WORDS)
@pytest.mark.parametrize("name", starters.LABELS)
def test_a_starter_is_sound_and_deserves_no_note(name, lang):
    body = starters.body(name, lang)
    assert services.problems_of(body) == []
    assert [(one.path, one.key) for one in lint(body, catalogue())] == []
    text = definition_text.text(body, voice(lang))
    assert starters.WORDS[lang]["careers"] in text


def test_trades_and_languages_start_from_their_own_content():
    bodies = [starters.body(name, lang) for name in starters.LABELS for lang in starters.WORDS]
    assert all(one != other for n, one in enumerate(bodies) for other in bodies[n + 1 :])
    assert set(starters.LABELS) == set(starters._BODIES)
    fresh = starters.body("b2b")
    fresh["fit"]["items"].clear()
    assert starters.body("b2b")["fit"]["items"]
