"""Every example of the page on sentences is read back by the reader, and no row of the tables is without one."""

import re

import pytest

from personas import phrasebook, reference
from personas.criteria import phrases, reader, spelling
from personas.criteria.behaviours import EVENT_KINDS
from personas.criteria.decay import DECAYS
from personas.criteria.operators import OPERATORS, property_operators
from smarketing.web.generated import FOLDER


@pytest.mark.parametrize("lang", phrases.LANGUAGES)
def test_every_example_reads_back_to_what_it_says(lang):
    voice = phrasebook.voice(lang)
    for one in phrasebook.every():
        text = one.words(lang)
        if "points" in one.said:
            assert reader.read_criterion(text, voice) == spelling.criterion(one.said, voice.catalogue), text
        else:
            assert reader.read_condition(text, voice) == spelling.condition(one.said, voice.catalogue), text


def test_every_row_has_its_example_and_no_two_read_alike():
    shown = {chapter: [one.what for one in examples()] for chapter, examples in phrasebook.CHAPTERS.items()}
    assert {f"`{name}`" for name in OPERATORS} <= {*shown["Fields"]}
    assert [f"`{op.name}`" for op in property_operators()] == shown["Properties of what was done"]
    assert {f"`{kind}`" for kind in EVENT_KINDS} <= {*shown["What was done"]}
    assert {f"fading, `{name}`" for name in DECAYS} <= {*shown["Points"]}
    for lang in phrases.LANGUAGES:
        texts = [one.words(lang) for one in phrasebook.every()]
        assert len(set(texts)) == len(texts)


def test_the_page_leads_to_what_there_is():
    page = reference.criteria()
    links = re.findall(r"\]\((?!http)([^)#]+)", page)
    assert links and all((FOLDER / link).exists() for link in links)
