"""Fields of a mail template, pure: found, checked and filled in. `{{first_name}}`, or `{{first_name|Madam, Sir}}` where
nothing is known."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

# One literal table: name of a field -> (what it says, a second name by which it may be written, an example).
FIELDS: dict[str, tuple[Any, str, str]] = {
    "first_name": (_("first name"), "prenom", "Marie"),
    "last_name": (_("last name"), "nom", "Dubois"),
    "function": (_("function"), "fonction", "Head of Marketing"),
    "company": (_("their company"), "societe", "Acme"),
    "rep": (_("your name"), "commercial", "Léa Moreau"),
    "rep_mail": (_("your e-mail address"), "mail_commercial", "lea@example.com"),
    "sender": (_("our company"), "expediteur", "Exemple SAS"),
}
_ALIASES = {other: name for name, (_label, other, _example) in FIELDS.items()} | {name: name for name in FIELDS}
_FIELD = re.compile(r"\{\{\s*([^{}|]*?)\s*(?:\|([^{}]*))?\}\}")


@dataclass(frozen=True)
class Filled:
    """A text with its fields filled in; `missing` names those of which nothing is known and that say nothing instead."""

    text: str
    missing: tuple[str, ...] = ()


def unknown(text: str) -> list[str]:
    """What stands in double braces and is no field, in order, each once."""
    return list(dict.fromkeys(name for name, _other in _FIELD.findall(text) if _ALIASES.get(name.lower()) is None))


def broken(text: str) -> bool:
    """Whether braces stand alone: a field that was begun and not ended."""
    rest = _FIELD.sub("", text)
    return "{{" in rest or "}}" in rest


def fill(text: str, values: Mapping[str, str]) -> Filled:
    """The text with each field's value, else with what it says instead, else left as it is written and named as missing."""
    missing: list[str] = []

    def value(found: re.Match) -> str:
        name = _ALIASES.get(found[1].lower())
        if name is None:
            return found[0]
        if known := values.get(name, "").strip():
            return known
        if found[2] is not None:
            return found[2].strip()
        missing.append(name)
        return found[0]

    return Filled(_FIELD.sub(value, text), tuple(dict.fromkeys(missing))) if text else Filled("")


def example() -> dict[str, str]:
    """A made-up lead, for a preview."""
    return {name: example for name, (_label, _other, example) in FIELDS.items()}
