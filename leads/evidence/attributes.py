"""What the house knows of each custom attribute: how often it is filled, and which imports brought it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet

from leads.intake.columns import TABLES
from leads.intake.importing import mapping, targets
from leads.models import Campaign, Company, Deal, Import, Lead
from personas.models import FieldDef

LOOKED_AT = 20_000  # newest rows among which the share is counted
IMPORTS = 200
MODELS = {"lead": Lead, "company": Company, "campaign": Campaign, "deal": Deal}


@dataclass(frozen=True)
class Filled:
    """`n` of the `looked_at` newest rows hold a value."""

    n: int
    looked_at: int

    @property
    def share(self) -> int | None:
        """Whole percent, at least 1 where there is a value; None without rows."""
        if not self.looked_at:
            return None
        return max(round(self.n * 100 / self.looked_at), 1) if self.n else 0


@dataclass(frozen=True)
class Brought:
    """One import that brought an attribute."""

    pk: int
    filename: str
    at: datetime


def filled(rows: Iterable[FieldDef]) -> dict[str, Filled]:
    """Key → how many of the newest rows of its subject hold a value."""
    found: dict[str, Filled] = {}
    by_subject: dict[str, list[FieldDef]] = {}
    for row in rows:
        by_subject.setdefault(row.subject, []).append(row)
    for subject, mine in by_subject.items():
        counts = ", ".join("count(*) FILTER (WHERE jsonb_exists(attributes, %s))" for _row in mine)
        newest = f"SELECT attributes FROM {TABLES[subject][0]} {_living(subject)} ORDER BY id DESC LIMIT {LOOKED_AT}"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*), {counts} FROM ({newest}) s", [row.name for row in mine])
            total, *each = cursor.fetchone()
        found |= {row.key: Filled(n, total) for row, n in zip(mine, each, strict=True)}
    return found


def holding(row: FieldDef, user) -> QuerySet:
    """The rows of its subject that hold a value and that a person may see."""
    rows = MODELS[row.subject].objects.visible_to(user).filter(attributes__has_key=row.name)
    if row.subject == "lead":
        return rows.living()
    return rows.standing() if row.subject == "deal" else rows


def imports(rows: Iterable[FieldDef]) -> dict[str, tuple[Brought, Brought]]:
    """Key → (first, last) import that brought it, among the last two hundred applied."""
    wanted = {row.key for row in rows}
    kinds = [kind for kind, subject in targets.SUBJECTS.items() if subject in MODELS]
    done = Import.objects.filter(state="done", dry=False, kind__in=kinds).order_by("-pk")[:IMPORTS]
    found: dict[str, tuple[Brought, Brought]] = {}
    for one in reversed(done):
        brought = Brought(one.pk, one.filename, one.finished_at or one.created_at)
        for key in _keys(one) & wanted:
            found[key] = (found[key][0] if key in found else brought, brought)
    return found


def _keys(one: Import) -> set[str]:
    headers = one.report.get("headers")
    if not headers:
        return set()
    chosen, _problems = mapping.read(one.kind, one.mapping, headers)
    return {f"{targets.SUBJECTS[one.kind]}.{name}" for name in chosen.targets() if targets.is_custom(name)}


def _living(subject: str) -> str:
    return "WHERE root_id IS NULL AND NOT erased" if subject == "lead" else ""
