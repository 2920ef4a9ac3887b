"""Companies merged: the people, deals and values of one count with another, until the merge is taken back.

What was said stays said of whom it was said. Beside it stand values of source `SOURCE`, derived from the merges that stand: a
lead or deal of a merged company is of the one that stays, from the merge on; the one that stays has what nobody said of itself.
So every reader of values, live or as of any instant, is right without knowing of merges, closed months stay as they are, and
merging and taking it back equals never having merged.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from leads.models import Company, CompanyMerge, Deal, Lead
from smarketing.accounts.models import User
from smarketing.rows import clock
from smarketing.rows.fence import Fence

from . import bulk, columns, facts, locks

SOURCE = facts.MERGED  # of the values by which people, deals and values follow
ORIGIN = facts.Origin(source=SOURCE)
_TIED = "SELECT loser_id, root_id FROM leads_companymerge WHERE loser_id = ANY(%(firms)s::bigint[]) OR root_id = ANY(%(firms)s::bigint[])"
_SAID = """
SELECT c.subject_id, c.field, c.id, c.value::text, c.source, c.occurred_at FROM leads_attributechange c
WHERE c.subject = %s AND c.subject_id = ANY(%s::bigint[]) AND (%s::text IS NULL OR c.field = %s)
  AND c.known_at <= %s AND c.occurred_at <= %s
  AND NOT EXISTS (SELECT FROM leads_correction k WHERE k.subject = 'attributechange' AND k.subject_id = c.id)
ORDER BY c.occurred_at, c.recorded_at, c.id
"""


@dataclass(frozen=True)
class Said:
    """One value that stands; `follows`: derived from a merge."""

    pk: int
    value: Any
    follows: bool
    at: datetime


@dataclass
class Upkeep:
    """What is to be written so that values follow the merges: changes to add, and ids of those that hold no longer."""

    add: list[facts.Change] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Links:
    """Company -> the one it was merged into, and since when, of merges that stand."""

    into: Mapping[int, tuple[int, datetime]]

    def line(self, firm: int) -> list[tuple[int, datetime]]:
        """Whom it is merged into, step by step, each with the instant from which it is."""
        found: list[tuple[int, datetime]] = []
        since: datetime | None = None
        while firm in self.into:
            firm, at = self.into[firm]
            since = max(at, since) if since else at
            found.append((firm, since))
        return found

    def end(self, firm: int) -> int:
        line = self.line(firm)
        return line[-1][0] if line else firm


def add(*, loser: int, root: int, by: User, at: datetime, fence: Fence) -> CompanyMerge | None:
    """Merge `loser` into `root`. None where somebody was faster: it is merged already, or a circle would close."""
    locks.hold(locks.COMPANIES, ["merge"])
    links = _links(family([loser, root]))
    if loser in links.into or links.end(root) == loser:
        return None
    when = min(at, fence.recorded_at)
    stamps = {"occurred_at": when, "recorded_at": fence.recorded_at, "known_at": fence.recorded_at}
    made = CompanyMerge.objects.create(loser_id=loser, root_id=root, by=by, **stamps)
    settle([loser, root], fence)
    return made


def settle_again(ids: Sequence[int], fence: Fence) -> None:
    """After corrections of merges."""
    pairs = CompanyMerge.objects.filter(bulk.among("pk", ids)).values_list("loser_id", "root_id")
    settle({pk for pair in pairs for pk in pair}, fence)


@transaction.atomic
def settle(firms: Iterable[int], fence: Fence) -> None:
    """Derive anew who stands for whom among these companies and all tied to them, and what follows from it."""
    members = family(firms)
    columns.lock("company", members)
    links = _links(members)
    _stand(members, links)
    _fill(members, links, fence)
    for subject, model in (("deal", Deal), ("lead", Lead)):
        hangs = model._default_manager.filter(bulk.among("company_id", members))
        move(subject, list(hangs.order_by("pk").values_list("pk", flat=True)), fence)


def stand() -> bool:
    """Whether any company is merged into another now."""
    return Company.objects.exclude(root_id=None).exists()


def standing_for(firms: Iterable[int | None]) -> dict[int, int]:
    """Company -> the one that stands for it; those that stand for themselves left out."""
    wanted = {pk for pk in firms if pk}
    rows = Company.objects.filter(bulk.among("pk", wanted)).exclude(root_id=None) if wanted else Company.objects.none()
    return {pk: root for pk, root in rows.values_list("pk", "root_id") if root}


def family(firms: Iterable[int]) -> set[int]:
    """These companies and all that a merge, standing or not, ties to them."""
    found = set(firms)
    fresh = set(found)
    while fresh:
        with connection.cursor() as cursor:
            cursor.execute(_TIED, {"firms": sorted(fresh)})
            fresh = {pk for pair in cursor.fetchall() for pk in pair} - found
        found |= fresh
    return found


def changed(subject: str, pairs: Iterable[tuple[int, str]], fence: Fence) -> None:
    """After values of (id, field) were said or taken back: what follows from merges follows."""
    pairs = set(pairs)
    if subject == "company":
        firms = {pk for pk, _name in pairs}
        if (
            CompanyMerge.objects.filter(loser__in=firms).exists()
            or CompanyMerge.objects.filter(root__in=firms).exists()
        ):
            members = family(firms)
            columns.lock("company", members)
            _fill(members, _links(members), fence)
    elif subject in ("lead", "deal"):
        ids = sorted({pk for pk, name in pairs if name == "company"})
        if ids and CompanyMerge.objects.exists():
            move(subject, ids, fence)


def gather(fence: Fence) -> int:
    """People and deals that still stand at a merged company move on: who came while the merge was made. Returns how many."""
    gone, moved = Company.objects.exclude(root_id=None).order_by().values("pk"), 0
    for subject, model in (("deal", Deal), ("lead", Lead)):
        ids = list(model._default_manager.filter(company__in=gone).order_by("pk").values_list("pk", flat=True))
        move(subject, ids, fence)
        moved += len(ids)
    return moved


def derive() -> None:
    """Derive who stands for whom, of all companies."""
    firms = {pk for pair in CompanyMerge.objects.values_list("loser_id", "root_id") for pk in pair}
    _stand(firms, _links(firms))


def move(subject: str, ids: Sequence[int], fence: Fence) -> None:
    """Leads or deals stand at the company that stands for the one said of them."""
    said = _said(subject, ids, "company", fence.recorded_at) if ids else {}
    links = _links(family({one.value for rows in said.values() for one in rows if one.value}))
    work = Upkeep()
    for pk, name in sorted(said):
        _follow(subject, pk, said[pk, name], links, work)
    _write(work, fence)


def _follow(subject: str, pk: int, rows: Sequence[Said], links: Links, work: Upkeep) -> None:
    """What one lead or deal follows: each value that follows stands behind the one said before it."""
    own: Said | None = None
    kept: Said | None = None  # the newest that follows and still holds, behind `own`
    for one in rows:
        if not one.follows:
            own, kept = one, None
        elif own and any(one.value == firm for firm, _at in links.line(own.value)):
            kept = one
        else:
            work.gone.append(one.pk)
    line = links.line(own.value) if own else []
    if own and line and not (kept and kept.value == line[-1][0]):
        work.add.append(facts.Change(subject, pk, "company", line[-1][0], max(own.at, line[-1][1])))


def _fill(members: set[int], links: Links, fence: Fence) -> None:
    """Each company has, of the nearest one merged into it, what nobody said of itself."""
    said = _said("company", members, None, fence.recorded_at)
    work = Upkeep()
    for firm in sorted(members):
        offered = _offered(firm, members, links, said)
        names = {name for pk, name in said if pk == firm} | offered.keys()
        for name in sorted(names):
            _take_over(firm, name, said.get((firm, name), []), offered.get(name), work)
    _write(work, fence)


def _offered(firm: int, members: set[int], links: Links, said: Mapping) -> dict[str, tuple[Any, datetime]]:
    """Field -> (value, since when) of the nearest company merged into this one that says it; of two, the one merged last."""
    near = []
    for pk in members - {firm}:
        for steps, (end, since) in enumerate(links.line(pk), 1):
            if end == firm:
                near.append((steps, -since.timestamp(), pk, since))
    found: dict[str, tuple[Any, datetime]] = {}
    for _steps, _late, pk, since in sorted(near):
        for (whose, name), rows in said.items():
            own = [one for one in rows if not one.follows] if whose == pk else []
            if own and own[-1].value not in (None, "") and name not in found:
                found[name] = (own[-1].value, max(since, own[-1].at))
    return found


def _take_over(firm: int, name: str, rows: Sequence[Said], offer: tuple[Any, datetime] | None, work: Upkeep) -> None:
    spoken = has = False
    for one in rows:
        if not one.follows:
            spoken = True
        elif not spoken and not has and offer and one.value == offer[0]:
            has = True
        else:
            work.gone.append(one.pk)
    if offer and not spoken and not has:
        work.add.append(facts.Change("company", firm, name, offer[0], offer[1]))


def _write(work: Upkeep, fence: Fence) -> None:
    if work.gone:
        facts.correct(subject="attributechange", subject_ids=work.gone, by=None, at=fence.recorded_at)
    if work.add:
        facts.record_changes(work.add, origin=ORIGIN, fence=fence, keep_same=True)


def _said(subject: str, ids: Iterable[int], name: str | None, at: datetime) -> dict[tuple[int, str], list[Said]]:
    """(id, field) -> its values that stand, in the order in which they hold."""
    found: dict[tuple[int, str], list[Said]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_SAID, [subject, sorted(ids), name, name, at, at])
        for pk, called, change, value, source, at in cursor.fetchall():
            one = Said(change, None if value is None else json.loads(value), source == SOURCE, at)
            found.setdefault((pk, called), []).append(one)
    return found


def _links(firms: Iterable[int]) -> Links:
    rows = CompanyMerge.objects.standing().filter(bulk.among("loser_id", set(firms))).order_by("recorded_at", "pk")
    return Links({loser: (root, at) for loser, root, at in rows.values_list("loser_id", "root_id", "occurred_at")})


def _stand(members: set[int], links: Links) -> None:
    now = dict(Company.objects.filter(bulk.among("pk", members)).values_list("pk", "root_id"))
    for pk in sorted(members):
        root = links.end(pk)
        if now.get(pk) != (root if root != pk else None):
            Company.objects.filter(pk=pk).update(root_id=root if root != pk else None)


def own(subject: str, ids: Sequence[int]) -> dict[int, int]:
    """Lead or deal -> the company that was last said of it, whatever was merged since; those without any left out."""
    found: dict[int, int] = {}
    for (pk, _name), rows in _said(subject, ids, "company", clock.now()).items():
        for one in rows:
            if not one.follows:
                found[pk] = one.value
    return {pk: firm for pk, firm in found.items() if firm}
