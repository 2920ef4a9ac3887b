"""The story in words: one table from kind of entry to what is said of it, in the reader's language."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leads.handoffs import deals, reasons, stages
from leads.intake import corrections
from leads.models import (
    Answer,
    Attempt,
    Consent,
    Disagreement,
    Handoff,
    Hold,
    Lead,
    OutsideCall,
    Ruling,
    Skip,
    Snooze,
    Stage,
)
from smarketing.accounts.models import Side, User
from smarketing.rows import clock

from . import criteria, proofs, values, whens
from .names import Names
from .story import Entry

DATED_BY_HAND = ("attempt", "consent")  # whoever writes them says when they happened
STEPS = ("qualification", "handoff", "decision", "deal", "reset", "merge")


@dataclass(frozen=True)
class Line:
    """One line of the story on a page. `side` "" for neither; `learned` when it was recorded on a later day, `recorded` where
    somebody wrote it later the same day. `record`: the lead or company that proves a decision, the end of `text`."""

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
    recorded: str = ""
    file: str = ""
    taken_back: str = ""
    back: bool = False  # whether the reader may take it back, on a page of its own
    other: int | None = None  # the lead merged into this one whose fact it is
    record: proofs.Record | None = None

    @property
    def told(self) -> str:
        """`text` without the record, which is a link."""
        return self.text.removesuffix(self.record.words) if self.record else self.text

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
    names = Names(entries, personal, whole, held)
    if lead is None:  # the story of a deal says who its contacts are
        named = Lead.objects.in_bulk({one.lead_id for one in entries if one.kind == "contact"})
        names.contacts = {pk: str(one) if personal else f"#{pk}" for pk, one in named.items()}
    records = proofs.records_of(entries, reader)
    return [_line(entry, names, lead, reader, records) for entry in entries]


def _line(
    entry: Entry, names: Names, lead: int | None, reader: User | None, records: Mapping[str, proofs.Record]
) -> Line:
    kind = KINDS[entry.kind]
    correction = names.corrections.get(entry.correction_id)
    month, day = names.day(timezone.localtime(entry.at).date())
    return Line(
        entry,
        month=month,
        day=day,
        when="" if entry.day_only else whens.time(entry.first_at if entry.kind == "event" else entry.at),
        until=_until(entry),
        icon=kind.icon(entry.body) if callable(kind.icon) else kind.icon,
        side=kind.side,
        text=kind.say(entry, names),
        note=(entry.body.get("note") or "") if names.personal else "",
        pairs=names.pairs(entry.body) if "values" in entry.body else [],
        by=names.people.get(entry.by_id, ""),
        learned=whens.learned(entry.at, entry.recorded_at),
        recorded=whens.recorded(entry.at, entry.recorded_at)
        if entry.kind in DATED_BY_HAND and not entry.day_only
        else "",
        file=names.files.get(entry.body.get("import"), ""),
        taken_back=whens.taken_back(correction, names.people.get(correction.by_id, "")) if correction else "",
        back=reader is not None and not correction and _may_go_back(entry, reader),
        other=entry.lead_id if lead and entry.lead_id != lead else None,
        record=records.get(entry.body.get("evidence", "")),
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


def _until(entry: Entry) -> str:
    """The time of the last of several deeds of a day."""
    if entry.kind != "event" or entry.n < 2 or entry.day_only or entry.at == entry.first_at:
        return ""
    return whens.time(entry.at) if whens.time(entry.at) != whens.time(entry.first_at) else ""


# --- what is said of each kind


def _event(entry: Entry, names: Names) -> str:
    return names.deed(entry.body)


def _qualification(entry: Entry, names: Names) -> str:
    words = {key: entry.body[key] for key in ("grade", "version", "line")}
    if entry.body["cause"] == "direct":
        return _("became MQL directly (grade %(grade)s), by version %(version)s of %(line)s") % words
    return _("became MQL with grade %(grade)s, by version %(version)s of %(line)s") % words


def _handoff(entry: Entry, names: Names) -> str:
    gate = Handoff.Gate(entry.body["gate"]).label
    if entry.body["version"] is None:
        return _("handed to sales (%(gate)s)") % {"gate": gate}
    words = {"gate": gate, "version": entry.body["version"], "grade": entry.body["grade"]}
    return _("handed to sales with grade %(grade)s by version %(version)s (%(gate)s)") % words


def _assignment(entry: Entry, names: Names) -> str:
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


def _attempt(entry: Entry, names: Names) -> str:
    words: dict[str, Any] = {
        "channel": Attempt.Channel(entry.body["channel"]).label,
        "outcome": Attempt.Outcome(entry.body["outcome"]).label,
    }
    parts = [_("%(channel)s: %(outcome)s") % words]
    if entry.body["minutes"] is not None:
        n = entry.body["minutes"]
        parts.append(ngettext("%(n)s minute", "%(n)s minutes", n) % {"n": n})
    step = Attempt.Channel(entry.body["step"]).label if entry.body["step"] else ""
    if entry.body["next"]:
        words = {"day": formats.date_format(date.fromisoformat(entry.body["next"]), "SHORT_DATE_FORMAT"), "step": step}
        parts.append((_("next step on %(day)s: %(step)s") if step else _("next step on %(day)s")) % words)
    elif step:
        parts.append(_("next step: %(step)s") % {"step": step})
    if entry.body["outside"]:
        parts.append(_("outside the lawful hours: %(why)s") % {"why": OutsideCall.Reason(entry.body["outside"]).label})
    return " · ".join(parts)


def _snooze(entry: Entry, names: Names) -> str:
    why = Snooze.Reason(entry.body["reason"]).label
    if entry.body["reason"] == Snooze.Reason.WOKEN:
        return str(why)
    until = timezone.localtime(datetime.fromisoformat(entry.body["until"]), clock.zone())
    words = {"when": formats.date_format(until, "SHORT_DATETIME_FORMAT"), "why": why}
    return _("snoozed until %(when)s: %(why)s") % words


def _skip(entry: Entry, names: Names) -> str:
    return _("skipped: %(why)s") % {"why": Skip.Reason(entry.body["reason"]).label}


def _decision(entry: Entry, names: Names) -> str:
    body = entry.body
    said = [str(_DECIDED[body["kind"]])]
    if body["reason"]:
        said.append(reasons.label(body["reason"]))
    if body["return_on"]:
        day = formats.date_format(date.fromisoformat(body["return_on"]), "SHORT_DATE_FORMAT")
        said.append(_("may come back on %(day)s") % {"day": day})
    return " · ".join([*said, *filter(None, [proofs.words(body["evidence"], names.versions.get(body["under"]))])])


_DECIDED = {
    "accept": gettext_lazy("handoff accepted"),
    "refuse": gettext_lazy("handoff refused"),
    "return": gettext_lazy("handoff given back"),
    "qualify": gettext_lazy("need confirmed"),
    "withdraw": gettext_lazy("handoff withdrawn"),
    "expire": gettext_lazy("handoff expired"),
}


def _move(entry: Entry, names: Names) -> str:
    to = Stage(entry.body["to"]).label
    if not entry.body["from"]:
        return _("stage: %(to)s") % {"to": to}
    said = _("stage: %(origin)s → %(to)s") % {"origin": Stage(entry.body["from"]).label, "to": to}
    return (
        f"{said} · {_('came back as often as agreed: closed for good')}"
        if entry.body["cause"] == stages.OFTEN
        else said
    )


def _deal(entry: Entry, names: Names) -> str:
    title = entry.body["title"] if names.personal else ""
    return _("deal opened: %(title)s") % {"title": title} if title else _("deal opened")


def _contact(entry: Entry, names: Names) -> str:
    role = entry.body["role"]
    if who := names.contacts.get(entry.lead_id or 0):
        return f"{who}: {deals.ROLES.get(role, role) or _('no contact any more')}"
    return _("named as a contact of a deal (%(role)s)") % {"role": role} if role else _("named as a contact of a deal")


def _merge(entry: Entry, names: Names) -> str:
    return _("lead #%(loser)s was merged into lead #%(root)s") % {
        key: str(entry.body[key]) for key in ("loser", "root")
    }


def _consent(entry: Entry, names: Names) -> str:
    body = entry.body
    said = [str(Consent.Kind(body["kind"]).label)]
    if body["kind"] != Consent.Kind.OPPOSED:
        said += [str(Consent.Purpose(body["purpose"]).label), str(Consent.Channel(body["channel"]).label)]
    if names.personal and body["from"]:
        said.append(body["from"])
    return " · ".join(said)


def _note(entry: Entry, names: Names) -> str:
    body = entry.body
    if body["version"]:
        version = names.versions.get(body["version"])
        words = criteria.words(version, body["against"], names.lang) if version else body["against"]
        reason = Disagreement.Reason(body["reason"]).label
        return _("disagrees with “%(criterion)s”: %(reason)s") % {"criterion": words, "reason": reason}
    if body["answer"]:
        return _("answer to a disagreement: %(answer)s") % {"answer": answered(body["answer"], body["draft"])}
    if body["contested"]:
        said = _CONTESTED[body["decision"]]
        return str(said) % {"reason": reasons.label(body["code"])}
    if body["ruling"]:
        return _("ruling on a contest: %(ruling)s") % {"ruling": Ruling.Kind(body["ruling"]).label}
    if not body["remark"]:
        return ""
    if body["praised"]:
        return _("praise for %(name)s") % {"name": names.people.get(body["praised"], _("the system"))}
    return _("praise for sales") if body["side"] == Side.SALES else _("praise for marketing")


_CONTESTED = {
    "refuse": gettext_lazy("contests the refusal “%(reason)s”"),
    "return": gettext_lazy("contests the return “%(reason)s”"),
}


def answered(kind: str, draft: int | None) -> str:
    """ "taken into draft 8", "kept as it is"."""
    if kind == Answer.Kind.KEPT:
        return _("kept as it is")
    return _("taken into draft %(number)s") % {"number": draft} if draft is not None else _("taken into the draft")


def _fixed(words: Any) -> Callable[[Entry, Names], str]:
    return lambda entry, names: str(words)


def _event_icon(body: Mapping[str, Any]) -> str:
    return _ICONS.get(body["kind"], "cursor")


_ICONS = {
    "page": "globe", "form": "file-earmark-text", "mail_open": "envelope-open", "mail_click": "envelope-open",
    "mail_delivered": "envelope", "mail_bounce": "envelope", "unsubscribe": "x-circle", "webinar": "play-circle",
    "download": "download", "demo": "lightning-charge", "identify": "person-check",
}  # fmt: skip
_CHANNELS = {
    "call": "telephone",
    "mail": "envelope",
    "auto_mail": "envelope",
    "message": "chat-left-text",
    "visit": "geo-alt",
}


@dataclass(frozen=True)
class Kind:
    say: Callable[[Entry, Names], str]
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
    "snooze": Kind(_snooze, "clock", "sales"),
    "skip": Kind(_skip, "skip-forward", "sales"),
    "decision": Kind(_decision, "hand-thumbs-up", "sales"),
    "deal": Kind(_deal, "briefcase", "sales"),
    "contact": Kind(_contact, "people", "sales"),
    "reset": Kind(_fixed(gettext_lazy("recycled: a new cycle begins, behaviour so far counts 0")), "arrow-counterclockwise"),
    "merge": Kind(_merge, "arrows-collapse"),
    "consent": Kind(_consent, "shield-check"),
    "note": Kind(_note, lambda body: "star" if body["remark"] else "reply" if body["answer"] or body["ruling"] else "chat-left-text"),
}  # fmt: skip
