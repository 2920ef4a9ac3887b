"""Rules of calling as a company keeps them: written, changed, deleted; a starter as French law was read."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from leads.intake import locks
from leads.models import CallingRule
from smarketing.accounts.audit import record
from smarketing.accounts.models import User

from . import calling
from .problems import Refusal

WORKDAYS = [["10:00", "13:00"], ["14:00", "20:00"]]
# What the decree 2022-1313 and the law 2025-594 were read to say of consumers; no legal advice, and a company may write another.
FRANCE: Mapping[str, Any] = {
    "country": "FR", "reach": CallingRule.Reach.PRIVATE, "zones": ["Europe/Paris"],
    "windows": {str(day): WORKDAYS for day in range(1, 6)}, "holidays": True, "most": 4, "within": 30, "rest": 60,
    "consent": CallingRule.Consent.NEEDED,
}  # fmt: skip
STARTERS = {"FR": FRANCE}
FIELDS = ("country", "reach", "zones", "windows", "holidays", "most", "within", "rest", "consent")


@transaction.atomic
def save(*, rule: CallingRule | None, by: User, at: datetime, **said: Any) -> CallingRule:
    """Write a rule, or change one; `said`: each of FIELDS. Refusal for a country that has one already, and for a rule in use
    that leaves no hour at all."""
    locks.hold(locks.SETTINGS, ["calling"])
    others = CallingRule.objects.filter(country=said["country"])
    if (others.exclude(pk=rule.pk) if rule else others).exists():
        raise Refusal(_("There is a rule for this country: change that one."), "country")
    if said["reach"] != CallingRule.Reach.NOBODY and not any(said["windows"].values()):
        raise Refusal(_("Give hours on at least one day: without them nobody may ever be called."), "day_1")
    before = _values(rule) if rule else {}
    made = rule or CallingRule()
    for name in FIELDS:
        setattr(made, name, said[name])
    if before == _values(made):
        return made
    made.changed_at, made.by = at, by
    made.save()
    _done(made, by, at, before=before, after=_values(made))
    return made


@transaction.atomic
def delete(*, rule: CallingRule, by: User, at: datetime) -> None:
    """No rule for this country any more: the one of other countries counts, where there is one. Calls noted under it keep their
    reason."""
    locks.hold(locks.SETTINGS, ["calling"])
    _done(rule, by, at, before=_values(rule), after={})
    rule.delete()


def _values(rule: CallingRule) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in FIELDS}


def _done(rule: CallingRule, by: User, at: datetime, **detail: Any) -> None:
    record(by, "settings.calling", "callingrule", rule.pk, at, **detail)
    transaction.on_commit(calling.rules.forget)
    calling.rules.forget()
