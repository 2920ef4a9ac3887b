"""What a column of a file may become, per kind of import: one literal table.

A target is `key`, `lead.email`, `x_anything` (a custom attribute of the kind's subject, or a property of an event);
`-` leaves a column out; `a+b` sends one column to two targets.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from personas.catalogue import BY_KEY, CUSTOM, fields_of

LEAVE_OUT, CUSTOM_NEW = "-", "x"
KINDS = ("leads", "events", "deals", "campaigns", "spend")
LABELS = {
    "leads": _("Leads"),
    "events": _("Events"),
    "deals": _("Deals"),
    "campaigns": _("Campaigns"),
    "spend": _("Spend"),
}
# Subject of the custom attributes of a kind; properties of events are kept as sent.
SUBJECTS = {"leads": "lead", "deals": "deal", "campaigns": "campaign", "events": "event", "spend": ""}


@dataclass(frozen=True)
class Target:
    """`type`: how a cell is read (importing.values, or `when`: an instant or a day)."""

    key: str
    label: Any  # in the reader's language; empty: the catalogue's
    type: str = "text"


def _fields(*keys: str) -> tuple[Target, ...]:
    types = {"company.employees": "whole", "lead.email": "email"}
    return tuple(Target(key, "", types.get(key, BY_KEY[key].type)) for key in keys)


_KEY = Target("key", _("key of the lead in its source"))
_CAMPAIGN = Target("campaign", _("campaign, by key or name"))
_PEOPLE = (Target("lead", _("key of the lead in its source")), Target("lead_email", _("e-mail of the lead"), "email"))
TARGETS: dict[str, tuple[Target, ...]] = {
    "leads": (
        _KEY,
        Target("created", _("date of creation"), "when"),
        Target("mql", _("became MQL on"), "when"),
        *_fields("lead.email", "lead.first_name", "lead.last_name", "lead.phone", "lead.function", "lead.country"),
        *_fields("lead.source", "lead.birth_date", "lead.opted_out"),
        *_fields("company.name", "company.domain", "company.industry", "company.country", "company.employees"),
        _CAMPAIGN,
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
    ),
    "deals": (
        *_fields("deal.key"),
        *_PEOPLE,
        Target("created", _("date of opening"), "when"),
        Target("closed", _("closing date"), "when"),
        Target("deal.state", "", "state"),
        *_fields("deal.amount", "deal.title", "deal.reason"),
        Target("rep", _("rep in charge, by e-mail or name")),
        Target("contacts", _("further contacts (keys, separated by semicolons)")),
    ),
    "campaigns": _fields("campaign.key", "campaign.name", "campaign.channel", "campaign.starts_on", "campaign.ends_on"),
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
    "events": (("lead", "lead_email"), ("at",)),
    "deals": (("lead", "lead_email"),),
    "campaigns": (("campaign.key", "campaign.name"),),
    "spend": (("campaign",), ("day",), ("amount",)),
}
BY_KIND = {kind: {target.key: target for target in targets} for kind, targets in TARGETS.items()}
# One column, two targets: offered on the mapping page.
PAIRS = {"leads": ("created+mql",)}
PERSONAL = {"key", "lead", "contacts", "lead.email", "lead.first_name", "lead.last_name", "lead.phone", "lead.function", "lead.birth_date",
            "lead_email", "deal.title", "rep"}  # fmt: skip


def is_custom(target: str) -> bool:
    return CUSTOM.fullmatch(target) is not None


def custom_fields(kind: str) -> dict[str, str]:
    """Custom attributes that exist for the kind's subject: name -> type."""
    subject = SUBJECTS[kind]
    found = fields_of(subject) if subject and subject != "event" else {}
    return {name: field.type for name, field in found.items() if is_custom(name)}


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
