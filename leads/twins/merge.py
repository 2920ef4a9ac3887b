"""Merging two leads, and taking it back: what becomes of handoffs, deals, grades and figures is said before."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import formats, timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from leads.evidence import values
from leads.evidence.story import merged
from leads.handoffs import handing
from leads.intake import columns, corrections, facts, locks, merging
from leads.intake.columns import OWN_WAY
from leads.models import Correction, Deal, HandoffState, Lead, Merge, Qualification
from leads.scoring import oracle
from personas.definitions import queries
from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.rows import clock
from smarketing.rows.fence import open_fence


class Refusal(ValueError):
    """Why it was not done, translated; `field` names the field of the form, "" for none."""

    def __init__(self, said: str, field: str = ""):
        super().__init__(said)
        self.field = field


@dataclass(frozen=True)
class Preview:
    """What would become of them, in sentences; `better`: whether it should be the other way round, and `why`."""

    lines: list[str] = field(default_factory=list)
    refusal: str = ""
    better: bool = False
    why: str = ""


def preview(*, loser: Lead, root: Lead) -> Preview:
    """What merging `loser` into `root` would do. Reads only."""
    if said := _hindrance(loser, root):
        return Preview(refusal=said)
    owed, kept = _open(loser), _open(root)
    words = {"loser": loser.pk, "root": root.pk}
    lines = [_("The story of #%(loser)s is told on the page of #%(root)s, and what it did counts there.") % words]
    lines += _taken_over(loser, root)
    for state in owed:
        lines.append(_("The open handoff of #%(number)s (in charge: %(rep)s) ends, as merged.") % _charge(state))
    for state in kept:
        lines.append(_("The open handoff of #%(number)s (in charge: %(rep)s) goes on.") % _charge(state))
    if deals := Deal.objects.filter(lead__in=merged(loser)).count():
        said = ngettext(
            "%(n)s deal of #%(loser)s counts for #%(root)s from then on; its amount stays.",
            "%(n)s deals of #%(loser)s count for #%(root)s from then on; their amounts stay.",
            deals,
        )
        lines.append(said % (words | {"n": deals}))
    lines += _grades(loser, root)
    if loser.opted_out != root.opted_out:
        lines.append(_("One of them asked not to be contacted: that holds for both."))
    lines.append(_("Figures count one lead; where both were handed over, only the first handoff stays a first one. Closed months are restated, never rewritten."))  # fmt: skip
    lines.append(_("It can be taken back at any time: everything is then as if it had never happened."))
    swap = bool(owed and not kept)
    why = _("Sales is working #%(loser)s now: keep that one, and its handoff goes on.") % words if swap else ""
    return Preview(lines, better=swap, why=why)


def _charge(state: HandoffState) -> dict[str, object]:
    return {"number": state.lead_id, "rep": state.rep.name if state.rep else _("nobody yet")}


@transaction.atomic
def merge(*, loser: Lead, root: Lead, by: User, at: datetime) -> Merge:
    """Merge `loser` into `root`. Refusal for a lead that was merged or erased before, or with itself."""
    locks.merges_change()
    fence = open_fence()
    columns.lock("lead", [loser.pk, root.pk])
    loser.refresh_from_db()
    root.refresh_from_db()
    if said := _hindrance(loser, root):
        raise Refusal(said)
    made = merging.add([(loser.pk, root.pk)], by=by, at=at, fence=fence)[0]
    handing.oppose(merging.family([root.pk]), by=by, at=at, fence=fence)
    record(by, "lead.merge", "lead", root.pk, at, loser=loser.pk, merge=made.pk)
    return made


def of(lead: Lead, t: datetime | None = None, whose: Sequence[int] = ()) -> Sequence[Merge]:
    """Merges that made this lead what it is, newest first; those that were taken back left out. With `t` as known then.
    `whose`: the lead and those merged into it, where they were read already."""
    if len(whose) == 1:
        return []
    if t is None:
        rows = merging.standing().filter(root__in=whose or merged(lead))
    else:
        back = Correction.objects.filter(subject="merge", subject_id=OuterRef("pk"), known_at__lte=t)
        roots = whose or values.members(lead.pk, t)
        known = Merge.objects.filter(root__in=roots, known_at__lte=t, occurred_at__lte=t)
        rows = known.exclude(Exists(back))
    return list(rows.select_related("by", "loser").order_by("-recorded_at", "-pk"))


def preview_back(one: Merge) -> Preview:
    """What taking a merge back would do. Reads only."""
    if said := _no_way_back(one):
        return Preview(refusal=said)
    words = {"loser": one.loser_id, "root": one.root_id}
    lines = [_("Lead #%(loser)s stands for itself again, with its own story, values and deals.") % words]
    lines.append(_("What #%(loser)s did counts for #%(root)s no more: both are judged by their own facts.") % words)
    known = values.values("lead", one.root_id, clock.now(), get_language() or "en")
    if back := [value.label for value in known if value.taken_from in _side(one)]:
        lines.append(_("#%(root)s loses what it took over: %(fields)s.") % (words | {"fields": ", ".join(back)}))
    for state in HandoffState.objects.filter(lead__in=_side(one), state="merged").select_related("rep").order_by("pk"):
        lines.append(_("The handoff of #%(number)s that ended with the merge is open again (in charge: %(rep)s).") % _charge(state))  # fmt: skip
    lines.append(_("What was done since then stays with the lead it was done on."))
    lines.append(_("Figures count two leads again. Closed months are restated, never rewritten."))
    return Preview(lines)


@transaction.atomic
def take_back(*, merge: Merge, by: User, at: datetime, reason: str) -> Correction:
    """Take a merge back: everything is as if it had not been.

    Who may, and when, says `intake.corrections`. Refusal else.
    """
    locks.merges_change()
    columns.lock("lead", [merge.loser_id, merge.root_id])
    if said := _no_way_back(merge):
        raise Refusal(said)
    if found := corrections.hindrance("merge", merge, by=by, at=at, reason=reason):
        raise Refusal(found.said, found.field)
    facts.correct(subject="merge", subject_ids=[merge.pk], by=by, at=at, reason=reason)
    handing.oppose_back(merge.recorded_at, by=by, at=at, reason=reason)
    return Correction.objects.get(subject="merge", subject_id=merge.pk)


def _hindrance(loser: Lead, root: Lead) -> str:
    if loser.pk == root.pk:
        return _("Choose two different leads.")
    for one in (loser, root):
        if one.erased:
            return _("Lead #%(number)s was erased: there is nobody to merge.") % {"number": one.pk}
        if one.root_id:
            return _merged_before(one)
    return ""


def _merged_before(lead: Lead) -> str:
    last = merging.standing().filter(loser=lead).select_related("by").order_by("-recorded_at", "-pk").first()
    when = formats.date_format(timezone.localtime(last.occurred_at), "SHORT_DATE_FORMAT") if last else ""
    words = {
        "number": lead.pk, "root": lead.root_id, "when": when,
        "who": last.by.name if last and last.by else _("the system"),
    }  # fmt: skip
    return _("Lead #%(number)s was merged into lead #%(root)s on %(when)s by %(who)s: choose #%(root)s, or take that merge back first. Nothing was changed.") % words  # fmt: skip


def _no_way_back(one: Merge) -> str:
    if Correction.objects.filter(subject="merge", subject_id=one.pk).exists():
        return _("This merge was taken back before.")
    if Lead.objects.filter(pk__in=[one.loser_id, one.root_id], erased=True).exists():
        return _("This person was erased: there is nothing to take apart.")
    return ""


def _side(one: Merge) -> list[int]:
    """Leads that leave with the loser."""
    found, fresh = [one.loser_id], [one.loser_id]
    while fresh:
        fresh = list(merging.standing().filter(root__in=fresh).exclude(loser__in=found).values_list("loser", flat=True))
        found += fresh
    return found


def _open(lead: Lead) -> list[HandoffState]:
    rows = HandoffState.objects.filter(lead__in=merged(lead), is_open=True)
    return list(rows.select_related("rep").order_by("handoff"))


def _taken_over(loser: Lead, root: Lead) -> list[str]:
    """Which values the one that stays would have from the other, because nobody ever said them of itself."""
    now, lang = clock.now(), get_language() or "en"
    own = values.latest("lead", root.pk, now)
    theirs = values.latest("lead", loser.pk, now)
    labels = {one.name: values.label_of(one, lang) for one in values.catalogue("lead")}
    labels |= {"company": _("company"), "campaign": _("campaign")}
    new = [
        str(label)
        for name, label in labels.items()
        if name not in own and name != OWN_WAY and name in theirs and theirs[name].value not in (None, "")
    ]
    if not new:
        return []
    words = {"root": root.pk, "loser": loser.pk, "fields": ", ".join(new)}
    return [_("#%(root)s takes over from #%(loser)s what nobody said of itself: %(fields)s.") % words]


def _grades(loser: Lead, root: Lead) -> list[str]:
    """What each definition in force would say of the one that stays, by the facts of both."""
    now, lines = clock.now(), []
    for version in queries.versions_in_force(now):
        before = oracle.score(root.pk, version.body, now)
        after = oracle.score(root.pk, version.body, now, facts=oracle.LeadFacts(root.pk, now, also=[loser.pk]))
        words = {
            "root": root.pk, "line": version.line, "before": before.grade, "after": after.grade, "fit": after.fit,
            "engagement": after.engagement, "had_fit": before.fit, "had_engagement": before.engagement,
        }  # fmt: skip
        if (before.fit, before.engagement, before.grade) == (after.fit, after.engagement, after.grade):
            lines.append(_("#%(root)s keeps grade %(before)s (%(line)s).") % words)
        elif before.grade == after.grade:
            lines.append(_("#%(root)s keeps grade %(before)s (%(line)s): fit %(had_fit)s → %(fit)s, engagement %(had_engagement)s → %(engagement)s.") % words)  # fmt: skip
        else:
            lines.append(_("The grade of #%(root)s goes from %(before)s to %(after)s (%(line)s): fit %(had_fit)s → %(fit)s, engagement %(had_engagement)s → %(engagement)s.") % words)  # fmt: skip
        made = Qualification.objects.filter(lead=root, line=version.line, cycle=oracle.LeadFacts(root.pk, now).cycle)
        if after.qualifies and not made.exists():
            lines.append(_("By that #%(root)s becomes an MQL: it is handed over to sales, or waits for a reason that its page says.") % words)  # fmt: skip
    lines.append(
        _("#%(root)s keeps its stage (%(stage)s); #%(loser)s is judged no longer.")
        % {"root": root.pk, "loser": loser.pk, "stage": root.get_stage_display()}
    )
    return lines
