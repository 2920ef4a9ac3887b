"""What is told about large files: to who asked for one, that it is ready, or why not."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from smarketing.accounts.models import User
from smarketing.notify import notices, registry
from smarketing.notify.models import Notice
from smarketing.notify.registry import Line

from .models import ExportFile
from .tables import shown

KIND = "export"


def register() -> None:
    registry.register(registry.Kind(KIND, gettext_lazy("A large file that you asked for is ready"), "download", say))


def tell(one: ExportFile, at: datetime) -> None:
    """In the transaction that ends it; written anew, told anew."""
    notices.tell(kind=KIND, users=[one.user_id], about=f"export:{one.pk}@{at:%Y%m%d%H%M%S%f}", at=at, file=one.pk)


def say(some: Sequence[Notice], reader: User) -> Mapping[int, Line]:
    """ "The file is ready: Leads", with its size; or that it could not be written, and why. Nothing once it is forgotten."""
    from .export_files import WHY

    found = ExportFile.objects.visible_to(reader).in_bulk([one.params["file"] for one in some])
    out = {}
    for one in some:
        file = found.get(one.params["file"])
        if file is None or file.state not in ("done", "failed"):
            continue
        if file.state == "done":
            said = _("The file is ready: %(title)s") % {"title": file.title}
            n = ngettext("%(n)s row", "%(n)s rows", file.written) % {"n": shown(file.written)}
            detail = f"{n} · {filesizeformat(file.size)}"
        else:
            said, detail = _("The file is not there: %(title)s") % {"title": file.title}, str(WHY[file.error])
        out[one.pk] = Line(said, reverse("export", args=[file.pk]), detail)
    return out
