"""The catalogue of fields as `personas.criteria` reads it."""

from collections.abc import Iterable
from typing import Any

from personas.criteria.fields import NUMBER, FieldInfo
from personas.models import FieldDef

from . import traits

# What a company's people come to: counted each night from their facts, so nobody writes or learns them, and they stand all day.
COMPANY_SUMS: tuple[FieldInfo, ...] = (
    FieldInfo("company.people", NUMBER, "number of people we know", "nombre de personnes connues", "le", changeable=False, counted=True),
    FieldInfo(
        "company.active_people", NUMBER, "number of the company’s people active in the last 30 days",
        "nombre de personnes de l’entreprise actives sur 30 jours", "le", changeable=False, counted=True,
    ),
    FieldInfo(
        "company.acts", NUMBER, "number of acts of the company’s people in the last 30 days",
        "nombre d’actes des personnes de l’entreprise sur 30 jours", "le", changeable=False, counted=True,
    ),
    FieldInfo(
        "company.mql_people", NUMBER, "number of the company’s people handed over as MQL",
        "nombre de personnes de l’entreprise transmises comme MQL", "le", changeable=False, counted=True,
    ),
)  # fmt: skip


def catalogue(subjects: Iterable[str] = ("lead", "company")) -> dict[str, FieldInfo]:
    """Key → FieldInfo of every field that conditions may name."""
    return of(rows(subjects), subjects)


def rows(subjects: Iterable[str] = ("lead", "company")) -> list[FieldDef]:
    """The rows of the catalogue, each with `off`: whether its values are hidden now (`traits`)."""
    return list(FieldDef.objects.filter(subject__in=tuple(subjects)).annotate(off=traits.OFF).order_by("key"))


def of(found: Iterable[FieldDef], subjects: Iterable[str] = ("lead", "company")) -> dict[str, FieldInfo]:
    """The catalogue of these `rows`, and what companies' people come to."""
    infos = {row.key: info_of(row, row.off) for row in found}
    return infos | {info.key: info for info in COMPANY_SUMS if info.subject in subjects}


def info_of(row: FieldDef, off: bool = False) -> FieldInfo:
    """One row of the catalogue. `choices` are values, or {"value", "en", "fr"}; `off`: it tells an age while none is wanted."""
    return FieldInfo(
        key=row.key,
        type=row.type,
        label_en=row.label_en,
        label_fr=row.label_fr,
        article_fr=row.article_fr,
        choices=dict(map(_choice, row.choices or ())),
        personal=row.personal,
        changeable=row.changeable and not row.listing,  # nobody becomes an MQL by being put on a list
        steady=row.steady,
        advised=row.advised,
        retired=row.retired_at is not None,
        off=off,
    )


def _choice(raw: Any) -> tuple[str, tuple[str, str]]:
    if isinstance(raw, dict):
        value = str(raw["value"])
        return value, (str(raw.get("en") or value), str(raw.get("fr") or raw.get("en") or value))
    return str(raw), (str(raw), str(raw))
