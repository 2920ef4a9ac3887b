"""The voices that speak of definitions: a language with the catalogue and every persona version by name."""

from collections.abc import Mapping
from typing import Any

from personas.criteria.differ import Change, differences
from personas.criteria.fields import Catalogue
from personas.criteria.phrases import LANGUAGES
from personas.criteria.sentence import Voice

from . import queries
from .catalogue import catalogue


def voice(lang: str, fields: Catalogue | None = None) -> Voice:
    return Voice(lang, catalogue() if fields is None else fields, queries.persona_names(lang))


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, list[Change]]:
    """What differs between two bodies, in the words of each language; the same differences in the same order."""
    return {lang: differences(old, new, voice(lang)) for lang in LANGUAGES}
