"""Erasing a person: every value of theirs goes, from wherever the house keeps one; what was done stays, without a person.

Counts, books and signed papers keep their hashes, which cover ids and figures only. Of whoever opposed the addresses stay
on the suppression list as keyed hashes, and whoever comes with one is not taken in; anybody else may come back as a new
person. A backup made before still holds the person: `replay` makes erasures again after a restore.
"""

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote, quote_plus

from django.db import connection, transaction
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from leads.intake import columns, dirty, locks, spans, suppression, words
from leads.intake.bulk import among
from leads.models import (
    BehaviourDay,
    Company,
    Decision,
    Erasure,
    ErasureProposal,
    Handoff,
    HandoffState,
    Lead,
    PersonaMatch,
    RawSum,
    Score,
    ScoreHistory,
    Suppression,
    Visitor,
)
from leads.scoring import ledger
from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.jobs.models import Outbox
from smarketing.notify.models import Mail, Notice
from smarketing.rows.fence import Fence, open_fence
from smarketing.web import export_files
from smarketing.web.models import ExportFile, SavedView, SentForm

from . import person, staged, told
from .person import Person
from .problems import Refusal

# What an erasure removes and what stays, as sections of the export.
REMOVED = ("values", "keys", "visitors", "events", "event_details", "consents", "notes", "personas", "grades")
KEPT = ("qualifications", "handoffs", "attempts", "decisions", "stages", "deals", "deal_roles", "merges")


@dataclass(frozen=True)
class Preview:
    """`removed`, `kept`: section -> rows; `files`: names of uploaded files that go; `refusal`: why it cannot be done now."""

    removed: dict[str, int] = field(default_factory=dict)
    kept: dict[str, int] = field(default_factory=dict)
    staged: int = 0
    files: list[str] = field(default_factory=list)
    refusal: str = ""
    owed: HandoffState | None = None
    opposed: bool = False


def preview(lead: Lead) -> Preview:
    """What erasing this person would remove and keep. Reads only."""
    if lead.erased or lead.root_id:
        return Preview(refusal=_already(lead))
    who = person.of(lead)
    counts = {name: person.SECTIONS[name](who).count() for name in (*REMOVED, *KEPT)}
    rows = staged.find(who)
    return Preview(
        {name: counts[name] for name in REMOVED if counts[name]},
        {name: counts[name] for name in KEPT if counts[name]},
        sum(len(lines) for lines in rows.values()),
        [one.filename for one in staged.files(who, rows)],
        _hindrance(who) or staged.under_way(rows),
        _open(who),
        _opposed(who),
    )


def erase(*, leads: Sequence[Lead], by: User | None, at: datetime) -> int:
    """Erase these people. Returns how many leads they were.

    Refusal, and nothing is done, while a handoff of one of them is open, an import that names them is under way, or one of
    them was erased or merged into another lead before.
    """
    if connection.in_atomic_block:
        return _erase(leads, by, at)
    return locks.again(lambda: _erase(leads, by, at))


@transaction.atomic
def _erase(leads: Sequence[Lead], by: User | None, at: datetime) -> int:
    fence = open_fence()
    everybody = _locked(leads)
    if said := _hindrance(everybody):
        raise Refusal(said)
    _keep_suppressed(everybody, by, at, fence)
    for part in PARTS:
        part(everybody)
    Erasure.objects.bulk_create(
        Erasure(lead_id=pk, by=by, occurred_at=at, recorded_at=fence.recorded_at, known_at=fence.recorded_at)
        for pk in everybody.leads
    )
    Lead.objects.filter(pk__in=everybody.leads).update(erased=True)
    _forget(everybody)
    ledger.recount(spans.ever_roots(everybody.leads) - set(everybody.leads))
    decided = {"state": ErasureProposal.State.ERASED, "decided_at": at, "by": by, "reason": ""}
    ErasureProposal.objects.filter(lead__in=everybody.leads, state=ErasureProposal.State.OPEN).update(**decided)
    ErasureProposal.objects.filter(lead__in=everybody.leads).update(reason="")
    dirty.mark(everybody.leads, fence)
    for lead in leads:
        record(by, "leads.erase", "lead", lead.pk, at)
    transaction.on_commit(told.write, robust=True)
    return len(everybody.leads)


def _locked(leads: Sequence[Lead]) -> Person:
    """Everybody these leads are, locked: their browsers first, as whoever writes events does, then leads and deals.

    What others were writing of them is written by then, and found; what they write later finds nobody.
    """
    seen: Person | None = None
    while True:
        everybody = Person()
        for lead in leads:
            fresh = Lead.objects.get(pk=lead.pk)
            if fresh.erased or fresh.root_id:
                raise Refusal(_already(fresh))
            everybody += person.of(fresh)
        if seen and _rows(everybody) <= _rows(seen):
            return everybody
        list(Visitor.objects.select_for_update().filter(pk__in=everybody.joined).order_by("pk").values_list("pk"))
        list(
            Lead.objects.select_for_update(of=("self",)).filter(pk__in=everybody.leads).order_by("pk").values_list("pk")
        )
        columns.lock("deal", everybody.deals)
        seen = everybody


def _rows(who: Person) -> set[tuple[str, int]]:
    names = ("leads", "deals", "joined")
    return {(name, pk) for name in names for pk in getattr(who, name)}


def _already(lead: Lead) -> str:
    if lead.erased:
        return _("This person was erased before.")
    return _("This lead was merged into lead #%(number)s: erase that one, and all of them go.") % {
        "number": lead.root_id
    }


def _open(who: Person) -> HandoffState | None:
    rows = HandoffState.objects.filter(lead__in=who.leads, is_open=True)
    return rows.select_related("rep", "handoff", "lead").order_by("handoff").first()


def _hindrance(who: Person) -> str:
    """Why these people cannot be erased now; "" when they can."""
    owed = _open(who)
    if owed is None:
        return ""
    words = {"number": owed.lead_id, "rep": owed.rep.name if owed.rep else _("nobody yet")}
    return (
        _("Sales still work lead #%(number)s (in charge: %(rep)s): nothing was erased. Record the opposition first, which withdraws the handoff, or wait until it is closed.")
        % words
    )  # fmt: skip


def _opposed(who: Person) -> bool:
    return Lead.objects.filter(pk__in=who.leads, opted_out=True).exists()


def _keep_suppressed(who: Person, by: User | None, at: datetime, fence: Fence) -> None:
    """Who opposed is not taken in again, by any address they ever had; of anybody else no address is kept."""
    if _opposed(who):
        emails = dict.fromkeys(who.emails)
        suppression.add(emails, origin=Suppression.Origin.GONE, by=by, at=at, fence=fence)


# --- where the house keeps something of a person: one function each


def _facts(who: Person) -> None:
    """Facts and acts, by the owner's function; then the columns derived from them."""
    firms = Company.objects.filter(people__in=who.leads).exclude(
        pk__in=Lead.objects.filter(company__people__in=who.leads, erased=False).exclude(pk__in=who.leads).values("company")
    )  # fmt: skip
    alone = sorted(set(firms.values_list("pk", flat=True)))
    tomb = secrets.token_hex(8)
    full = [" ".join(pair) for pair in who.full_names]
    with connection.cursor() as cursor:
        cursor.execute("SELECT leads_erase_reasons(%s::bigint[], %s::bigint[])", [who.leads, who.deals])
        cursor.execute(
            "SELECT leads_erase_person(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s)",
            [who.leads, who.deals, who.owned, who.visitors, alone, [*who.words, *full], tomb],
        )
    for subject, ids in (("lead", who.leads), ("deal", who.deals), ("company", alone)):
        for pk in ids:
            columns.rebuild_all(subject, pk, pk + 1)


def _found_by(who: Person) -> None:
    """The words by which they were found, where nobody else has them."""
    words.forget([*who.names, *who.emails])


def _staged(who: Person) -> None:
    """Rows of files that wait or were kept, and the files themselves."""
    staged.erase(who)


def _mails(who: Person) -> None:
    """Mails that name them; by name alone only those that are sent, for a person of the house may be called the same.
    Mails of notices about their handoffs in any case."""
    handoffs = list(Handoff.objects.filter(lead__in=who.leads).values_list("pk", flat=True))
    decisions = list(Decision.objects.filter(handoff__in=handoffs).values_list("pk", flat=True))
    about = Q(params__handoff__in=handoffs) | Q(params__decision__in=decisions) | Q(params__lead__in=who.leads)
    told = Notice.objects.filter(about)
    Mail.objects.filter(pk__in=told.exclude(letter=None).values("letter")).delete()
    Mail.objects.filter(_holding(("subject", "text", "page", "address"), who.words)).delete()
    full = [" ".join(pair) for pair in who.full_names]
    Mail.objects.filter(_holding(("subject", "text", "page"), full)).exclude(state=Mail.State.WAITING).delete()


def _answers(who: Person) -> None:
    """Answers kept for forms sent twice, and side effects done or to be done."""
    for model, name in ((SentForm, "answer"), (Outbox, "body")):
        texts = model.objects.annotate(said=Cast(name, TextField()))
        texts.filter(_holding(("said",), [*who.words, *(" ".join(pair) for pair in who.full_names)])).delete()


def _views(who: Person) -> None:
    """Lists that somebody saved while looking for them."""
    words = [*who.words, *(" ".join(pair) for pair in who.full_names)]
    asked = [form for word in words for form in (word, quote_plus(word), quote(word))]
    SavedView.objects.filter(_holding(("query", "name"), asked)).delete()
    ExportFile.objects.filter(_holding(("address", "title"), asked)).delete()


def _exports(who: Person) -> None:
    """Large files that wait to be fetched: any of them may hold the person, so all of them go."""
    export_files.take_back()


PARTS: list[Callable[[Person], None]] = [_facts, _found_by, _staged, _mails, _answers, _views, _exports]


def _holding(names: Iterable[str], words: Iterable[str]) -> Q:
    """The condition that one of these columns holds one of these words."""
    wanted = Q(pk=None)
    for name in names:
        for word in words:
            wanted |= Q(**{f"{name}__icontains": word})
    return wanted


def _forget(who: Person) -> None:
    """What was derived from their facts."""
    for model in (BehaviourDay, RawSum, Score, ScoreHistory, PersonaMatch):
        model.objects.filter(among("lead_id", who.leads)).delete()
