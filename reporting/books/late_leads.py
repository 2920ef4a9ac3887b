"""Late facts of leads: merges, what clauses look at in a lead, qualifications and what kept them from being handed over."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db.models import Q

from leads.intake.bulk import among, array
from leads.measures.values import IDENTIFYING
from leads.models import AttributeChange, Correction, Deal, Handoff, Hold, Lead, Merge, Qualification
from personas.models import FieldDef
from sla import handover, passing
from sla.kinds import params
from sla.models import Clause, WaiverAnswer
from sla.terms import next_month
from smarketing.rows import fence

from .window import DAY, REACH, Found, Restatement, Window, roots, since


def merges(line: int, windows: Sequence[Window]) -> Found:
    """Merges, learned or taken back after the cut-off, of leads with a handoff, a qualification or a won deal in the month."""
    after = since(windows)
    back = dict(
        Correction.objects.filter(subject="merge", recorded_at__gt=after).values_list("subject_id", "recorded_at")
    )
    late = Merge.objects.filter(Q(recorded_at__gt=after) | Q(pk__in=back))
    rows = list(late.values_list("pk", "loser", "root", "recorded_at", "occurred_at"))
    leads = {lead for _pk, loser, root, *_dates in rows for lead in (loser, root)}
    if not leads:
        return
    for window in windows:
        about = _about(line, window, leads)
        for pk, loser, root, recorded, occurred in rows:
            lead = next((one for one in (loser, root) if one in about), None)
            undone = back.get(pk)
            if lead is not None and recorded > window.cutoff:
                yield window.key, Restatement("merge", recorded, occurred, about[lead], lead)
            if lead is not None and undone and undone > window.cutoff:
                yield window.key, Restatement("unmerge", undone, occurred, about[lead], lead)


def _about(line: int, window: Window, leads: set[int]) -> dict[int, int]:
    """Lead -> its handoff (0: none), of those leads of which something counts in the month."""
    first, until = window.edges()
    near = {"occurred_at__gte": first - REACH, "occurred_at__lt": until + DAY}
    some = Handoff.objects.filter(line=line, lead__in=leads, **near).order_by("-pk")
    rows = list(some.values_list("lead", "pk", "occurred_at", "day_only"))
    inside = {pk for _lead, pk, occurred, dated in rows if window.holds(occurred, dated)}
    owing = window.owing({pk for _lead, pk, *_dated in rows} - inside, moved=True)
    found = {lead: pk for lead, pk, *_dated in rows if pk in inside or pk in owing}
    won = Deal.objects.filter(lead__in=leads, closed_at__gte=first, closed_at__lt=until).values_list("lead", flat=True)
    passed = Qualification.objects.filter(line=line, lead__in=leads, effective_at__gte=first, effective_at__lt=until)
    return dict.fromkeys([*won, *passed.values_list("lead", flat=True)], 0) | found


def values(line: int, windows: Sequence[Window]) -> Found:
    """Values that clauses look at, of leads handed over in the months: the source or the persona of which a volume speaks; of a
    mandatory field those alone that were declared as known at the handoff, for it is judged by what was known then."""
    looked = looked_at(windows[0])
    if not looked:
        return
    after, members = since(windows), _members(line, windows)
    if not members:
        return
    said = AttributeChange.objects.filter(among("subject_id", members), subject="lead", field__in=looked)
    back = Correction.objects.filter(subject="attributechange", recorded_at__gt=after)
    undone = dict(back.values_list("subject_id", "recorded_at"))
    late = said.filter(Q(recorded_at__gt=after) | Q(pk__in=undone)).order_by("recorded_at", "pk")
    rows = list(late.values_list("pk", "subject_id", "field", "recorded_at", "known_at", "occurred_at"))
    whose = roots({row[1] for row in rows})
    for window in windows:
        handed = _handed(line, window, set(whose.values()))
        seen: set[tuple[int, datetime]] = set()
        for pk, lead, name, recorded, known, occurred in rows:
            new = recorded > window.cutoff
            at = recorded if new else undone.get(pk, window.cutoff)
            root = whose.get(lead, 0)
            if at <= window.cutoff or root not in handed or (root, at) in seen:
                continue
            if looked[name] or (new and known <= handed[root][1]):
                seen.add((root, at))
                yield window.key, Restatement("value" if new else "correction", at, occurred, handed[root][0], lead)


def _members(line: int, windows: Sequence[Window]) -> list[int]:
    """The leads handed over in the months, with those that stand for them or that they stand for."""
    wanted = Q(pk__in=())
    for one in windows:
        first, until = one.edges()
        wanted |= Q(occurred_at__gte=first - DAY, occurred_at__lt=until + DAY)
    handed = Handoff.objects.filter(wanted, line=line).values_list("lead", "lead__root_id")
    stand = {root or lead for lead, root in handed}
    joined = Lead.objects.filter(among("root_id", stand)).values_list("pk", flat=True) if stand else ()
    return sorted({*stand, *joined})


def looked_at(window: Window) -> dict[str, bool]:
    """Field of a lead -> whether a clause looks at its value of today (else at that of the handoff)."""
    found: dict[str, bool] = {}
    for clause in Clause.objects.filter(terms__contract=window.contract, terms__span__isnull=False):
        for name in params.population(clause.params):
            found |= dict.fromkeys({"source": ("source",), "persona": _resembled()}.get(name, ()), True)
        for name in clause.params.get("fields", ()):
            found.setdefault(name, False)
    return found


def _resembled() -> list[str]:
    """Fields of a lead by which it may resemble a persona: all but those that name a person."""
    some = FieldDef.objects.filter(subject="lead").exclude(key__in=IDENTIFYING)
    return [one.name for one in some]


def _handed(line: int, window: Window, leads: set[int]) -> dict[int, tuple[int, datetime]]:
    """Root -> (handoff of the month known at the cut-off, when it was known)."""
    first, until = window.edges()
    near = {"occurred_at__gte": first - DAY, "occurred_at__lt": until + DAY}
    family = Q(lead__in=leads) | Q(lead__root_id__in=leads)
    some = Handoff.objects.filter(family, line=line, recorded_at__lte=window.cutoff, **near).order_by("-pk")
    rows = some.values_list("lead", "lead__root_id", "pk", "known_at", "occurred_at", "day_only")
    return {root or lead: (pk, known) for lead, root, pk, known, at, dated in rows if window.holds(at, dated)}


def hand_over(line: int, windows: Sequence[Window]) -> Found:
    """Qualifications learned after the cut-off whose hand-over is one of the months; holds and handoffs, learned or taken back
    then, that were made before it fell due; waivers of it."""
    if not passing.promised(windows[0].contract.terms.prefetch_related("clauses")):
        return
    rows = list(_passed(line, since(windows), max(one.edges()[1] for one in windows)))
    for window in windows:
        mine = [row for row in rows if row[2] > window.cutoff and (row[6] is None or row[6] <= window.cutoff)]
        due = _due(window, {row[1] for row in mine})
        for kind, of, recorded, occurred, lead, handoff, _known in mine:
            if of in due and (kind in ("qualification", "waiver") or occurred <= due[of]):
                yield window.key, Restatement(kind, recorded, occurred, handoff, lead)


def _passed(line: int, after: datetime, last: datetime) -> Iterator[tuple]:
    """(kind, qualification, recorded, occurred, lead, handoff (0: none), when what it takes back was learned) of what was recorded
    after an instant about qualifications of before another."""
    new = Qualification.objects.filter(line=line, recorded_at__gt=after, effective_at__lt=last)
    for row in new.values_list("pk", "recorded_at", "effective_at", "lead"):
        yield "qualification", *row, 0, None
    held = Hold.objects.filter(qualification__line=line, qualification__effective_at__lt=last, recorded_at__gt=after)
    for row in held.values_list("qualification", "recorded_at", "occurred_at", "qualification__lead"):
        yield "hold", *row, 0, None
    made = Handoff.objects.filter(line=line, qualification__effective_at__lt=last)
    fields = ("qualification", "recorded_at", "occurred_at", "lead", "pk")
    for one in made.filter(recorded_at__gt=after).values_list(*fields):
        yield "handoff", *one, None
    undone = Correction.objects.filter(subject="handoff", recorded_at__gt=after)
    back = dict(undone.values_list("subject_id", "recorded_at"))
    rows = made.filter(pk__in=back).values_list("qualification", "occurred_at", "lead", "pk", "recorded_at")
    for of, occurred, lead, pk, known in rows:
        yield "correction", of, back[pk], occurred, lead, pk, known
    keys = Clause.objects.filter(kind__in=handover.PROMISES, terms__contract__line=line).values("key")
    some = WaiverAnswer.objects.filter(kind=WaiverAnswer.Kind.CONSENT, recorded_at__gt=after)
    given = some.filter(waiver__handoff__in=made, waiver__clause_key__in=keys)
    fields = (
        "waiver__handoff__qualification",
        "recorded_at",
        "occurred_at",
        "waiver__handoff__lead",
        "waiver__handoff",
    )
    for one in given.values_list(*fields):
        yield "waiver", *one, None


def _due(window: Window, qualifications: set[int]) -> dict[int, datetime]:
    """Those of these qualifications whose hand-over is one of the month -> when it falls due."""
    if not qualifications:
        return {}
    clocks = handover.relation(fence.cutoff(), window.first, next_month(window.month), window.contract)
    only, ids = "AND k.qualification_id = ANY(%(ids)s::bigint[])", {"ids": array(sorted(qualifications))}
    return dict(handover.selected("qualification_id, due_at", clocks, window.contract, window.months, only, ids))
