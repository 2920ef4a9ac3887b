"""From an import and its mapping to what its chunks need, or the reasons why it cannot begin."""

from datetime import datetime

from leads.models import Import
from personas.catalogue import add_custom
from personas.models import DefinitionLine
from smarketing.rows.clock import zone

from . import targets
from .context import Context
from .mapping import Mapping, Problem, read
from .rows import Reader


def context_of(one: Import, chosen: Mapping, at: datetime) -> tuple[Context, list[Problem]]:
    """The context of this mapping, and what is missing for it in the portal."""
    reading = chosen.reading(zone())
    ctx = Context(one, chosen, reading, Reader(chosen, reading), at)
    problems = []
    if "mql" in chosen.targets():
        line = _line(chosen.line)
        ctx.line_id = line.pk if line else None
        if line is None:
            problems.append(Problem("unknown_line", {"name": chosen.line}) if chosen.line else Problem("no_line"))
    return ctx, problems


def context_again(one: Import, at: datetime) -> Context:
    """The context of a checked import, with the types that the check told."""
    chosen, _problems = read(one.kind, one.mapping, one.report["headers"])
    for column in chosen.columns:
        column.type = column.type or one.report["types"].get(column.header, "")
    return context_of(one, chosen, at)[0]


def make_fields(ctx: Context) -> None:
    """Custom attributes that the file brings, in the catalogue from now on."""
    subject = targets.SUBJECTS[ctx.mapping.kind]
    for column in ctx.mapping.used if subject and subject != "event" else []:
        if targets.is_custom(column.targets[0]):
            add_custom(subject=subject, name=column.targets[0], type=column.type or "text", label=column.header)
    if "stage" in ctx.mapping.targets():
        add_custom(subject="deal", name="x_stage", type="text", label="Stage")


def _line(name: str) -> DefinitionLine | None:
    lines = DefinitionLine.objects.order_by("pk")
    return lines.filter(name=name).first() if name else lines.first()
