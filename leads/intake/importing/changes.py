"""Values over time from a file: what an attribute of a lead or deal was since when, as a CRM's history tells it.

A row without a value says that the attribute was emptied then: it stays empty, also where a lead merged into this one has a
value that it would take over.
"""

from collections.abc import Collection, Sequence
from typing import Any

from leads.intake import bulk, columns, facts
from leads.models import AttributeChange, Correction
from personas.catalogue import add_custom, custom_name, fields_of
from personas.definitions import traits
from personas.models import FieldDef
from smarketing.rows.fence import Fence

from . import synonyms, values
from .contacts import deals_by_key
from .context import CREATED, REJECTED, Action, Context, check_moments, leads_by_key, refuse, settle
from .rows import Row
from .targets import words_of
from .values import Bad

_STAGE = "x_stage"  # what a history of deals without names of attributes tells
_TYPES = {"employees": "whole", "email": "email", "opted_out": "bool", "birth_date": "date"}


def identities(row: Row) -> list[tuple[str, str, tuple[str, ...]]]:
    return []


def classify(rows: Sequence[Row], ctx: Context) -> list[Action]:
    """What each row would do. Reads only."""
    actions = [Action(row, REJECTED if row.errors else "") for row in rows]
    good = [action for action in actions if not action.row.errors]
    leads = leads_by_key(ctx, [a.row.values["lead"] for a in good if a.row.values.get("lead")])
    deals = deals_by_key(a.row.values.get("deal", "") for a in good)
    known, hidden = {subject: fields_of(subject) for subject in ("lead", "deal")}, traits.hidden()
    for action in good:
        said = action.row.values
        subject = "deal" if said.get("deal") else "lead"
        action.subject_id = deals.get(said["deal"]) if subject == "deal" else leads.get(said.get("lead", ""))
        if action.subject_id is None:
            code = "unknown_deal" if subject == "deal" else "unknown_lead"
            refuse(action, code, ctx.column(subject))
        if "at" not in said:
            refuse(action, "missing", ctx.column("at"))
        check_moments(action, ctx, "at")
        _value(action, subject, known[subject], hidden, ctx)
    _repeated([action for action in good if action.outcome != REJECTED])
    return actions


def apply(actions: Sequence[Action], ctx: Context, fence: Fence) -> None:
    done = [action for action in actions if action.outcome == CREATED]
    for subject, name in sorted({(a.extra["subject"], a.extra["field"]) for a in done}):
        if name.startswith("x_"):
            add_custom(subject=subject, name=name, type="text")
    changes = [
        facts.Change(
            a.extra["subject"], a.subject_id or 0, a.extra["field"], a.extra["value"], a.row.values["at"].at,
            a.row.values["at"].day_only,
        )
        for a in done
    ]  # fmt: skip
    facts.record_changes(changes, origin=ctx.origin, fence=fence, keep_same=True)


def field_of(subject: str, word: str) -> str:
    """The attribute that a word of another system means, else a custom one of that name."""
    target = synonyms.recognise("leads" if subject == "lead" else "deals", [word]).get(word, "")
    name = target.removeprefix(f"{subject}.") if target.startswith(f"{subject}.") else custom_name(word)
    return name if columns.known(subject, name) else custom_name(word)


def _value(action: Action, subject: str, known: dict[str, FieldDef], hidden: Collection[str], ctx: Context) -> None:
    said = action.row.values
    word = str(said.get("field", "")).removeprefix("property_")
    name = field_of(subject, word) if word else _STAGE
    cell = said.get("value", "")
    if cell == "" and (not word or name == columns.OWN_WAY):  # no file ends an opposition
        refuse(action, "missing", ctx.column("value"))
        return
    try:
        value: Any = _read(name, known.get(name), str(cell), ctx) if cell != "" else None
    except Bad as problem:
        refuse(action, problem.code, ctx.column("value"), **problem.params)
        return
    if f"{subject}.{name}" in hidden:
        refuse(action, "switched_off", ctx.column("field"))
    if subject == "deal" and name == "state":
        refuse(action, "state_by_deals", ctx.column("field"))
    action.extra |= {"subject": subject, "field": name, "value": value}


def _read(name: str, field: FieldDef | None, cell: str, ctx: Context) -> Any:
    """The value as the attribute's type reads it. Bad when it is none."""
    if field and field.type == FieldDef.Type.CHOICE and name.startswith("x_") and (offered := words_of(field)):
        return values.choice(cell, offered)
    return values.read(_TYPES.get(name, field.type if field else "text"), cell, ctx.reading)


def _repeated(actions: Sequence[Action]) -> None:
    """The same value of the same attribute since the same instant is the same fact."""
    back = Correction.objects.filter(subject="attributechange").values("subject_id")
    rows = AttributeChange.objects.filter(
        subject__in=("lead", "deal"), subject_id__in={a.subject_id for a in actions}
    ).exclude(pk__in=back)
    seen = {
        (subject, pk, name, at, bulk.json_text(value))
        for subject, pk, name, at, value in rows.values_list("subject", "subject_id", "field", "occurred_at", "value")
    }
    for action in actions:
        extra = action.extra
        at, value = action.row.values["at"].at, bulk.json_text(extra["value"])
        one = (extra["subject"], action.subject_id, extra["field"], at, value)
        settle(action, one in seen, False)
        seen.add(one)
