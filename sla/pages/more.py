"""What the draft asks of a clause beside its numbers: tiers, spacing, fields, of whom it speaks, its own calendar.

Lists are written one a line, as a person would: "A1 A2: 2", "source salon, fair: 20". What is written here comes back the same.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from smarketing.web.known import Offered

from ..kinds import KINDS, params, periods
from ..kinds.said import plain

LETTERS = "abcdefghijklmnopqrstuvwxyz"
CLOCKED = ("hand_over", "first_attempt", "min_attempts", "decision", "outcome")
WORDS = {"persona": "persona", "source": "source", "grade": "grade"}  # the same in both languages but one
FRENCH = {
    "catégorie": "grade",
    "categorie": "grade",
    "catégories": "grade",
    "grades": "grade",
    "sources": "source",
    "personas": "persona",
}
# What is offered under the volumes of some leads, and how a name is put there.
OFFERED = ((_("Sources"), "source", "source {}: "), (_("Personas"), "persona", "persona {}: "))
PERIODS = ("", periods.QUARTER, periods.YEAR)  # a month is said by saying nothing
_NOTHING = ("", "-", "–", "—", "0")


class LinesField(forms.CharField):
    """Text of several lines; `read` makes of each what the terms say, or raises ValueError."""

    def __init__(self, read, widget=None, **more):
        super().__init__(required=False, widget=widget or forms.Textarea(attrs={"rows": 2}), **more)
        self.read = read

    def clean(self, value) -> list:
        found = []
        for line in (super().clean(value) or "").splitlines():
            if line.strip():
                try:
                    found.append(self.read(line.strip()))
                except (ValueError, InvalidOperation):
                    raise forms.ValidationError(
                        gettext("“%(line)s” is not understood.") % {"line": line.strip()}
                    ) from None
        return found


def _halves(line: str) -> tuple[str, str]:
    left, colon, right = line.replace("\u202f", " ").rpartition(":")
    if not colon or not left.strip():
        raise ValueError(line)
    return left.strip(), right.strip()


def tier(line: str) -> dict[str, Any]:
    """ "A1 A2: 2" as a tier; "C3: –" promises nothing."""
    left, right = _halves(line)
    grades = [one.upper() for one in re.split(r"[,\s]+", left) if one]
    target = None if right in _NOTHING else plain(Decimal(right.replace(",", ".")))
    return {"grades": grades, "target": target}


def some(line: str) -> tuple[dict[str, list[str]], str]:
    """ "source salon, fair: 20" as (of whom a volume speaks, target)."""
    left, right = _halves(line)
    name, _space, names = left.partition(" ")
    key = FRENCH.get(name.lower(), WORDS.get(name.lower()))
    target = Decimal(right.replace(" ", ""))
    if key is None or not names.strip() or target <= 0 or target != int(target):
        raise ValueError(line)
    split = re.split(r"[,\s]+" if key == "grade" else r"\s*,\s*", names.strip())
    found = [one.upper() if key == "grade" else one for one in split if one]
    return {key: found}, str(int(target))


def shown_tiers(tiers: Sequence[Mapping[str, Any]]) -> str:
    return "\n".join(f"{' '.join(one['grades'])}: {one.get('target') or '–'}" for one in tiers)


def shown_some(clauses: Sequence[Mapping[str, Any]]) -> str:
    """Volumes of some leads, as lines."""
    lines = []
    for clause in clauses:
        for key, names in clause["params"]["where"].items():
            word = gettext("grade") if key == "grade" else key  # the same in both languages but one
            lines.append(f"{word} {(' ' if key == 'grade' else ', ').join(names)}: {plain(Decimal(clause['target']))}")
    return "\n".join(lines)


def fields() -> dict[str, forms.Field]:
    """The fields, by name."""
    found: dict[str, forms.Field] = {
        "volume_of": LinesField(some, label=_("And of these at least"), widget=Offered(OFFERED),
            help_text=_("One a line: source salon, fair: 20 · persona Maud: 120 · grade A1 A2: 40. Each is a clause of its own.")),
        "tiers": LinesField(tier, label=_("Hours by tier"), help_text=_("One a line: A1 A2: 2. A dash promises nothing: C3: –. All other grades have the hours above.")),
        "attempts_apart": forms.IntegerField(label=_("Business days apart at least"), min_value=1, max_value=20, required=False),
        "attempts_tiers": LinesField(tier, label=_("Attempts by tier"), help_text=_("One a line: A1 A2: 5. A dash promises nothing: C3: –. All other grades have the attempts above.")),
        "complete_fields": forms.MultipleChoiceField(label=_("Fields that must be filled in"), choices=list(params.FIELDS.items()), required=False,
            widget=forms.CheckboxSelectMultiple),
    }  # fmt: skip
    for key in KINDS:
        choices = [(one, capfirst(periods.BY[one or periods.MONTH])) for one in PERIODS]
        found[f"{key}_period"] = forms.ChoiceField(label=_("Judged"), choices=choices, required=False)
    for kind in CLOCKED:
        found[f"{kind}_calendar"] = forms.TypedChoiceField(
            label=_("Calendar of this clause"), coerce=int, required=False, empty_value=None
        )
    return found


# Kind -> parameter -> field.
NAMES: dict[str, dict[str, str]] = {
    "first_attempt": {"tiers": "tiers"},
    "min_attempts": {"tiers": "attempts_tiers", "apart": "attempts_apart"},
    "mandatory_fields": {"fields": "complete_fields"},
}


def names(kind: str) -> list[str]:
    """The further fields of a kind."""
    own = ["volume_of"] if kind == "mql_volume" else list(NAMES.get(kind, {}).values())
    return [f"{kind}_period", *own, *([f"{kind}_calendar"] if kind in CLOCKED else [])]


def initial(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The further fields filled from a clause's parameters."""
    found = {name: given.get(param) for param, name in NAMES.get(kind, {}).items()}
    for name in ("tiers", "attempts_tiers"):
        if found.get(name):
            found[name] = shown_tiers(given["tiers"])
    found[f"{kind}_period"] = given.get(periods.PARAM)
    if kind in CLOCKED:
        found[f"{kind}_calendar"] = given.get("calendar")
    return {name: value for name, value in found.items() if value}


def given(kind: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that a clause gets from the further fields."""
    found = {param: data.get(name) for param, name in NAMES.get(kind, {}).items()}
    found[periods.PARAM] = data.get(f"{kind}_period")
    if kind in CLOCKED:
        found["calendar"] = data.get(f"{kind}_calendar")
    return {param: value for param, value in found.items() if value}


def volumes(key: str, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Clauses of some leads, beside the volume of all and over the same time: 5.1.a, 5.1.b …"""
    period = data.get("mql_volume_period")
    own = {periods.PARAM: period} if period else {}
    return [
        {
            "key": f"{key}.{letter}",
            "kind": "mql_volume",
            "target": target,
            "share": None,
            "params": {"where": where} | own,
        }
        for letter, (where, target) in zip(LETTERS, data.get("volume_of") or (), strict=False)
    ]
