"""After a restore: erasures made since the backup are made again, and who opposed since then is not contacted."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db import transaction

from leads.evidence.story import merged
from leads.handoffs import handing
from leads.intake import addresses, bulk, facts, merging, suppression
from leads.intake.importing.service import OPEN
from leads.models import HandoffState, Import, Lead, Suppression
from smarketing.rows.fence import open_fence

from . import erasure
from .told import Told

BLOCK = 20_000
REASON = "restored"


@dataclass(frozen=True)
class Done:
    """How many erasures were made again, and how many entries of the suppression list came back."""

    erased: int
    listed: int


@transaction.atomic
def replay(told: Told, at: datetime) -> Done:
    """Make again what the list knows and this database does not. Nobody else may be at work in it."""
    wanted = _there(told)
    if wanted:
        _halt_imports()
    listed = _list_again(told, at)
    by_instant: dict[str, list[int]] = defaultdict(list)
    for pk, erased_at in wanted.items():
        by_instant[erased_at].append(pk)
    done = 0
    for erased_at, ids in sorted(by_instant.items()):
        _alone(set(ids), set(wanted), at)
        roots = list(Lead.objects.filter(pk__in=ids, root_id=None, erased=False).order_by("pk"))
        handoffs = HandoffState.objects.filter(lead__in=ids, is_open=True).values_list("handoff_id", flat=True)
        handing.withdraw(list(handoffs), reason="erased", by=None, at=at, fence=open_fence())
        done += erasure.erase(leads=roots, by=None, at=datetime.fromisoformat(erased_at)) if roots else 0
    return Done(done, listed)


def _there(told: Told) -> dict[int, str]:
    """Lead -> when it was erased, of those that are here again: the same lead, not only the same number."""
    ids = {pk for pk, _born in told.erased}
    rows = Lead.objects.filter(bulk.among("pk", ids), erased=False).values_list("pk", "recorded_at")
    found = {(pk, born.isoformat()) for pk, born in rows}
    return {key[0]: at for key, at in told.erased.items() if key in found}


def _halt_imports() -> None:
    """Nothing is under way in a database that nobody uses yet: what was goes on when it is asked to."""
    for one in Import.objects.filter(state__in=OPEN):
        one.state = {"running": "stopped", "checking": "new"}.get(one.state) or one.report.get("was", "done")
        one.save(update_fields=["state"])


def _alone(ids: set[int], wanted: set[int], at: datetime) -> None:
    """Merges that tie these leads to somebody who was not erased were taken back before the erasure: so they are here."""
    family = merging.family(ids)
    tied = merging.standing().filter(loser__in=family, root__in=family)
    stray = [one.pk for one in tied if (one.loser_id in wanted) != (one.root_id in wanted)]
    if stray:
        facts.correct(subject="merge", subject_ids=stray, by=None, at=at, reason=REASON)


def _list_again(told: Told, at: datetime) -> int:
    """Entries of the list that are not here: an opposition finds its lead by the address, other entries stand alone."""
    here = {bytes(key).hex() for key in suppression.standing().values_list("key", flat=True)}
    stands = suppression.standing().filter(origin=suppression.ORIGINS.GONE).values_list("key", flat=True)
    gone = {bytes(key).hex() for key in stands}
    missing = {
        key: origin
        for key, origin in told.listed.items()
        if key not in (gone if origin == suppression.ORIGINS.GONE else here)
    }
    if not missing:
        return 0
    fence = open_fence()
    owners = _owners(set(missing))
    rows = []
    for key, origin in sorted(missing.items()):
        lead = next(iter(owners.get(key, [])), None)
        alone = origin == Suppression.Origin.OPPOSITION and lead is None
        rows.append(
            Suppression(
                key=bytes.fromhex(key), origin=Suppression.Origin.FILE if alone else origin, lead_id=lead,
                occurred_at=at, recorded_at=fence.recorded_at, known_at=fence.recorded_at,
            )
        )  # fmt: skip
    Suppression.objects.bulk_create(rows, batch_size=2000)
    leads = sorted({pk for found in owners.values() for pk in found})
    suppression.keep(leads, facts.Origin(), fence)
    handing.oppose({pk for one in Lead.objects.filter(pk__in=leads) for pk in merged(one)}, by=None, at=at, fence=fence)
    return len(rows)


def _owners(keys: set[str]) -> dict[str, list[int]]:
    """Keyed hash -> living leads with its address, the oldest first."""
    found: dict[str, list[int]] = defaultdict(list)
    rows = Lead.objects.filter(erased=False).exclude(email="").order_by("pk").values_list("pk", "email")
    left = rows.iterator(chunk_size=BLOCK)
    while block := list(islice(left, BLOCK)):
        of: dict[str, list[int]] = defaultdict(list)
        for pk, email in block:
            of[email.strip().lower()].append(pk)
        for key, email in addresses.hashes(of).items():
            if key.hex() in keys:
                found[key.hex()] += of[email]
    return found
