"""The story in words: one table from kind of entry to what is said of it, in the reader's language."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from leads.handoffs import deals, reasons
from leads.intake import corrections
from leads.models import (
    Answer,
    Attempt,
    Campaign,
    Consent,
    Correction,
    Disagreement,
    Handoff,
    Hold,
    Import,
    Lead,
    Stage,
)
from personas.criteria.phrases import EVENT_PHRASES
from personas.criteria.sentence import Voice, plain
from personas.definitions import traits
from personas.models import DefinitionVersion
from smarketing.accounts.models import Side, User
from smarketing.web.language import active_language

from . import criteria, values
from .story import Entry

MAX_VALUES = 12
STEPS = ("qualification", "handoff", "decision", "deal", "reset", "merge")


@dataclass(frozen=True)
class Line:
    """One line of the story on a page. `side` "" for neither; `learned` when it was recorded on a later day."""

    entry: Entry
    month: str
    day: str
    when: str
    until: str
    icon: str
    side: str
    text: str
    note: str = ""
    pairs: list[tuple[str, str]] = field(default_factory=list)
    by: str = ""
    learned: str = ""
    file: str = ""
    taken_back: str = ""
    back: bool = False  # whether the reader may take it back, on a page of its own
    other: int | None = None  # the lead merged into this one whose fact it is

    @property
    def is_step(self) -> bool:
        """Whether it is a step of the lead's life, among all that merely happened."""
        return self.entry.kind in STEPS

    @property
    def n(self) -> int:
        return self.entry.n if self.entry.kind == "event" else 1


def lines(
    entries: Iterable[Entry],
    *,
    personal: bool,
    lead: int | None = None,
    reader: User | None = None,
    whole: bool = False,
    held: values.Held | None = None,
) -> list[Line]:
    """Entries of the story of `lead` in words for `reader`; without the right to personal values only their names are said.
    `whole`: for the person concerned, with what is switched off. `held`: the catalogue, where it was read already."""
    entries = list(entries)
    names = _Names(entries, personal, whole, held)
    if lead is None:  # the story of a deal says who its contacts are
        named = Lead.objects.in_bulk({one.lead_id for one in entries if one.kind == "contact"})
        names.contacts = {pk: str(one) if personal else f"#{pk}" for pk, one in named.items()}
    return [_line(entry, names, lead, reader) for entry in entries]


class _Names:
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
        self.versions = DefinitionVersion.objects.in_bulk(
            {one.get("version") for one in bodies if "against" in one} - {None}
        )
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
            shown = "•••" if hidden else self._value(name, one, value)
            found.append((str(label), shown or "–"))
        return found

    def _value(self, name: str, one: Any, value: Any) -> str:
        if name in values.LINKS and one is None:
            return self.linked.get((name, str(value)), "")
        if name == "rep" and one is None:
            return self.people.get(value, "")
        if name == "closed_at" and one is None:
            return _day(datetime.fromisoformat(value)) if value else ""
        return values.text_of(one, value, self.lang) if one else str(value or "")


_LINKED = {
    "company": gettext_lazy("company"), "campaign": gettext_lazy("campaign"), "rep": gettext_lazy("rep"),
    "closed_at": gettext_lazy("closed on"),
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


def _line(entry: Entry, names: _Names, lead: int | None, reader: User | None) -> Line:
    kind = KINDS[entry.kind]
    correction = names.corrections.get(entry.correction_id)
    month, day = names.day(timezone.localtime(entry.at).date())
    return Line(
        entry,
        month=month,
        day=day,
        when="" if entry.day_only else _time(entry.first_at if entry.kind == "event" else entry.at),
        until=_until(entry),
        icon=kind.icon(entry.body) if callable(kind.icon) else kind.icon,
        side=kind.side,
        text=kind.say(entry, names),
        note=(entry.body.get("note") or "") if names.personal else "",
        pairs=names.pairs(entry.body) if "values" in entry.body else [],
        by=names.people.get(entry.by_id, ""),
        learned=_learned(entry),
        file=names.files.get(entry.body.get("import"), ""),
        taken_back=_taken_back(correction, names) if correction else "",
        back=reader is not None and not correction and _may_go_back(entry, reader),
        other=entry.lead_id if lead and entry.lead_id != lead else None,
    )


def _may_go_back(entry: Entry, reader: User) -> bool:
    """Whether a note, a naming, a contact or values written by hand may be taken back by whoever reads."""
    subject = _BACK.get(entry.kind)
    if entry.kind == "change":
        said = [name for name, _value in entry.body["values"]]
        of_deal = entry.body["subject"] == "deal"
        if entry.body["source"] != "hand" or (of_deal and "state" in said):  # a closing is opened again instead
            return False
        subject = "dealvalues" if of_deal else subject
    return subject is not None and corrections.may(subject, entry.by_id, reader)


_BACK = {"note": "note", "assignment": "assignment", "change": "attributechange", "contact": "dealcontact"}


def _moment(at: datetime, day_only: bool) -> str:
    return formats.date_format(timezone.localtime(at), "SHORT_DATE_FORMAT" if day_only else "SHORT_DATETIME_FORMAT")


def _until(entry: Entry) -> str:
    """The time of the last of several deeds of a day."""
    if entry.kind != "event" or entry.n < 2 or entry.day_only or entry.at == entry.first_at:
        return ""
    return _time(entry.at) if _time(entry.at) != _time(entry.first_at) else ""


def _time(at: datetime) -> str:
    return formats.date_format(timezone.localtime(at), "TIME_FORMAT")


def _learned(entry: Entry) -> str:
    """The day on which it was learned, when that is a later one."""
    day = timezone.localtime(entry.recorded_at).date()
    return formats.date_format(day, "SHORT_DATE_FORMAT") if day > timezone.localtime(entry.at).date() else ""


def _taken_back(correction: Correction, names: _Names) -> str:
    words = {"when": _moment(correction.occurred_at, False), "who": names.people.get(correction.by_id, _("the system"))}
    return _("taken back on %(when)s by %(who)s") % words + (f" · {correction.reason}" if correction.reason else "")


# --- what is said of each kind


_TOLD = ("kind", "name", "form", "campaign", "channel", "outcome")


def deed(body: Mapping[str, Any], voice: Voice) -> str:
    """What somebody did, from an event's kind, name, page, form and campaign."""
    if body["kind"] not in EVENT_PHRASES:
        return str(_OTHER_EVENTS.get(body["kind"]) or f"{body['kind']} {body['name']}".strip())
    said = {name: body[name] for name in _TOLD if body.get(name)}
    if body.get("page"):
        said["page"] = {"op": "is", "value": body["page"]}
    return plain(voice.condition({"event": said}))


def _event(entry: Entry, names: _Names) -> str:
    return names.deed(entry.body)


_OTHER_EVENTS = {
    "identify": gettext_lazy("said who they are"),
    "group": gettext_lazy("said which company they belong to"),
    "alias": gettext_lazy("was recognised under another name"),
}


def _qualification(entry: Entry, names: _Names) -> str:
    words = {key: entry.body[key] for key in ("grade", "version", "line")}
    if entry.body["cause"] == "direct":
        return _("became MQL directly (grade %(grade)s), by version %(version)s of %(line)s") % words
    return _("became MQL with grade %(grade)s, by version %(version)s of %(line)s") % words


def _handoff(entry: Entry, names: _Names) -> str:
    gate = Handoff.Gate(entry.body["gate"]).label
    if entry.body["version"] is None:
        return _("handed to sales (%(gate)s)") % {"gate": gate}
    words = {"gate": gate, "version": entry.body["version"], "grade": entry.body["grade"]}
    return _("handed to sales with grade %(grade)s by version %(version)s (%(gate)s)") % words


def _assignment(entry: Entry, names: _Names) -> str:
    rep, pool = names.people.get(entry.body["rep"], ""), entry.body["pool"] or "–"
    if not rep:
        return _("waits in the pool %(pool)s") % {"pool": pool}
    why = _HOW.get(entry.body["how"], entry.body["how"])
    return _("%(rep)s is in charge (%(why)s)") % {"rep": rep, "why": why}


_HOW = {
    "turn": gettext_lazy("their turn"),
    "taken": gettext_lazy("taken from the pool"),
    "manager": gettext_lazy("named by a manager"),
    "account": gettext_lazy("in charge of the account"),
}


def _attempt(entry: Entry, names: _Names) -> str:
    words: dict[str, Any] = {
        "channel": Attempt.Channel(entry.body["channel"]).label,
        "outcome": Attempt.Outcome(entry.body["outcome"]).label,
    }
    if entry.body["next"]:
        words["day"] = formats.date_format(date.fromisoformat(entry.body["next"]), "SHORT_DATE_FORMAT")
        return _("%(channel)s: %(outcome)s · next step on %(day)s") % words
    return _("%(channel)s: %(outcome)s") % words


def _decision(entry: Entry, names: _Names) -> str:
    said = str(_DECIDED[entry.body["kind"]])
    return f"{said} · {reasons.label(entry.body['reason'])}" if entry.body["reason"] else said


_DECIDED = {
    "accept": gettext_lazy("handoff accepted"),
    "refuse": gettext_lazy("handoff refused"),
    "return": gettext_lazy("handoff given back"),
    "qualify": gettext_lazy("need confirmed"),
    "withdraw": gettext_lazy("handoff withdrawn"),
    "expire": gettext_lazy("handoff expired"),
}


def _move(entry: Entry, names: _Names) -> str:
    to = Stage(entry.body["to"]).label
    if not entry.body["from"]:
        return _("stage: %(to)s") % {"to": to}
    return _("stage: %(origin)s → %(to)s") % {"origin": Stage(entry.body["from"]).label, "to": to}


def _deal(entry: Entry, names: _Names) -> str:
    title = entry.body["title"] if names.personal else ""
    return _("deal opened: %(title)s") % {"title": title} if title else _("deal opened")


def _contact(entry: Entry, names: _Names) -> str:
    role = entry.body["role"]
    if who := names.contacts.get(entry.lead_id or 0):
        return f"{who}: {deals.ROLES.get(role, role) or _('no contact any more')}"
    return _("named as a contact of a deal (%(role)s)") % {"role": role} if role else _("named as a contact of a deal")


def _merge(entry: Entry, names: _Names) -> str:
    return _("lead #%(loser)s was merged into lead #%(root)s") % {
        key: str(entry.body[key]) for key in ("loser", "root")
    }


def _consent(entry: Entry, names: _Names) -> str:
    body = entry.body
    said = [str(Consent.Kind(body["kind"]).label)]
    if body["kind"] != Consent.Kind.OPPOSED:
        said += [str(Consent.Purpose(body["purpose"]).label), str(Consent.Channel(body["channel"]).label)]
    if names.personal and body["from"]:
        said.append(body["from"])
    return " · ".join(said)


def _note(entry: Entry, names: _Names) -> str:
    body = entry.body
    if body["version"]:
        version = names.versions.get(body["version"])
        words = criteria.words(version, body["against"], names.lang) if version else body["against"]
        reason = Disagreement.Reason(body["reason"]).label
        return _("disagrees with “%(criterion)s”: %(reason)s") % {"criterion": words, "reason": reason}
    if body["answer"]:
        return _("answer to a disagreement: %(answer)s") % {"answer": answered(body["answer"], body["draft"])}
    if not body["remark"]:
        return ""
    if body["praised"]:
        return _("praise for %(name)s") % {"name": names.people.get(body["praised"], _("the system"))}
    return _("praise for sales") if body["side"] == Side.SALES else _("praise for marketing")


def answered(kind: str, draft: int | None) -> str:
    """ "taken into draft 8", "kept as it is"."""
    if kind == Answer.Kind.KEPT:
        return _("kept as it is")
    return _("taken into draft %(number)s") % {"number": draft} if draft is not None else _("taken into the draft")


def _fixed(words: Any) -> Callable[[Entry, _Names], str]:
    return lambda entry, names: str(words)


def _event_icon(body: Mapping[str, Any]) -> str:
    return _ICONS.get(body["kind"], "cursor")


_ICONS = {
    "page": "globe", "form": "file-earmark-text", "mail_open": "envelope-open", "mail_click": "envelope-open",
    "mail_delivered": "envelope", "mail_bounce": "envelope", "unsubscribe": "x-circle", "webinar": "play-circle",
    "download": "download", "demo": "lightning-charge", "identify": "person-check",
}  # fmt: skip
_CHANNELS = {"call": "telephone", "mail": "envelope", "message": "chat-left-text", "visit": "geo-alt"}


@dataclass(frozen=True)
class Kind:
    say: Callable[[Entry, _Names], str]
    icon: str | Callable[[Mapping[str, Any]], str]
    side: str = ""


KINDS: dict[str, Kind] = {
    "born": Kind(_fixed(gettext_lazy("lead created")), "person-plus"),
    "change": Kind(_fixed(""), "pencil"),
    "join": Kind(_fixed(gettext_lazy("earlier visits of the website recognised as theirs")), "link-45deg"),
    "event": Kind(_event, _event_icon),
    "qualification": Kind(_qualification, "check2-circle", "marketing"),
    "hold": Kind(lambda one, _n: _("waits before it is handed over: %(reason)s") % {"reason": Hold.Reason(one.body["reason"]).label}, "hourglass", "marketing"),
    "handoff": Kind(_handoff, "arrow-right", "marketing"),
    "move": Kind(_move, "flag"),
    "assignment": Kind(_assignment, "person-badge", "sales"),
    "attempt": Kind(_attempt, lambda body: _CHANNELS.get(body["channel"], "telephone"), "sales"),
    "decision": Kind(_decision, "hand-thumbs-up", "sales"),
    "deal": Kind(_deal, "briefcase", "sales"),
    "contact": Kind(_contact, "people", "sales"),
    "reset": Kind(_fixed(gettext_lazy("recycled: a new cycle begins, behaviour so far counts 0")), "arrow-counterclockwise"),
    "merge": Kind(_merge, "arrows-collapse"),
    "consent": Kind(_consent, "shield-check"),
    "note": Kind(_note, lambda body: "star" if body["remark"] else "reply" if body["answer"] else "chat-left-text"),
}  # fmt: skip
