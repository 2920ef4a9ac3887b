"""Merging two companies, and taking it back: what becomes of people, deals, reps and values is said before."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import formats, timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from leads.evidence import values
from leads.handoffs import capacity
from leads.intake import columns, companies_merged, corrections, facts
from leads.models import Company, CompanyMerge, Correction, Deal, HandoffState, Lead
from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.rows import clock
from smarketing.rows.fence import open_fence

from .merge import Preview, Refusal


def preview(*, loser: Company, root: Company) -> Preview:
    """What merging `loser` into `root` would do. Reads only."""
    if said := _hindrance(loser, root):
        return Preview(refusal=said)
    words = {"loser": called(loser), "root": called(root)}
    mine, theirs = _people(root), _people(loser)
    lines = [_moving(loser, theirs, words)]
    if deals := Deal.objects.standing().filter(company=loser).count():
        said = ngettext("%(n)s deal of %(loser)s is one of %(root)s; its amount and its rep stay.", "%(n)s deals of %(loser)s are ones of %(root)s; their amounts and reps stay.", deals)  # fmt: skip
        lines.append(said % (words | {"n": deals}))
    lines += _accounts(loser, root, words)
    if fields := _taken_over(loser, root):
        lines.append(_("%(root)s takes over from %(loser)s what nobody said of itself: %(fields)s.") % (words | {"fields": fields}))  # fmt: skip
    lines.append(_("Files and forms that name %(loser)s find %(root)s from then on.") % words)
    lines.append(_("What was counted until now stays counted as it was: closed months and past days keep both companies."))  # fmt: skip
    lines.append(_("It can be taken back at any time: everything is then as if it had never happened."))
    swap = theirs > mine
    why = _("More people are known of %(loser)s: keep that one, and fewer are moved.") % words if swap else ""
    return Preview(lines, better=swap, why=why)


@transaction.atomic
def merge(*, loser: Company, root: Company, by: User, at: datetime) -> CompanyMerge:
    """Merge `loser` into `root`. Refusal for a company that was merged or taken back before, or with itself."""
    fence = open_fence()
    columns.lock("company", [loser.pk, root.pk])
    loser.refresh_from_db()
    root.refresh_from_db()
    if said := _hindrance(loser, root):
        raise Refusal(said)
    made = companies_merged.add(loser=loser.pk, root=root.pk, by=by, at=at, fence=fence)
    if made is None:
        raise Refusal(_("Somebody was faster: look at both companies again. Nothing was changed."))
    record(by, "company.merge", "company", root.pk, at, loser=loser.pk, merge=made.pk)
    return made


def into(company: Company) -> list[CompanyMerge]:
    """Merges that made this company what it is, the newest first; those that were taken back left out."""
    rows = CompanyMerge.objects.standing().filter(root=company).select_related("by", "loser")
    return list(rows.order_by("-recorded_at", "-pk"))


def of(company: Company) -> CompanyMerge | None:
    """The merge by which this company stands for itself no longer."""
    rows = CompanyMerge.objects.standing().filter(loser=company).select_related("by", "root")
    return rows.order_by("-recorded_at", "-pk").first()


def preview_back(one: CompanyMerge) -> Preview:
    """What taking a merge back would do. Reads only."""
    if said := _no_way_back(one):
        return Preview(refusal=said)
    words = {"loser": called(one.loser), "root": called(one.root)}
    back = _returning(one)
    said = ngettext(
        "%(loser)s stands for itself again, with its own values; %(n)s person goes back to it.",
        "%(loser)s stands for itself again, with its own values; %(n)s people go back to it.",
        back,
    )
    lines = [said % (words | {"n": back})]
    if fields := _loses(one):
        lines.append(_("%(root)s loses what it took over: %(fields)s.") % (words | {"fields": fields}))
    lines.append(_("Whoever was named with %(loser)s since then goes back to it, too; whoever was named with %(root)s stays.") % words)  # fmt: skip
    lines.append(_("Handoffs, deals and their reps stay as they are. Closed months are not touched."))
    return Preview(lines)


@transaction.atomic
def take_back(*, merge: CompanyMerge, by: User, at: datetime, reason: str) -> Correction:
    """Take a merge back: everything is as if it had not been. Who may, and when, says `intake.corrections`. Refusal else."""
    columns.lock("company", [merge.loser_id, merge.root_id])
    if said := _no_way_back(merge):
        raise Refusal(said)
    if found := corrections.hindrance("companymerge", merge, by=by, at=at, reason=reason):
        raise Refusal(found.said, found.field)
    facts.correct(subject="companymerge", subject_ids=[merge.pk], by=by, at=at, reason=reason)
    record(by, "company.unmerge", "company", merge.root_id, at, loser=merge.loser_id, merge=merge.pk)
    return Correction.objects.get(subject="companymerge", subject_id=merge.pk)


def called(company: Company) -> str:
    """By name, else by domain, else by number."""
    return company.name or company.domain or f"#{company.pk}"


def _hindrance(loser: Company, root: Company) -> str:
    if loser.pk == root.pk:
        return _("Choose two different companies.")
    standing = set(Company.objects.standing().filter(pk__in=[loser.pk, root.pk]).values_list("pk", flat=True))
    for one in (loser, root):
        if one.pk not in standing:
            return _("%(name)s was taken back: there is nothing to merge.") % {"name": called(one)}
        if one.root_id:
            return _merged_before(one)
    return ""


def _merged_before(company: Company) -> str:
    last = of(company)
    when = formats.date_format(timezone.localtime(last.occurred_at), "SHORT_DATE_FORMAT") if last else ""
    words = {
        "name": called(company), "root": called(last.root) if last else "", "when": when,
        "who": last.by.name if last and last.by else _("the system"),
    }  # fmt: skip
    return _("%(name)s was merged into %(root)s on %(when)s by %(who)s: choose %(root)s, or take that merge back first. Nothing was changed.") % words  # fmt: skip


def _no_way_back(one: CompanyMerge) -> str:
    if Correction.objects.filter(subject="companymerge", subject_id=one.pk).exists():
        return _("This merge was taken back before.")
    return ""


def _people(company: Company) -> int:
    return Lead.objects.filter(company=company).living().count()


def _moving(loser: Company, people: int, words: dict[str, str]) -> str:
    open_ = HandoffState.objects.filter(lead__company=loser, is_open=True).count()
    if not people:
        return _("Nobody of %(loser)s is known: no lead is moved.") % words
    said = ngettext("%(n)s person of %(loser)s belongs to %(root)s from now on and is judged by its values.", "%(n)s people of %(loser)s belong to %(root)s from now on and are judged by its values.", people)  # fmt: skip
    told = said % (words | {"n": people})
    if not open_:
        return told
    more = ngettext("%(n)s of them is with sales: rep and promises stay.", "%(n)s of them are with sales: reps and promises stay.", open_)  # fmt: skip
    return f"{told} {more % {'n': open_}}"


def _accounts(loser: Company, root: Company, words: dict[str, str]) -> list[str]:
    """Who new leads of the one that stays would go to, where leads of one company go to one rep."""
    held = capacity.accounts([loser.pk, root.pk])
    both = [*held.get(root.pk, ()), *held.get(loser.pk, ())]
    if len(set(both)) < 2:
        return []
    names = dict(User.objects.filter(pk__in=both).values_list("pk", "name"))
    said = {"reps": ", ".join(names[pk] for pk in dict.fromkeys(both))}
    named = capacity.named([loser.pk, root.pk])
    if rep := named.get(root.pk) or named.get(loser.pk):
        said["rep"] = names[rep]
        return [_("In charge of one or the other: %(reps)s. Each keeps their leads; new ones go to %(rep)s, who is named.") % (words | said)]  # fmt: skip
    return [_("In charge of one or the other: %(reps)s. Each keeps their leads; new ones go to whoever took over last.") % (words | said)]  # fmt: skip


def _labels() -> dict[str, str]:
    lang = get_language() or "en"
    return {"name": _("name"), "rep": _("account rep")} | {
        one.name: values.label_of(one, lang) for one in values.catalogue("company")
    }


def _taken_over(loser: Company, root: Company) -> str:
    now = clock.now()
    own, theirs = values.latest("company", root.pk, now), values.latest("company", loser.pk, now)
    new = [
        str(label)
        for name, label in _labels().items()
        if name not in own and name in theirs and theirs[name].value not in (None, "")
    ]
    return ", ".join(new)


def _loses(one: CompanyMerge) -> str:
    now = values.latest("company", one.root_id, clock.now())
    theirs = values.latest("company", one.loser_id, clock.now())
    found = [
        str(label)
        for name, label in _labels().items()
        if name in now and now[name].source == companies_merged.SOURCE and name in theirs
    ]
    return ", ".join(found)


def _returning(one: CompanyMerge) -> int:
    """Living people whose last own word names the loser, or whoever was merged into it."""
    side = _side(one.loser_id)
    people = Lead.objects.filter(company=one.root.root_id or one.root_id).living().values_list("pk", flat=True)
    said = companies_merged.own("lead", list(people))
    return sum(firm in side for firm in said.values())


def _side(firm: int) -> Sequence[int]:
    """Companies that leave with the loser."""
    found, fresh = [firm], [firm]
    while fresh:
        rows = CompanyMerge.objects.standing().filter(root__in=fresh).exclude(loser__in=found)
        fresh = list(rows.values_list("loser", flat=True))
        found += fresh
    return found
