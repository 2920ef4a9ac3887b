"""Deeds on many people at once: role, team and language; switched off (`web/bulk`)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from smarketing.web import bulk
from smarketing.web.bulk import Bulk, Done, Refusals

from . import languages, people
from .lists import PeopleFilters
from .models import Team, User

KEEP, NONE = "", "none"


class PeopleForm(forms.Form):
    """What is left as it is changes nothing."""

    position = forms.ChoiceField(label=gettext_lazy("Role"), required=False)
    team = forms.ChoiceField(label=gettext_lazy("Team"), required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)

    def __init__(self, data, user):
        super().__init__(data)
        same = (KEEP, _("as it is"))
        self.fields["position"].choices = [same, *((key, one[2]) for key, one in people.POSITIONS.items())]
        teams = [(str(team.pk), team.name) for team in Team.objects.order_by("name")]
        self.fields["team"].choices = [same, (NONE, _("no team")), *teams]
        self.fields["language"].choices = [same, *languages.choices()]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.errors and not any(data.values()):
            self.add_error("position", _("Fill at least one field."))
        return data

    def values(self) -> dict[str, Any]:
        """The fields of `people.change_person`."""
        said, out = self.cleaned_data, {}
        if said["position"]:
            role, side, _label = people.POSITIONS[said["position"]]
            out |= {"role": str(role), "side": str(side)}
        if said["team"]:
            out["team_id"] = None if said["team"] == NONE else int(said["team"])
        return out | ({"language": said["language"]} if said["language"] else {})


def asked(_user: User, params: QueryDict) -> Any:
    """The people that an address asks for."""
    return PeopleFilters(params).rows(User.objects.select_related("team"))


def _each(rows: list[User], by: User, change: Callable[[User], Any]) -> Done:
    """Change each; who may not be changed so stays as they are, by name."""
    n, left = 0, []
    for one in rows:
        try:
            with transaction.atomic():
                n += bool(change(one))
        except people.Owing as owed:
            left.append((one.name, _("first hand on: %(owed)s") % {"owed": owed}))
        except people.PeopleError as refusal:
            left.append((one.name, str(refusal)))
    return Done(n, left)


def _set(form: PeopleForm, rows: list[User], by: User, at: datetime) -> Done:
    values = form.values()
    return _each(rows, by, lambda one: people.change_person(user=one, by=by, at=at, **values))


def _switch_off(_form: Any, rows: list[User], by: User, at: datetime) -> Done:
    return _each(rows, by, lambda one: people.change_person(user=one, by=by, at=at, is_active=False))


def _others(rows: list[User], by: User) -> tuple[list[User], Refusals]:
    """Nobody switches themselves off; who is off already stays so."""
    left = [(one.name, _("that is you")) for one in rows if one.pk == by.pk]
    left += [(one.name, _("may not sign in already")) for one in rows if not one.is_active and one.pk != by.pk]
    return [one for one in rows if one.is_active and one.pk != by.pk], left


def _people(n: int) -> str:
    return ngettext("%(n)s person", "%(n)s people", n) % {"n": n}


SET = Bulk(
    title=gettext_lazy("Change people"),
    text=gettext_lazy(
        "What you choose here holds for each of them from now on; what is left as it is changes nothing."
    ),
    page="accounts:people",
    rows=asked,
    counted=_people,
    does=_set,
    said=lambda n: ngettext("%(n)s person changed.", "%(n)s people changed.", n) % {"n": n},
    form=PeopleForm,
    named=lambda one, _user: one.name,
)
SWITCH_OFF = Bulk(
    title=gettext_lazy("Switch people off"),
    text=gettext_lazy(
        "Each is signed out everywhere, tokens are revoked for good. Whoever owes something hands it on first."
    ),
    page="accounts:people",
    rows=asked,
    counted=_people,
    does=_switch_off,
    said=lambda n: ngettext("%(n)s person switched off.", "%(n)s people switched off.", n) % {"n": n},
    named=lambda one, _user: one.name,
    keep=_others,
    none=gettext_lazy("None of these people can be switched off by you."),
    danger=True,
)
change, _no_way_back = bulk.pages("settings.people", SET)
switch_off, _no_way_back = bulk.pages("settings.people", SWITCH_OFF)
