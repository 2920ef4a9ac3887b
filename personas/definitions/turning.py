"""Two more things that both sides sign: an older version proposed again as a new one, and a line that makes no more MQLs."""

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
    if live is not None and live.pk == version.pk:
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


def retired(body: dict[str, Any]) -> dict[str, Any]:
    """A body that grades leads as before and makes nobody an MQL: no cell, no direct path, nothing released."""
    return deepcopy(body) | {"mql": [], "direct": [], "pace": 0}
