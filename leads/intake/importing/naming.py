"""Which lead a row of a file is: known by its key in the source, else by e-mail; and the keys that rows bring."""

from collections.abc import Sequence

from django.db import connection

from leads.intake import columns
from smarketing.rows.fence import Fence

from .context import Action, Context, Raced, leads_by_key, refuse
from .rows import Row

_HOLDERS = """
SELECT lower(l.email), min(l.id) FROM leads_lead l
WHERE lower(l.email) = ANY(%s) AND NOT l.erased AND NOT EXISTS (
  SELECT FROM leads_leadkey k JOIN leads_source s ON s.id = k.source_id WHERE k.lead_id = l.id AND s.name = %s)
GROUP BY 1
"""
_NEW_KEYS = """
INSERT INTO leads_leadkey (source_id, key, lead_id, created_at)
SELECT %s, key, lead, %s FROM unnest(%s::text[], %s::bigint[]) WITH ORDINALITY AS u(key, lead, nth) ORDER BY nth
ON CONFLICT DO NOTHING RETURNING id
"""


def identities(row: Row) -> list[tuple[str, str, tuple[str, ...]]]:
    """(name, reason, its targets) of what may stand once in a file."""
    key, email = row.values.get("key"), row.values.get("lead.email")
    said = [(f"k:{key}", "key_twice", ("key",))] if key else []
    mail = [(f"e:{email.lower()}", "email_twice", ("lead.email",))] if email else []
    return [*said, *mail]


def find(actions: Sequence[Action], ctx: Context) -> None:
    """Name the lead of each row: by key, else by e-mail.

    In a file with keys a lead that has a key in this source is known by it alone; its address finds only leads that
    have none yet. So no row depends on what another row of the file changes.
    """
    keys = leads_by_key(ctx, [a.row.values["key"] for a in actions if a.row.values.get("key")])
    rest = [a.row.values for a in actions if a.row.values.get("key") not in keys]
    holders = _holders({values["lead.email"].lower() for values in rest if values.get("lead.email")}, ctx)
    for action in actions:
        key, email = action.row.values.get("key"), action.row.values.get("lead.email", "").lower()
        if not key and not email:
            refuse(action, "no_identity", ctx.column("key", "lead.email"))
        action.subject_id = keys.get(key) or holders.get(email)
        action.extra["new_key"] = bool(key) and key not in keys


def keep(actions: Sequence[Action], ctx: Context, fence: Fence) -> None:
    """Keep the new keys of these rows. Raced when somebody took one meanwhile."""
    fresh = [action for action in actions if action.extra.get("new_key")]
    if not fresh:
        return
    source = ctx.source()
    there = columns.living(a.subject_id for a in fresh if a.subject_id)
    if any(a.subject_id not in there for a in fresh):
        raise Raced  # somebody was erased meanwhile: the chunk looks again
    keys = sorted((a.row.values["key"], a.subject_id) for a in fresh)
    with connection.cursor() as cursor:
        cursor.execute(_NEW_KEYS, [source.pk, fence.recorded_at, [key for key, _ in keys], [pk for _, pk in keys]])
        made = [row[0] for row in cursor.fetchall()]
    ctx.add("leadkey", made)
    if len(made) != len(keys):
        raise Raced


def _holders(emails: set[str], ctx: Context) -> dict[str, int]:
    """The oldest lead with each e-mail address (lower case), erased ones left out."""
    keyed = ctx.mapping.source if "key" in ctx.mapping.targets() else None
    with connection.cursor() as cursor:
        cursor.execute(_HOLDERS, [sorted(emails), keyed])
        return dict(cursor.fetchall())
