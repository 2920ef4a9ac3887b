"""The catalogue of fields as `personas.criteria` reads it."""

from collections.abc import Iterable
from typing import Any

from personas.criteria.fields import FieldInfo
from personas.models import FieldDef


def catalogue(subjects: Iterable[str] = ("lead", "company")) -> dict[str, FieldInfo]:
    """Key → FieldInfo of every field that conditions may name."""
    return {row.key: info_of(row) for row in FieldDef.objects.filter(subject__in=tuple(subjects)).order_by("key")}


def info_of(row: FieldDef) -> FieldInfo:
    """One row of the catalogue. `choices` are values, or {"value", "en", "fr"}."""
    return FieldInfo(
        key=row.key,
        type=row.type,
        label_en=row.label_en,
        label_fr=row.label_fr,
        article_fr=row.article_fr,
        choices=dict(map(_choice, row.choices or ())),
        personal=row.personal,
        changeable=row.changeable,
        steady=row.steady,
        retired=row.retired_at is not None,
    )


def _choice(raw: Any) -> tuple[str, tuple[str, str]]:
    if isinstance(raw, dict):
        value = str(raw["value"])
        return value, (str(raw.get("en") or value), str(raw.get("fr") or raw.get("en") or value))
    return str(raw), (str(raw), str(raw))
