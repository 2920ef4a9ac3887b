"""Replaying a draft in the background: asked for by whoever looks at it, worked off by a worker, stopped when the draft changes.

A row of `Replay` is a text of a draft that somebody looked at: two windows on one draft share it. Companies of few leads are
replayed at once, by whoever asks. A worker that dies lets its lease run out; the next one begins anew, three times at most.
"""

import logging
import os
import socket
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction

from leads.judging import marks, observing
from leads.models import Lead, Qualification, Replay
from leads.scoring import days
from leads.scoring.timeline.walk import instant
from personas.criteria import canonical
from personas.definitions import queries
from personas.models import DefinitionLine, DefinitionVersion
from smarketing.jobs import lease
from smarketing.rows import clock, fence

from . import became, columns, handed, shown, walk

log = logging.getLogger(__name__)
SMALL = 2_000  # leads replayed at once
TRIES = 3
FRESH = timedelta(minutes=15)  # figures serve so long while the draft stays as it is
KEPT = timedelta(days=2)
LEASE = timedelta(minutes=3)


class Stopped(Exception):
    """The draft changed meanwhile: go no further."""


@transaction.atomic
def ask(line: DefinitionLine, at: datetime) -> Replay:
    """The replay of the draft as it stands: the one under way, one that still serves, or a new one, which stops those of
    texts that the draft no longer has."""
    line = DefinitionLine.objects.select_for_update(of=("self",)).select_related("draft").get(pk=line.pk)
    draft, digest = line.draft, canonical.digest(line.draft.body)
    same = Replay.objects.of_months().filter(line=line, digest=digest).order_by("-pk")
    found = same.under_way().first() or same.done().filter(ended_at__gt=at - FRESH).first()
    failed = same.filter(state="failed", revision=draft.revision).first()
    if found is None and failed is not None:
        return failed
    if found is None:
        Replay.objects.of_months().filter(line=line).under_way().update(state="stopped", ended_at=at)
        _prune(line, at)
        found = Replay.objects.create(
            line=line, digest=digest, body=draft.body, revision=draft.revision, asked_at=at, since=_since(line, draft.body, at)
        )  # fmt: skip
        ring()
    elif found.revision != draft.revision:
        Replay.objects.filter(pk=found.pk).update(revision=draft.revision)
        found.revision = draft.revision
    return found


@transaction.atomic
def ask_beside(line_id: int, body: Mapping[str, Any], since: datetime | None, at: datetime) -> Replay:
    """What a text would make beside the versions in force, observed `since` (None: a draft, of which the last text alone is
    worked off): under way, one that still serves, one that failed lately, or a new one."""
    line = DefinitionLine.objects.select_for_update(of=("self",)).get(pk=line_id)
    asked = {"kind": "beside", "line": line, "digest": canonical.digest(body), "since": since}
    same = Replay.objects.filter(**asked).order_by("-pk")
    found = same.under_way().first() or same.filter(state__in=("done", "failed"), ended_at__gt=at - FRESH).first()
    if found is None:
        if since is None:
            others = Replay.objects.filter(line=line, kind="beside", since=None)
            others.under_way().update(state="stopped", ended_at=at)
        _prune(line, at)
        found = Replay.objects.create(**asked, body=body, revision=0, asked_at=at)
        ring()
    return found


def few() -> bool:
    """Whether there are so few leads that whoever asks may wait."""
    return Lead.objects.all()[: SMALL + 1].count() <= SMALL


def again(replay: Replay, at: datetime) -> None:
    """Let one that failed be begun anew."""
    Replay.objects.filter(pk=replay.pk, state="failed").update(state="waiting", attempts=0, asked_at=at, ended_at=None)
    ring()


def here_and_now(replay: Replay) -> bool:
    """Whether a replay is done by whoever asks for it: it waits, and there are few leads."""
    return replay.state == "waiting" and few()


def ring() -> None:
    with connection.cursor() as cursor:
        cursor.execute("NOTIFY smarketing_bell")


def _since(line: DefinitionLine, body: Mapping[str, Any], at: datetime) -> datetime | None:
    """When the version in force took effect, if this is its own body."""
    live = queries.version_in_force(line, at)
    return live.effective_at if live is not None and not live.retires and live.body == body else None


def _prune(line: DefinitionLine, at: datetime) -> None:
    old = Replay.objects.filter(line=line).exclude(state__in=("waiting", "running"))
    newest = Replay.objects.of_months().filter(line=line).done().first()
    old.filter(ended_at__lt=at - KEPT).exclude(pk=newest.pk if newest else 0).delete()


# --- worked off


def work(replay: Replay) -> None:
    """Replay it, unless another worker does."""
    held = lease.take(f"replay {replay.pk}", f"{socket.gethostname()}:{os.getpid()}", LEASE)
    if held is None:
        return
    try:
        if begun := _begin(replay):
            _replay(begun, held)
    except (Stopped, lease.Lost, OperationalError, InterfaceError):
        log.info("replay %s: not finished here", replay.pk)  # what still waits is found again
    except Exception:
        log.exception("replay %s", replay.pk)
        Replay.objects.filter(pk=replay.pk, state="running").update(state="failed", ended_at=clock.now())
    finally:
        lease.release(held)


@transaction.atomic
def _begin(replay: Replay) -> Replay | None:
    one = Replay.objects.select_for_update(of=("self",)).select_related("line").get(pk=replay.pk)
    if one.state not in ("waiting", "running"):
        return None
    one.state, one.attempts = ("running" if one.attempts < TRIES else "failed"), one.attempts + 1
    one.ended_at = None if one.state == "running" else clock.now()
    one.save(update_fields=["state", "attempts", "ended_at"])
    return one if one.state == "running" else None


def _replay(one: Replay, held: lease.Held) -> None:
    told = [0.0]

    def tell(done: int, of: int) -> None:
        if time.monotonic() - told[0] < 0.3 and done < of:
            return
        told[0] = time.monotonic()
        lease.renew(held, LEASE)
        if not Replay.objects.filter(pk=one.pk, state="running").update(walked=done, total=of):
            raise Stopped

    said = _KINDS[one.kind](one, fence.cutoff(), tell)
    with transaction.atomic():
        lease.hold(held)
        Replay.objects.filter(pk=one.pk, state="running").update(state="done", ended_at=clock.now(), **said)


def _months(one: Replay, cutoff: datetime, tell: walk.Progress) -> dict[str, Any]:
    snapshot = columns.Columns(cutoff) if few() else columns.current(cutoff)
    version = _own_version(one)
    had = _had(one) if version else ()
    found = walk.firsts(one.body, snapshot, since=one.since if version else None, had=had, progress=tell)
    real = became.read(one.line_id, snapshot.cutoff)
    leads, cycles, at = became.microseconds(real.was)
    start = days.here().midnight(shown.first_days(snapshot.cutoff)[0])
    fates = handed.of(one.body, found, real, max(start, one.since) if version else start, snapshot.cutoff)
    return {
        "cutoff": snapshot.cutoff, "erased": real.erased,
        "differs": _differences(version, found, snapshot.cutoff) if version else None,
        "draft_leads": found.lead.tolist(), "draft_at": found.at.tolist(),
        "draft_codes": real.codes_of(found.lead, found.cycle).tolist(),
        "draft_handed": [at for at, _why in fates], "draft_holds": [why for _at, why in fates],
        "was_leads": leads.tolist(), "was_at": at.tolist(), "was_codes": real.codes_of(leads, cycles).tolist(),
    }  # fmt: skip


def _beside(one: Replay, cutoff: datetime, tell: walk.Progress) -> dict[str, Any]:
    rounds = 1 if one.since is None else 2
    said: dict[str, Any] = {"cutoff": cutoff}
    said["at_once"] = observing.at_once(one.line_id, one.body, cutoff, lambda done, of: tell(done, rounds * of))
    if one.since is not None:
        until = max(one.since, cutoff)
        found = observing.observe(one.line_id, one.body, one.since, until, lambda done, of: tell(of + done, 2 * of))
        said |= {"draft_leads": found.stood + found.made, "was_leads": found.live}
        said["draft_codes"] = [0] * len(found.stood) + [1] * len(found.made)
    return said


_KINDS = {"months": _months, "beside": _beside}


def _own_version(one: Replay) -> DefinitionVersion | None:
    """The version whose own body this is."""
    found = DefinitionVersion.objects.filter(line=one.line_id, effective_at=one.since).order_by("-number").first()
    return found if one.since and found and found.body == one.body else None


def _had(one: Replay) -> list[tuple[int, int]]:
    """(lead, cycle) that were MQL by an earlier version: they cannot become one again in that cycle."""
    before = Qualification.objects.filter(line=one.line_id, effective_at__lt=one.since)
    return list(before.values_list("lead_id", "cycle"))


def _differences(version: DefinitionVersion, found: walk.Firsts, cutoff: datetime) -> int:
    """Qualifications of a version that a replay of its body does not find at their instant, and the other way round.

    Up to the last midnight; without leads that wait to be judged, and people merged or erased since.
    """
    until = days.here().midnight(days.here().of(cutoff))
    acts = Qualification.objects.filter(version=version, effective_at__lt=until)
    recorded = set(acts.filter(lead__root_id=None, lead__erased=False).values_list("lead_id", "cycle", "effective_at"))
    rows = zip(found.lead.tolist(), found.cycle.tolist(), map(instant, found.at), strict=True)
    replayed = {row for row in rows if row[2] < until}
    waiting = marks.waiting()
    return len([row for row in recorded ^ replayed if row[0] not in waiting])
