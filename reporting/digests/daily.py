"""Digests of a business day: to managers what moved since the one before, to reps the five leads to begin with."""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leads.handoffs import listing, queue
from reporting.books import picture
from reporting.today.lists import Line, Morning
from sla import agreed, derive, follow, words
from sla.models import Contract
from smarketing.accounts.models import User
from smarketing.notify.digests import Span
from smarketing.notify.letters import Letter, Picture, Row, Section
from smarketing.rows import clock, fence

from . import moved

FIVE = 5


def readers() -> Q:
    """Whom the contracts in force name for every night; managers where none is."""
    return agreed.every_night(clock.today())


def waterfall(user: User, span: Span) -> Letter | None:
    """What moved from lead to revenue, and the clauses that stand badly; None where nothing moved and all stands well."""
    derive.catch_up(span.at)
    steps = moved.rows(user, span, fence.cutoff())
    badly = [_row(line) for line in Morning(user, span.at).contracts()]
    if not steps and not badly:
        return None
    said = "" if steps else _("Nothing moved.")
    lines, drawn = _month(span)
    return Letter(
        subject=_("What moved: %(days)s") % {"days": moved.days(span)},
        lines=lines,
        picture=drawn,
        sections=[
            Section(_("From lead to revenue"), steps, said),
            Section(_("Clauses in trouble this month"), badly, "" if badly else _("None: every clause is on pace.")),
        ],
        action=_("Open the contract's follow-up"),
        url=moved.link(reverse("sla:follow_up")),
    )


def _month(span: Span) -> tuple[list[str], Picture | None]:
    """The running month of each contract in force, as its page shows it: its sentences, and the burn-up of that which stands
    worst against its line."""
    first, cutoff = clock.today(span.at).replace(day=1), fence.cutoff()
    months = [follow.month(one, first, span.at, cutoff) for one in Contract.objects.order_by("name")]
    months = [one for one in months if one.rows]
    if not months:
        return [], None
    drawn = picture.of(min(months, key=_badly).contract, first)
    if len(months) == 1:
        return words.sentence(months[0]), drawn
    return [
        _("%(name)s: %(said)s") % {"name": one.contract.name, "said": " ".join(words.sentence(one))} for one in months
    ], drawn


def _badly(month: follow.Month) -> int:
    row = words.worst(month)
    return words.WORST.index(row.figure.state) if row else len(words.WORST)


def morning_list(user: User, span: Span) -> Letter | None:
    """The rep's five most urgent leads, each with its promise and the time left; None where nothing is owed."""
    derive.catch_up(span.at)
    morning = Morning(user, span.at)
    owed = morning.states.owed_by(user)
    some = list(owed.in_order().select_related("lead__company", "rep", "handoff__rules")[:FIVE])
    if not some:
        return None
    counts = listing.head(listing.Asked(user, span.at, user)).counts
    more = counts.all - len(some)
    pool = morning.states.in_pool().count()
    said = [
        ngettext("%(n)s more lead is in your queue.", "%(n)s more leads are in your queue.", more)
        % {"n": words.number(more)}
        if more
        else "",
        ngettext("%(n)s waits in the pool.", "%(n)s wait in the pool.", pool) % {"n": words.number(pool)}
        if pool
        else "",
    ]
    return Letter(
        subject=_subject(counts),
        lines=[],
        sections=[
            Section(
                ngettext("Begin with this one", "Begin with these", len(some)),
                [_promised(morning, state) for state in some],
                " ".join(part for part in said if part),
            )
        ],
        action=_("Open the queue"),
        url=moved.link(reverse("leads:queue")),
    )


def _subject(counts: queue.Counts) -> str:
    if not counts.today:
        said = ngettext("Good morning: %(n)s lead in your queue", "Good morning: %(n)s leads in your queue", counts.all)
        return said % {"n": words.number(counts.all)}
    said = ngettext("Good morning: %(n)s lead owed today", "Good morning: %(n)s leads owed today", counts.today)
    today = said % {"n": words.number(counts.today)}
    if not counts.late:
        return today
    late = ngettext("%(n)s of them late", "%(n)s of them late", counts.late) % {"n": words.number(counts.late)}
    return _("%(today)s, %(late)s") % {"today": today, "late": late}


def _promised(morning: Morning, state) -> Row:
    if state.due_at is None:
        url = moved.link(reverse("leads:focus", args=[state.pk]))
        return Row(str(state.lead), str(state.lead.company or ""), _("no promise open"), url)
    line = morning.promise(state)
    more = " · ".join(part for part in (str(state.lead.company or ""), line.more) if part)
    return Row(line.text, more, line.figure, moved.link(line.url))


def _row(line: Line) -> Row:
    return Row(line.text, line.more, line.figure, moved.link(line.url))
