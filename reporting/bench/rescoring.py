"""Goals 1, 1b, 1d and the batches of goal 2: full re-scores of twelve and forty criteria beside DuckDB, the bare write of their
rows, and the best loop over leads; contributions equal by checksum before any time counts.
"""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from pathlib import Path
from statistics import median

from django.db import connection, transaction

from leads.intake.events import NewEvent, record_events
from leads.judging import marks, service, taking_up
from leads.models import Lead, LeadDirty, LotDirty, Score, ScoreHistory
from leads.scoring import days
from personas.criteria.evaluate import Judgement
from personas.definitions.catalogue import catalogue
from personas.models import DefinitionVersion
from reporting.demo import seed, writing
from reporting.demo.setting import Stage
from smarketing.rows import clock

from . import recompute, reference, versions
from .stopwatch import Processor, Sheet, Together, processor, spent

CRITERIA = (12, 40)
LOOPED, SINGLE, BATCH = 1_000, 100, 5_000
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
    with transaction.atomic():
        taken_up(version, at)
        said, leads = recompute.written(version)
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
    took, inside = _committed(version, at, rounds, (said, leads))
    cost = processor(lambda: files.score(version, raw=False), rounds)
    w, w_inside = _bare(version)
    r, r_raw = median(kept), median(raw)
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


def taken_up(
    version: DefinitionVersion, at: datetime, within: Callable[[], AbstractContextManager] = nullcontext
) -> None:
    """A version taken up by the judge's own function, lot by lot, as if it took effect at `at`: marks, locks, scores, history;
    the acts that follow from it apart. Side by side, unless inside a transaction. Marks of before go: all are judged."""
    for table in (LeadDirty, LotDirty):
        table.objects.all().delete()
    marks.lots(version, at)
    taking_up.score(version, lambda yes: None, within)


def _committed(version: DefinitionVersion, at: datetime, rounds: int, said: tuple[int, int]) -> tuple[float, float]:
    """Median seconds, and processor seconds of all connections, of a version taken up for good; what was written must be
    `said`. Those of the last round stand."""
    found = []
    for _round in range(rounds):
        _forget(version)
        with Together() as used:
            begun = time.perf_counter()
            taken_up(version, at, used.connection)
            took = time.perf_counter() - begun
        found.append((took, used.seconds))
    if (written := recompute.written(version)) != said:
        raise AssertionError(f"lots side by side wrote {written}, one after the other {said}; no time counts")
    wall, inside = zip(*found, strict=True)
    return median(wall), median(inside)


def _forget(version: DefinitionVersion) -> None:
    """A version's scores gone, and their places free, as before it was taken up."""
    for table in (Score, ScoreHistory):
        table.objects.filter(line=version.line_id).delete()
    for name in TABLES:
        seed.analyze(f"VACUUM {name}")


def _bare(version: DefinitionVersion, rounds: int = 3) -> tuple[float, float]:
    """Median seconds, and processor seconds, to write the rows of a version, all but the counting: into the very tables, as
    empty of it and as durable as for ours. Its scores are forgotten."""
    found = []
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(
                f"CREATE TEMP TABLE kept_{table} AS SELECT * FROM {table} WHERE line_id = %s ORDER BY lead_id",
                [version.line_id],
            )
        for _round in range(rounds):
            _forget(version)
            with Processor() as used:
                begun = time.perf_counter()
                for table in TABLES:
                    cursor.execute(f"INSERT INTO {table} SELECT * FROM kept_{table}")
                took = time.perf_counter() - begun
            found.append((took, used.seconds))
        for table in TABLES:
            cursor.execute(f"DROP TABLE kept_{table}")
    _forget(version)
    wall, inside = zip(*found, strict=True)
    return median(wall), median(inside)


def _looped(sheet: Sheet, version: DefinitionVersion, at: datetime, full: tuple[float, float]) -> None:
    """The best loop over leads on a sample, carried over to all; its rows written together, too. Beside it the one that asks and
    writes lead by lead."""
    everybody = list(
        Lead.objects.filter(root_id=None, erased=False, created_at__lte=at, recorded_at__lte=at)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    ids, fields = everybody[:: max(1, len(everybody) // LOOPED)][:LOOPED], catalogue()
    with transaction.atomic():
        taken_up(version, at)
        rows = Score.objects.filter(line=version.line_id, lead__in=ids).order_by("lead_id")
        sql = list(rows.values_list("lead_id", "fit", "engagement", "grade", "contributions"))
        transaction.set_rollback(True)
    said = reference.loop(version, ids, at, fields)
    same = sql == [(lead, one.fit, one.engagement, one.grade, one.contributions) for lead, one in said]
    sheet.add("same_loop", f"scores of {len(ids):,} leads, SQL and the loop", float(same), "", "equal", same)
    if not same:
        raise AssertionError("SQL and the loop over leads disagree; no time counts")

    def looped(some: list[int]) -> None:
        found = reference.loop(version, some, at, fields)
        for table in (Score, ScoreHistory):
            table.objects.bulk_create(_row(table, version, at, *one) for one in found)

    few = ids[:: max(1, len(ids) // SINGLE)]

    def one_by_one() -> None:
        for lead in few:
            looped([lead])

    each = [one / len(ids) for one in spent(lambda: looped(ids), 3)]
    single = spent(one_by_one)[0] / len(few)
    sheet.add("loop_single", "a loop that reads and writes lead by lead, a lead", 1000 * single, "ms")
    sheet.add("loop_each", f"the best loop, which reads and writes {len(ids):,} together, a lead", 1000 * each[0], "ms")
    for place, what in enumerate(("", ", by processor time")):
        times, key = each[place] * len(everybody) / full[place], f"loop_ratio{'_processor' * place}"
        sheet.add(
            key, f"the best loop carried over to all leads ÷ full re-score{what}", times, "×", "≥ 100", times >= 100
        )


def _row(
    table: type[Score | ScoreHistory], version: DefinitionVersion, at: datetime, lead: int, said: Judgement
) -> Score | ScoreHistory:
    """A row as the judge writes it."""
    return table(
        lead_id=lead, line_id=version.line_id, track="live", version_id=version.pk, effective_at=at, fit=said.fit,
        engagement=said.engagement, grade=said.grade, contributions=said.contributions, mql=said.mql, direct=said.direct,
    )  # fmt: skip


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
