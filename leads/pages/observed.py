"""What a definition's text would do beside the one in force: its backlog and the release, its observation, and their leads.

Sources of `leads.pages.matches`: "paper:12" with a figure of the observation or "new", "draft:3" with "new", "line:3" with "open" or "waiting".
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from leads.handoffs import forecast, holds
from leads.judging import observing
from leads.judging.observing import Observed
from leads.models import Handoff, HandoffState, Hold, Qualification, Replay
from leads.replay import runs
from leads.scoring.days import here
from personas.criteria import canonical
from personas.definitions.queries import version_in_force
from personas.hooks import Backlog, Observation, Progress, Standing
from personas.pages.standing import line_of
from smarketing.agreements.models import Paper
from smarketing.jobs import heartbeat
from smarketing.rows import clock, fence

OBSERVED = ("stood", "made", "live", "both", "gained", "lost")
SOURCES = ("paper", "draft", "line")
PATIENT = timedelta(seconds=10)  # after which it is said that no worker answers
FIGURES = ("new", "open", "waiting", *OBSERVED)


def stand(line: int) -> Standing:
    """What `personas.hooks` asks: what of a line is with sales, or waits to be."""
    links = {what: _address(f"line:{line}", what) for what in ("open", "waiting")}
    live, paced = version_in_force(line, clock.now()), holds.waiting(line)[holds.REASONS.PACE]
    pace = int(live.body.get("pace") or 0) if live else 0
    tomorrow = here().of(clock.now()) + timedelta(days=1)
    found = forecast.release(paced, pace, tomorrow, holds.business_days()) if paced else None
    return Standing(len(_open(line)), len(_waiting(line)), links, paced, pace, found.last if found else None)


def backlog(line: int, body: Mapping[str, Any], source: str, day: date | None) -> Backlog:
    """What `personas.hooks` asks. A version that takes effect on a later day is released from that day on, by the leads as
    they are now; the nights hand over in the order of qualification."""
    if runs.few():
        new, progress, known = len(observing.at_once(line, body, fence.cutoff())), None, True
    else:
        last, progress = _counted(line, body, _since(source))
        new, known = len(last.at_once) if last else 0, last is not None
    today = here().of(clock.now())
    waiting, pace = len(_waiting(line)), int(body.get("pace") or 0)
    start = day if day and day > today else today + timedelta(days=1)
    found = forecast.release(new + waiting, pace, start, holds.business_days())
    links = {"new": _address(source, "new"), "waiting": _address(f"line:{line}", "waiting")}
    return Backlog(new, waiting, pace, found.first, found.last, links, progress, known)


def observe(line: int, body: Mapping[str, Any], source: str, since: datetime) -> Observation:
    """What `personas.hooks` asks: the figures of an observation, each with the address of its leads."""
    links = {what: _address(source, what) + f"&{urlencode({'since': since.isoformat()})}" for what in OBSERVED}
    if runs.few():
        at = fence.cutoff()
        found, progress = observing.observe(line, body, since, max(since, at)), None
    else:
        last, progress = _counted(line, body, since)
        if last is None or last.cutoff is None:
            return Observation(since, None, {}, links, progress)
        at, found = last.cutoff, _of(last)
    return Observation(since, at, {what: len(_those(found, what)) for what in OBSERVED}, links, progress)


def _counted(line: int, body: Mapping[str, Any], since: datetime | None) -> tuple[Replay | None, Progress | None]:
    """What was counted of this very text last, and how far the next count is, where that is too old."""
    one = runs.ask_beside(line, body, since, clock.now())
    if one.state == "done":
        return one, None
    share = round(100 * one.walked / one.total) if one.total else None
    away = clock.now() - one.asked_at > PATIENT and bool(heartbeat.late(("worker",)))
    return _last(line, body, since), Progress(share, one.state == "failed", away)


def _last(line: int, body: Mapping[str, Any], since: datetime | None) -> Replay | None:
    same = Replay.objects.filter(kind="beside", line=line, digest=canonical.digest(body), since=since)
    return same.done().first()


def _of(one: Replay) -> Observed:
    said = list(zip(one.draft_leads, one.draft_codes, strict=True))
    stood, made = ([lead for lead, code in said if code == began] for began in (0, 1))
    return Observed(stood, made, one.was_leads)


def _since(source: str) -> datetime | None:
    """From when a paper is observed; None for a draft."""
    kind, _sep, pk = source.partition(":")
    return Paper.objects.get(pk=int(pk)).proposed_at if kind == "paper" else None


def asked(source: str, body: Mapping[str, Any], what: str, since: str) -> list[int]:
    """The leads behind a figure of an address. Http404 for one that its source does not have, or without its instant."""
    kind, _sep, pk = source.partition(":")
    if (what in OBSERVED and kind != "paper") or (kind == "line" and what == "new"):
        raise Http404
    line = line_of(Paper.objects.get(pk=int(pk))) if kind == "paper" else int(pk)
    return _matching(line, body, what, _instant(since), source)


def _instant(text: str) -> datetime | None:
    try:
        at = parse_datetime(text)
    except ValueError:
        return None
    return at if at and at.tzinfo and at.year > 1970 else None


def _matching(line: int, body: Mapping[str, Any], what: str, since: datetime | None, source: str) -> list[int]:
    if what in ("open", "waiting"):
        return _open(line) if what == "open" else _waiting(line)
    at = fence.cutoff()
    last = None if runs.few() else _last(line, body, _since(source) if what == "new" else since)
    if what == "new":
        return last.at_once if last else observing.at_once(line, body, at)
    if since is None:
        raise Http404
    if last:
        return _those(_of(last), what)
    return _those(observing.observe(line, body, since, max(since, at)), what)


def words(what: str) -> str:
    """A figure in words."""
    return {
        "new": _("Would qualify at once"),
        "open": _("Open handoffs"),
        "waiting": _("Qualified, and waiting to be handed over"),
        "stood": _("Would have been an MQL when the observation began"),
        "made": _("Would have become an MQL since"),
        "live": _("Became an MQL since, by the version in force"),
        "both": _("An MQL by both"),
        "gained": _("An MQL by the observed text alone"),
        "lost": _("An MQL by the version in force alone"),
    }[what]


def _those(found: Observed, what: str) -> list[int]:
    would = {*found.stood, *found.made}
    return {
        "stood": found.stood,
        "made": found.made,
        "live": found.live,
        "both": found.both,
        "gained": sorted(would - set(found.live)),
        "lost": sorted(set(found.live) - would),
    }[what]


def _open(line: int) -> list[int]:
    return sorted(set(HandoffState.objects.filter(line=line, is_open=True).values_list("lead_id", flat=True)))


def _waiting(line: int) -> list[int]:
    handed = Handoff.objects.filter(qualification__isnull=False).values("qualification")
    held = Hold.objects.filter(qualification__line=line).values("qualification")
    rows = Qualification.objects.filter(line=line, pk__in=held).exclude(pk__in=handed)
    return sorted(set(rows.values_list("lead_id", flat=True)))


def _address(source: str, what: str) -> str:
    return f"{reverse('leads:matching')}?{urlencode({'of': source, 'what': what})}"
