"""More things that both sides sign: an older version proposed again as a new one, a line that makes no more MQLs, and how an
observation ends: called off, or on another day."""

from copy import deepcopy
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from personas.models import DefinitionLine, DefinitionVersion
from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.agreements.models import Paper

from . import queries, services


class CannotTurn(ValueError):
    """Why a version is not proposed again, or a line not retired; translated and meant for the screen."""


@transaction.atomic
def roll_back(
    *, version: DefinitionVersion, revision: int, by: User | None, at: datetime, effective_at: datetime | None = None
) -> Paper:
    """Propose an older version again: it becomes the draft, which can be undone, and the paper that both sides sign.

    StaleDraft when `revision` is not the draft's; Unsound where fields or personas that it names are gone meanwhile;
    CannotTurn for the version in force and for one that retired the line.
    """
    if version.retires:
        raise CannotTurn(_("This version retired the definition: propose one that says what an MQL is."))
    live = queries.version_in_force(version.line_id, at)
    if live is not None and live.pk == version.pk and queries.version_to_come(version.line_id, at) is None:
        raise CannotTurn(_("This version is in force."))
    services.save_draft(line=version.line, body=deepcopy(version.body), revision=revision, by=by, at=at)
    paper = services.propose(line=version.line, by=by, at=at, effective_at=effective_at)
    record(by, "definition.roll_back", "definitionversion", version.pk, at, paper=paper.pk)
    return paper


@transaction.atomic
def retire(*, line: DefinitionLine, by: User | None, at: datetime, effective_at: datetime | None = None) -> Paper:
    """Propose that the line makes no more MQLs from `effective_at` on (None: from the second signature). The draft stays.

    CannotTurn where nothing is in force.
    """
    live = queries.version_in_force(line, at)
    if live is None or live.retires:
        raise CannotTurn(_("There is no version in force that could be retired."))
    return services.put(line=line, body=retired(live.body), by=by, at=at, effective_at=effective_at, retires=True)


@transaction.atomic
def call_off(*, version: DefinitionVersion, by: User | None, at: datetime) -> Paper:
    """Propose that a signed version never takes effect: from the second signature on the text in force counts as a new version,
    which replaces what waits for its day. The draft stays. CannotTurn for a version that waits for nothing, or where nothing is
    in force that could go on."""
    _waits(version, at)
    live = queries.version_in_force(version.line_id, at)
    if live is None:
        raise CannotTurn(_("No version is in force that could go on: sign another day, or another text."))
    said = {"retires": True} if live.retires else {}
    return services.put(
        line=version.line, body=live.body, by=by, at=at, effective_at=None, calls_off=version.number, **said
    )


@transaction.atomic
def another_day(*, version: DefinitionVersion, by: User | None, at: datetime, effective_at: datetime | None) -> Paper:
    """Propose that a signed version takes effect on another day: its text as a new version. None: from the second signature on.

    CannotTurn for a version that waits for nothing, and for its own day.
    """
    _waits(version, at)
    if effective_at == version.effective_at:
        raise CannotTurn(_("This is its day already."))
    said = {"retires": True} if version.retires else {}
    return services.put(
        line=version.line, body=version.body, by=by, at=at, effective_at=effective_at, moves=version.number, **said
    )


def _waits(version: DefinitionVersion, at: datetime) -> None:
    coming = version.effective_at > at and queries.replaced_before_it_began(version, at) is None
    if not coming:
        raise CannotTurn(_("This version does not wait for its day any more."))


def retired(body: dict[str, Any]) -> dict[str, Any]:
    """A body that grades leads as before and makes nobody an MQL: no cell, no direct path, nothing released."""
    return deepcopy(body) | {"mql": [], "direct": [], "pace": 0}
