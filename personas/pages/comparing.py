"""What differs between two texts of a definition, in the words of both languages: the draft, any version, a paper that waits."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from personas.definitions import queries, voices
from personas.models import DefinitionLine
from smarketing.accounts.policy import needs
from smarketing.rows import clock
from smarketing.web.language import active_language

from .document import document
from .standing import standing, text_of
from .studio import get_line
from .words import voice

DRAFT, PAPER = "draft", "paper"


@dataclass(frozen=True)
class Text:
    """`key` in addresses: "draft", "paper" (the one that waits), or the number of a version."""

    key: str
    title: str
    body: Mapping[str, Any]


def texts(line: DefinitionLine) -> list[Text]:
    """Every text of a definition that can be compared: the draft, the paper that waits, versions, the newest first."""
    found = [Text(DRAFT, _("Draft %(number)s") % {"number": line.draft.revision}, line.draft.body)]
    where = standing(line)
    if where.waiting and where.paper:
        title = _("Paper %(number)s, waiting") % {"number": where.paper.number}
        found.append(Text(PAPER, title, text_of(where.paper)["body"]))
    live = queries.version_in_force(line, clock.now())
    for one in line.versions.order_by("-number"):
        here = _("Version %(number)s, in force") if live and one.pk == live.pk else _("Version %(number)s")
        found.append(Text(str(one.number), here % {"number": one.number}, one.body))
    return found


def pair(line: DefinitionLine, old: str, new: str) -> tuple[Text, Text] | None:
    """The two texts asked for; not named: the version in force and the draft. None where one is not there."""
    known = {one.key: one for one in texts(line)}
    if not old:
        live = queries.version_in_force(line, clock.now())
        old = str(live.number) if live else ""
    before, after = known.get(old), known.get(new or DRAFT)
    return (before, after) if before and after else None


@needs("definition.view")
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    """`?old=3&new=draft`: the differences in both languages, and both texts side by side in the reader's."""
    line = get_line(pk)
    found, known = pair(line, request.GET.get("old", ""), request.GET.get("new", "")), texts(line)
    context: dict[str, Any] = {"line": line, "texts": known, "found": found}
    if found:
        old, new = found
        context |= {
            "old": old,
            "new": new,
            "changes": in_words(old.body, new.body),
            "before": document(old.body, voice(), notes=False),
            "after": document(new.body, voice(), notes=False),
        }
    return render(request, "personas/compare.html", context)


HEADINGS = {"en": "What changes", "fr": "Ce qui change"}
NOTHING = {"en": "Nothing: both say the same.", "fr": "Rien : les deux disent la même chose."}


def in_words(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The differences as pages show them: each language with its own heading, the reader's first."""
    found = voices.changes(old, new)
    order = sorted(found, key=lambda lang: lang != active_language())
    return [
        {"lang": lang, "heading": HEADINGS[lang], "changes": found[lang], "nothing": NOTHING[lang]} for lang in order
    ]
