"""The house's health in words, for administrators: what `/readyz` and `/metrics` measure, each with its next step.

Apps add their signs in `AppConfig.ready()`; a sign reads the same function as the gauge of its name.
"""

import shutil
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version
from typing import Any

from django import get_version
from django.conf import settings
from django.db import DatabaseError, connection
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from kombu import Connection
from kombu.exceptions import KombuError

from smarketing.rows import clock
from smarketing.web import ready

from . import heartbeat, ledger, nightly, telemetry
from .models import Run

WELL, WATCH, ILL, TOLD = "well", "watch", "ill", "told"
SHAPES = {WELL: "✓", WATCH: "!", ILL: "✗", TOLD: "·"}
WORDS = {
    WELL: gettext_lazy("well"),
    WATCH: gettext_lazy("to be watched"),
    ILL: gettext_lazy("not well"),
    TOLD: gettext_lazy("for information"),
}
DAY, NIGHT = 24 * 3600, 26 * 3600  # a night may take two hours
LITTLE, LEAST = 0.10, 0.03  # of the disk that is free


@dataclass(frozen=True)
class Sign:
    """`said`: how it stands; `next`: one step when it is not well, `url` where that is done."""

    level: str
    said: str
    next: str = ""
    url: str = ""
    label: Any = ""

    @property
    def shape(self) -> str:
        return SHAPES[self.level]

    @property
    def word(self) -> Any:
        return WORDS[self.level]


_SIGNS: dict[str, tuple[int, Any, Callable[[], Sign]]] = {}


def register(key: str, label: Any, read: Callable[[], Sign], order: int) -> None:
    """Add a sign; the same key again replaces it."""
    _SIGNS[key] = (order, label, read)


def signs() -> list[Sign]:
    """Every sign, read now; one that cannot be read says so."""
    found = []
    for _order, label, read in sorted(_SIGNS.values(), key=lambda one: one[0]):
        try:
            sign = read()
        except (DatabaseError, OSError) as problem:
            said = _("It cannot be read: %(problem)s.") % {"problem": type(problem).__name__}
            sign = Sign(ILL, said, _("Look into the log of the web process."))
        found.append(replace(sign, label=label))
    return found


def ago(seconds: float) -> str:
    """An age in words."""
    whole = max(0, round(seconds))
    if whole < 90:
        return ngettext("%(n)s second ago", "%(n)s seconds ago", whole) % {"n": whole}
    return _("%(age)s ago") % {"age": timesince(timezone.now() - timedelta(seconds=whole), depth=2)}


def long(seconds: float) -> str:
    """A duration in words."""
    whole = max(0, round(seconds))
    if whole < 90:
        return ngettext("%(n)s second", "%(n)s seconds", whole) % {"n": whole}
    return timesince(timezone.now() - timedelta(seconds=whole), depth=2)


def _database() -> Sign:
    answer = ready.CHECKS["database"]()
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        server = cursor.fetchone()[0].split()[0]
    said = _("PostgreSQL %(version)s answers; %(size)s.") % {
        "version": server, "size": filesizeformat(telemetry.database_bytes()),
    }  # fmt: skip
    return Sign(WELL if answer == "ok" else ILL, said)


def _migrations() -> Sign:
    answer = ready.CHECKS["migrations"]()
    if answer == "ok":
        return Sign(WELL, _("The database matches this version."))
    return Sign(ILL, _("Migrations: %(answer)s.") % {"answer": answer}, _("Run “manage.py prepare” and start again."))


def _broker() -> Sign:
    patience = {"socket_timeout": 1, "socket_connect_timeout": 1, "max_retries": 0}
    try:
        with Connection(settings.CELERY_BROKER_URL, transport_options=patience) as connection_of_broker:
            connection_of_broker.default_channel.client.ping()
    except (KombuError, OSError):
        return Sign(ILL, _("The broker does not answer."), _("Start it: the worker gets no tasks meanwhile."))
    return Sign(WELL, _("The broker answers."))


def _process(name: str, step: Any) -> Callable[[], Sign]:
    def read() -> Sign:
        age = telemetry.heartbeat_ages().get(name)
        if age is None:
            return Sign(ILL, _("Never seen."), step)
        said = _("Last seen %(ago)s.") % {"ago": ago(age)}
        return Sign(ILL, said, step) if heartbeat.late((name,)) else Sign(WELL, said)

    return read


def _night() -> Sign:
    last = Run.objects.filter(job=nightly.JOB).newest().first()
    if last is None:
        return Sign(TOLD, _("No night has run yet: the first one begins by itself."))
    shown = ledger.shown([last])[0]
    words = {
        "day": formats.date_format(last.business_date, "SHORT_DATE_FORMAT"),
        "state": shown.state[1],
        "took": long(shown.total.seconds or 0),
    }
    said = _("Night of %(day)s: %(state)s, %(took)s.") % words
    here = reverse("jobs:run", args=[last.pk])
    if last.state == "failed":
        return Sign(ILL, said, _("Read why, then try what was set aside again."), here)
    done = telemetry.last_done().get(nightly.JOB)
    if done is None or timezone.now().timestamp() - done > NIGHT:
        step = _("No nightly run has finished for more than a day: look at the worker, or run it now.")
        return Sign(WATCH, said, step, reverse("jobs:runs"))
    return Sign(WELL, said, url=here)


def _aside() -> Sign:
    n = telemetry.quarantined()
    if not n:
        return Sign(WELL, _("Nothing is set aside."))
    said = ngettext("%(n)s piece of work is set aside.", "%(n)s pieces of work are set aside.", n) % {"n": n}
    return Sign(ILL, said, _("Open the run that failed, read why, try again."), reverse("jobs:runs") + "?state=failed")


def _outbox() -> Sign:
    failing, age = ledger.undelivered(), telemetry.outbox_age()
    if failing:
        said = ngettext("%(n)s message failed and waits.", "%(n)s messages failed and wait.", failing) % {"n": failing}
        return Sign(ILL, said, _("Look at the mails sent, then into the worker’s log."))
    if age > 60:
        said = _("The oldest message has waited for %(long)s.") % {"long": long(age)}
        return Sign(WATCH, said, _("Check the worker and the bell above: they deliver the messages."))
    return Sign(WELL, _("Nothing waits to be delivered."))


def _backup() -> Sign:
    age = telemetry.heartbeat_ages().get("backup")
    step = _("Run “manage.py backup” every night, to another machine.")
    if age is None:
        return Sign(WATCH, _("No backup was made yet."), step)
    said = _("The last one was made %(ago)s.") % {"ago": ago(age)}
    return Sign(WELL, said) if age < NIGHT else Sign(WATCH if age < 7 * DAY else ILL, said, step)


def _disk() -> Sign:
    disk = shutil.disk_usage(settings.DATA)
    words = {
        "media": filesizeformat(telemetry.media_bytes()), "free": filesizeformat(disk.free), "disk": filesizeformat(disk.total),
    }  # fmt: skip
    said = _("Files %(media)s; %(free)s of %(disk)s are free where the data lie.") % words
    share = disk.free / disk.total if disk.total else 0
    level = WELL if share > LITTLE else WATCH if share > LEAST else ILL
    return Sign(level, said, "" if level == WELL else _("Make room, or move the data to a larger disk."))


def _zone() -> Sign:
    words = {"zone": clock.zone().key, "tzdata": _of("tzdata")}
    return Sign(TOLD, _("%(zone)s; rules of time zones %(tzdata)s.") % words)


def _sign_on() -> Sign:
    if settings.OIDC_ISSUER:
        return Sign(TOLD, _("By %(issuer)s.") % {"issuer": settings.OIDC_ISSUER})
    return Sign(TOLD, _("None is set up (OIDC_ISSUER): people sign in with a password."))


def _version() -> Sign:
    words = {"own": own_version(), "django": get_version(), "python": python_version()}
    return Sign(TOLD, _("smarketing %(own)s, Django %(django)s, Python %(python)s.") % words)


@cache
def own_version() -> str:
    """The version of this house, as its project file says."""
    return tomllib.loads((Path(settings.BASE_DIR) / "pyproject.toml").read_text())["project"]["version"]


def _of(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return _("of the system")


def register_own() -> None:
    """The signs of the platform."""
    start = gettext_lazy("Start it again; its log says why it stopped.")
    register("database", gettext_lazy("Database"), _database, 10)
    register("migrations", gettext_lazy("Migrations"), _migrations, 12)
    register("broker", gettext_lazy("Broker"), _broker, 14)
    register("worker", gettext_lazy("Worker and beat"), _process("worker", start), 16)
    register("bell", gettext_lazy("Bell"), _process("bell", start), 18)
    register("night", gettext_lazy("Last night"), _night, 20)
    register("aside", gettext_lazy("Set aside"), _aside, 22)
    register("outbox", gettext_lazy("Outbox"), _outbox, 30)
    register("backup", gettext_lazy("Backup"), _backup, 50)
    register("disk", gettext_lazy("Disk"), _disk, 52)
    register("sign-on", gettext_lazy("Sign-on"), _sign_on, 62)
    register("zone", gettext_lazy("Time zone"), _zone, 70)
    register("version", gettext_lazy("Version"), _version, 80)
