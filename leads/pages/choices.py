"""What the filters of leads offer: values that exist, found by walking an index."""

from django.db import connection
from django.utils.translation import gettext as _

from leads.models import Campaign, HandoffState
from leads.models.querysets import NO_SOURCE
from personas import lead_lists
from personas.criteria.grade import cells
from personas.definitions.queries import versions_in_force
from smarketing.accounts.models import User
from smarketing.accounts.policy import REP

MAX = 200
# From one value of the index to the next, without reading the rows between.
WALK = """
WITH RECURSIVE s AS (
  (SELECT {value} AS v FROM {table} WHERE {where} ORDER BY {value} LIMIT 1)
  UNION ALL
  SELECT (SELECT {value} FROM {table} WHERE {where} AND {value} > s.v ORDER BY {value} LIMIT 1) FROM s WHERE s.v IS NOT NULL
)
SELECT v FROM s WHERE v IS NOT NULL LIMIT %(most)s
"""


def walked(table: str, value: str, most: int, where: str = "TRUE", **params: str) -> list[str]:
    """The first `most` values of an indexed column, in the order of the index; the names come from code, never from a user."""
    with connection.cursor() as cursor:
        cursor.execute(WALK.format(table=table, value=value, where=where), params | {"most": most})
        return [row[0] for row in cursor.fetchall()]


def sources() -> list[tuple[str, str]]:
    """Every source that leads have, the unknown one last."""
    found = walked("leads_lead", "source", MAX)
    known = sorted(((one, one) for one in found if one), key=lambda pair: pair[0].casefold())
    return [*known, (NO_SOURCE, _("(not known)"))] if found else []


def campaigns(user) -> list[tuple[str, str]]:
    """The campaigns by name."""
    rows = Campaign.objects.visible_to(user).order_by("name", "key")[:MAX]
    return [(str(row.pk), str(row)) for row in rows]


def grades(at) -> list[tuple[str, str]]:
    """The cells of the definitions in force."""
    found = {cell for version in versions_in_force(at) for row in cells(version.body) for cell in row}
    return [(cell, cell) for cell in sorted(found)]


def reps(user) -> list[tuple[str, str]]:
    """Reps who are or were in charge; a rep needs no such choice."""
    if user.role == REP:
        return []
    busy = HandoffState.objects.filter(is_open=True, rep__isnull=False).values("rep")
    rows = User.objects.filter(pk__in=busy).order_by("name")
    return [(str(row.pk), row.name) for row in rows]


def of_leads(user, at) -> dict[str, list[tuple[str, str]]]:
    """Choices of every filter of the leads table."""
    lists = lead_lists.names(lead_lists.offered())
    return {"grade": grades(at), "list": lists, "source": sources(), "campaign": campaigns(user), "rep": reps(user)}
