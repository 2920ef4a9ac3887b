"""The sheet of reasons: one line per family, the binding question of the chosen one inline. Works as a plain form."""

from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from leads.handoffs import evidence, reasons
from leads.models import Handoff


@dataclass
class Part:
    """One family on the sheet, with what was chosen or typed in it."""

    family: reasons.Family
    reasons: list[reasons.Reason]
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
    def asks_date(self) -> bool:
        return any(reason.asks_date for reason in self.reasons)


@dataclass
class Sheet:
    """Families of an act for one handoff; `chosen` is the family marked."""

    parts: list[Part]
    chosen: str = ""
    error: str = ""

    @classmethod
    def of(cls, act: str, handoff: Handoff, attempts: int, promised: int, data=None) -> "Sheet":
        """The sheet, empty or with what was sent."""
        parts = []
        for family, rows in reasons.by_family(reasons.allowed(act)):
            kind = rows[0].evidence
            part = Part(family, rows, kind, str(rows[0].question), evidence.choices(kind, handoff))
            if kind == reasons.ATTEMPTS and attempts < promised:
                words = {"promised": promised, "attempts": attempts}
                part.shut = _("after %(promised)s attempts; %(attempts)s counted so far") % words
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
