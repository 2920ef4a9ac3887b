"""Merges: a lead that is another one counts with it from then on, until the merge is taken back.

Nothing is repointed: who stands for whom is derived from the merges that stand; so is whose facts count for whom, and from
when to when (`spans`), which values are taken over (`columns`), and an opposition, which holds for everybody merged. So
merging and taking it back equals never having merged.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection
from django.db.models import Q, QuerySet

from leads.models import AttributeChange, Correction, Lead, Merge
from smarketing.accounts.models import User
from smarketing.rows.fence import Fence

from . import bulk, columns, dirty, facts, hooks, locks, spans

_TIED = """
SELECT loser_id, root_id FROM leads_merge WHERE loser_id = ANY(%(leads)s::bigint[]) OR root_id = ANY(%(leads)s::bigint[])
"""
SOURCE = "merge"  # of the changes by which somebody merged opposes for all


def standing() -> QuerySet[Merge]:
    """Merges that were not taken back."""
    return Merge.objects.exclude(pk__in=Correction.objects.filter(subject="merge").values("subject_id"))


def add(pairs: Sequence[tuple[int, int]], *, by: User | None, at: datetime | None, fence: Fence) -> list[Merge]:
    """Merge each (loser, root) at `at` (None: now), and settle who stands for whom.

    Left out is what somebody else was faster to merge: a lead is merged into one other at a time, and never in a circle.
    """
    locks.merges_change()
    columns.lock("lead", {pk for pair in pairs for pk in pair})
    links = _links(family({pk for pair in pairs for pk in pair}))
    wanted = []
    for loser, root in pairs:
        if loser not in links and (_root(root, links) or root) != loser:
            links[loser] = root
            wanted.append((loser, root))
    when = min(at or fence.recorded_at, fence.recorded_at)
    stamps = {"occurred_at": when, "recorded_at": fence.recorded_at, "known_at": fence.recorded_at}
    made = Merge.objects.bulk_create(Merge(loser_id=loser, root_id=root, by=by, **stamps) for loser, root in wanted)
    settle({pk for pair in pairs for pk in pair}, fence)
    return made


def settle(leads: Iterable[int], fence: Fence) -> None:
    """Derive anew who stands for whom among these leads and all that are, or were, merged with them."""
    locks.merges_change()
    members = family(leads)
    links = _links(members)
    columns.lock("lead", members)
    moved = spans.derive(members)
    for pk in sorted(moved):
        columns.rebuild_all("lead", pk, pk + 1)
    now = dict(Lead.objects.filter(bulk.among("pk", members)).values_list("pk", "root_id"))
    for pk in sorted(members):
        root = _root(pk, links)
        if now.get(pk) != root:
            Lead.objects.filter(pk=pk).update(root_id=root)
    _oppose(members, {pk: _root(pk, links) or pk for pk in members}, fence)
    dirty.mark(members, fence)
    for hook in hooks.lent:
        hook(moved, fence)
    for hook in hooks.merged:
        hook(members, fence)


def settle_again(ids: Sequence[int], fence: Fence) -> None:
    """After corrections of merges."""
    pairs = Merge.objects.filter(bulk.among("pk", ids)).values_list("loser_id", "root_id")
    settle({pk for pair in pairs for pk in pair}, fence)


def family(leads: Iterable[int]) -> set[int]:
    """These leads and all that a merge, standing or not, ties to them."""
    found = set(leads)
    fresh = set(found)
    while fresh:
        with connection.cursor() as cursor:
            cursor.execute(_TIED, {"leads": bulk.array(sorted(fresh))})
            fresh = {pk for pair in cursor.fetchall() for pk in pair} - found
        found |= fresh
    return found


def _links(leads: set[int]) -> dict[int, int]:
    """Loser -> root of the newest merge that stands."""
    rows = standing().filter(bulk.among("loser_id", leads)).order_by("recorded_at", "pk")
    return dict(rows.values_list("loser_id", "root_id"))


def _root(pk: int, links: dict[int, int]) -> int | None:
    """The lead that stands for `pk` in the end; None when it stands for itself."""
    seen, at = {pk}, pk
    while at in links and links[at] not in seen:
        at = links[at]
        seen.add(at)
    return None if at == pk else at


def reconsider(leads: Iterable[int], fence: Fence) -> None:
    """After what some of these leads say of being contacted changed: it holds for everybody they are merged with."""
    wanted = set(leads)
    tied = Q(bulk.among("loser_id", wanted)) | Q(bulk.among("root_id", wanted))
    if not wanted or not Merge.objects.filter(tied).exists():
        return
    members = family(wanted)
    links = _links(members)
    columns.lock("lead", members)
    _oppose(members, {pk: _root(pk, links) or pk for pk in members}, fence)


def lent(leads: Iterable[int]) -> dict[int, int]:
    """Lead -> the change by which it opposes only because somebody merged with it does."""
    back = Correction.objects.filter(subject="attributechange").values("subject_id")
    rows = AttributeChange.objects.filter(
        bulk.among("subject_id", leads), subject="lead", field="opted_out", source=SOURCE
    )
    return dict(rows.exclude(pk__in=back).values_list("subject_id", "pk"))


def _oppose(members: set[int], root_of: dict[int, int], fence: Fence) -> None:
    """Whoever is merged with somebody that opposes, opposes; and no longer when that was only so by a merge taken back."""
    borrowed = lent(members)
    opposed = set(Lead.objects.filter(bulk.among("pk", members), opted_out=True).values_list("pk", flat=True))
    own = opposed - borrowed.keys()
    loud = {root_of[pk] for pk in own}
    wanted = {pk for pk in members if root_of[pk] in loud} - own
    gone = [change for pk, change in borrowed.items() if pk not in wanted]
    if gone:
        facts.correct(subject="attributechange", subject_ids=gone, by=None, at=fence.recorded_at)
    changes = [
        facts.Change("lead", pk, "opted_out", True, fence.recorded_at) for pk in sorted(wanted - borrowed.keys())
    ]
    facts.record_changes(changes, origin=facts.Origin(source=SOURCE), fence=fence)
