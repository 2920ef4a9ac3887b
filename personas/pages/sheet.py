"""A persona on one sheet A4, in one of the languages on offer: smaller letters for more words, and at the end shorter texts."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import translation

from personas.criteria import canonical
from personas.definitions import persona_evidence, traits
from personas.models import Persona
from smarketing.accounts import languages
from smarketing.accounts.policy import needs
from smarketing.rows import clock
from smarketing.web.language import active_language

from .document import spoken
from .reading import Answer, Told, told
from .words import voice

# (letters up to which, name of the size); what is longer is shortened until it fits the smallest one.
SIZES = ((1800, "large"), (3000, "normal"), (4600, "small"), (6400, "tiny"))
LINE = 60  # an answer costs at least so many letters: its label, and the rest of its line
LEAST = 40  # letters below which no answer is cut


@needs("personas.view")
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Persona, pk=pk)
    version = found.versions.select_related("created_by").order_by("-number").first()
    chosen = request.GET.get("in", "")
    chosen = chosen if chosen in languages.offered() else active_language()
    with translation.override(chosen):
        groups = [one for one in told(version, traits.wanted()) if one.short or one.answers]
        groups, headline, quote = headed(groups, found.negative)
        groups, density, cut = fitted(groups)
        context = {
            "persona": found, "version": version, "rules": spoken(version.rules, voice()), "groups": groups,
            "headline": headline, "quote": quote, "density": density, "cut": cut, "lang": chosen,
            "interviews": sum(not one.is_back for one in persona_evidence.interviews(found)),
            "digest": canonical.digest({"name": found.name, "story": version.story, "rules": version.rules}),
            "choices": languages.choices(), "today": clock.today(),
        }  # fmt: skip
        return render(request, "personas/persona_print.html", context)


def headed(groups: Sequence[Told], negative: bool) -> tuple[list[Told], str, str]:
    """(what is left for the columns; the role in short and the first quote, which stand beside the name and are said there alone)."""
    if negative:
        return list(groups), "", ""
    headline = next((one.short.text for one in groups if one.group.key == "role" and one.short), "")
    quote = next((one.lines[0] for one in _quotes(groups) if one.lines), "")
    left = []
    for one in groups:
        short = None if one.group.key == "role" else one.short
        answers = [_without(answer, quote) if answer.key == "quotes" else answer for answer in one.answers]
        answers = [answer for answer in answers if answer.text]
        if short or answers:
            left.append(replace(one, short=short, answers=answers))
    return left, headline, quote


def _without(answer: Answer, quote: str) -> Answer:
    """The further quotes."""
    return replace(answer, text="\n".join(answer.lines[1:])) if answer.lines[:1] == [quote] else answer


def _quotes(groups: Sequence[Told]) -> list[Answer]:
    return [answer for one in groups for answer in one.answers if answer.key == "quotes"]


def fitted(groups: Sequence[Told]) -> tuple[list[Told], str, bool]:
    """(groups as they fit on the sheet, size of the letters, whether texts were shortened)."""
    letters = weight(groups)
    for most, name in SIZES:
        if letters <= most:
            return list(groups), name, False
    texts = [answer.text for one in groups for answer in _answers(one)]
    most = max(map(len, texts))
    while most > LEAST and weight(groups, most) > SIZES[-1][0]:
        most = most * 9 // 10
    return [_cut(one, most) for one in groups], SIZES[-1][1], True


def weight(groups: Sequence[Told], most: int | None = None) -> int:
    """How much room the texts take, in letters; none longer than `most`."""
    return sum(
        max(LINE, LINE // 2 + min(len(answer.text), most or len(answer.text)))
        for one in groups
        for answer in _answers(one)
    )


def _answers(one: Told) -> list[Any]:
    return [*([one.short] if one.short else []), *one.answers]


def _cut(one: Told, most: int) -> Told:
    short = _shorter(one.short, most) if one.short else None
    return replace(one, short=short, answers=[_shorter(answer, most) for answer in one.answers])


def _shorter(answer: Answer, most: int) -> Answer:
    if len(answer.text) <= most:
        return answer
    return replace(answer, text=answer.text[: most - 1].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…")
