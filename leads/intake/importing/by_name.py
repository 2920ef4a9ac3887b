"""Leads that a row names by name and company, where it has neither a key nor an address that is known here."""

from collections import defaultdict
from collections.abc import Sequence

from django.db import connection

from .context import Context
from .rows import Row

_NAMED = """
SELECT l.id, leads_plain(btrim(l.first_name || ' ' || l.last_name)), leads_plain(c.name)
FROM leads_lead l JOIN leads_company c ON c.id = l.company_id
WHERE NOT l.erased AND l.root_id IS NULL AND leads_plain(c.name) = ANY(ARRAY(SELECT leads_plain(n) FROM unnest(%s::text[]) n))
ORDER BY l.id
"""
_PLAIN = "SELECT n, leads_plain(n) FROM unnest(%s::text[]) n"


def find(rows: Sequence[Row], ctx: Context) -> dict[int, int]:
    """Lead by line, where exactly one lead of that company is called so; several are refused, for nothing tells which."""
    said = {row.line: (row, *names) for row in rows if not row.errors and (names := _said(row))}
    if not said:
        return {}
    plain = _plain({text for _row, *names in said.values() for text in names})
    with connection.cursor() as cursor:
        cursor.execute(_NAMED, [sorted({company for _row, _name, company in said.values()})])
        known = defaultdict(list)
        for pk, name, company in cursor.fetchall():
            known[name, company].append(pk)
    out = {}
    for line, (row, name, company) in said.items():
        first, _space, last = plain[name].rpartition(" ")
        turned = f"{last} {first}".strip()  # some systems write the last name first, with a comma
        hits = known.get((plain[name], plain[company])) or known.get((turned, plain[company])) or []
        if len(hits) == 1:
            out[line] = hits[0]
        elif hits:
            row.refuse("several_leads", ctx.column("lead_name", "lead_last_name"))
    return out


def who_of(row: Row) -> str:
    """One word for whom a row names by name and company; "" when it does not."""
    return "|".join(_said(row) or ()).lower()


def _said(row: Row) -> tuple[str, str] | None:
    """(name, company) as the row says them; None when it does not say both."""
    values = row.values
    name = str(values.get("lead_name") or "").strip()
    if "," in name:
        last, _comma, first = name.partition(",")
        name = f"{first.strip()} {last.strip()}"
    name = name or " ".join(str(values.get(one) or "").strip() for one in ("lead_first_name", "lead_last_name"))
    company = str(values.get("lead_company") or values.get("company.name") or "").strip()
    return (" ".join(name.split()), company) if name.strip() and company else None


def _plain(texts: set[str]) -> dict[str, str]:
    """Each text without case and accents, as the database compares them."""
    with connection.cursor() as cursor:
        cursor.execute(_PLAIN, [sorted(texts)])
        return dict(cursor.fetchall())
