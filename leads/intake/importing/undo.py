"""Undoing an import in short chunks, each fact of it corrected once; or a refusal with the list of who worked on it since.

Corrected facts stay in the story, struck through. Leads, deals, companies and campaigns that the import made are gone
from every figure and list; what it changed on others is as it was before. Keys are set free, so the file may come again.

It begins by naming what the import touched (`ImportTouched`) and asking who worked on any of it. Then, chunk by chunk: the
facts that it kept in `ImportFact`; its leads with all of theirs; what has no lead; what it cost. Killed, it goes on where the
last chunk ended. Who works on a lead meanwhile stops it before that chunk: what is undone stays so, and it may be finished.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from leads.intake import bulk, dirty, facts, hooks, locks, unmaking
from leads.models import (
    Attempt,
    AttributeChange,
    Consent,
    Correction,
    Deal,
    DealContact,
    Event,
    Handoff,
    Import,
    ImportFact,
    ImportTouched,
    Lead,
    LeadKey,
    Merge,
    Spend,
)
from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.jobs import lease
from smarketing.jobs.crash import point
from smarketing.rows.fence import Fence, open_fence

from .deeds import MADE, Window, Worked, since_of, worked

CHUNK = 1000  # leads undone in one transaction
MEANWHILE = timedelta(seconds=5)  # no deed takes longer from its instant of recording to its commit
YOUNG = 100  # chunks of an import that may have been written in so long
# Kinds whose lines are no facts: a list is mended by importing it again.
LISTS = ("products", "team", "stages")
REPLACED = "spend_replaced"
# Facts that do not name their import -> the columns that name their leads.
_KEPT: dict[str, tuple[Any, tuple[str, ...]]] = {
    "attempt": (Attempt, ("lead_id",)), "dealcontact": (DealContact, ("lead_id",)), "event": (Event, ("lead_id",)),
    "consent": (Consent, ("lead_id",)), "merge": (Merge, ("loser_id", "root_id")), "leadkey": (LeadKey, ("lead_id",)),
}  # fmt: skip
_TOUCHED = [
    *(f"SELECT '{subject}', id, true FROM {model._meta.db_table} WHERE imported_by_id = %(one)s" for subject, model in MADE.items()),
    "SELECT subject, subject_id, false FROM leads_attributechange WHERE imported_by_id = %(one)s",
    "SELECT 'lead', lead_id, false FROM leads_handoff WHERE imported_by_id = %(one)s",
    "SELECT 'campaign', campaign_id, false FROM leads_spend WHERE imported_by_id = %(one)s AND campaign_id IS NOT NULL",
    *(
        f"SELECT 'lead', t.{column}, false FROM (SELECT unnest(ids) AS id FROM leads_importfact WHERE batch_id = %(one)s"
        f" AND subject = '{subject}') f JOIN {model._meta.db_table} t ON t.id = f.id"
        for subject, (model, columns) in _KEPT.items()
        for column in columns
    ),
]  # fmt: skip
_NAME = f"""
INSERT INTO leads_importtouched (batch_id, subject, subject_id, made)
SELECT %(one)s, subject, id, bool_or(made) FROM ({" UNION ALL ".join(_TOUCHED)}) u(subject, id, made)
WHERE id IS NOT NULL GROUP BY subject, id
"""
_NAME_LEADS_OF_DEALS = """
INSERT INTO leads_importtouched (batch_id, subject, subject_id, made)
SELECT DISTINCT t.batch_id, 'lead', d.lead_id, false FROM leads_importtouched t JOIN leads_deal d ON d.id = t.subject_id
WHERE t.batch_id = %(one)s AND t.subject = 'deal' AND d.lead_id IS NOT NULL ON CONFLICT DO NOTHING
"""


def undo_chunk(one: Import, held: lease.Held, at: datetime) -> None:
    """Undo the next chunk of an import that is being undone, or find that nothing is left, or who stands in the way."""
    locks.again(lambda: _chunk(one, held, at))
    point("undo.committed")


@transaction.atomic
def _chunk(one: Import, held: lease.Held, at: datetime) -> None:
    lease.hold(held)
    locked = Import.objects.select_for_update().get(pk=one.pk)
    one.state, one.report = locked.state, locked.report
    if one.state != "undoing":
        return
    by = User.objects.filter(pk=one.report.get("undone_by")).first()
    if "undo" not in one.report:
        _begin(one, at)
    else:
        _Chunk(one, by, at).next()
    one.save(update_fields=["state", "report", "finished_at"])
    point("undo.after")


def _begin(one: Import, at: datetime) -> None:
    """Name what the import touched and ask, once for all of it, who worked on it since."""
    with connection.cursor() as cursor:
        cursor.execute(_NAME, {"one": one.pk})
        cursor.execute(_NAME_LEADS_OF_DEALS, {"one": one.pk})
    if found := worked(one):
        ImportTouched.objects.filter(batch=one).delete()
        _hindered(one, found)
        return
    kept = sum(map(len, ImportFact.objects.filter(batch=one).values_list("ids", flat=True).iterator()))
    last = list(ImportFact.objects.filter(batch=one).order_by("-pk").values_list("pk", flat=True)[:YOUNG])
    window = {
        "since": max(at - MEANWHILE, since_of(one)).isoformat(), "own": last[-1] - 1 if last else 0,
        "others": ImportFact.objects.order_by("-pk").values_list("pk", flat=True).first() or 0,
    }  # fmt: skip
    total = ImportTouched.objects.filter(batch=one).count() + kept
    one.report |= {"undo": {"total": total, "done": 0, "kept": 0, "window": window}}


def _hindered(one: Import, found: list[Worked]) -> None:
    deeds = [[d.subject, d.subject_id, d.what, d.by, d.file, d.at.isoformat()] for d in found]
    one.state = one.report["was"]
    one.report |= {"hindered": deeds}


def hindered(one: Import) -> list[Worked]:
    """Who stood in the way when the import was last to be undone."""
    return [
        Worked(subject, pk, what, by, file, datetime.fromisoformat(at))
        for subject, pk, what, by, file, at in one.report.get("hindered", [])
    ]


class _Chunk:
    """One chunk, in its transaction."""

    def __init__(self, one: Import, by: User | None, at: datetime):
        self.one, self.by, self.at = one, by, at
        self.undo, self.reason = one.report["undo"], f"import {one.pk} undone"
        young = self.undo["window"]
        self.window = Window(datetime.fromisoformat(young["since"]), young["own"], young["others"])

    def next(self) -> None:
        """The next chunk, whichever it is; the import is undone after the last one."""
        fact = ImportFact.objects.filter(batch=self.one, pk__gt=self.undo["kept"]).exclude(subject=REPLACED)
        if (row := fact.order_by("pk").first()) is not None:
            self._kept(row)
            return
        for subject, undo in (("lead", self._leads), ("deal", self._others), ("company", self._others), ("campaign", self._others)):  # fmt: skip
            rows = ImportTouched.objects.filter(batch=self.one, subject=subject).order_by("subject_id")
            if ids := list(rows.values_list("subject_id", flat=True)[:CHUNK]):
                undo(subject, ids)
                return
        standing = _standing(Spend.objects.filter(imported_by=self.one), "spend").order_by("pk")
        if spends := list(standing.values_list("pk", flat=True)[:CHUNK]):
            open_fence()
            self._correct("spend", spends)
            return
        self._replaced(open_fence())
        self._end()

    def _kept(self, row: ImportFact) -> None:
        """Facts that one chunk of the import kept."""
        ids: list[int] = row.ids
        leads: set[int] = set()
        if row.subject == "leadkey":  # those of leads that it made go with these
            others = LeadKey.objects.filter(bulk.among("pk", ids)).exclude(lead__imported_by=self.one)
            ids = list(others.values_list("pk", flat=True))
        if row.subject in _KEPT:
            model, columns = _KEPT[row.subject]
            for named in model.objects.filter(bulk.among("id", ids)).values_list(*columns):
                leads |= {pk for pk in named if pk}
        if leads and not self._free({"lead": leads}):
            return
        open_fence()
        if row.subject == "leadkey":
            unmaking.set_free(keys=ids)
        else:
            self._correct(row.subject, ids)
        self.undo |= {"kept": row.pk, "done": self.undo["done"] + len(row.ids)}

    def _leads(self, subject: str, leads: list[int]) -> None:
        """Leads with their handoffs, deals and values."""
        named = ImportTouched.objects.filter(batch=self.one, subject="deal", subject_id=OuterRef("pk"))
        deals = Deal.objects.filter(bulk.among("lead_id", leads)).filter(Exists(named))
        touched = list(deals.order_by("pk").values_list("pk", flat=True))
        if not self._free({"lead": leads, "deal": touched}):
            return
        fence, one = open_fence(), self.one
        mine = Lead.objects.filter(bulk.among("pk", leads), imported_by=one)
        made = list(mine.order_by("pk").values_list("pk", flat=True))
        handoffs = Handoff.objects.filter(bulk.among("lead_id", leads))
        gone = list(
            handoffs.filter(Q(imported_by=one) | Q(lead__imported_by=one)).order_by("pk").values_list("pk", flat=True)
        )
        for hook in hooks.undone:
            hook(one, sorted(set(leads) - set(made)), gone, self.by, self.at, fence)
        self._correct("handoff", gone)
        self._deals(touched, fence)
        self._values("lead", leads)
        self._gone("lead", made)
        for hook in hooks.handoffs:
            hook(list(handoffs.values_list("pk", flat=True)), fence)
        dirty.mark(leads, fence)
        self._done("deal", touched)
        self._done("lead", leads)

    def _others(self, subject: str, ids: list[int]) -> None:
        """Deals without a lead, companies, campaigns."""
        if not self._free({subject: ids}):
            return
        fence = open_fence()
        if subject == "deal":
            self._deals(ids, fence)
        else:
            self._values(subject, ids)
            made = MADE[subject]._default_manager.filter(bulk.among("pk", ids), imported_by=self.one)
            self._gone(subject, list(made.values_list("pk", flat=True)))
        self._done(subject, ids)

    def _deals(self, deals: list[int], fence: Fence) -> None:
        made = list(Deal.objects.filter(bulk.among("pk", deals), imported_by=self.one).values_list("pk", flat=True))
        self._correct("deal", made)
        self._values("deal", deals)
        for hook in hooks.deals if made else []:
            hook(made, fence)

    def _values(self, subject: str, ids: list[int]) -> None:
        rows = AttributeChange.objects.filter(bulk.among("subject_id", ids), subject=subject, imported_by=self.one)
        self._correct("attributechange", rows.values_list("pk", flat=True))

    def _free(self, about: dict[str, Iterable[int]]) -> bool:
        """Whether nobody worked on these since; who is about to waits until they are undone."""
        for subject, ids in about.items():
            with connection.cursor() as cursor:
                table = MADE[subject]._meta.db_table
                cursor.execute(f"SELECT 1 FROM {table} WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [sorted(ids)])
        if found := worked(self.one, about, self.window):
            _hindered(self.one, found)
        return not found

    def _correct(self, subject: str, ids: Iterable[int]) -> None:
        if wanted := sorted(set(ids)):
            facts.correct(subject=subject, subject_ids=wanted, by=self.by, at=self.at, reason=self.reason)

    def _gone(self, subject: str, ids: list[int]) -> None:
        unmaking.gone(subject, ids, by=self.by, at=self.at, reason=self.reason)

    def _done(self, subject: str, ids: list[int]) -> None:
        rows = ImportTouched.objects.filter(bulk.among("subject_id", ids), batch=self.one, subject=subject)
        self.undo["done"] += rows.delete()[0]

    def _replaced(self, fence: Fence) -> None:
        """Amounts that the import replaced hold again, as new facts of their day."""
        for row in ImportFact.objects.filter(batch=self.one, subject=REPLACED).order_by("pk"):
            Spend.objects.bulk_create(
                Spend(
                    campaign_id=old.campaign_id, spent_on=old.spent_on, amount=old.amount, label=old.label, by=self.by,
                    occurred_at=old.occurred_at, recorded_at=fence.recorded_at, known_at=fence.recorded_at,
                )
                for old in Spend.objects.filter(bulk.among("pk", row.ids)).order_by("pk")
            )  # fmt: skip

    def _end(self) -> None:
        self.one.state, self.one.finished_at = "undone", self.at
        self.one.report.pop("undo")
        self.one.report.pop("hindered", None)
        record(self.by, "import.undone", "import", self.one.pk, self.at)


def _standing(rows: QuerySet, subject: str) -> QuerySet:
    return rows.exclude(Exists(Correction.objects.filter(subject=subject, subject_id=OuterRef("pk"))))
