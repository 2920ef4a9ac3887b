"""Terms while they are being written: section by section, without one person's save losing another's."""

from copy import deepcopy
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from personas.definitions.queries import version_in_force
from personas.models import DefinitionLine
from smarketing.accounts import audit
from smarketing.agreements.canonical import canonical, sha256
from smarketing.calendars import services as calendars
from smarketing.calendars.models import CalendarVersion
from smarketing.rows import clock

from . import renewal
from .models import Contract, Terms, TermsDraft
from .sections.defaults import DEFAULTS

CLAUSES = ("calendar", "starts_on", "ends_on", "clauses")  # keys of a body that are written on one page


class Stale(ValidationError):
    """Somebody saved the same part of the draft meanwhile."""


def starter(calendar: CalendarVersion | None, starts_on: date, definition: int | None = None) -> dict:
    """Body of the founding article's contract, complete: 200 MQL a month, at least 3 attempts on each. `definition`: number
    of the version of its definition in force."""
    return {
        **deepcopy(DEFAULTS),
        "definitions": {"version": definition},
        "calendar": calendar.pk if calendar else None,
        "starts_on": starts_on.isoformat(),
        "ends_on": None,
        "clauses": [
            {"key": "5.1", "kind": "mql_volume", "target": "200", "share": None, "params": {}},
            {"key": "6.1", "kind": "first_attempt", "target": "4", "share": "90", "params": {}},
            {"key": "6.2", "kind": "min_attempts", "target": "3", "share": "100", "params": {"days": 10}},
        ],
    }


@transaction.atomic
def create_contract(*, name: str, line: DefinitionLine, by, at: datetime, body: dict | None = None) -> Contract:
    """A contract over a definition line, with a draft that holds `body`. ValidationError when the name is taken."""
    if Contract.objects.filter(name=name).exists():
        raise ValidationError({"name": _("A contract of this name exists.")})
    contract = Contract.objects.create(name=name, line=line)
    TermsDraft.objects.create(contract=contract, body=body or {}, revision=1 if body else 0, edited_by=by, edited_at=at)
    audit.record(by, "contract.create", "contract", contract.pk, at)
    return contract


@transaction.atomic
def save_draft(*, contract: Contract, body: dict, revision: int, by, at: datetime) -> TermsDraft:
    """Keep a whole body. Stale when somebody saved since `revision` was read."""
    draft, _made = TermsDraft.objects.select_for_update().get_or_create(contract=contract)
    if draft.revision != revision:
        raise Stale(
            _("Somebody saved these terms since you opened them: nothing of yours was lost, compare and save again.")
        )
    return _write(draft, body, by, at)


@transaction.atomic
def save_part(
    *, contract: Contract, part: dict[str, Any], seen: str, by, at: datetime, revision: int | None = None
) -> TermsDraft:
    """Keep some keys of the body and leave the others as they are. `seen`: `fingerprint` of these keys when they were read.

    Stale when somebody saved one of them since, unless `revision` is still the draft's.
    """
    draft, _made = TermsDraft.objects.select_for_update().get_or_create(contract=contract)
    contract.draft = draft
    body = body_of(contract, at)
    if draft.revision != revision and fingerprint(body, tuple(part)) != seen:
        raise Stale(
            _("Somebody saved these terms since you opened them: nothing of yours was lost, compare and save again.")
        )
    return _write(draft, body | part, by, at)


def _write(draft: TermsDraft, body: dict, by, at: datetime) -> TermsDraft:
    draft.body, draft.revision, draft.edited_by, draft.edited_at = body, draft.revision + 1, by, at
    draft.save()
    audit.record(by, "contract.edit", "contract", draft.contract_id, at, revision=draft.revision)
    return draft


@transaction.atomic
def drop(*, contract: Contract, by, at: datetime) -> None:
    """Throw away what is being written; the next draft begins with the terms in force."""
    draft = TermsDraft.objects.select_for_update().get(contract=contract)
    draft.body, draft.revision, draft.edited_by, draft.edited_at = {}, draft.revision + 1, by, at
    draft.save()
    audit.record(by, "contract.edit", "contract", contract.pk, at, revision=draft.revision, dropped=True)


def fingerprint(body: dict, keys: tuple[str, ...]) -> str:
    """What tells whether these keys of a body were saved anew."""
    return sha256(canonical({key: body.get(key) for key in keys}))[:16]


def body_of(contract: Contract, at: datetime) -> dict:
    """What is being written; where that is nothing yet, what a next version begins with."""
    return begun(contract, at) if spent(contract) else contract.draft.body


def spent(contract: Contract) -> bool:
    """Whether the draft holds nothing that is not signed already."""
    signed = contract.terms.order_by("-number").first()
    return not contract.draft.body or (signed is not None and signed.body == contract.draft.body)


def begun(contract: Contract, at: datetime) -> dict:
    """What a draft begins with, from the next month on: the newest terms, or the founding template."""
    found, starts = newest(contract), next_month(clock.today(at))
    version = version_in_force(contract.line, at)
    number = version.number if version else None
    if found:
        named = {"definitions": {"version": number}} if "definitions" in found.body else {}
        first, until = _further(contract, starts, clock.today(at))
        return found.body | named | {"starts_on": first.isoformat(), "ends_on": until and until.isoformat()}
    choice = calendars.current()
    return starter(choice[0] if choice else None, starts, number)


def _further(contract: Contract, starts: date, today: date) -> tuple[date, date | None]:
    """The days of the next terms: of a contract that is about to end and to go on, the further time that was agreed."""
    end = renewal.near(contract, today)
    return renewal.further(end) if end and end.months else (starts, None)


def newest(contract: Contract) -> Terms | None:
    """The newest signed terms."""
    return contract.terms.order_by("-number").first()


def next_month(day: date) -> date:
    """First day of the month after that of `day`."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
