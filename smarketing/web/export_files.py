"""Large files: asked for by one person, written by the worker, kept a day for them alone.

The worker asks the list's own view for the file, as that person and at that address: what it writes is what the browser
would have been given. States: waiting → running → done, failed (`WHY`) or stopped. A worker that dies leaves its lease to
run out; the next one writes anew, three times at most.
"""

import logging
import os
import secrets
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Value
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import resolve
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.accounts.policy import VERBS, declared_verb, may
from smarketing.jobs import lease
from smarketing.rows import clock

from . import export_notices
from .exports import Export
from .models import ExportFile

log = logging.getLogger(__name__)
KEPT = timedelta(hours=24)
MOST = 5  # under way for one person
TRIES = 3
WHY = {
    "rights": gettext_lazy("What you may see has changed since it was asked for."),
    "lost": gettext_lazy("The worker or the database went away each of the three times it was begun."),
    "disk": gettext_lazy("It could not be written to the disk: there may be no room left."),
    "erased": gettext_lazy("A person was erased meanwhile, whom it may have held."),
    "fault": gettext_lazy("An error on our side: the worker’s log says which."),
}


class Ended(Exception):
    """It was stopped or taken back meanwhile: write no further."""


class TooMany(ValueError):
    """So many are under way for this person that no other is taken."""


class Progress:
    """Counts rows as they pass: every second it keeps the lease and says how far it is."""

    def __init__(self, one: ExportFile, held: lease.Held):
        self.one, self.held, self.rows = one, held, 0

    def over(self, rows: Iterable[Any], total: int) -> Iterator[Any]:
        self._tell(total)
        told = time.monotonic()
        for row in rows:
            yield row
            self.rows += 1
            if time.monotonic() - told >= 1:
                self._tell(total)
                told = time.monotonic()

    def _tell(self, total: int) -> None:
        lease.renew(self.held)
        running = ExportFile.objects.filter(pk=self.one.pk, state="running")
        if not running.update(written=self.rows, total=total):
            raise Ended


# --- asked for by people


def answer(
    request: HttpRequest, export: Export, title: Any, format: str, address: str, detail: dict[str, Any]
) -> HttpResponseBase:
    """The page of the file that is asked for; where too many are under way, theirs, which says so."""
    try:
        one = ask(
            by=request.user, at=clock.now(), export=export, title=str(title), format=format, address=address, **detail
        )
    except TooMany:
        messages.error(request, _("Several files are being written for you already: wait for them, or stop one."))
        return redirect("exports")
    return redirect("export", one.pk)


@transaction.atomic
def ask(*, by: User, at: datetime, export: Export, title: str, format: str, address: str, **detail: Any) -> ExportFile:
    """Have a file written; asked again while it is under way it is the same one. TooMany with MOST under way."""
    User.objects.select_for_update().get(pk=by.pk)
    mine = ExportFile.objects.filter(user=by).under_way()
    if same := mine.filter(address=address).first():
        return same
    if mine.count() >= MOST:
        raise TooMany
    one = ExportFile.objects.create(
        user=by, name=export.name, title=title[:200], verb=export.verb, subject=export.subject, address=address,
        format=format, language=translation.get_language() or "en", standing=standing(by), secret=secrets.token_hex(16),
        asked_at=at,
    )  # fmt: skip
    record(by, export.verb, export.subject, None, at, **detail, format=format, file=one.pk)
    _ring()
    return one


@transaction.atomic
def ask_again(*, one: ExportFile, by: User, at: datetime) -> ExportFile:
    """Have it written anew, as this person stands now; nothing happens while it is under way."""
    one = ExportFile.objects.select_for_update().get(pk=one.pk)
    if one.state in ("waiting", "running"):
        return one
    _remove(one.secret)
    one.state, one.error, one.attempts, one.total, one.written = "waiting", "", 0, None, 0
    one.secret, one.standing, one.asked_at, one.ended_at = secrets.token_hex(16), standing(by), at, None
    one.save()
    record(by, one.verb, one.subject, None, at, format=one.format, file=one.pk)
    _ring()
    return one


@transaction.atomic
def stop(*, one: ExportFile, by: User, at: datetime) -> None:
    """Write no further and keep nothing; nothing happens once it has ended."""
    one = ExportFile.objects.select_for_update().get(pk=one.pk)
    if one.state in ("waiting", "running"):
        one.state, one.ended_at = "stopped", at
        one.save(update_fields=["state", "ended_at"])
        _remove(one.secret)
        record(by, "exports.stop", one.subject, None, at, file=one.pk)


@transaction.atomic
def fetch(*, one: ExportFile, by: User, at: datetime) -> Path:
    """The file, for who asked for it. Http404 where it is not kept (any more), PermissionDenied for rights taken away."""
    if not is_kept(one, at):
        raise Http404
    if not may_still(one, by):
        raise PermissionDenied
    record(by, "exports.fetch", one.subject, None, at, format=one.format, file=one.pk, rows=one.written)
    return path_of(one)


def standing(user: User) -> str:
    return f"{user.role}:{user.side}"


def may_still(one: ExportFile, user: User) -> bool:
    """Whether a person stands where they stood when they asked, and may open that list and save it."""
    if not user.is_active or standing(user) != one.standing:
        return False
    verbs = (declared_verb(resolve(urlsplit(one.address).path).func) or "", one.verb)
    return all(may(user, verb) for verb in verbs if verb in VERBS)


def is_kept(one: ExportFile, at: datetime) -> bool:
    return one.state == "done" and one.ended_at > at - KEPT and path_of(one).exists()


# --- written by the worker


def work(one: ExportFile, at: Callable[[], datetime]) -> None:
    """Write it, unless another worker does. Killed, it is begun anew when called again."""
    held = lease.take(f"export {one.pk}", f"{socket.gethostname()}:{os.getpid()}")
    if held is None:
        return
    part = folder() / f"{one.secret}.{held.token}"
    try:
        if begun := _begin(one, held, at()):
            _write(begun, held, part)
            _end(begun, held, part, at())
    except (Ended, lease.Lost, OperationalError, InterfaceError):
        pass  # what still waits is found again
    except (PermissionDenied, Http404):
        _fail(one, held, "rights", at())
    except OSError:
        log.exception("export %s", one.pk)
        _fail(one, held, "disk", at())
    except Exception:
        log.exception("export %s", one.pk)
        _fail(one, held, "fault", at())
    finally:
        part.unlink(missing_ok=True)
        lease.release(held)


@transaction.atomic
def _begin(one: ExportFile, held: lease.Held, at: datetime) -> ExportFile | None:
    """Take it up; None when it has ended, or was begun too often."""
    lease.hold(held)
    one = ExportFile.objects.select_for_update(of=("self",)).select_related("user").get(pk=one.pk)
    if one.state not in ("waiting", "running"):
        return None
    _remove(one.secret)
    if one.attempts >= TRIES:
        _settle(one, at, state="failed", error="lost")
        return None
    one.state, one.attempts, one.begun_at, one.total, one.written = "running", one.attempts + 1, at, None, 0
    one.save()
    return one


def _write(one: ExportFile, held: lease.Held, part: Path) -> None:
    """The file as the list's view gives it to this person at this address."""
    if not may_still(one, one.user):
        raise PermissionDenied
    where = urlsplit(one.address)
    request = HttpRequest()
    request.method, request.path, request.path_info = "GET", where.path, where.path
    request.GET, request.META["QUERY_STRING"] = QueryDict(where.query), where.query
    request.user, request.htmx = one.user, False
    request.resolver_match = found = resolve(where.path)
    request.progress = progress = Progress(one, held)
    with translation.override(one.language), timezone.override(clock.zone()):
        given = found.func(request, *found.args, **found.kwargs)
        if not given.streaming:
            raise PermissionDenied
        part.touch(mode=0o600)
        with part.open("wb") as out:
            for piece in given.streaming_content:
                out.write(piece)
            one.size = out.tell()
    one.written = progress.rows


@transaction.atomic
def _end(one: ExportFile, held: lease.Held, part: Path, at: datetime) -> None:
    """Put the file in its place, unless it was stopped or taken back meanwhile."""
    lease.hold(held)
    if not ExportFile.objects.select_for_update().filter(pk=one.pk, state="running").exists():
        raise Ended
    part.replace(path_of(one))
    _settle(one, at, state="done", total=one.written, written=one.written, size=one.size)


@transaction.atomic
def _fail(one: ExportFile, held: lease.Held, why: str, at: datetime) -> None:
    lease.hold(held)
    if ExportFile.objects.select_for_update().filter(pk=one.pk, state="running").exists():
        _settle(one, at, state="failed", error=why)


def _settle(one: ExportFile, at: datetime, **values: Any) -> None:
    """How it ended, and a word of it to who asked."""
    ExportFile.objects.filter(pk=one.pk).update(**values, ended_at=at)
    export_notices.tell(one, at)


def _ring() -> None:
    with connection.cursor() as cursor:
        cursor.execute("NOTIFY smarketing_bell")


# --- kept a day


def folder() -> Path:
    """The folder of these files, never served."""
    found = Path(settings.MEDIA_ROOT) / "exports"
    found.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found


def path_of(one: ExportFile) -> Path:
    return Path(settings.MEDIA_ROOT) / "exports" / one.secret


def take_back() -> None:
    """Somebody is being erased: every file that is written, or being written, may hold them and goes.

    Once more after the commit, for one begun in between, which still read the person.
    """
    _take_back()
    transaction.on_commit(_take_back)


def _take_back() -> None:
    files = ExportFile.objects.filter(state__in=("running", "done"))
    files.update(state="failed", error="erased", ended_at=Coalesce("ended_at", Value(clock.now())))
    for path in folder().iterdir():
        path.unlink(missing_ok=True)


def forget(*, before: datetime) -> int:
    """Delete what ended before an instant, and files that nobody waits for. Returns how many."""
    files = list(folder().iterdir())
    gone = ExportFile.objects.exclude(state__in=("waiting", "running")).filter(ended_at__lt=before).delete()[0]
    known = set(ExportFile.objects.filter(state__in=("running", "done")).values_list("secret", flat=True))
    for path in files:
        if path.name.partition(".")[0] not in known:
            path.unlink(missing_ok=True)
    return gone


def _remove(secret: str) -> None:
    for path in folder().glob(f"{secret}*"):
        path.unlink(missing_ok=True)
