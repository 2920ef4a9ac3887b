"""Goals 1, 1b, 1d and the batches of goal 2: full re-scores of twelve and forty criteria beside DuckDB, the bare write of their
rows, and the best loop over leads; contributions equal by checksum before any time counts.
"""

import time
from datetime import datetime
from pathlib import Path
from statistics import median

from django.db import connection, transaction

from leads.intake.events import NewEvent, record_events
from leads.judging import service
from leads.models import Lead, LeadDirty, Score, ScoreHistory
from leads.scoring import days, store
from personas.definitions.catalogue import catalogue
from personas.models import DefinitionVersion
from reporting.demo import seed, writing
from reporting.demo.setting import Stage
from smarketing.rows import clock

from . import recompute, reference, versions
from .stopwatch import Processor, Sheet, undone

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
    ratio = took[40] / took[12]
    sheet.add("criteria_ratio", "40 criteria ÷ 12 criteria", ratio, "×", "≤ 3.3", ratio <= 3.3)
    _looped(sheet, made[12], at, took[12])
    _batches(sheet)


def _against(
    sheet: Sheet, version: DefinitionVersion, files: reference.Parquet, at: datetime, criteria: int, rounds: int
) -> float:
    """Seconds of a full re-score with contributions and write; held against R and the write of its rows alone."""

    def rescore() -> None:
        store.score_all(version, at)

    written: list[float] = []
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
    took = undone(rescore, rounds)
    r, r_raw, w = median(kept), median(raw), median(written)
    sheet.add(f"r_{criteria}", f"{name}: R, DuckDB over Parquet of the ledger", r, "s")
    sheet.add(f"r_raw_{criteria}", f"{name}: DuckDB over Parquet of the raw events", r_raw, "s")
    sheet.add(f"write_{criteria}", f"{name}: its rows written bare (scores and history)", w, "s")
    sheet.add(f"rescore_{criteria}", f"{name}: full re-score with contributions, written", took, "s")
    share, reached = took / (r + w), took <= 3 * (r + w)
    goal = "≤ 3" if criteria == CRITERIA[0] else ""
    sheet.add(
        f"rescore_ratio_{criteria}",
        f"{name}: full re-score ÷ (R + bare write)",
        share,
        "×",
        goal,
        reached if goal else None,
    )
    sheet.add(f"rescore_raw_ratio_{criteria}", f"{name}: the same, R from the raw events", took / (r_raw + w), "×")
    return took


def _bare(version: DefinitionVersion) -> float:
    """Seconds to write the rows of a version, all but the counting: into like tables with their indexes."""
    took = 0.0
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"CREATE TEMP TABLE bare_{table} (LIKE {table} INCLUDING ALL)")
            begun = time.perf_counter()
            cursor.execute(
                f"INSERT INTO bare_{table} SELECT * FROM {table} WHERE line_id = %s ORDER BY lead_id", [version.line_id]
            )
            took += time.perf_counter() - begun
            cursor.execute(f"DROP TABLE bare_{table}")
    return took


def _looped(sheet: Sheet, version: DefinitionVersion, at: datetime, full: float) -> None:
    """The best loop over leads on a sample, carried over to all; its rows written together, too."""
    everybody = list(
        Lead.objects.filter(root_id=None, erased=False, created_at__lte=at, recorded_at__lte=at)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    ids, fields = everybody[:: max(1, len(everybody) // LOOPED)][:LOOPED], catalogue()
    with transaction.atomic():
        store.score_all(version, at)
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
    each, of_all = undone(looped, 3) / len(ids), full / len(everybody)
    sheet.add("loop_each", "the best loop over leads, a lead", 1000 * each, "ms")
    times = each / of_all
    sheet.add("loop_ratio", "the loop carried over to all leads ÷ full re-score", times, "×", "≥ 100", times >= 100)


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
