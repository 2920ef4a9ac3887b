"""Finding things by name: each app registers where it looks; what is written exactly comes before what is written nearly.

In `AppConfig.ready()`:

    finding.register(finding.Source("leads", _("Leads"), "leads.view", find, more=lambda text: f"/leads/?q={text}"))

where `find(user, text, limit, nearly)` returns hits that `user` may see, best first. Only where nothing anywhere holds
the words are names asked that are written nearly like them. What several sources want to know of the same text is asked
once for all of them: `finding.once(("words", text), ask)`.
"""

import unicodedata
from collections.abc import Callable, Hashable, Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib.postgres.lookups import Unaccent
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import F, QuerySet, TextField, Value
from django.db.models.functions import Concat, Lower

Answer = TypeVar("Answer")
LIMIT = 6  # hits of one source
LONGEST = 200
NEAR_ENOUGH = 0.4  # word similarity of trigrams


@dataclass(frozen=True)
class Hit:
    """`text`: what stands beside the title."""

    title: str
    url: str
    text: str = ""


@dataclass(frozen=True)
class Source:
    """`verb`: who may look there. `more`: the address of all that is found, by text; None where there is no such list."""

    key: str
    label: Any
    verb: str
    find: Callable[[Any, str, int, bool], Sequence[Hit]]
    more: Callable[[str], str] | None = None
    icon: str = "search"
    order: int = 50


@dataclass(frozen=True)
class Found:
    """Hits of one source; `more`: address of further ones, "" for none."""

    source: Source
    hits: Sequence[Hit]
    more: str


_SOURCES: dict[str, Source] = {}
_ASKED: ContextVar[dict[Hashable, Any] | None] = ContextVar("asked", default=None)  # of the search that runs


def register(source: Source) -> None:
    _SOURCES[source.key] = source


def search(user, text: str, limit: int = LIMIT) -> tuple[list[Found], bool]:
    """(what was found, source by source; whether it is only written nearly like this)."""
    from smarketing.accounts.policy import may

    text = tidy(text)
    if not text:
        return [], False
    asked = sorted((one for one in _SOURCES.values() if may(user, one.verb)), key=lambda one: (one.order, one.key))
    running = _ASKED.set({})
    try:
        for nearly in (False, True):
            if found := [one for source in asked if (one := _found(source, user, text, limit, nearly)).hits]:
                return found, nearly
        return [], False
    finally:
        _ASKED.reset(running)


def once(question: Hashable, ask: Callable[[], Answer]) -> Answer:
    """The answer to a question, asked once in a search; outside of a search, each time."""
    known = _ASKED.get()
    if known is None:
        return ask()
    if question not in known:
        known[question] = ask()
    return known[question]


def tidy(text: str) -> str:
    """A search as it is asked: without the character that no text holds, spaces made one, not longer than LONGEST."""
    return " ".join(text.replace("\x00", "").split())[:LONGEST]


def plain(text: str) -> str:
    """Without case and accents, as the database's `unaccent` of lower letters."""
    parts = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe").replace("æ", "ae"))
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def rank(text: str, name: str) -> tuple[int, str]:
    """Sort key of a name: the more words of the text begin a word of the name, the earlier."""
    words, parts = plain(text).split(), plain(name).replace("@", " ").replace(".", " ").split()
    begins = sum(any(part.startswith(word) for part in parts) for word in words)
    return -begins, plain(name)


def by_name(rows: QuerySet, text: str, limit: int, nearly: bool, fields: Iterable[str]) -> list[Any]:
    """Rows of a small table whose `fields` hold every word of the text, or are written nearly like it; best first."""
    parts = [part for name in fields for part in (F(name), Value(" "))]
    rows = rows.annotate(_name=Lower(Unaccent(Concat(*parts, output_field=TextField()))))
    if nearly:
        close = rows.annotate(_near=TrigramWordSimilarity(plain(text), "_name")).filter(_near__gte=NEAR_ENOUGH)
        return list(close.order_by("-_near", "pk")[:limit])
    for word in plain(text).split():
        rows = rows.filter(_name__contains=word)
    return sorted(rows[:1000], key=lambda row: rank(text, row._name))[:limit]


def _found(source: Source, user, text: str, limit: int, nearly: bool) -> Found:
    hits = source.find(user, text, limit + 1, nearly)
    further = source.more(text) if source.more and len(hits) > limit else ""
    return Found(source, hits[:limit], further)
