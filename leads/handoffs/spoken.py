"""What is executed under "attempt": how attempts are counted by the rules in force, and how many are promised."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leads.models import Attempt, HandoffRules
from personas.definitions import queries
from personas.glossary import bound
from personas.glossary.bound import Binding, Executed

from .rules import STARTER


def register() -> None:
    """Bind the word of attempts."""
    bound.register(Binding("attempts", gettext_lazy("the rules of attempts in force"), attempts))


def attempts(at: datetime) -> Iterator[Executed]:
    """The rules that handoffs made now would name, each differing text once; those before any contract say so."""
    told: dict[str, None] = {}
    for version in queries.versions_in_force(at):
        rules = HandoffRules.objects.filter(line=version.line_id, effective_at__lte=at).order_by("-effective_at", "-pk")
        told.setdefault(_said(STARTER | (found.body if (found := rules.first()) else {}), found is not None))
    for text in told or {_said(STARTER, False): None}:
        yield Executed(text)


def _said(rules: Mapping[str, Any], signed: bool) -> str:
    count, day = rules["attempts"], rules["per_day"]
    parts = [
        ngettext("%(n)s attempt on each handoff", "%(n)s attempts on each handoff", count) % {"n": count},
        _("two within %(minutes)s minutes are one") % {"minutes": rules["same_within_minutes"]},
        ngettext("at most %(n)s counts a day", "at most %(n)s count a day", day) % {"n": day},
        ", ".join(str(Attempt.Channel(one).label) for one in rules["channels"]),
    ]
    text = " · ".join(parts)
    return text if signed else _("Until a contract is signed: %(rules)s") % {"rules": text}
