"""A signed version takes effect: told to both sides three days ahead and on the day itself, by the night."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from personas.definitions import queries
from personas.models import DefinitionVersion
from smarketing.accounts.models import Role, User
from smarketing.accounts.policy import may
from smarketing.agreements.models import Paper
from smarketing.jobs import ledger, nightly
from smarketing.jobs.models import Run
from smarketing.notify import notices, registry
from smarketing.notify.models import Notice
from smarketing.notify.registry import Line
from smarketing.rows import clock

KIND, STEP = "definition_effect", "definition_effects"
SOON, BEGUN = "soon", "begun"
AHEAD, NEWS = timedelta(days=3), timedelta(days=2)


def register() -> None:
    registry.register(
        registry.Kind(
            KIND, gettext_lazy("A signed definition takes effect"), "hourglass-split", say,
            whom=lambda user: user.role != Role.REP or user.signs,
        )
    )  # fmt: skip
    ledger.STEPS[STEP] = gettext_lazy("Definitions that take effect announced")
    nightly.once(STEP, look, order=95)


@transaction.atomic
def look(run: Run) -> int:
    """Tell of every version whose day is near, and of each whose day came; once each. Returns how many people were told."""
    whom = Q(role__in=(Role.MARKETER, Role.MANAGER)) | Q(signs=True)
    users = User.objects.filter(whom, is_active=True).values_list("pk", flat=True)
    near = DefinitionVersion.objects.standing(run.cutoff).filter(
        published_at__lt=F("effective_at"), published_at__lte=run.cutoff,
        effective_at__range=(run.cutoff - NEWS, run.cutoff + AHEAD),
    )  # fmt: skip
    told = 0
    for version in near.order_by("effective_at"):
        phase = BEGUN if version.effective_at <= run.cutoff else SOON
        about = f"version:{version.pk}:{phase}"
        told += notices.tell(kind=KIND, users=users, about=about, at=run.cutoff, version=version.pk)
    return told


def say(some: Sequence[Notice], reader: User) -> Mapping[int, Line]:
    """ "Version 4 of “France” takes effect on 10 Dec", and what may still be done; nothing of one that was called off."""
    if not may(reader, "definition.view"):
        return {}
    now = clock.now()
    found = DefinitionVersion.objects.select_related("line").in_bulk([one.params["version"] for one in some])
    out = {}
    for one in some:
        version = found.get(one.params["version"])
        if version is None or queries.replaced_before_it_began(version, now):
            continue
        url = reverse("personas:version", args=[version.line_id, version.number])
        out[one.pk] = _begun(version, url) if one.about.endswith(BEGUN) else _soon(version, url, now)
    return out


def comes_of(paper: Paper) -> str:
    """What comes of a paper that both sides signed (`agreements.kinds.PaperKind.comes_of`)."""
    version, now = DefinitionVersion.objects.filter(paper=paper).first(), clock.now()
    if version is None or version.effective_at <= now:
        return ""
    words = {"day": _day(version)}
    if queries.replaced_before_it_began(version, now):
        return ""
    if version.retires:
        return _("Both sides have signed: the definition is retired from %(day)s.") % words
    return _("Both sides have signed: it is observed until it takes effect on %(day)s.") % words


def _soon(version: DefinitionVersion, url: str, now: datetime) -> Line:
    text = (
        _("From %(day)s “%(name)s” is retired")
        if version.retires
        else _("Version %(number)s of “%(name)s” takes effect on %(day)s")
    )
    left = _("Until then both sides may sign another day, or call it off.") if version.effective_at > now else ""
    return Line(text % _words(version), url, left)


def _begun(version: DefinitionVersion, url: str) -> Line:
    if version.retires:
        return Line(_("“%(name)s” is retired since %(day)s") % _words(version), url)
    text = _("Version %(number)s of “%(name)s” is in force since %(day)s") % _words(version)
    paced = version.number > 1 and version.body.get("pace")
    return Line(text, url, _("Its backlog is handed over at the agreed pace.") if paced else "")


def _words(version: DefinitionVersion) -> dict[str, object]:
    return {"number": version.number, "name": version.line.name, "day": _day(version)}


def _day(version: DefinitionVersion) -> str:
    return date_format(localtime(version.effective_at, clock.zone()), "SHORT_DATE_FORMAT")
