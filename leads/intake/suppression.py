"""The suppression list: e-mail addresses that are not to be contacted, each kept as a keyed hash only.

Whoever opposes puts the address on it; a lead that comes in with a listed address comes in opposed, whatever its file
says. Whoever was erased after opposing is not taken in again at all (`gone`). Coming off the list is a Correction with
its reason.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Lower
from psycopg2 import Binary

from leads.models import AttributeChange, Correction, Lead, RefusedArrival, Suppression
from smarketing.accounts.models import User
from smarketing.rows import clock
from smarketing.rows.fence import Fence

from . import addresses, bulk, facts, locks

SOURCE = "suppression list"  # of the changes by which the list opposes a lead
ORIGINS = Suppression.Origin
_ROW = {
    "key": "bytea", "origin": "text", "lead_id": "bigint", "by_id": "bigint", "occurred_at": "timestamptz",
    "recorded_at": "timestamptz", "known_at": "timestamptz",
}  # fmt: skip


def standing() -> QuerySet[Suppression]:
    """Everything on the list now."""
    return Suppression.objects.exclude(pk__in=Correction.objects.filter(subject="suppression").values("subject_id"))


def entries(emails: Iterable[str]) -> list[tuple[str, Suppression]]:
    """(address in lower case, entry) of everything that stands on the list for these addresses, the newest first."""
    if not Suppression.objects.exists():
        return []
    said = {email.strip().lower() for email in emails} - {""}
    if not said:
        return []
    wanted = addresses.hashes(said)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM leads_suppression WHERE key = ANY(%s::bytea[])", [[Binary(key) for key in wanted]]
        )
        ids = [row[0] for row in cursor.fetchall()]
    rows = standing().filter(pk__in=ids).select_related("by", "lead").order_by("-pk") if ids else []
    return [(wanted[bytes(row.key)], row) for row in rows]


def listed(emails: Iterable[str]) -> dict[str, Suppression]:
    """Those of these addresses (lower case) that are on the list, each with what put it there first."""
    return dict(entries(emails))


def gone(emails: Iterable[str]) -> set[str]:
    """Those of these addresses (lower case) whose person was erased after opposing: they are not taken in again.

    An opposition without its lead was kept so by an older version. Who else has the address stays as they are.
    """
    said = {email for email, row in entries(emails) if is_gone(row)}
    return said - set(_with(said).values_list("mail", flat=True)) if said else said


def is_gone(row: Suppression) -> bool:
    """Whether the entry is of a person who was erased after opposing."""
    return row.origin == ORIGINS.GONE or (row.origin == ORIGINS.OPPOSITION and row.lead_id is None)


def opposed_by_key() -> dict[bytes, str]:
    """Key as the list keeps it → the address in lower case, of every living lead that opposes: read once for many entries."""
    rows = Lead.objects.filter(opted_out=True, erased=False).exclude(email="").annotate(mail=Lower("email"))
    return addresses.hashes({mail.strip() for mail in rows.values_list("mail", flat=True)})


def refused(way: str, count: int) -> None:
    """Count people who came back after their erasure and were not taken in; nothing else is kept of them."""
    if count:
        day = clock.today()
        RefusedArrival.objects.bulk_create([RefusedArrival(day=day, way=way)], ignore_conflicts=True)
        RefusedArrival.objects.filter(day=day, way=way).update(count=F("count") + count)


def came_back(days: int = 30) -> list[tuple[str, int]]:
    """(way in, how many) of those who were not taken in within these days."""
    rows = RefusedArrival.objects.filter(day__gt=clock.today() - timedelta(days=days)).values_list("way")
    return [(str(RefusedArrival.Way(way).label), n) for way, n in rows.annotate(n=Sum("count")).order_by("way")]


def add(
    emails: Mapping[str, int | None], *, origin: str, by: User | None, at: datetime, fence: Fence
) -> list[int]:  # fmt: skip
    """Put addresses on the list, each with the lead it is known from, and oppose every living lead that has one.

    Returns the ids of what was added: an address that is on the list stays as it is, but for who is gone.
    """
    wanted = {email.strip().lower(): lead for email, lead in emails.items() if email.strip()}
    keys = addresses.kept_as(wanted)
    locks.hold(locks.SUPPRESSED, (key.hex() for key in keys.values()))
    there = {email for email, row in entries(wanted) if origin != ORIGINS.GONE or row.origin == ORIGINS.GONE}
    rows = [
        (keys[email], origin, lead, by and by.pk, at, fence.recorded_at, fence.recorded_at)
        for email, lead in sorted(wanted.items())
        if email not in there
    ]
    made = [row[0] for row in bulk.insert("leads_suppression", _ROW, rows, "RETURNING id")]
    people = _with(wanted).filter(opted_out=False)
    _oppose(people.values_list("pk", flat=True), facts.Origin(by=by), fence)
    return made


def keep(leads: Sequence[int], origin: facts.Origin, fence: Fence) -> int:
    """After changes: addresses of those who oppose go on the list, those who are listed oppose.

    Returns how many addresses were put on it.
    """
    rows = Lead.objects.filter(bulk.among("pk", leads), erased=False).exclude(email="")
    return keep_said(list(rows.values_list("pk", "email", "opted_out")), origin, fence)


def keep_said(said: Sequence[tuple[int, str, bool]], origin: facts.Origin, fence: Fence) -> int:
    """As `keep`, for (lead, its address, whether it opposes), as they were just said."""
    there = listed(email for _pk, email, _out in said)
    new = {email: pk for pk, email, out in reversed(said) if out and email.strip().lower() not in there}
    if new:
        add(new, origin=Suppression.Origin.OPPOSITION, by=origin.by, at=fence.recorded_at, fence=fence)
    _oppose([pk for pk, email, out in said if not out and email.strip().lower() in there], origin, fence)
    return len(new)


def free(leads: Iterable[int], fence: Fence) -> None:
    """After corrections: addresses that the opposition of these leads put on the list come off when they oppose no more."""
    glad = Lead.objects.filter(bulk.among("pk", leads), opted_out=False).values("pk")
    rows = standing().filter(lead__in=glad, origin=Suppression.Origin.OPPOSITION).values_list("pk", flat=True)
    if ids := list(rows):
        facts.correct(subject="suppression", subject_ids=ids, by=None, at=fence.recorded_at)


def came_off(ids: Sequence[int], fence: Fence) -> None:
    """After corrections of the list itself: leads that only the list opposed are opposed no more."""
    leads = Suppression.objects.filter(pk__in=ids, lead__isnull=False).exclude(lead__email="")
    release(leads.values_list("lead__email", flat=True), fence)


def release(emails: Iterable[str], fence: Fence) -> None:
    """Take back what the list alone said of the leads with these addresses."""
    people = _with(emails).filter(opted_out=True).values_list("pk", flat=True)
    back = Correction.objects.filter(subject="attributechange").values("subject_id")
    said = AttributeChange.objects.filter(
        bulk.among("subject_id", people), subject="lead", field="opted_out", source=SOURCE
    )
    if ids := list(said.exclude(pk__in=back).values_list("pk", flat=True)):
        facts.correct(subject="attributechange", subject_ids=ids, by=None, at=fence.recorded_at)


def people(email: str) -> QuerySet[Lead]:
    """Living leads with this address."""
    return _with([email]).filter(root_id=None).order_by("pk")


def _with(emails: Iterable[str]) -> QuerySet[Lead]:
    """Living leads with one of these addresses."""
    rows = Lead.objects.annotate(mail=Lower("email")).filter(erased=False)
    return rows.filter(mail__in=sorted({email.strip().lower() for email in emails} - {""}))


def _oppose(leads: Iterable[int], origin: facts.Origin, fence: Fence) -> None:
    changes = [facts.Change("lead", pk, "opted_out", True, fence.recorded_at) for pk in leads]
    facts.record_changes(changes, origin=replace(origin, source=SOURCE, history=False), fence=fence)
