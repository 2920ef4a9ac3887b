"""Lists that deals look things up in: products, sales teams, stages. A line of a list is no fact: what it says of a
deal becomes a fact when a file of deals names it.
"""

import re
from collections.abc import Sequence
from typing import Any

from leads.models import ListItem
from smarketing.rows.fence import Fence

from . import synonyms
from .context import CREATED, REJECTED, UPDATED, Action, Context, custom, refuse, settle
from .rows import Row

# List -> attribute of a deal that names one of its lines.
JOINS = {"products": "x_product", "team": "x_sales_agent"}


def identities(row: Row) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(str(row.values["item"]), "key_twice", ("item",))] if row.values.get("item") else []


def classify(rows: Sequence[Row], ctx: Context) -> list[Action]:
    """What each row would do. Reads only."""
    actions = [Action(row, REJECTED if row.errors else "") for row in rows]
    good = [action for action in actions if not action.row.errors]
    known = dict(
        ListItem.objects.filter(
            list=ctx.mapping.kind, key__in=[a.row.values.get("item", "") for a in good]
        ).values_list("key", "values")
    )
    for action in good:
        key = action.row.values.get("item", "")
        if not key:
            refuse(action, "missing", ctx.column("item"))
        if len(key) > 200:
            refuse(action, "too_long", ctx.column("item"), limit=200)
        said = custom(action.row.values)
        said |= {name: action.row.values[name] for name in ("is_closed", "is_won") if name in action.row.values}
        before = known.get(key)
        action.changes = (before or {}) | said
        settle(action, before is not None, action.changes != before)
    return actions


def apply(actions: Sequence[Action], ctx: Context, fence: Fence) -> None:
    items = [
        ListItem(list=ctx.mapping.kind, key=a.row.values["item"], values=a.changes)
        for a in actions
        if a.outcome in (CREATED, UPDATED)
    ]
    ListItem.objects.bulk_create(items, update_conflicts=True, unique_fields=["list", "key"], update_fields=["values"])


class Lookup:
    """One list in memory. `find` repairs a key that differs only in case, accents, spaces and punctuation from one line."""

    def __init__(self, name: str):
        self.items: dict[str, dict[str, Any]] = dict(ListItem.objects.filter(list=name).values_list("key", "values"))
        self._plain: dict[str, list[str]] = {}
        for key in self.items:
            self._plain.setdefault(_plain(key), []).append(key)

    def find(self, word: str) -> str:
        """The key of the line that a word means; empty when there is none, or more than one."""
        if word in self.items:
            return word
        near = self._plain.get(_plain(word), [])
        return near[0] if len(near) == 1 else ""


def _plain(word: str) -> str:
    return synonyms.plain(word) or re.sub(r"\s+", "", word.lower())
