"""Companies by what people say of them: the same domain, else the same name, is the same company."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.db import connection

from smarketing.rows.fence import Fence

from . import facts, locks

# A name or domain that a company has only from one merged into it does not find it.
_FIND = """
SELECT '{letter}:' || lower(c.{column}), min(c.id) FROM leads_company c WHERE lower(c.{column}) = ANY(%s)
  AND NOT (EXISTS (SELECT FROM leads_company m WHERE m.root_id = c.id) AND coalesce((
    SELECT x.source FROM leads_attributechange x WHERE x.subject = 'company' AND x.subject_id = c.id AND x.field = '{column}'
      AND NOT EXISTS (SELECT FROM leads_correction k WHERE k.subject = 'attributechange' AND k.subject_id = x.id)
    ORDER BY x.occurred_at DESC, x.recorded_at DESC, x.id DESC LIMIT 1) = 'companymerge', false))
GROUP BY 1
"""


def domain_of(text: str) -> str:
    """ "https://www.acme.example/about" -> "acme.example"."""
    text = text.strip().lower()
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.") if "." in host else ""


def name_key(values: Mapping[str, Any]) -> str:
    """What tells one company from another; empty when neither domain nor name is said."""
    if values.get("domain"):
        return f"d:{str(values['domain']).lower()}"
    name = one_line(values.get("name")).lower()
    return f"n:{name}" if name else ""


def one_line(name: Any) -> str:
    """A name as it is kept and compared: on one line, single spaces between its words."""
    return " ".join(str(name or "").split())


def said_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """What is said of a company, its name on one line and its domain bare."""
    said = dict(values)
    if said.get("name"):
        said["name"] = one_line(said["name"])
    if said.get("domain"):
        said["domain"] = domain_of(said["domain"]) or said["domain"].lower()
    return said


def find_or_create(
    said: Sequence[Mapping[str, Any]], at: datetime | Sequence[datetime], *, origin: facts.Origin, fence: Fence
) -> list[int | None]:
    """Ids of companies described by field values (None where nothing tells them), made when missing.

    What is said of a company already known is recorded as changes. `at`: since when, one for all or one each.
    """
    times = [at] * len(said) if isinstance(at, datetime) else list(at)
    keys = [name_key(values) for values in said]
    wanted = sorted({key for key in keys if key})
    if not wanted:
        return [None] * len(said)
    found = find(wanted)
    missing = [key for key in wanted if key not in found]
    if missing:
        locks.hold(locks.COMPANIES, missing)
        found |= find(missing)
        missing = [key for key in missing if key not in found]
        first = {key: n for n, key in reversed(list(enumerate(keys)))}
        births = [facts.Birth(times[first[key]], _kept(said[first[key]])) for key in missing]
        found |= dict(zip(missing, facts.create_companies(births, origin=origin, fence=fence), strict=True))
    changes = [
        facts.Change("company", found[key], field, value, when)
        for key, values, when in zip(keys, said, times, strict=True)
        if key
        for field, value in values.items()
        if value not in (None, "") and field not in ("name", "domain")
    ]
    facts.record_changes(changes, origin=origin, fence=fence)
    return [found.get(key) for key in keys]


def _kept(said: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: one_line(value) if name == "name" else value for name, value in said.items()}
    return {name: value for name, value in kept.items() if value not in (None, "")}


def find(keys: Sequence[str]) -> dict[str, int]:
    """Id of each company that exists, by `name_key`: the one of whom that was said, whichever it was merged into since."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_FIND.format(letter='d', column='domain')} UNION ALL {_FIND.format(letter='n', column='name')}",
            [[k[2:] for k in keys if k[0] == "d"], [k[2:] for k in keys if k[0] == "n"]],
        )
        return dict(cursor.fetchall())
