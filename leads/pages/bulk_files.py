"""Deeds on many imports and remembered mappings at once (`web/bulk`)."""

from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy, ngettext

from leads.intake.importing import memory, service
from leads.intake.importing.reasons import sentence
from leads.models import Import
from smarketing.accounts.models import User
from smarketing.web import bulk
from smarketing.web.bulk import Bulk, Done, Refusals

from .register_filters import ImportFilters


def _imports(n: int) -> str:
    return ngettext("%(n)s import", "%(n)s imports", n) % {"n": n}


def _mappings(n: int) -> str:
    return ngettext("%(n)s mapping", "%(n)s mappings", n) % {"n": n}


def _named(one: Import, _user: User) -> str:
    return one.filename


def _asked(user: User, params: QueryDict) -> Any:
    return ImportFilters(params).rows(Import.objects.visible_to(user))


def _remembered(user: User, _params: QueryDict) -> Any:
    return memory.last_ones().filter(pk__in=Import.objects.visible_to(user))


def _those(fits: Any, why: Any):
    """The imports that a deed is for; the others by name, with why not."""

    def keep(rows: list[Import], _user: User) -> tuple[list[Import], Refusals]:
        return [one for one in rows if fits(one)], [(one.filename, why) for one in rows if not fits(one)]

    return keep


def _stop(_form: Any, rows: list[Import], by: User, at: datetime) -> Done:
    return bulk.each(rows, lambda one: service.stop(one=one, by=by, at=at), lambda one: one.filename)


def _each(rows: list[Import], do: Any) -> Done:
    """With each; a refusal of the service in its own words."""

    def one_by_one(one: Import) -> None:
        try:
            do(one)
        except service.Refused as refusal:
            raise bulk.Refused(sentence(refusal.code, refusal.params)) from None

    return bulk.each(rows, one_by_one, lambda one: one.filename, bulk.Refused)


def _undo(_form: Any, rows: list[Import], by: User, at: datetime) -> Done:
    return _each(sorted(rows, key=lambda one: -one.pk), lambda one: service.ask_undo(one=one, by=by, at=at))


def _drop(_form: Any, rows: list[Import], by: User, at: datetime) -> Done:
    return _each(rows, lambda one: service.drop(one=one, by=by, at=at))


def _forget(_form: Any, rows: list[Import], by: User, at: datetime) -> Done:
    return bulk.each(rows, lambda one: memory.forget(one=one, by=by, at=at), lambda one: one.filename)


def _remember(_form: Any, rows: list[Import], by: User, at: datetime) -> Done:
    return bulk.each(rows, lambda one: memory.remember(one=one, by=by, at=at), lambda one: one.filename)


def _is_forgotten(one: Import) -> bool:
    return memory.is_forgotten(one, memory.decided(one))


STOP = Bulk(
    title=gettext_lazy("Stop imports"),
    text=gettext_lazy("Each stops after the rows it is at; what it wrote stays, and it can go on later."),
    page="leads:imports",
    rows=_asked,
    counted=_imports,
    does=_stop,
    said=lambda n: ngettext("%(n)s import stopped.", "%(n)s imports stopped.", n) % {"n": n},
    named=_named,
    keep=_those(lambda one: one.state in ("checking", "running"), gettext_lazy("is not under way")),
    none=gettext_lazy("None of these imports is under way."),
)
UNDO = Bulk(
    title=gettext_lazy("Undo imports"),
    text=gettext_lazy(
        "All that each wrote is taken back, the newest import first. One on whose rows people have worked since stays as it is: its page lists what was done."
    ),
    page="leads:imports",
    rows=_asked,
    counted=_imports,
    does=_undo,
    said=lambda n: ngettext("%(n)s import is being undone.", "%(n)s imports are being undone.", n) % {"n": n},
    named=_named,
    keep=_those(service.may_undo, gettext_lazy("there is nothing to undo")),
    none=gettext_lazy("None of these imports wrote anything that can be undone."),
    danger=True,
)
DROP = Bulk(
    title=gettext_lazy("Drop files that were not imported"),
    text=gettext_lazy("The file, its mapping and its check go; nothing was written from it, so nothing else changes."),
    page="leads:imports",
    rows=_asked,
    counted=_imports,
    does=_drop,
    said=lambda n: ngettext("%(n)s file dropped.", "%(n)s files dropped.", n) % {"n": n},
    named=_named,
    keep=_those(service.may_drop, gettext_lazy("was imported, or is under way")),
    none=gettext_lazy("None of these files still waits to be imported."),
    danger=True,
)
FORGET = Bulk(
    title=gettext_lazy("Forget mappings"),
    text=gettext_lazy("The next file with the same columns is read as the first one."),
    page="leads:mappings",
    rows=_remembered,
    counted=_mappings,
    does=_forget,
    said=lambda n: ngettext("%(n)s mapping forgotten.", "%(n)s mappings forgotten.", n) % {"n": n},
    named=_named,
    keep=_those(lambda one: not _is_forgotten(one), gettext_lazy("is forgotten already")),
)
REMEMBER = Bulk(
    title=gettext_lazy("Remember mappings again"),
    text=gettext_lazy("The next file with the same columns is read as the last one was."),
    page="leads:mappings",
    rows=_remembered,
    counted=_mappings,
    does=_remember,
    said=lambda n: ngettext("%(n)s mapping remembered again.", "%(n)s mappings remembered again.", n) % {"n": n},
    named=_named,
    keep=_those(_is_forgotten, gettext_lazy("is remembered")),
)
stop, _no_way_back = bulk.pages("leads.import", STOP)
undo, _no_way_back = bulk.pages("leads.import", UNDO)
drop, _no_way_back = bulk.pages("leads.import", DROP)
forget, _no_way_back = bulk.pages("leads.import", FORGET)
remember, _no_way_back = bulk.pages("leads.import", REMEMBER)
