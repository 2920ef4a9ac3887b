"""What a column of a file may become, per kind of import: one literal table.

A target is `key`, `lead.email`, `x_anything` (a custom attribute of the kind's subject, or a property of an event);
`-` leaves a column out; `a+b` sends one column to two targets.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from personas.catalogue import BY_KEY, CUSTOM, custom, fields_of
from personas.models import FieldDef

LEAVE_OUT, CUSTOM_NEW = "-", "x"

# kind -> (its name, subject of the custom attributes that its other columns become; empty: they are left out).
# Properties of events are kept as sent; lists that deals look things up in give their columns to the deal.
_KINDS: dict[str, tuple[Any, str]] = {
    "leads": (_("Leads"), "lead"),
    "companies": (_("Companies"), "company"),
    "deals": (_("Deals"), "deal"),
    "contacts": (_("People on deals"), ""),
    "attempts": (_("Attempts"), ""),
    "handoffs": (_("Past handoffs"), ""),
    "events": (_("Events"), "event"),
    "details": (_("Details of events"), "event"),
    "campaigns": (_("Campaigns"), "campaign"),
    "spend": (_("Spend"), ""),
    "optouts": (_("Opt-outs"), ""),
    "merges": (_("Merged leads"), ""),
    "changes": (_("Values over time"), ""),
    "products": (_("Products"), "deal"),
    "team": (_("Sales teams"), "deal"),
    "stages": (_("Stages of deals"), "deal"),
}
KINDS = tuple(_KINDS)
LABELS = {kind: label for kind, (label, _subject) in _KINDS.items()}
SUBJECTS = {kind: subject for kind, (_label, subject) in _KINDS.items()}


@dataclass(frozen=True)
class Target:
    """`type`: how a cell is read (importing.values, or `when`: an instant or a day)."""

    key: str
    label: Any  # in the reader's language; empty: the catalogue's
    type: str = "text"


def _fields(*keys: str) -> tuple[Target, ...]:
    types = {"company.employees": "whole", "lead.email": "email"}
    return tuple(Target(key, "", types.get(key, BY_KEY[key].type)) for key in keys)


_CONSENT = (
    Target("consent.said", _("consents (yes or no)")),
    Target("consent.basis", _("legal basis")),
    Target("consent.purpose", _("purpose of the consent")),
    Target("consent.channel", _("channel of the consent")),
    Target("consent.at", _("consent given on"), "when"),
    Target("consent.withdrawn", _("consent withdrawn on"), "when"),
    Target("consent.source", _("where the consent was said")),
    Target("consent.proof", _("words that prove the consent")),
)
_DELETED = Target("deleted", _("deleted in its source"), "bool")
_KEY = Target("key", _("key of the lead in its source"))
_CAMPAIGN = Target("campaign", _("campaign, by key or name"))
_PEOPLE = (
    Target("lead", _("key of the lead in its source")),
    Target("lead_email", _("e-mail of the lead"), "email"),
    Target("lead_name", _("name of the lead, with its company")),
    Target("lead_first_name", _("first name of the lead")),
    Target("lead_last_name", _("last name of the lead, with its company")),
    Target("lead_company", _("company of the lead")),
)
TARGETS: dict[str, tuple[Target, ...]] = {
    "leads": (
        _KEY,
        Target("created", _("date of creation"), "when"),
        Target("mql", _("became MQL on"), "when"),
        *_fields("lead.email", "lead.first_name", "lead.last_name", "lead.phone", "lead.function", "lead.country"),
        *_fields("lead.source", "lead.birth_date", "lead.opted_out"),
        *_fields("company.name", "company.domain", "company.industry", "company.country", "company.employees"),
        _CAMPAIGN,
        *_CONSENT,
        Target("modified", _("last changed on"), "when"),
        _DELETED,
    ),
    "companies": (
        *_fields("company.name", "company.domain", "company.industry", "company.country", "company.employees"),
        Target("created", _("date of creation"), "when"),
        _DELETED,
    ),
    "contacts": (
        Target("deal", _("key of the deal")),
        *_PEOPLE,
        Target("role", _("role of the contact")),
        Target("at", _("when it happened"), "when"),
        _DELETED,
    ),
    "attempts": (
        *_PEOPLE,
        Target("at", _("when it happened"), "when"),
        Target("channel", _("channel")),
        Target("outcome", _("outcome")),
        Target("rep", _("rep in charge, by e-mail or name")),
        Target("note", _("note")),
        _DELETED,
    ),
    "handoffs": (*_PEOPLE, Target("mql", _("became MQL on"), "when"), _DELETED),
    "optouts": (*_PEOPLE, Target("at", _("when it happened"), "when"), *_CONSENT, _DELETED),
    "merges": (
        Target("root", _("key of the lead that stays")),
        Target("losers", _("keys of the leads merged into it")),
        Target("at", _("when it happened"), "when"),
        _DELETED,
    ),
    "changes": (
        Target("lead", _("key of the lead in its source")),
        Target("deal", _("key of the deal")),
        Target("at", _("when it happened"), "when"),
        Target("field", _("name of the attribute")),
        Target("value", _("value")),
        _DELETED,
    ),
    "details": (Target("id", _("id of the event")), Target("part", _("what is told of the event"))),
    "products": (Target("item", _("product")),),
    "team": (Target("item", _("person of sales")),),
    "stages": (
        Target("item", _("key of the stage")),
        Target("is_closed", _("the deal is closed"), "bool"),
        Target("is_won", _("the deal is won"), "bool"),
        _DELETED,
    ),
    "events": (
        *_PEOPLE,
        Target("at", _("when it happened"), "when"),
        Target("id", _("id of the event"), "text"),
        Target("kind", _("kind of event")),
        Target("name", _("name of the event")),
        Target("page", _("page")),
        Target("form", _("form")),
        _CAMPAIGN,
        _DELETED,
    ),
    "deals": (
        *_fields("deal.key"),
        *_PEOPLE,
        Target("company.name", _("company")),
        Target("created", _("date of opening"), "when"),
        Target("closed", _("closing date"), "when"),
        Target("deal.state", "", "state"),
        *_fields("deal.amount", "deal.title", "deal.reason"),
        Target("rep", _("rep in charge, by e-mail or name")),
        Target("stage", _("key of the stage")),
        Target("is_closed", _("the deal is closed"), "bool"),
        Target("is_won", _("the deal is won"), "bool"),
        _DELETED,
        Target("contacts", _("further contacts (keys, separated by semicolons)")),
    ),
    "campaigns": (
        *_fields("campaign.key", "campaign.name", "campaign.channel", "campaign.starts_on", "campaign.ends_on"),
        _DELETED,
    ),
    "spend": (
        _CAMPAIGN,
        Target("day", _("day"), "date"),
        Target("amount", _("amount"), "money"),
        Target("label", _("label")),
    ),
}
# At least one target of each group must be mapped.
REQUIRED: dict[str, tuple[tuple[str, ...], ...]] = {
    "leads": (("key", "lead.email"),),
    "companies": (("company.name", "company.domain"),),
    "events": (("lead", "lead_email"), ("at",)),
    "deals": (("deal.key", "lead", "lead_email"),),
    "contacts": (("deal",), ("lead", "lead_email", "lead_name", "lead_last_name")),
    "attempts": (("at",),),
    "handoffs": (("lead", "lead_email", "lead_name", "lead_last_name"), ("mql",)),
    "optouts": (("lead", "lead_email"),),
    "merges": (("root",), ("losers",)),
    "changes": (("lead", "deal"), ("at",), ("value",)),
    "details": (("id",),),
    "products": (("item",),),
    "team": (("item",),),
    "stages": (("item",),),
    "campaigns": (("campaign.key", "campaign.name"),),
    "spend": (("campaign",), ("day",), ("amount",)),
}
BY_KIND = {kind: {target.key: target for target in targets} for kind, targets in TARGETS.items()}
# One column, two targets: offered on the mapping page.
PAIRS = {"leads": ("created+mql",)}
PERSONAL = {"key", "lead", "contacts", "lead.email", "lead.first_name", "lead.last_name", "lead.phone", "lead.function", "lead.birth_date",
            "lead_email", "lead_name", "lead_first_name", "lead_last_name", "deal.title", "rep", "root", "losers", "note", "value",
            "consent.source", "consent.proof"}  # fmt: skip


def is_custom(target: str) -> bool:
    return CUSTOM.fullmatch(target) is not None


def custom_fields(kind: str) -> dict[str, str]:
    """Custom attributes that exist for the kind's subject: name -> type."""
    subject = SUBJECTS[kind]
    found = fields_of(subject) if subject and subject != "event" else {}
    return {name: field.type for name, field in found.items() if is_custom(name)}


def offered(kind: str, language: str = "en") -> dict[str, str]:
    """Custom attributes that a mapping offers: name -> label."""
    subject = SUBJECTS[kind]
    found = custom(subject) if subject and subject != "event" else []
    return {field.name: field.label_fr if language == "fr" else field.label_en for field in found}


def words_of(field: FieldDef) -> dict[str, str]:
    """Word in any case -> value of a choice: its values, and how they are called in both languages."""
    return {str(one[name]).casefold(): str(one["value"]) for name in ("fr", "en", "value") for one in field.choices}


def choices(kind: str, target: str) -> dict[str, str]:
    """The words of a custom attribute that is a choice (`words_of`); empty when it takes any."""
    subject = SUBJECTS[kind]
    found = fields_of(subject).get(target) if subject and subject != "event" else None
    return words_of(found) if found else {}


def label_of(kind: str, target: str, language: str = "en") -> str:
    """The target in words."""
    if "+" in target:
        return ", ".join(label_of(kind, one, language) for one in target.split("+"))
    found = BY_KIND[kind].get(target)
    if found is None:
        return target[2:].replace("_", " ") if is_custom(target) else target
    if found.label:
        return str(found.label)
    field = BY_KEY[target]
    return field.label_fr if language == "fr" else field.label_en
