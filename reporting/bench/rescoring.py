"""Goals 1, 1b, 1d and the batches of goal 2: full re-scores of twelve and forty criteria beside DuckDB, the bare write of their
rows, and the best loop over leads; contributions equal by checksum before any time counts.
"""

import time
from datetime import datetime
from pathlib import Path
from statistics import median

from django.db import connection, transaction

from leads.intake.events import NewEvent, record_events
from leads.judging import lines, service, taking_up
from leads.models import Lead, LeadDirty, Score, ScoreHistory
from leads.scoring import days, whole
from personas.definitions.catalogue import catalogue
from personas.models import DefinitionVersion
from reporting.demo import seed, writing
from reporting.demo.setting import Stage
from smarketing.rows import clock

from . import recompute, reference, versions
from .stopwatch import Processor, Sheet, processor, spent

CRITERIA = (12, 40)
LOOPED, BATCH = 1_000, 5_000
TABLES = ("leads_score", "leads_scorehistory")


def measure(sheet: Sheet, stage: Stage, rounds: int) -> None:
    """All of it, as of last midnight."""
    here, now = days.here(), clock.now()
    at = here.midnight(here.of(now))
    begun = time.perf_counter()
    made = {criteria: versions.publish(stage, criteria, now) for criteria in CRITERIA}
    sheet.add("behaviours", "behaviours of twelve and forty criteria counted", time.perf_counter() - begun, "s")
    seed.analyze("ANALYZE")
    with reference.folder() as place:
        files = reference.Parquet(Path(place), at)
        took = {criteria: _against(sheet, version, files, at, criteria, rounds) for criteria, version in made.items()}
    for place, what in enumerate(("", ", by processor time")):
        ratio = took[40][place] / took[12][place]
        key = f"criteria_ratio{'_processor' * place}"
        sheet.add(key, f"40 criteria ÷ 12 criteria{what}", ratio, "×", "≤ 3.3", ratio <= 3.3)
    _looped(sheet, made[12], at, took[12])
    _batches(sheet)


def _against(
    sheet: Sheet, version: DefinitionVersion, files: reference.Parquet, at: datetime, criteria: int, rounds: int
) -> tuple[float, float]:
    """Seconds, and processor seconds, of a full re-score with contributions and write; held against R and the write of its rows alone."""

    def rescore() -> None:
        taken_up(version, at)

    written: list[tuple[float, float]] = []
    with transaction.atomic():
        rescore()
        said, leads = recompute.written(version)
        written += [_bare(version) for _round in range(3)]
        transaction.set_rollback(True)
    raw = [files.score(version, raw=True) for _round in range(rounds)]
    of_events = files.checksum(version)
    kept = [files.score(version, raw=False) for _round in range(rounds)]
    of_ledger = files.checksum(version)
    same = of_events == of_ledger == (said, leads)
    name = f"{criteria} criteria"
    sheet.add(
        f"same_{criteria}",
        f"{name}: checksums of {leads:,} leads, SQL and DuckDB (events, ledger)",
        float(same),
        "",
        "equal",
        same,
    )
    if not same:
        raise AssertionError(
            f"{name}: SQL {said, leads}, DuckDB on events {of_events}, on the ledger {of_ledger}; no time counts"
        )
    took, inside = spent(rescore, rounds)
    cost = processor(lambda: files.score(version, raw=False), rounds)
    (w, w_inside), r, r_raw = map(median, zip(*written, strict=True)), median(kept), median(raw)
    _say(sheet, criteria, (took, r, r_raw, w), inside / (cost + w_inside))
    return took, inside


def _say(sheet: Sheet, criteria: int, seconds: tuple[float, float, float, float], by_processor: float) -> None:
    """The lines of one definition; only that of twelve criteria has a goal."""
    took, r, r_raw, w = seconds
    name, first = f"{criteria} criteria", criteria == CRITERIA[0]
    sheet.add(f"r_{criteria}", f"{name}: R, DuckDB over Parquet of the ledger", r, "s")
    sheet.add(f"r_raw_{criteria}", f"{name}: DuckDB over Parquet of the raw events", r_raw, "s")
    sheet.add(f"write_{criteria}", f"{name}: its rows written bare (scores and history)", w, "s")
    sheet.add(f"rescore_{criteria}", f"{name}: full re-score with contributions, written", took, "s")
    for key, what, ratio in (
        ("ratio", "full re-score ÷ (R + bare write)", took / (r + w)),
        ("processor_ratio", "the same, by processor time", by_processor),
    ):
        goal = ("≤ 3", ratio <= 3) if first else ("", None)
        sheet.add(f"rescore_{key}_{criteria}", f"{name}: {what}", ratio, "×", *goal)
    sheet.add(f"rescore_raw_ratio_{criteria}", f"{name}: the same, R from the raw events", took / (r_raw + w), "×")


def taken_up(version: DefinitionVersion, at: datetime) -> None:
    """A version taken up by the judge's own statements, range by range, as if it took effect at `at`: marks, locks, scores,
    history; the acts that follow from it apart. Marks of before go: all are judged."""
    LeadDirty.objects.all().delete()
    lines.mark_everybody(at)
    for low, high in whole.lots(taking_up.LOT):
        taking_up.score(version, at, low, high)


def _bare(version: DefinitionVersion) -> tuple[float, float]:
    """Seconds, and processor seconds, to write the rows of a version, all but the counting: into the very tables, as durable as ours."""
    took = inside = 0.0
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(
                f"CREATE TEMP TABLE kept_{table} AS SELECT * FROM {table} WHERE line_id = %s ORDER BY lead_id",
                [version.line_id],
            )
            cursor.execute(f"DELETE FROM {table} WHERE line_id = %s", [version.line_id])
            with Processor() as used:
                begun = time.perf_counter()
                cursor.execute(f"INSERT INTO {table} SELECT * FROM kept_{table}")
                took += time.perf_counter() - begun
            inside += used.seconds
            cursor.execute(f"DROP TABLE kept_{table}")
    return took, inside


def _looped(sheet: Sheet, version: DefinitionVersion, at: datetime, full: tuple[float, float]) -> None:
    """The best loop over leads on a sample, carried over to all; its rows written together, too."""
    everybody = list(
        Lead.objects.filter(root_id=None, erased=False, created_at__lte=at, recorded_at__lte=at)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    ids, fields = everybody[:: max(1, len(everybody) // LOOPED)][:LOOPED], catalogue()
    with transaction.atomic():
        taken_up(version, at)
        sql = list(
            Score.objects.filter(line=version.line_id, lead__in=ids)
            .order_by("lead_id")
            .values_list("lead_id", "contributions")
        )
        transaction.set_rollback(True)

    def looped() -> None:
        found = reference.loop(version, ids, at, fields)
        some = {
            "line_id": version.line_id,
            "track": "live",
            "version_id": version.pk,
            "effective_at": at,
            "fit": 0,
            "engagement": 0,
            "grade": "D4",
            "mql": False,
            "direct": False,
        }
        for table in (Score, ScoreHistory):
            table.objects.bulk_create(table(lead_id=lead, contributions=slots, **some) for lead, slots in found)

    same = sql == reference.loop(version, ids, at, fields)
    sheet.add("same_loop", f"contributions of {len(ids):,} leads, SQL and the loop", float(same), "", "equal", same)
    if not same:
        raise AssertionError("SQL and the loop over leads disagree; no time counts")
    each = [one / len(ids) for one in spent(looped, 3)]
    sheet.add("loop_each", "the best loop over leads, a lead", 1000 * each[0], "ms")
    for place, what in enumerate(("", ", by processor time")):
        times, key = each[place] * len(everybody) / full[place], f"loop_ratio{'_processor' * place}"
        sheet.add(key, f"the loop carried over to all leads ÷ full re-score{what}", times, "×", "≥ 100", times >= 100)


def _batches(sheet: Sheet) -> None:
    """Leads with one new event each, judged in batches as the worker does: scores, stages, handoffs."""
    source = writing.source()
    ids = list(Lead.objects.filter(root_id=None, erased=False).order_by("-pk").values_list("pk", flat=True)[:BATCH])
    while service.sweep():
        pass
    for start in range(0, len(ids), 1000):
        some, now = ids[start : start + 1000], clock.now()
        record_events(
            [NewEvent(f"batch-{lead}", "page", now, page="/pricing", lead_id=lead) for lead in some], source=source
        )
    waiting = LeadDirty.objects.count()
    begun = time.perf_counter()
    with Processor() as used:
        while service.sweep():
            pass
    what = f"{waiting:,} leads with a new event judged, in batches"
    sheet.add(
        "judged_wall", f"{what}, beside what else this machine does", waiting / (time.perf_counter() - begun), "leads/s"
    )
    rate = waiting / used.seconds
    sheet.add("judged_rate", f"{what}, by processor time", rate, "leads/s", "≥ 5,000", rate >= 5000)
