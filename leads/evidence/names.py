"""What entries of a story refer to, read at once for all of them: people, files, campaigns, fields; deeds in words."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext_lazy, pgettext

from leads.handoffs import reasons, steps
from leads.models import Campaign, Correction, Import
from personas.criteria.phrases import EVENT_PHRASES
from personas.criteria.sentence import Voice, plain
from personas.definitions import traits
from personas.models import DefinitionVersion
from smarketing.accounts.models import User
from smarketing.web.language import active_language

from . import values
from .story import Entry

MAX_VALUES = 12
CRITERIA = ("fit:", "must:", "never:")  # how a decision names a criterion


class Names:
    """What the entries of a page refer to, read at once."""

    def __init__(self, entries: list[Entry], personal: bool, whole: bool = False, held: values.Held | None = None):
        self.personal, self.lang = personal, active_language()
        self.contacts: dict[int, str] = {}
        self._days: dict[date, tuple[str, str]] = {}
        self._deeds: dict[tuple, str] = {}
        bodies = [entry.body for entry in entries]
        corrections = Correction.objects.in_bulk([one.correction_id for one in entries if one.correction_id])
        people = {one.by_id for one in entries} | {one.get(name) for one in bodies for name in ("rep", "praised")}
        people |= {one.by_id for one in corrections.values()}
        people |= {value for one in bodies for name, value in one.get("values", ()) if name == "rep"}
        self.corrections = corrections
        self.people = dict(User.objects.filter(pk__in=people - {None}).values_list("pk", "name"))
        files = {one.get("import") for one in bodies} - {None}
        self.files = dict(Import.objects.filter(pk__in=files).values_list("pk", "filename"))
        wanted = {one.get("campaign") for one in bodies} - {None}
        self.campaigns = {one.pk: str(one) for one in Campaign.objects.filter(pk__in=wanted)}
        versions = {one.get("version") for one in bodies if "against" in one}
        versions |= {one.get("under") for one in bodies if one.get("evidence", "").startswith(CRITERIA)}
        self.versions = DefinitionVersion.objects.in_bulk(versions - {None})
        self.voice = Voice(self.lang, {}, campaigns=self.campaigns)
        self._catalogue({one.get("subject") for one in bodies} - {None}, whole, held)
        self.linked = _linked(bodies)

    def _catalogue(self, subjects: set[str], whole: bool, held: values.Held | None) -> None:
        """`fields` by subject and name, and the keys of those that are hidden now."""
        if held is None or whole:
            self.off = frozenset() if whole else traits.hidden()
            self.fields = {(s, one.name): one for s in subjects for one in values.catalogue(s, whole)}
            return
        self.off = frozenset(one.key for one in held.fields if one.off)
        self.fields = {(one.subject, one.name): one for s in subjects for one in values.shown(s, held.fields)}
        for subject in subjects - {"lead", "company"}:
            self.fields |= {(subject, one.name): one for one in values.catalogue(subject)}

    def day(self, on: date) -> tuple[str, str]:
        """ "November 2026", "Mon 23"."""
        if on not in self._days:
            self._days[on] = (formats.date_format(on, "F Y"), formats.date_format(on, pgettext("date", "D j")))
        return self._days[on]

    def deed(self, body: Mapping[str, Any]) -> str:
        """What somebody did, in words: the same act is done on many days."""
        key = (body["kind"], body["name"], *(body.get(part) for part in ("page", "form", "campaign")))
        if key not in self._deeds:
            self._deeds[key] = deed(body, self.voice)
        return self._deeds[key]

    def pairs(self, body: Mapping[str, Any]) -> list[tuple[str, str]]:
        """(label, value) of the fields of a change; personal values only where they may be seen."""
        found = []
        for name, value in body["values"][:MAX_VALUES]:
            if name == "closed_day_only" or f"{body['subject']}.{name}" in self.off:  # how exact closed_at is; an age
                continue
            one = self.fields.get((body["subject"], name))
            label = values.label_of(one, self.lang) if one else _LINKED.get(name, name)
            hidden = one is not None and one.personal and not self.personal
            said = reasons.label(str(value or "")) if (body["subject"], name) == ("deal", "reason") else ""
            shown = "•••" if hidden else said or self._value(name, one, value)
            found.append((str(label), shown or "–"))
        return found

    def _value(self, name: str, one: Any, value: Any) -> str:
        if name in values.LINKS and one is None:
            return self.linked.get((name, str(value)), "")
        if name == "rep" and one is None:
            return self.people.get(value, "")
        if name == "step" and one is None:
            return steps.label(str(value or ""))
        if name == "return_on" and one is None:
            return _day(datetime.fromisoformat(value)) if value else ""
        if name == "closed_at" and one is None:
            return _day(datetime.fromisoformat(value)) if value else ""
        return values.text_of(one, value, self.lang) if one else str(value or "")


_LINKED = {
    "company": gettext_lazy("company"), "campaign": gettext_lazy("campaign"), "rep": gettext_lazy("rep"),
    "closed_at": gettext_lazy("closed on"), "step": gettext_lazy("step"), "return_on": gettext_lazy("may come back on"),
}  # fmt: skip


def _linked(bodies: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], str]:
    """(field, id as text) -> what a row is called that a change names."""
    said = [pair for one in bodies for pair in one.get("values", ())]
    found = {}
    for name, model in values.LINKS.items():
        wanted = {value for key, value in said if key == name and value is not None}
        found |= {(name, str(pk)): str(row) for pk, row in model.objects.in_bulk(wanted).items()}
    return found


def _day(at: datetime) -> str:
    return formats.date_format(timezone.localtime(at) if at.tzinfo else at, "SHORT_DATE_FORMAT")


_TOLD = ("kind", "name", "form", "campaign", "channel", "outcome")


def deed(body: Mapping[str, Any], voice: Voice) -> str:
    """What somebody did, from an event's kind, name, page, form and campaign."""
    if body["kind"] not in EVENT_PHRASES:
        return str(_OTHER_EVENTS.get(body["kind"]) or f"{body['kind']} {body['name']}".strip())
    said = {name: body[name] for name in _TOLD if body.get(name)}
    if body.get("page"):
        said["page"] = {"op": "is", "value": body["page"]}
    return plain(voice.condition({"event": said}))


_OTHER_EVENTS = {
    "identify": gettext_lazy("said who they are"),
    "group": gettext_lazy("said which company they belong to"),
    "alias": gettext_lazy("was recognised under another name"),
}
