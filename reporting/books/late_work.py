"""Late facts of the log of handoffs: handoffs, attempts, decisions, pauses, waivers, and what takes them back."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, Value

from leads.models import Attempt, Correction, Decision, Handoff
from sla.models import Pause, WaiverAnswer

from .window import DAY, FARTHEST, Found, Restatement, Window, roots, since

FACTS: tuple[tuple[Any, str], ...] = ((Handoff, "handoff"), (Attempt, "attempt"), (Decision, "decision"))
SUBJECTS = tuple(subject for _model, subject in FACTS)
Row = tuple[datetime, datetime, int, int, bool]  # recorded, occurred, handoff, lead, a date without a time


def facts(line: int, windows: Sequence[Window]) -> Found:
    """Handoffs of the months, and attempts and decisions made in them on handoffs of the line; earlier ones on which
    something of the month hangs."""
    for model, kind in FACTS:
        rows, ids = _of_line(model, line)
        late = rows.filter(_about(model, windows, True))
        some = list(late.values_list("recorded_at", "occurred_at", *ids))
        for window in windows:
            mine = [one for one in some if one[0] > window.cutoff]
            for recorded, occurred, handoff, lead, _dated in _counting(model, window, mine, False):
                yield window.key, Restatement(kind, recorded, occurred, handoff, lead)


def corrections(line: int, windows: Sequence[Window]) -> Found:
    """Corrections, made after the cut-off, of such facts known at it."""
    late: dict[str, dict[int, datetime]] = defaultdict(dict)
    found = Correction.objects.filter(subject__in=SUBJECTS, recorded_at__gt=since(windows))
    for subject, pk, recorded in found.values_list("subject", "subject_id", "recorded_at"):
        late[subject][pk] = recorded
    for model, subject in FACTS:
        if late[subject]:
            yield from _taken_back(model, line, windows, late[subject])


def _taken_back(model: Any, line: int, windows: Sequence[Window], late: Mapping[int, datetime]) -> Found:
    rows, ids = _of_line(model, line)
    known = rows.filter(_about(model, windows, False), pk__in=late)
    some = list(known.values_list("pk", "recorded_at", "occurred_at", *ids))
    for window in windows:
        mine = [
            (late[pk], occurred, handoff, lead, dated)
            for pk, learned, occurred, handoff, lead, dated in some
            if learned <= window.cutoff < late[pk]
        ]
        for back, occurred, handoff, lead, _dated in _counting(model, window, mine, True):
            yield window.key, Restatement("correction", back, occurred, handoff, lead)


def standing(line: int, windows: Sequence[Window]) -> Found:
    """Pauses and waivers recorded after the cut-off on promises of the months."""
    paused = Pause.objects.filter(handoff__line=line, recorded_at__gt=since(windows))
    waived = WaiverAnswer.objects.filter(
        waiver__handoff__line=line, kind=WaiverAnswer.Kind.CONSENT, recorded_at__gt=since(windows)
    )
    rows = [
        *(("pause", *one) for one in paused.values_list("recorded_at", "occurred_at", "handoff", "handoff__lead")),
        *(("waiver", *one) for one in waived.values_list("recorded_at", "occurred_at", "waiver__handoff", "waiver__handoff__lead")),
    ]  # fmt: skip
    for window in windows:
        until = window.edges()[1]
        mine = [
            one
            for one in rows
            if one[1] > window.cutoff and (one[0] == "waiver" or one[2] < until or window.by_handoff)
        ]
        owing = window.owing({one[3] for one in mine}, moved=True)
        for kind, recorded, occurred, handoff, lead in mine:
            if handoff in owing:
                yield window.key, Restatement(kind, recorded, occurred, handoff, lead)


def _about(model: Any, windows: Sequence[Window], late: bool) -> Q:
    """Facts that occurred in one of the months, or not long before, recorded after its cut-off or by it; where promises count in
    the month of their handoff, later ones on its handoffs."""
    out = Q(pk__in=())
    for one in windows:
        known = {"recorded_at__gt" if late else "recorded_at__lte": one.cutoff}
        for day_only in (False, True) if model is Handoff else (False,):
            _first, until = one.edges(day_only)
            dated = {"day_only": day_only} if model is Handoff else {}
            out |= Q(occurred_at__gte=_since(model, one), occurred_at__lt=until, **known, **dated)
        if one.by_handoff and model is not Handoff:
            first, until = one.edges()
            out |= Q(
                handoff__occurred_at__gte=first - DAY,
                handoff__occurred_at__lt=until + DAY,
                occurred_at__gte=until,
                **known,
            )
    return out


def _since(model: Any, window: Window) -> datetime:
    """How far back something of the month may hang on a fact: on an earlier handoff, whether one in it is its lead's first."""
    return window.edges()[0] - FARTHEST if model is Handoff else window.reach


def _of_line(model: Any, line: int) -> tuple[Any, tuple[Any, ...]]:
    """Facts of handoffs of a line; where their handoff and lead stand, and whether they are dates without a time."""
    if model is Handoff:
        return Handoff.objects.filter(line=line), ("pk", "lead", "day_only")
    return model.objects.filter(handoff__line=line), ("handoff", "handoff__lead", Value(False))


def _counting(model: Any, window: Window, rows: Sequence[Row], moved: bool) -> list[Row]:
    """Those that occurred in the month, and others on which something of it hangs: a promise of it, or whether a handoff of the
    same lead made in it is the first one. `moved`: they were taken back."""
    inside = [one for one in rows if window.holds(one[1], one[4])]
    first, until = window.edges()
    later = window.by_handoff and model is not Handoff
    beside = [
        one
        for one in rows
        if (_since(model, window) <= one[1] < first or (later and one[1] >= until)) and not window.holds(one[1], one[4])
    ]
    if not beside:
        return inside
    hangs = window.owing({one[2] for one in beside}, moved and model is Handoff)
    again = _handed_again(window, beside) if model is Handoff else set()
    return inside + [one for one in beside if one[2] in hangs or one[3] in again]


def _handed_again(window: Window, earlier: Sequence[Row]) -> set[int]:
    """Leads of these that were handed over in the month, too."""
    whose = roots({one[3] for one in earlier})
    family = Q(lead__in=set(whose.values())) | Q(lead__root_id__in=set(whose.values()))
    some = Handoff.objects.filter(family, line=window.contract.line_id, occurred_at__gte=window.edges()[0] - DAY)
    rows = some.values_list("lead", "lead__root_id", "occurred_at", "day_only")
    again = {root or lead for lead, root, occurred, dated in rows if window.holds(occurred, dated)}
    return {lead for lead, root in whose.items() if root in again}
