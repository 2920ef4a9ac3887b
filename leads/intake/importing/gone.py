"""People who were erased after opposing: rows of a file that name one are refused and emptied, and counted."""

from collections.abc import Sequence

from django.db import connection

from leads.intake import suppression
from leads.models import Import, RefusedArrival

from . import staging
from .context import Context
from .rows import Row

CODE = "erased_opposed"
_MAIL = ("lead.email", "lead_email")
_COUNT = "SELECT count(*) FROM leads_importrow WHERE batch_id = %s AND errors @> %s::jsonb"


def refuse(rows: Sequence[Row], ctx: Context) -> None:
    """Refuse those of these rows whose address is that of such a person; `staging.settle` empties them."""
    said = {
        id(row): str(row.values.get(name) or "").strip().lower()
        for row in rows
        for name in _MAIL
        if row.values.get(name)
    }
    found = suppression.gone(said.values())
    for row in rows if found else []:
        if said.get(id(row)) in found:
            row.cells, row.values, row.errors = [""] * len(row.cells), {}, []
            row.refuse(CODE, ctx.column(*_MAIL))


def count(one: Import) -> None:
    """At the end of an import: how many there were; the uploaded file, which holds them, goes."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [one.pk, f'[{{"key": "{CODE}"}}]'])
        n = cursor.fetchone()[0]
    if n:
        suppression.refused(RefusedArrival.Way.FILE, n)
        staging.path_of(one).unlink(missing_ok=True)
