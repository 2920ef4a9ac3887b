"""Many failed runs tried again at once (`web/bulk`)."""

from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy, ngettext

from smarketing.accounts.models import User
from smarketing.web import bulk
from smarketing.web.bulk import Bulk, Done, Refusals

from . import listing, nightly
from .models import Run


def _asked(user: User, params: QueryDict) -> Any:
    return listing.RunFilters(params).rows(Run.objects.visible_to(user))


def _named(run: Run) -> str:
    return f"{listing.job(run.job)} #{run.pk}"


def _failed(rows: list[Run], _user: User) -> tuple[list[Run], Refusals]:
    left = [(_named(one), gettext_lazy("did not fail")) for one in rows if one.state != "failed"]
    return [one for one in rows if one.state == "failed"], left


def _again(_form: Any, rows: list[Run], by: User, at: datetime) -> Done:
    return bulk.each(rows, lambda one: nightly.ask_again(run=one, by=by, at=at), _named)


AGAIN = Bulk(
    title=gettext_lazy("Try runs again"),
    text=gettext_lazy("What was set aside in each is tried again; what is done is not done twice."),
    page="jobs:runs",
    rows=_asked,
    counted=lambda n: ngettext("%(n)s failed run", "%(n)s failed runs", n) % {"n": n},
    does=_again,
    said=lambda n: ngettext("%(n)s run is tried again.", "%(n)s runs are tried again.", n) % {"n": n},
    named=lambda one, _user: _named(one),
    keep=_failed,
    none=gettext_lazy("None of these runs failed."),
)
again, _no_way_back = bulk.pages("runs.start", AGAIN)
