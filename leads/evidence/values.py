"""The values of a lead or company as of an instant, each with since when and from where."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, reduce
from operator import or_
from typing import Any

from django.db.models import Exists, OuterRef, Q, TextField
from django.db.models.functions import Cast
from django.utils import formats
from django.utils.translation import gettext as _

from leads.intake.columns import OWN_WAY
from leads.models import AttributeChange, Campaign, Company, Correction, MergedSpan
from leads.scoring import oracle
from leads.scoring.oracle import LeadFacts
from personas.criteria.fields import Catalogue
from personas.definitions import catalogue as read
from personas.definitions import traits
from personas.models import FieldDef

ALWAYS = {
    "lead": ("email", "phone", "function", "country", "source"),
    "company": ("domain", "industry", "employees", "country"),
    "campaign": (),
}
_UNREAD = ("imported_by__mapping", "imported_by__report")  # large, and not told of a value
LINKS = {"company": Company, "campaign": Campaign}  # fields that hold the id of another row


@dataclass(frozen=True)
class Value:
    """One value. `text` is as people read it, "" for none; `change` the fact that says it, None for none."""

    field: str
    label: str
    text: str
    personal: bool
    raw: Any = None
    change: AttributeChange | None = None
    taken_from: int | None = None  # the lead merged into this one that says it; None for the lead itself

    @property
    def origin(self) -> str:
        """Who or what said it."""
        change = self.change
        if change is None:
            return ""
        if change.by is not None:
            return change.by.name
        if change.imported_by is not None:
            return change.imported_by.filename
        return change.source

    @property
    def is_declared(self) -> bool:
        """Whether it was brought as declared history."""
        return self.change is not None and self.change.known_at < self.change.recorded_at


def members(lead: int, t: datetime) -> dict[int, int]:
    """Lead -> steps of those whose facts count for a lead at t; itself first, with 0."""
    rows = MergedSpan.objects.filter(Q(until=None) | Q(until__gt=t), root=lead, since__lte=t).order_by("steps", "lead")
    return {lead: 0} | dict(rows.values_list("lead_id", "steps"))


def root(lead: int, t: datetime) -> int | None:
    """The lead it was merged into as of t, by however many steps; None while it stood for itself."""
    spans = MergedSpan.objects.filter(Q(until=None) | Q(until__gt=t), lead=lead, since__lte=t)
    return spans.order_by("-steps").values_list("root_id", flat=True).first()


def latest(subject: str, pk: int, t: datetime, steps: Mapping[int, int] | None = None) -> dict[str, AttributeChange]:
    """The change that says each field as of t: the greatest (occurred, recorded, id) known and occurred, not corrected.

    Of a lead that never said a field, that of the nearest lead merged into it (`steps`: its `members`, where they were read already).
    """
    steps = steps or (members(pk, t) if subject == "lead" else {pk: 0})
    back = Correction.objects.filter(subject="attributechange", subject_id=OuterRef("pk"), known_at__lte=t)
    rows = AttributeChange.objects.filter(subject=subject, subject_id__in=steps, known_at__lte=t, occurred_at__lte=t)
    rows = rows.exclude(Exists(back)).select_related("by", "imported_by").defer(*_UNREAD)
    rows = rows.annotate(text=Cast("value", TextField()))
    found: dict[str, AttributeChange] = {}
    for row in rows.order_by("occurred_at", "recorded_at", "pk"):
        held = found.get(row.field)
        near = held is None or steps[row.subject_id] <= steps[held.subject_id]
        if near and (row.subject_id == pk or row.field != OWN_WAY):
            found[row.field] = row
    return found


def taken_back(subjects: Mapping[str, Iterable[int]], t: datetime) -> list[tuple[AttributeChange, Correction]]:
    """Values of these subjects that were known and taken back by t, each with its correction, newest first."""
    mine = reduce(or_, (Q(subject=subject, subject_id__in=list(ids)) for subject, ids in subjects.items()))
    known = AttributeChange.objects.filter(mine, known_at__lte=t)
    back = Correction.objects.filter(subject="attributechange", subject_id=OuterRef("pk"), known_at__lte=t)
    rows = {one.pk: one for one in known.filter(Exists(back)).order_by("-occurred_at", "-pk")}
    found = Correction.objects.filter(subject="attributechange", subject_id__in=rows).select_related("by")
    corrections = {one.subject_id: one for one in found}
    return [(row, corrections[pk]) for pk, row in rows.items()]


class Held:
    """What is said of a lead and of its company as of t, read once for all who ask."""

    def __init__(self, lead: int, t: datetime):
        self.lead, self.t = lead, t

    @cached_property
    def fields(self) -> list[FieldDef]:
        """The rows of the catalogue, of leads and companies."""
        return read.rows()

    @cached_property
    def catalogue(self) -> Catalogue:
        return read.of(self.fields)

    @cached_property
    def members(self) -> dict[int, int]:
        return members(self.lead, self.t)

    def facts(self) -> LeadFacts:
        """The facts of the lead at t, that stand on the same values."""
        return LeadFacts(self.lead, self.t, members=self.members, said=self._exact)

    def _exact(self, subject: str) -> dict[str, Any]:
        said = self.mine if subject == "lead" else self.theirs
        return {name: oracle.exact(change.text) for name, change in said.items()}

    @cached_property
    def root(self) -> int | None:
        return root(self.lead, self.t)

    @cached_property
    def mine(self) -> dict[str, AttributeChange]:
        return latest("lead", self.lead, self.t, self.members)

    @cached_property
    def company(self) -> int | None:
        change = self.mine.get("company")
        return int(change.value) if change and change.value else None

    @cached_property
    def theirs(self) -> dict[str, AttributeChange]:
        return latest("company", self.company, self.t) if self.company else {}


def values(
    subject: str,
    pk: int,
    t: datetime,
    lang: str,
    said: Mapping[str, AttributeChange] | None = None,
    whole: bool = False,
    fields: Sequence[FieldDef] | None = None,
) -> list[Value]:
    """Every value in the order of the catalogue; fields without one are left out, save those always asked for. `said`: the
    latest changes, where they were read already. `whole`: for the person concerned, with what is switched off; `fields`: rows of the catalogue that were read already."""
    said = latest(subject, pk, t) if said is None else said
    found = []
    for one in catalogue(subject, whole) if fields is None else shown(subject, fields):
        change = said.get(one.name)
        raw = change.value if change else None
        if raw in (None, "") and one.name not in ALWAYS[subject]:
            continue
        other = change.subject_id if change and change.subject_id != pk else None
        found.append(Value(one.name, label_of(one, lang), text_of(one, raw, lang), one.personal, raw, change, other))
    return found


def catalogue(subject: str, whole: bool = False) -> list[FieldDef]:
    """The fields of a subject whose values are shown, built-in ones first; without `whole` none that is switched off."""
    rows = FieldDef.objects.filter(subject=subject, changeable=True)
    rows = rows if whole else rows.exclude(traits.AWAY)
    return sorted(rows, key=lambda one: (one.name.startswith("x_"), one.pk))


def shown(subject: str, fields: Iterable[FieldDef]) -> list[FieldDef]:
    """The same of rows of the catalogue that were read already, without those that are switched off."""
    found = [one for one in fields if one.subject == subject and one.changeable and not one.off]
    return sorted(found, key=lambda one: (one.name.startswith("x_"), one.pk))


def label_of(field: FieldDef, lang: str) -> str:
    return field.label_fr if lang == "fr" else field.label_en


def text_of(field: FieldDef, value: Any, lang: str) -> str:
    """A value as people read it."""
    if value is None or value == "":
        return ""
    if field.type == FieldDef.Type.DATE:
        return _date(value)
    if field.type == FieldDef.Type.BOOL:
        return _("yes") if value in (True, "true") else _("no")
    if field.type == FieldDef.Type.CHOICE:
        return _choice(field.choices, value, lang)
    if field.type in (FieldDef.Type.NUMBER, FieldDef.Type.MONEY):
        return _number(value)
    return str(value)


def _date(value: Any) -> str:
    try:
        return formats.date_format(date.fromisoformat(str(value)[:10]), "SHORT_DATE_FORMAT")
    except ValueError:
        return str(value)


def _number(value: Any) -> str:
    try:
        return formats.number_format(value, use_l10n=True, force_grouping=True)
    except (TypeError, ValueError):
        return str(value)


def _choice(choices: list, value: Any, lang: str) -> str:
    for one in choices:
        if isinstance(one, Mapping) and str(one.get("value")) == str(value):
            return str(one.get(lang) or one.get("en") or value)
    return str(value)


def linked(
    subject: str,
    pk: int,
    t: datetime,
    said: Mapping[str, AttributeChange] | None = None,
    near: Sequence[Company | Campaign | None] = (),
) -> dict[str, Any]:
    """The company and campaign of a lead as of t, by field; `near`: rows that were read already."""
    said = latest(subject, pk, t) if said is None else said
    read_before: dict[tuple[type, int], Any] = {(type(one), one.pk): one for one in near if one}
    found = {}
    for field, model in LINKS.items():
        change = said.get(field)
        if change is not None and change.value is not None:
            key = int(change.value)
            found[field] = read_before.get((model, key)) or model.objects.filter(pk=key).first()
    return found
