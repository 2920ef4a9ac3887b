"""Attributes of a company's own beside the built-in fields: added, renamed, said to be personal, retired."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from smarketing.accounts.audit import record
from smarketing.accounts.models import User

from .catalogue import custom_name
from .models import DefinitionLine, DefinitionVersion, FieldDef, Persona, PersonaVersion

SUBJECTS = ("lead", "company")  # of which people write values by hand
MOST = 200  # values of a choice


class AttributeRefusal(ValueError):
    """A change that is refused; the message is translated and meant for the screen. `field`: of the form, "" for none."""

    def __init__(self, text: str, field: str = ""):
        super().__init__(text)
        self.field = field


@dataclass(frozen=True)
class Use:
    """Where criteria ask for an attribute: a definition ("line") or a persona."""

    kind: str
    pk: int
    name: str


def listed() -> list[FieldDef]:
    """Every custom attribute, those on offer first; lists of leads have a page of their own (`lead_lists`)."""
    rows = FieldDef.objects.filter(column="", name__startswith="x_", listing="")
    return list(rows.order_by(F("retired_at").asc(nulls_first=True), "subject", "label_en", "pk"))


@transaction.atomic
def add(
    *, subject: str, type: str, label_en: str, label_fr: str, personal: bool, steady: bool = False,
    advised: bool = True, choices: Sequence[tuple[str, str]], by: User, at: datetime,
) -> FieldDef:  # fmt: skip
    """A new attribute of leads or companies. `choices`: (English, French) of a choice; `steady`: once known it stays; `advised`: advice may ask for it.
    AttributeRefusal for words that are taken, or a choice without values."""
    _words_are_free(subject, label_en, label_fr, None)
    name = free_name(subject, label_en)
    row = FieldDef(
        subject=subject, name=name, key=f"{subject}.{name}", type=type, label_en=label_en, label_fr=label_fr,
        personal=personal, steady=steady, advised=advised, choices=_choices(type, choices),
    )  # fmt: skip
    row.save()
    done(row, by, at, "add", type=type, personal=personal, steady=steady, advised=advised)
    return row


@transaction.atomic
def change(
    *, row: FieldDef, label_en: str, label_fr: str, personal: bool, steady: bool = False, advised: bool = True,
    choices: Sequence[tuple[str, str]], by: User, at: datetime,
) -> None:  # fmt: skip
    """Other words, another set of values, personal or not. Key and type stay: rows and criteria name them."""
    row = FieldDef.objects.select_for_update().get(pk=row.pk)
    _words_are_free(row.subject, label_en, label_fr, row.pk)
    row.label_en, row.label_fr, row.personal, row.steady = label_en, label_fr, personal, steady
    row.advised = advised
    row.choices = _choices(row.type, choices, row.choices)
    row.save()
    done(row, by, at, "change", personal=personal, steady=steady, advised=advised)


@transaction.atomic
def retire(*, row: FieldDef, by: User, at: datetime) -> None:
    """Offer it no more; rows keep its values. AttributeRefusal while a definition or persona asks for it."""
    row = FieldDef.objects.select_for_update().get(pk=row.pk)
    if names := [use.name for use in uses()[row.key]]:
        said = {"names": ", ".join(names)}
        raise AttributeRefusal(_("It is asked for by %(names)s: take it out there first.") % said)
    row.retired_at = row.retired_at or at
    row.save(update_fields=["retired_at"])
    done(row, by, at, "retire")


@transaction.atomic
def offer(*, row: FieldDef, by: User, at: datetime) -> None:
    """Offer a retired one again."""
    FieldDef.objects.filter(pk=row.pk).update(retired_at=None)
    done(row, by, at, "offer")


def uses() -> dict[str, list[Use]]:
    """Key → definitions (their draft, and their last version and what follows it) and personas (as they stand) that ask
    for it."""
    told: list[tuple[Use, str]] = []
    last = DefinitionVersion.objects.values("line").annotate(last=Max("number"))
    newest = {row["line"]: row["last"] for row in last}
    for line in DefinitionLine.objects.select_related("draft").order_by("name"):
        bodies = [line.draft.body] if hasattr(line, "draft") else []
        bodies += line.versions.filter(number=newest.get(line.pk, 0)).values_list("body", flat=True)
        told.append((Use("line", line.pk, line.name), json.dumps(bodies)))
    heads = PersonaVersion.objects.order_by("persona", "-number").distinct("persona").values_list("persona", "rules")
    rules = dict(heads)
    for persona in Persona.objects.filter(retired=False).order_by("name"):
        told.append((Use("persona", persona.pk, persona.name), json.dumps(rules.get(persona.pk, {}))))
    keys = FieldDef.objects.filter(column="").values_list("key", flat=True)
    return {key: [use for use, text in told if f'"{key}"' in text] for key in keys}


def _choices(type: str, choices: Sequence[tuple[str, str]], before: Sequence = ()) -> list[dict[str, str]]:
    """As the catalogue keeps them: what is stored is the English word at the time of adding."""
    if type != FieldDef.Type.CHOICE:
        return list(before)
    if not choices:
        raise AttributeRefusal(_("Write at least one value, one a line."), "choices")
    if len(choices) > MOST:
        raise AttributeRefusal(_("At most %(most)s values.") % {"most": MOST}, "choices")
    if len({en.casefold() for en, _fr in choices}) < len(choices):
        raise AttributeRefusal(_("A value is written twice."), "choices")
    return [{"value": en, "en": en, "fr": fr or en} for en, fr in choices]


def _words_are_free(subject: str, label_en: str, label_fr: str, besides: int | None) -> None:
    others = FieldDef.objects.filter(subject=subject).exclude(pk=besides or 0)
    for field, said in (("label_en", label_en), ("label_fr", label_fr)):
        if others.filter(**{f"{field}__iexact": said}).exists():
            raise AttributeRefusal(_("Another attribute is called so."), field)


def free_name(subject: str, label: str) -> str:
    """A name that no attribute of the subject has, after a label."""
    wanted, number = custom_name(label), 2
    taken = set(FieldDef.objects.filter(subject=subject).values_list("name", flat=True))
    name = wanted
    while name in taken:
        name, number = f"{wanted[:46]}_{number}", number + 1
    return name


def done(row: FieldDef, by: User, at: datetime, deed: str, **said) -> None:
    """The line of the audit log."""
    record(by, "settings.attributes", "attribute", row.pk, at, key=row.key, deed=deed, **said)
