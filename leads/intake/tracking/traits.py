"""Traits of identify and group calls as attribute changes. A public write key fills and changes values; it never
empties one, never changes an e-mail address that a lead already has, and makes no new kind of attribute."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from leads.intake import companies, facts
from leads.models import Lead
from personas.catalogue import custom_name, fields_of
from personas.definitions.traits import FIELDS, hidden
from smarketing.rows.fence import Fence

from .identities import People, email_of
from .names import COMPANY_TRAITS, TRAITS
from .wire import MAX_TEXT, Message, Problem

AGE = {trait for trait, field in TRAITS.items() if f"lead.{field}" in FIELDS}


def apply(messages: Sequence[Message], people: People, origin: facts.Origin, fence: Fence) -> list[Problem]:
    """Record what these messages say of their leads and companies. Returns what could not be kept."""
    problems: list[Problem] = []
    changes: list[facts.Change] = []
    custom = fields_of("lead") if any(message.traits for message in messages) else {}
    off = hidden() if any(AGE & message.traits.keys() for message in messages) else frozenset()
    with_mail = _with_mail(messages, people)
    for message in messages:
        lead = people.lead_of(message)
        if lead is None:
            continue
        said = _values(message, custom, off, problems) if message.type == "identify" else {}
        if message.kind == "unsubscribe":
            said["opted_out"] = True
        if "email" in said and lead in with_mail:
            del said["email"]
        if "email" in said:
            with_mail.add(lead)
        when = min(message.occurred_at, fence.recorded_at)
        changes += [facts.Change("lead", lead, field, value, when) for field, value in said.items()]
    changes += _companies(messages, people, origin, fence)
    facts.record_changes(changes, origin=origin, fence=fence)
    return problems


def _with_mail(messages: Sequence[Message], people: People) -> set[int]:
    ids = {people.lead_of(message) for message in messages if message.traits.get("email")}
    return set(Lead.objects.filter(pk__in=ids - {None}).exclude(email="").values_list("pk", flat=True))


def _values(message: Message, custom: dict[str, Any], off: Collection[str], problems: list[Problem]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    traits = dict(message.traits)
    if isinstance(traits.get("name"), str) and not {"firstName", "lastName"} & traits.keys():
        traits["firstName"], _space, traits["lastName"] = traits["name"].strip().partition(" ")
    if isinstance(traits.get("address"), dict):
        traits.setdefault("country", traits["address"].get("country"))
    for trait, said in traits.items():
        field = TRAITS.get(trait)
        if f"lead.{field}" in off:
            problems.append(Problem(message.index, "trait_off", message.message_id, {"name": trait[:60]}))
            continue
        if field is None and not isinstance(said, (dict, list)):
            field = next(
                (name for name in (trait, custom_name(trait)) if name.startswith("x_") and name in custom), None
            )
        if field is None or said in (None, ""):
            continue
        value = email_of(message) if field == "email" else _value(said, custom[field].type)
        if value in (None, ""):
            problems.append(Problem(message.index, "bad_trait", message.message_id, {"name": trait[:60]}))
        else:
            out[field] = value
    return out


def _value(said: Any, kind: str) -> Any:
    """The trait as the field's JSON, None when it is not one."""
    if kind == "bool":
        return said if isinstance(said, bool) else None
    if kind in ("number", "money"):
        from leads.intake.importing.values import number

        return number(said if isinstance(said, str) else str(said)) if not isinstance(said, bool) else None
    if isinstance(said, bool) or not isinstance(said, (str, int, float)):
        return None
    text = str(said).strip()
    if kind == "date":
        try:
            return date.fromisoformat(text[:10]).isoformat()
        except ValueError:
            return None
    return text if 0 < len(text) <= MAX_TEXT else None


def _companies(messages: Sequence[Message], people: People, origin: facts.Origin, fence: Fence) -> list[facts.Change]:
    rows = []
    for message in messages:
        said = message.traits if message.type == "group" else message.traits.get("company")
        said = {"name": said} if isinstance(said, str) else said
        lead = people.lead_of(message)
        if lead and isinstance(said, dict) and (values := _company(said)):
            rows.append((lead, min(message.occurred_at, fence.recorded_at), values))
    ids = companies.find_or_create([row[2] for row in rows], [row[1] for row in rows], origin=origin, fence=fence)
    return [
        facts.Change("lead", lead, "company", one, when)
        for (lead, when, _), one in zip(rows, ids, strict=True)
        if one is not None
    ]


def _company(said: dict[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for trait, field in COMPANY_TRAITS.items():
        value = said.get(trait)
        if field == "employees":
            whole = (
                value if type(value) is int else int(value) if isinstance(value, str) and value.isdecimal() else None
            )
            if whole is not None and 0 <= whole < 2**31:
                out[field] = whole
        elif isinstance(value, str) and value.strip():
            text = companies.domain_of(value) if field == "domain" else value.strip()[:MAX_TEXT]
            if text:
                out[field] = text
    return out
