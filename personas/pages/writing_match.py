"""The step of the match rules: as fields, or as one sentence that is read back. A sentence that says no rules stays as typed."""

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import render

from personas.builder import read, shape, write
from personas.builder.names import Posted, one
from personas.criteria import validate
from personas.criteria.problems import Problem
from personas.criteria.sentence import Voice
from personas.definitions import persona_drafts
from personas.definitions.persona_drafts import RULES, SENTENCE

from . import typed
from .fields import Builder, Messages
from .typed import Typed
from .words import said, voice

if TYPE_CHECKING:
    from .writing import Form

FORM = "rules"


def hear(text: str) -> Typed:
    """Match rules read from a sentence; what is wrong with rules that were read is told as the error."""
    heard, speaker = typed.hear(text, FORM), voice()
    if heard.said and (wrong := validate.validate_condition(heard.said["when"], speaker.catalogue)):
        heard.said, heard.error = None, " ".join(dict.fromkeys(said(problem, speaker) for problem in wrong))
    return heard


def kept(posted: Posted) -> dict[str, list[str]]:
    """What the draft keeps of the step: the fields of rules, or a sentence that says none as it was typed."""
    if typed.FIELD not in posted:
        settled = shape.reshape(posted, "")
        return {name: values for name, values in settled.items() if name.partition(".")[0] == RULES}
    text = typed.text_of(posted)
    heard = hear(text)
    if text and heard.said is None:
        return {SENTENCE: [text]}
    return write.condition(heard.said["when"] if heard.said else {}, RULES)


def turn(form: "Form", deed: str) -> HttpResponse | None:
    """Show the step otherwise; nothing is saved. `write`: as a sentence; `fields`: as fields; `check`: how the sentence reads, for
    whoever asks for that alone; else another shape of the fields."""
    posted = {name: list(values) for name, values in form.request.POST.lists()}
    if typed.FIELD in posted:
        text = typed.text_of(posted)
        heard = hear(text)
        if form.request.headers.get("HX-Target") == "heard":
            return render(form.request, "personas/heard.html", {"row": {"typed": heard}})
        form.shown = {SENTENCE: [text]}
        if deed == "fields" and not heard.error:
            form.shown = write.condition(heard.said["when"] if heard.said else {}, RULES)
    elif deed == "write":
        _to_sentence(form, posted)
    else:
        form.shown = shape.reshape(posted, deed)
    return None


def _to_sentence(form: "Form", posted: Posted) -> None:
    """Sound fields as their sentence; others stay, with what is to be mended first."""
    speaker, settled = voice(), shape.reshape(posted, "")
    rules = read.condition(settled, RULES, speaker.catalogue)
    wrong = validate.validate_condition(rules, speaker.catalogue) if rules else []
    form.shown, form.errors = (settled, named(wrong, speaker)) if wrong else ({SENTENCE: [_words(rules)]}, {})


def _words(rules: dict[str, Any]) -> str:
    return typed.written(rules, FORM) if rules else ""


def context(form: "Form") -> dict[str, Any]:
    """What the template of the step draws: `node`, or `row` with the sentence."""
    shown = form.shown if form.shown is not None else form.draft.rules
    if SENTENCE in shown:
        return {"row": {"typed": hear(one(shown, SENTENCE))}, "here": form.address(form.step)}
    speaker, wrong = voice(), form.errors
    if form.shown is None and form.draft.revision:
        wrong = named(persona_drafts.problems(form.draft, speaker.catalogue), speaker)
    return {"node": Builder(shown, speaker, Messages(wrong), ("field",)).node(RULES)}


def named(problems: list[Problem], speaker: Voice) -> dict[str, list[str]]:
    """Messages by the name of their field."""
    found: dict[str, list[str]] = {}
    for problem in problems:
        inner = shape.places(problem.path, "")
        found.setdefault(".".join(filter(None, (RULES, inner))), []).append(said(problem, speaker))
    return found
