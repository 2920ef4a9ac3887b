"""The catalogue of fields: every attribute that criteria, imports, dimensions and pages may name.

Built-in fields are the literal table below, written into the database by a migration (`ensure_catalogue`). Custom
attributes ("lead.x_landing_page") are added by imports and settings; their values live in `attributes[name]`.
"""

import re
import unicodedata
from dataclasses import dataclass

from .models import FieldDef

TEXT, NUMBER, MONEY, DATE, BOOL, CHOICE, PERSON = FieldDef.Type.values
CUSTOM = re.compile(r"x_[a-z][a-z0-9_]{0,50}")


@dataclass(frozen=True)
class Field:
    """One built-in field. `changeable` False: known from birth or derived from other facts, never written by hand. `steady`:
    once known it stays as it is, so nobody waits for it to change."""

    key: str
    type: str
    column: str
    label_en: str
    label_fr: str
    article_fr: str
    personal: bool = False
    changeable: bool = True
    steady: bool = False


BUILTIN: tuple[Field, ...] = (
    Field("lead.email", TEXT, "email", "e-mail", "e-mail", "l'", personal=True),
    Field("lead.first_name", TEXT, "first_name", "first name", "prénom", "le", personal=True, steady=True),
    Field("lead.last_name", TEXT, "last_name", "last name", "nom", "le", personal=True, steady=True),
    Field("lead.phone", TEXT, "phone", "phone", "téléphone", "le", personal=True),
    Field("lead.function", TEXT, "function", "function", "fonction", "la", personal=True),
    Field("lead.country", TEXT, "country", "country", "pays", "le", steady=True),
    Field("lead.source", TEXT, "source", "source", "source", "la", steady=True),
    Field(
        "lead.birth_date", DATE, "birth_date", "date of birth", "date de naissance", "la", personal=True, steady=True
    ),
    Field("lead.opted_out", BOOL, "opted_out", "opposition", "opposition", "l'", steady=True),
    Field("lead.created", DATE, "created_at", "date of creation", "date de création", "la", changeable=False),
    Field("company.name", TEXT, "name", "company name", "nom de l’entreprise", "le", steady=True),
    Field("company.domain", TEXT, "domain", "domain", "domaine", "le", steady=True),
    Field("company.industry", TEXT, "industry", "industry", "secteur", "le", steady=True),
    Field("company.country", TEXT, "country", "company country", "pays de l’entreprise", "le", steady=True),
    Field("company.employees", NUMBER, "employees", "headcount", "effectif", "l'", steady=True),
    Field("campaign.key", TEXT, "key", "campaign key", "code de la campagne", "le"),
    Field("campaign.name", TEXT, "name", "campaign", "campagne", "la"),
    Field("campaign.channel", TEXT, "channel", "channel", "canal", "le"),
    Field("campaign.starts_on", DATE, "starts_on", "start of the campaign", "début de la campagne", "le"),
    Field("campaign.ends_on", DATE, "ends_on", "end of the campaign", "fin de la campagne", "la"),
    Field("deal.key", TEXT, "key", "deal key", "code de l’affaire", "le"),
    Field("deal.title", TEXT, "title", "deal title", "intitulé de l’affaire", "l'", personal=True),
    Field("deal.state", CHOICE, "state", "state of the deal", "état de l’affaire", "l'"),
    Field("deal.amount", MONEY, "amount", "amount", "montant", "le"),
    Field("deal.closed", DATE, "closed_at", "closing date", "date de clôture", "la", changeable=False),
    Field("deal.reason", TEXT, "reason", "reason", "motif", "le"),
    Field("deal.created", DATE, "created_at", "date of opening", "date d’ouverture", "la", changeable=False),
)
CHOICES = {
    "deal.state": [
        {"value": "open", "en": "open", "fr": "ouverte"},
        {"value": "won", "en": "won", "fr": "gagnée"},
        {"value": "lost", "en": "lost", "fr": "perdue"},
    ]
}
BY_KEY = {field.key: field for field in BUILTIN}


def ensure_catalogue(model: type[FieldDef] = FieldDef, using: str = "default") -> None:
    """Write the built-in fields; a second time changes nothing. `model`, `using`: the historical model and the owner's
    connection inside a migration."""
    had = {one.name for one in model._meta.get_fields()}  # an older migration does not know them all
    for field in BUILTIN:
        subject, name = field.key.split(".")
        said = {
            "subject": subject, "name": name, "type": field.type, "column": field.column, "label_en": field.label_en,
            "label_fr": field.label_fr, "article_fr": field.article_fr, "personal": field.personal,
            "changeable": field.changeable, "steady": field.steady, "choices": CHOICES.get(field.key, []),
        }  # fmt: skip
        defaults = {name: value for name, value in said.items() if name in had}
        model.objects.using(using).update_or_create(key=field.key, defaults=defaults)


def custom_name(header: str) -> str:
    """Name of the custom attribute for a column's header: "Landing page ID" -> "x_landing_page_id"."""
    plain = unicodedata.normalize("NFKD", header).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:50].strip("_")
    if not slug or not slug[0].isalpha():
        slug = f"c_{slug}".strip("_")
    return f"x_{slug}"


def add_custom(*, subject: str, name: str, type: str, label: str = "", personal: bool | None = None) -> FieldDef:
    """The custom attribute `subject.name`, made when missing; an existing one keeps its type and labels, and a retired one
    is offered again.

    ValueError for a name that is not `x_…` or an unknown type. Personal unless said otherwise when it holds people.
    """
    if not CUSTOM.fullmatch(name):
        raise ValueError(f"{name} is no name of a custom attribute")
    if type not in FieldDef.Type.values:
        raise ValueError(f"{type} is no type of attribute")
    label = (label or name[2:].replace("_", " "))[:80]
    found, made = FieldDef.objects.get_or_create(
        key=f"{subject}.{name}",
        defaults={
            "subject": subject,
            "name": name,
            "type": type,
            "label_en": label,
            "label_fr": label,
            "personal": (type == PERSON) if personal is None else personal,
        },
    )
    if not made and found.retired_at:
        found.retired_at = None
        found.save(update_fields=["retired_at"])
    return found


def custom(subject: str) -> list[FieldDef]:
    """The custom attributes of a subject that are offered, in the order in which they came."""
    return list(
        FieldDef.objects.filter(subject=subject, column="", retired_at=None).exclude(changeable=False).order_by("pk")
    )


def fields_of(subject: str) -> dict[str, FieldDef]:
    """Fields of a subject by name, custom ones included."""
    return {field.name: field for field in FieldDef.objects.filter(subject=subject).order_by("name")}
