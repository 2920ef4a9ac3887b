"""Definitions are drafted, proposed to both sides, and published when both have signed. A version never changes."""

import json
from copy import deepcopy
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from personas.criteria import remaining, tree, validate
from personas.criteria.problems import Problem
from personas.models import DefinitionDraft, DefinitionLine, DefinitionVersion, PersonaVersion
from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.agreements import services as agreements
from smarketing.agreements.canonical import canonical
from smarketing.agreements.models import Paper

from . import queries, voices
from .catalogue import catalogue

KIND = "definition"
UNDO_STEPS = 50


class StaleDraft(ValueError):
    """Somebody saved the draft since the page was read; the message is translated and meant for the screen."""


class Unsound(ValueError):
    """A body that `personas.criteria` finds fault with: `problems`."""

    def __init__(self, problems: list[Problem]):
        super().__init__("; ".join(f"{one.path}: {one.text()}" for one in problems))
        self.problems = problems


@transaction.atomic
def create_line(*, name: str, by: User | None, at: datetime, body: dict[str, Any] | None = None) -> DefinitionLine:
    """A new definition; its draft is empty or starts from `body`. Unsound when that is no valid definition."""
    start = tree.empty_body() if body is None else body
    if problems := problems_of(start):
        raise Unsound(problems)
    line = DefinitionLine.objects.create(name=name)
    DefinitionDraft.objects.create(line=line, body=start, edited_by=by, edited_at=at)
    record(by, "definition.create", "definitionline", line.pk, at)
    return line


@transaction.atomic
def save_draft(*, line: DefinitionLine, body: dict[str, Any], revision: int, by: User | None, at: datetime):
    """Replace the draft's body; the one before can be undone. Returns the draft.

    StaleDraft when `revision` is not the draft's; Unsound when the body is not a valid definition, with what was not wrong
    before: a field that is gone, at a line that nobody touched, keeps nobody from writing the others.
    """
    draft = _locked(line, revision)
    if (found := problems_of(body)) and (problems := remaining.fresh(draft.body, problems_of(draft.body), body, found)):
        raise Unsound(problems)
    if body == draft.body:
        return draft
    history = [*draft.history, draft.body][-UNDO_STEPS:]
    return _write(draft, body, history, by, at)


@transaction.atomic
def undo_draft(*, line: DefinitionLine, revision: int, by: User | None, at: datetime) -> DefinitionDraft:
    """Take the draft one step back; nothing happens at its beginning. StaleDraft as for `save_draft`."""
    draft = _locked(line, revision)
    if not draft.history:
        return draft
    return _write(draft, draft.history[-1], draft.history[:-1], by, at)


@transaction.atomic
def propose(*, line: DefinitionLine, by: User | None, at: datetime, effective_at: datetime | None = None) -> Paper:
    """Put the draft to both sides. `effective_at`: when it shall take effect, None for the second signature's instant.

    Unsound when the draft is no valid definition, or asks for a field that is retired. The text holds the rules of the personas it names, and what it changes
    against the last version, in the words of both languages.
    """
    body = DefinitionDraft.objects.get(line=line).body
    if problems := [*problems_of(body), *validate.retired(body, catalogue())]:
        raise Unsound(problems)
    return put(line=line, body=body, by=by, at=at, effective_at=effective_at)


def put(
    *,
    line: DefinitionLine,
    body: dict[str, Any],
    by: User | None,
    at: datetime,
    effective_at: datetime | None,
    **more: Any,
) -> Paper:
    """A sound body as a paper for both sides; `more`: what else the text says. The newest paper where that says the same."""
    text = {
        "line": line.name,
        "effective_at": effective_at.isoformat() if effective_at else None,
        "body": body,
        "personas": _pinned(body),
    } | more
    newest = Paper.objects.filter(kind=KIND, line=f"{KIND}:{line.pk}").order_by("-number").first()
    if newest and _says(json.loads(newest.body)) == json.loads(canonical(text)):
        return newest
    last = line.versions.order_by("-number").first()
    words = voices.changes(last.body, body) if last else {}
    told = {lang: [one.text for one in found] for lang, found in words.items()}
    changes = {"changes": {"against": last.number, **told}} if last else {}
    return agreements.propose(kind=KIND, line=f"{KIND}:{line.pk}", body=text | changes, by=by, at=at)


def _says(text: dict[str, Any]) -> dict[str, Any]:
    """A text without the words that only tell what it changes."""
    return {name: value for name, value in text.items() if name != "changes"}


@transaction.atomic
def publish_version(*, paper: Paper, at: datetime, by: User | None = None) -> DefinitionVersion:
    """The immutable version of a paper that both sides have signed; called again it returns the same one.

    It is in force from the instant agreed, never before the second signature. AgreementError without both signatures.
    """
    published = DefinitionVersion.objects.filter(paper=paper).first()
    if published:
        return published
    signed_at = agreements.both_signed_at(paper)
    if signed_at is None:
        raise agreements.AgreementError(_("Both sides have to sign before a definition can be published."))
    text = json.loads(paper.body)
    line = DefinitionLine.objects.select_for_update().get(pk=int(paper.line.partition(":")[2]))
    agreed = datetime.fromisoformat(text["effective_at"]) if text["effective_at"] else signed_at
    last = line.versions.order_by("-number").first()
    version = DefinitionVersion.objects.create(
        line=line,
        number=last.number + 1 if last else 1,
        paper=paper,
        body=text["body"],
        effective_at=max(agreed, signed_at),
        retires=text.get("retires", False),
        replaces=_replaced(line, text, signed_at),
        published_by=by,
        published_at=at,
    )
    verb = "definition.retire" if version.retires else "definition.publish"
    record(by, verb, "definitionversion", version.pk, at, line=line.pk, number=version.number)
    return version


def _replaced(line: DefinitionLine, text: dict[str, Any], signed_at: datetime) -> DefinitionVersion | None:
    """The version that a paper calls off or sets on another day, where it has not begun by the second signature."""
    number = text.get("calls_off") or text.get("moves")
    return line.versions.filter(number=number, effective_at__gt=signed_at).first() if number else None


def problems_of(body: Any) -> list[Problem]:
    """Everything wrong with a definition's body; persona versions must exist."""
    personas = set(PersonaVersion.objects.values_list("pk", flat=True))
    return validate.validate(body, catalogue(), personas)


def on_signed(paper: Paper, at: datetime) -> None:
    """Both sides have signed: publish, in the transaction of the second signature."""
    last = paper.signatures.order_by("-signed_at", "-pk").select_related("signer").first()
    publish_version(paper=paper, at=at, by=last.signer if last else None)


def verify(paper: Paper) -> list[str]:
    """Sentences naming what a paper put into force and no longer says what was signed: its version, rules of its personas."""
    version = DefinitionVersion.objects.filter(paper=paper).first()
    if version is None:
        return []
    text, out = json.loads(paper.body), []
    if canonical(version.body) != canonical(text["body"]):
        out.append(
            _("version %(number)s in force says something else than what was signed") % {"number": version.number}
        )
    rules = queries.rules_of(one["version"] for one in text["personas"])
    for one in text["personas"]:
        if canonical(rules.get(one["version"])) != canonical(one["rules"]):
            out.append(_("the rules of persona “%(name)s” are not those that were signed") % {"name": one["persona"]})
    return out


def _pinned(body: dict[str, Any]) -> list[dict[str, Any]]:
    versions = PersonaVersion.objects.filter(pk__in=tree.personas_used(body)).select_related("persona").order_by("pk")
    return [
        {"version": one.pk, "persona": one.persona.name, "number": one.number, "rules": one.rules} for one in versions
    ]


def _locked(line: DefinitionLine, revision: int) -> DefinitionDraft:
    draft = DefinitionDraft.objects.select_for_update().get(line=line)
    if draft.revision != revision:
        raise StaleDraft(_("Somebody changed this draft meanwhile: look at it before you go on."))
    return draft


def _write(draft: DefinitionDraft, body: dict, history: list, by: User | None, at: datetime) -> DefinitionDraft:
    draft.body, draft.history, draft.edited_by, draft.edited_at = deepcopy(body), history, by, at
    draft.revision += 1
    draft.save()
    record(by, "definition.edit", "definitionline", draft.line_id, at, revision=draft.revision)
    return draft
