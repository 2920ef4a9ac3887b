"""The judge's night, as steps of `smarketing.jobs.runs`: (key, ranges(run), work(run, low, high))."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.db.models import Q

from leads.handoffs import handing, holds
from leads.handoffs import silence as silences
from leads.models import Handoff, HandoffState
from leads.scoring import company_days, days, store, sums
from personas.models import DefinitionLine
from smarketing.jobs.models import Run
from smarketing.jobs.runs import id_ranges
from smarketing.rows import clock, kept
from smarketing.rows.fence import open_fence

from . import lines, marks, midnight, service

CHUNK = 20_000
LOOK_BACK = 40  # nights at most that a night makes up for


def lead_ranges(run: Run) -> list[tuple[int, int]]:
    """Ranges of lead ids."""
    return id_ranges("leads_lead", CHUNK)


def judged_ranges(run: Run) -> list[tuple[int, int]]:
    """Blocks of lead ids that are judged together, as their raw sums moved; smaller ranges where a night has many leads to walk.
    Behaviours of new versions are counted before."""
    lines.prepare(run.cutoff)
    lines.take_up(run.cutoff)
    marks.spread()  # a night judges whom it finds marked, lead by lead
    ordinary = len(nights(run)) == 1 and marks.count() <= CHUNK
    return midnight.blocks(sums.SIZE if ordinary else CHUNK)


def sum_ranges(run: Run) -> list[tuple[int, int]]:
    """Blocks of lead ids whose raw sums move together; behaviours of new versions are counted before."""
    lines.prepare(run.cutoff)
    company_days.keep(run.cutoff)
    sums.fit()
    return midnight.blocks()


def move_sums(run: Run, low: int, high: int) -> int:
    """Bring the raw sums of a block to the run's midnight."""
    with kept.together(), clock.zone_kept():
        return midnight.keep(run.business_date, run.cutoff, low)


def judge(run: Run, low: int, high: int) -> int:
    """Judge the leads low <= id < high that have an edge at a midnight since the last night, or new facts."""
    *missed, day = nights(run)
    with kept.together(), clock.zone_kept():
        return midnight.judge(missed, day, run.cutoff, low, high)


def personas(run: Run, low: int, high: int) -> int:
    """Match the personas of the leads low <= id < high anew (ages move at midnight) and forget old history."""
    return service.match(low, high) + store.prune(run.cutoff, low, high)


def line_ranges(run: Run) -> list[tuple[int, int]]:
    """One range per definition line."""
    return id_ranges("personas_definitionline", 1)


def release(run: Run, low: int, high: int) -> int:
    """Release held handoffs of the lines low <= id < high at the agreed pace: a business day's number at most."""
    done = 0
    for line in DefinitionLine.objects.filter(pk__gte=low, pk__lt=high):
        limit = left_today(line.pk, run)
        if limit > 0:
            done += len(handing.release(line_id=line.pk, at=run.cutoff, fence=open_fence(), limit=limit))
    return done


def left_today(line_id: int, run: Run) -> int:
    """How many handoffs the pace of a line still lets through on the run's business date."""
    line = lines.live(run.cutoff).get(line_id)
    if line is None or not holds.business_day(run.business_date):
        return 0
    start = days.here().midnight(run.business_date)
    made = Handoff.objects.filter(line=line_id, gate=Handoff.Gate.RELEASED, occurred_at__gte=start)
    return int(line[-1].version.body.get("pace") or 0) - made.count()


def handoff_ranges(run: Run) -> list[tuple[int, int]]:
    """Ranges of handoff ids."""
    return id_ranges("leads_handoff", CHUNK)


def silence(run: Run, low: int, high: int) -> int:
    """What the rules say of handoffs low <= id < high that nobody touched within their silence; take back the opposed."""
    fence = open_fence()
    open_ones = HandoffState.objects.filter(handoff__gte=low, handoff__lt=high, is_open=True)
    gone = open_ones.filter(Q(handoff__lead__opted_out=True) | Q(handoff__lead__erased=True))
    opposed = list(gone.values_list("handoff_id", flat=True))
    taken = handing.withdraw(opposed, reason=handing.OPPOSED, by=None, at=run.cutoff, fence=fence)
    ids = list(open_ones.values_list("handoff_id", flat=True))
    return taken + silences.settle(ids, at=run.cutoff, fence=fence)


def nights(run: Run) -> Sequence[date]:
    """Business dates whose midnight this run judges: since the last night that was done after its own midnight."""
    here = days.here()
    done = Run.objects.filter(job=run.job, state="done", business_date__lt=run.business_date)
    nights = done.order_by("-business_date", "-cutoff").values_list("business_date", "cutoff")[:LOOK_BACK]
    last = next((day for day, cutoff in nights if cutoff >= here.midnight(day)), date.min)
    first = max(last + timedelta(days=1), run.business_date - timedelta(days=LOOK_BACK))
    return [first + timedelta(days=n) for n in range((run.business_date - first).days + 1)]


# In the order of the night; each is (key, ranges, work).
STEPS = (
    ("rawsums", sum_ranges, move_sums),
    ("midnight", judged_ranges, judge),
    ("release", line_ranges, release),
    ("silence", handoff_ranges, silence),
    ("personas", lead_ranges, personas),
)
