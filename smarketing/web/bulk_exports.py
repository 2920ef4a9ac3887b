"""Many large files stopped, or written again, at once (`web/bulk`)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from smarketing.accounts.models import User

from . import bulk, export_files
from .bulk import Bulk, Done, Refusals
from .models import ExportFile

UNDER_WAY = ("waiting", "running")


def _those(under_way: bool, why: Any) -> Callable[[list[ExportFile], User], tuple[list[ExportFile], Refusals]]:
    def keep(rows: list[ExportFile], _user: User) -> tuple[list[ExportFile], Refusals]:
        fit = [one for one in rows if (one.state in UNDER_WAY) == under_way]
        return fit, [(one.title, why) for one in rows if one not in fit]

    return keep


def _stop(_form: Any, rows: list[ExportFile], by: User, at: datetime) -> Done:
    return bulk.each(rows, lambda one: export_files.stop(one=one, by=by, at=at), lambda one: one.title)


def _again(_form: Any, rows: list[ExportFile], by: User, at: datetime) -> Done:
    return bulk.each(rows, lambda one: export_files.ask_again(one=one, by=by, at=at), lambda one: one.title)


def _files(n: int) -> str:
    return ngettext("%(n)s file", "%(n)s files", n) % {"n": n}


STOP = Bulk(
    title=_("Stop files"),
    text=_("Each is written no further, and nothing of it is kept."),
    page="exports",
    rows=lambda user, _params: ExportFile.objects.visible_to(user),
    counted=_files,
    does=_stop,
    said=lambda n: ngettext("%(n)s file stopped.", "%(n)s files stopped.", n) % {"n": n},
    named=lambda one, _user: one.title,
    keep=_those(True, _("is not being written")),
    none=_("None of these files is being written."),
)
AGAIN = Bulk(
    title=_("Write files again"),
    text=_("Each is written anew, as its list is now; the file of before is kept no more."),
    page="exports",
    rows=lambda user, _params: ExportFile.objects.visible_to(user),
    counted=_files,
    does=_again,
    said=lambda n: ngettext("%(n)s file is written again.", "%(n)s files are written again.", n) % {"n": n},
    named=lambda one, _user: one.title,
    keep=_those(False, _("is being written")),
    none=_("These files are being written."),
)
stop, _no_way_back = bulk.pages("exports.fetch", STOP)
again, _no_way_back = bulk.pages("exports.fetch", AGAIN)
