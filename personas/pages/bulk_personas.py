"""Many personas retired, or read again, at once (`web/bulk`)."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from personas.definitions import persona_care
from personas.models import PersonaVersion
from smarketing.accounts.models import User
from smarketing.rows import clock
from smarketing.web import bulk
from smarketing.web.bulk import Bulk, Done

from . import listing
from .writing_steps import months_on


class ReviewForm(forms.Form):
    review = forms.ChoiceField(label=gettext_lazy("To be read again"), required=False)

    def __init__(self, data, user):
        super().__init__(data, initial={"review": "6"})
        months = [(str(n), ngettext("in %(n)s month", "in %(n)s months", n) % {"n": n}) for n in persona_care.MONTHS]
        self.fields["review"].choices = [*months, ("", _("never"))]


def _asked(_user: User, params: QueryDict) -> Any:
    return listing.PersonaFilters(params).rows(listing.newest().select_related("persona"))


def _named(one: PersonaVersion) -> str:
    return one.persona.name


def _retire(_form: Any, rows: list[PersonaVersion], by: User, at: datetime) -> Done:
    return bulk.each(rows, lambda one: persona_care.retire(persona=one.persona, by=by, at=at), _named)


def _review(form: ReviewForm, rows: list[PersonaVersion], by: User, at: datetime) -> Done:
    months = form.cleaned_data["review"]
    next_on = months_on(clock.today(at), int(months)) if months else None
    return bulk.each(
        rows, lambda one: persona_care.reviewed(persona=one.persona, next_on=next_on, by=by, at=at), _named
    )


def _personas(n: int) -> str:
    return ngettext("%(n)s persona", "%(n)s personas", n) % {"n": n}


REVIEW = Bulk(
    title=gettext_lazy("Note personas as read again"),
    text=gettext_lazy("You read each again and found it still true."),
    page="personas:list",
    rows=_asked,
    counted=_personas,
    does=_review,
    said=lambda n: ngettext("%(n)s persona is still true.", "%(n)s personas are still true.", n) % {"n": n},
    form=ReviewForm,
    named=lambda one, _user: _named(one),
)
RETIRE = Bulk(
    title=gettext_lazy("Retire personas"),
    text=gettext_lazy(
        "No lead is matched with them any more; definitions keep the version they name. Each can be brought back on its page."
    ),
    page="personas:list",
    rows=_asked,
    counted=_personas,
    does=_retire,
    said=lambda n: ngettext("%(n)s persona is retired.", "%(n)s personas are retired.", n) % {"n": n},
    named=lambda one, _user: _named(one),
)
review, _no_way_back = bulk.pages("personas.edit", REVIEW)
retire, _no_way_back = bulk.pages("personas.edit", RETIRE)
