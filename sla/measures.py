"""Measures over the clocks of the contract: promises kept, by the month in which they fell due."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from leads.measures import dimensions, outcomes
from leads.measures.offered import Offered
from leads.measures.populations import GRADE, LEAD, LINK
from leads.measures.seen import leads as seen
from leads.measures.values import people
from smarketing.measures.numbers import COUNT, NUMBER, RATIO
from smarketing.measures.question import Question
from smarketing.measures.reduces import STATS
from smarketing.measures.registry import Column, Dimension, Measure, Population, register, register_note

from . import as_of, blocks, handover, hours, mandatory
from .kinds import HANDOFF, QUALIFICATION
from .models import Clock, Terms

STATE = "k.state"  # as known at the cut-off
MONTHS = "{0}.terms_id = ANY(%(every)s) AND {0}.month >= %(since)s AND {0}.month < %(until)s"
BROUGHT = ("l", "c", "g")  # a lead, its company, its campaign
EVERY = "('met', 'missed', 'pending', 'paused', 'excluded', 'waived')"
CONTRACT = "(SELECT x.name FROM sla_contract x JOIN sla_terms y ON y.contract_id = x.id WHERE y.id = k.terms_id)"
OWN = {
    "contract": Dimension("contract", _("contract"), CONTRACT),
    "terms_id": Dimension("terms_id", _("version of the contract (number)"), "k.terms_id::text"),
    "clause": Dimension("clause", _("clause"), "k.clause_key"),
    "clock": Dimension("clock", _("state of the promise"), STATE, show=lambda text: _state(text)),
}


def _state(text: str) -> object:
    """The state of a clock in words."""
    return dict(Clock.State.choices).get(text, text)


def of_clocks(question: Question) -> Offered:
    """Dimensions of clocks: those of their handoff, and contract, clause and state."""
    return dimensions.of_handoffs(question).more(OWN)


def clocks(question: Question, kind: str, states: str) -> Population:
    """Clocks of a kind of clause that fall due in the period; a clock keeps its month in every zone. A hit was met."""
    return of_kinds(question, (kind,), states)


def of_kinds(question: Question, kinds: Sequence[str], states: str, handoffs: str = "leads_handoff") -> Population:
    """The same of several kinds; `handoffs`: where those of the clocks are read."""
    local = question.day("k.due_at")
    known, given = as_of.relation(question.cutoff)
    month_end = "(k.month + interval '1 month' - interval '1 day')::date"
    months = {"since": question.first.replace(day=1), "every": list(Terms.objects.values_list("pk", flat=True))}
    return Population(
        source=(
            f"{known} k JOIN sla_clause cl ON cl.terms_id = k.terms_id AND cl.key = k.clause_key"
            f" JOIN {handoffs} h ON h.id = k.handoff_id LEFT JOIN charged ch ON ch.handoff_id = h.id"
            " CROSS JOIN LATERAL (SELECT ch.rep_id) rr"
        ),
        beside=people("h.lead_id", few=True),
        brings=BROUGHT,
        key="k.handoff_id",
        day=f"greatest(k.month, least({local}, {month_end}))",
        where=(*outcomes.COUNTED, "cl.kind = ANY(%(kinds)s)", f"{STATE} IN {states}", MONTHS.format("k")),
        hit=f"{STATE} = 'met'",
        ctes=outcomes.of_handoffs(f"(SELECT x.handoff_id FROM sla_clock x WHERE {MONTHS.format('x')} UNION ALL SELECT unnest(%(touched)s::bigint[]))", _few(question)),
        params={"kinds": list(kinds), **months, **given},
        columns=(*LEAD, *GRADE, Column("due", _("due"), "k.due_at"), Column("clock", _("state"), STATE, show=_state)),
        link=LINK,
        seen=seen,
    )  # fmt: skip


def _few(question: Question) -> bool:
    return question.until - question.first <= outcomes.FEW


def qualified(question: Question, kind: str, states: str) -> Population:
    """Clocks of qualifications that fall due in the period. A hit was met; there is one kind of them."""
    local, around = question.day("k.due_at"), question.around("k.due_at")
    known, given = handover.relation(question.cutoff, question.first.replace(day=1), question.until)
    month_end = "(k.month + interval '1 month' - interval '1 day')::date"
    return Population(
        source=f"{known} k",
        beside=people("k.lead_id", few=True),
        brings=BROUGHT,
        key="k.qualification_id",
        day=f"greatest(k.month, least({local}, {month_end}))",
        where=(f"{STATE} IN {states}", f"(k.month <> date_trunc('month', {local})::date OR {around})"),
        hit=f"{STATE} = 'met'",
        ctes=outcomes.ALL,
        params=given,
        columns=(*LEAD, Column("due", _("due"), "k.due_at"), Column("handed", _("handed over"), "k.handed_at"), Column("clock", _("state"), STATE, show=_state)),
        link=LINK,
        seen=seen,
    )  # fmt: skip


def _of_qualified(question: Question) -> Offered:
    """Dimensions of clocks of qualifications: the lead's, and contract, clause and state."""
    return dimensions.of_leads(question).more(OWN)


def by_state(kind: str, subject: str) -> Measure:
    """Every clock of a kind of clause, whatever its state: to be grouped by it. Not one of the registered measures."""
    rows, by = (qualified, _of_qualified) if subject == QUALIFICATION else (clocks, of_clocks)
    return Measure("", "", "", COUNT, lambda q: rows(q, kind, EVERY), dimensions=by, dates=("due",))


def by_block(kind: str, some: Collection[int] | None) -> Measure:
    """Every clock of a kind of clause on handoffs, to be grouped by its state and block; of these blocks only (None: of all)."""
    block = Dimension("block", "", f"(k.handoff_id / {blocks.SIZE})::text")
    whole = by_state(kind, HANDOFF)
    if some is None:
        return replace(whole, dimensions=lambda q: of_clocks(q).more({"block": block}))
    ranges = blocks.ranges("{0}.handoff_id", some, blocks.SIZE)

    def rows(question: Question) -> Population:
        own = f"(SELECT * FROM leads_handoff x WHERE {blocks.ranges('x.id', some, blocks.SIZE)})"
        every = of_kinds(question, (kind,), EVERY, own)
        ctes = outcomes.of_handoffs(
            f"(SELECT x.handoff_id FROM sla_clock x WHERE {ranges.format('x')} UNION ALL SELECT unnest(%(touched)s::bigint[]))",
            True,
        )
        return replace(every, where=(*every.where, ranges.format("k")), ctes=ctes)

    return replace(whole, population=rows, dimensions=lambda q: of_clocks(q).more({"block": block}))


SETTLED, PENDING, EXCLUDED, WAIVED = "('met', 'missed')", "('pending', 'paused')", "('excluded')", "('waived')"


def _shown(key: str, kind: str, label, words, order: int, rows=clocks, by=of_clocks) -> tuple[Measure, ...]:
    """The share kept of settled promises; those pending, those left out and those waived, shown apart."""

    def one(suffix: str, label, words, states: str, place: int) -> Measure:
        return Measure(
            f"{key}{suffix}",
            label,
            words,
            COUNT,
            lambda q: rows(q, kind, states),
            dimensions=by,
            dates=("due",),
            order=order + place,
        )

    return (
        Measure(key, label, words, RATIO, lambda q: rows(q, kind, SETTLED), "share", by, dates=("due",), interval=True, order=order),
        one("_pending", _("Promises not due yet"), _("Promises of this clause that are not settled."), PENDING, 1),
        one("_excluded", _("Promises left out"), _("Promises of this clause left out of the count: refused with a reason before they fell due."), EXCLUDED, 2),
        one("_waived", _("Promises waived"), _("Promises of this clause that one side let go on a lead because the other asked."), WAIVED, 3),
    )  # fmt: skip


HOURS = "k.took::numeric / 3600000000"  # working ones, to the first attempt


def together(kinds: Sequence[str]) -> Measure:
    """Every clock of some kinds of clause with how long its first attempt took where its kind is timed: to be grouped by kind and
    state, so that what is kept and how soon people try is read in one pass. Not one of the registered measures."""

    def rows(question: Question) -> Population:
        return replace(of_kinds(question, kinds, EVERY), value=f"CASE WHEN cl.kind = '{blocks.TIMED}' THEN {HOURS} END")

    kind = Dimension("kind", "", "cl.kind")
    return Measure("", "", "", COUNT, rows, "spread", lambda q: of_clocks(q).more({"kind": kind}), dates=("due",))


def response(question: Question) -> Population:
    """First attempts made on promises of a first attempt that fall due in the period, with the working hours they took."""
    every = clocks(question, "first_attempt", EVERY)
    shown = Column("took", _("business hours"), f"round({HOURS}, 2)", "number")
    return replace(every, value=HOURS, where=(*every.where, "k.took IS NOT NULL"), columns=(*every.columns, shown))


RESPONSE = ("p90_nearest", "median", *(name for name in STATS if name not in ("p90_nearest", "median", "sum")))
MEASURES = (
    Measure("response_time", _("Time to the first attempt"),
            _("Business hours from the handoff to the first attempt, made in time or late, by the calendar of the contract and the month in which the promise fell due; handoffs without an attempt are left out. The 90th percentile is the nearest rank."),
            NUMBER, response, "spread", of_clocks, dates=("due",), stats=RESPONSE, interval=True, order=96),
    *_shown("first_attempt_in_time", "first_attempt", _("First attempt in time"),
            _("First attempts made in time ÷ settled promises of a first attempt, by the month in which they fell due."), 90),
    *_shown("attempts_in_time", "min_attempts", _("Attempts made in time"),
            _("Handoffs with the promised attempts in time ÷ settled promises of attempts, by the month in which they fell due."), 93),
    *_shown("decided_in_time", "decision", _("Decisions made in time"),
            _("Handoffs accepted or refused in time ÷ settled promises of a decision, by the month in which they fell due."), 97),
    *_shown("outcome_in_time", "outcome", _("Outcomes recorded in time"),
            _("Handoffs that ended in a need confirmed, a refusal or a return in time ÷ settled promises of an outcome, by the month in which they fell due."), 101),
    *_shown("handed_in_time", "hand_over", _("Hand-overs in time"),
            _("Qualified leads handed over in time ÷ settled promises of a hand-over, by the month in which they fell due. Left out are leads that may not be sold to, that were in their cool-down or still in sales' hands."), 105, qualified, _of_qualified),
    Measure("complete", _("Mandatory fields filled in"), _("Handoffs with every field that the terms in force call mandatory, as known when they were made ÷ handoffs made under such terms; erased leads are left out."),
            RATIO, mandatory.handed, "share", dimensions.of_handoffs, interval=True, order=109),
    Measure("incomplete", _("Mandatory field missing"), _("Handoffs that lacked a field that the terms in force call mandatory when they were made."),
            COUNT, mandatory.lacking, dimensions=dimensions.of_handoffs, order=110),
)  # fmt: skip


def terms(question: Question) -> str:
    """ "Contract v2" for each version of a contract in force in the period; '' where none is."""
    found = Terms.objects.filter(starts_on__lt=question.until, published_at__lte=question.cutoff).exclude(
        ends_on__lte=question.first
    )
    wanted = question.where.get("line")
    if wanted:
        found = found.filter(contract__line__name__in=wanted)
    names = found.order_by("contract__name", "number").values_list("contract__name", "number")
    return ", ".join(f"{name} v{number}" for name, number in names)


def register_all() -> None:
    """Called once when the app is ready."""
    for measure in MEASURES:
        register(measure)
    if hours.hours not in dimensions.of_tried_more:
        dimensions.of_tried_more.append(hours.hours)
    register_note("terms", terms)
