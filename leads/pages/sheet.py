"""The sheet of reasons: one line per family, the binding question of the chosen one inline. Works as a plain form."""

from dataclasses import dataclass, field
from datetime import date, datetime
from string import ascii_lowercase

from django.utils.translation import gettext as _

from leads.handoffs import coming_back, evidence, reasons
from leads.handoffs.rules import body_of
from leads.models import HandoffState
from smarketing.accounts.models import User


@dataclass(frozen=True)
class Choice:
    """A reason as it is offered; `letter`: the key that chooses it, "" for none; `back`: from when the lead may come back where
    nothing else is said, None for no date; `ends`: it will not, it came back as often as agreed; `grave`: never sent by one key."""

    code: str
    label: object
    letter: str
    asks_date: bool
    back: date | None
    ends: bool
    grave: bool


@dataclass
class Part:
    """One family on the sheet, with what was chosen or typed in it."""

    family: reasons.Family
    reasons: list[Choice]
    kind: str
    question: str
    offers: list[tuple[str, str]]
    shut: str = ""  # why this family cannot be used now
    reason: str = ""
    value: str = ""
    text: str = ""
    return_on: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def only(self) -> Choice | None:
        """The reason of a family that has no other."""
        return self.reasons[0] if len(self.reasons) == 1 else None

    @property
    def asks_date(self) -> bool:
        return any(reason.asks_date for reason in self.reasons)


@dataclass
class Sheet:
    """Families of an act for one handoff; `chosen` is the family marked."""

    parts: list[Part]
    chosen: str = ""
    error: str = ""

    @classmethod
    def of(cls, act: str, state: HandoffState, by: User, at: datetime, data=None) -> "Sheet":
        """The sheet as `by` sees it, empty or with what was sent."""
        body, parts = body_of(state.handoff), []
        keys, times = letters(), coming_back.times(state.lead_id, body)
        for family, rows in reasons.by_family(reasons.allowed(act)):
            kind = rows[0].evidence
            offered = [_choice(one, coming_back.after(one, act, body=body, times=times, at=at), keys) for one in rows]
            part = Part(family, offered, kind, str(rows[0].question), evidence.choices(kind, state.handoff, by))
            if kind == reasons.ATTEMPTS:
                part.shut = evidence.unproved(state, body["attempts"], at)
            if data is not None:
                part.reason = data.get(f"reason-{family.key}", rows[0].code if len(rows) == 1 else "")
                part.value = data.get(f"evidence-{family.key}", "")
                part.text = data.get(f"record-{family.key}", "").strip()
                part.return_on = data.get(f"return_on-{family.key}", "")
            parts.append(part)
        return cls(parts, data.get("family", "") if data is not None else "")

    def for_service(self) -> dict:
        """reason, evidence, return_on of the chosen family; `ok` False when something is missing or no date."""
        part = next((one for one in self.parts if one.family.key == self.chosen), None)
        if part is None:
            self.error = _("Choose a reason.")
            return {}
        if part.reason not in {reason.code for reason in part.reasons}:
            part.errors["reason"] = _("Choose a reason.")
            return {}
        wish = None
        if part.return_on:
            try:
                wish = date.fromisoformat(part.return_on)
            except ValueError:
                part.errors["return_on"] = _("Write a date.")
                return {}
        return {"reason": part.reason, "evidence": part.text or part.value, "return_on": wish}

    def refuse(self, field_name: str, text: str) -> None:
        """Put the service's sentence where it belongs."""
        part = next((one for one in self.parts if one.family.key == self.chosen), None)
        if part is not None and field_name in ("reason", "evidence", "return_on"):
            part.errors[field_name] = text
        else:
            self.error = text


def _choice(reason: reasons.Reason, then: coming_back.After, keys: dict[str, str]) -> Choice:
    key = keys.get(reason.code, "")
    return Choice(reason.code, reason.label, key, reason.asks_date, then.on, then.ends, reason.opposes)


def letters() -> dict[str, str]:
    """Reason -> its letter on the sheets: the same one at both doors."""
    offered = [one.code for one in reasons.known().values() if one.family in reasons.FAMILIES and not one.retired]
    return dict(zip(offered, ascii_lowercase, strict=False))
