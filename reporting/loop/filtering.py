"""What Explore's filter offers and understands: the values of a dimension in the period asked, by their keys and in words."""

from typing import Any

from django.http import QueryDict

from smarketing.measures import engine, reading, words
from smarketing.measures.question import Refusal

MOST = 200  # values offered


def values(query: QueryDict, ignore: tuple[str, ...], key: str, name: str, user: Any) -> list[tuple[str, str]]:
    """(key, words) of the values of dimension `name` under the question of an address, those with most cases first; none where the
    question cannot be asked, or divided so. `query` has a period."""
    try:
        asked = reading.asked(query, ignore)
        where = {one: kept for one, kept in asked["where"].items() if one != name}
        found = engine.answer(key, user=user, **{**asked, "by": (name,), "where": where})
    except Refusal:
        return []
    offered = engine.dimensions(found.measure)
    rows = sorted(found.rows, key=lambda row: (-row.n, row.group[name]))
    return [(row.group[name], words.value(name, row.group[name], offered)) for row in rows]


def offered(found: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """(what is written into the field, what stands beside it): the words, or the key where several values share their words."""
    said = [text for _key, text in found]
    return [
        (key or text, text) if said.count(text) > 1 else (text, key if key != text else "")
        for key, text in found[:MOST]
    ]


def meant(found: list[tuple[str, str]], text: str) -> list[str]:
    """The values that a text means: the key as it is, else all whose words it is; as written where none is known."""
    if any(key == text for key, _words in found):
        return [text]
    said = text.strip().casefold()
    return [key for key, one in found if said in (one.casefold(), key.casefold())] or [text]
