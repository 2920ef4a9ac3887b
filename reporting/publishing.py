"""Published sums: a cache of every measure at the night's cut-off, switched by one pointer.

The night writes the sums of an edition beside the one that readers see; the last step compares and moves the pointer.
Readers see the old edition whole or the new edition whole, never a part of it. Without an edition they count live.
"""

import json
from datetime import date

from django.db import connection
from django.utils.translation import gettext_lazy as _

from reporting import checks
from reporting.credit import edition, reckoned
from reporting.loop import asking, night, wall
from reporting.models import Pointer, PublishedSum
from smarketing.jobs import ledger, nightly, runs
from smarketing.jobs.crash import point
from smarketing.jobs.models import Run
from smarketing.measures import engine, passes, registry
from smarketing.measures.question import Question

NAME = "reports"
MONTHS = 18
CHUNK = 150  # parts counted together, of one family: what is asked of the same days reads the same facts
DIMENSIONS = ("month", "source", "campaign", "persona", "rep")


def register() -> None:
    """Add the two steps to the night: sums, then the pointer."""
    ledger.STEPS |= {"sums": _("Published sums"), "publish": _("Reports switched over")}
    nightly.add(runs.Step("sums", lambda run: ranges(parts()), sums), order=80)
    nightly.once("publish", publish, order=90, needs_all=True)


def ranges(of: list[tuple[str, str]]) -> list[tuple[int, int]]:
    """Numbers of the parts that are counted together."""
    families = [dims.split("|")[:2] if "|" in dims else [] for _measure, dims in of]
    edges = [n for n, one in enumerate(families) if not n or one != families[n - 1]]
    return [
        (low, min(low + CHUNK, end))
        for first, end in zip(edges, [*edges[1:], len(of)], strict=True)
        for low in range(first, end, CHUNK)
    ]


def parts() -> list[tuple[str, str]]:
    """(measure, dimension or "") of everything published, in a lasting order; then what the overview and the wall ask."""
    sums = [(one.key, dims) for one in registry.measures() if one.nightly for dims in ("", *DIMENSIONS)]
    return sums + [(key, asking.dims(view, by)) for view, key, by in night.questions()] + edition.parts() + wall.parts()


def period(day: date) -> tuple[date, date]:
    """The eighteen calendar months that end with the one of `day`, half-open."""
    count = day.year * 12 + day.month  # the month after, counted from year 0
    first = count - MONTHS
    return date(first // 12, first % 12 + 1, 1), date(count // 12, count % 12 + 1, 1)


def edition_of(run: Run) -> str:
    return run.cutoff.isoformat()


def sums(run: Run, low: int, high: int) -> int:
    """Count the parts low <= n < high of a run's edition, in few passes over the facts. Returns the rows written."""
    some, tonight = parts()[low:high], night.Night(run)
    rows = []
    with reckoned.kept(), passes.counted(one for part in some for one in _asked(*part, run, tonight)):
        for measure, dims in some:
            body = _body(measure, dims, run, tonight)
            if body is not None:
                rows.append(PublishedSum(edition=edition_of(run), measure=measure, dims=dims, body=body))
    for row in rows:
        PublishedSum.objects.filter(edition=row.edition, measure=row.measure, dims=row.dims).delete()
    PublishedSum.objects.bulk_create(rows)
    return len(rows)


def _asked(measure: str, dims: str, run: Run, tonight: night.Night) -> list[Question]:
    """The questions that a part answers."""
    of_loop = asking.parse(dims)
    if of_loop:
        return [tonight.asked(measure, *of_loop)]
    if "|" in dims:
        return wall.asked(measure, dims, run) or edition.asked(dims, run)
    return [_question(measure, dims, run)]


def _body(measure: str, dims: str, run: Run, tonight: night.Night) -> dict | None:
    """The answer as exact text; None where the measure has no such dimension."""
    of_loop = asking.parse(dims)
    if of_loop:
        return tonight.keep(measure, *of_loop)
    if "|" in dims:
        return wall.keep(measure, dims, run) or edition.keep(measure, dims, run)
    try:
        found = engine.said(_question(measure, dims, run))
    except engine.Refusal:
        return None
    return {
        "from": found.question.first.isoformat(),
        "to": found.question.until.isoformat(),
        "unit": found.unit,
        "rows": [_group(one) for one in found.rows],
        "total": _group(found.total),
    }


def _question(measure: str, dims: str, run: Run) -> Question:
    first, until = period(run.business_date)
    return engine.ask(measure, first=first, until=until, by=(dims,) if dims else (), cutoff=run.cutoff)


def _group(one: engine.Group) -> dict:
    return {"group": one.group, "value": None if one.value is None else str(one.value), "n": one.n, "of": one.of}


def publish(run: Run) -> int:
    """Switch readers over to the run's edition, if it adds up; older editions than the one before go. Returns its rows."""
    edition = edition_of(run)
    rows = list(PublishedSum.objects.filter(edition=edition))
    for problem in checks.contradictions(rows):
        raise checks.DoesNotAddUp(str(problem))
    before = Pointer.objects.filter(name=NAME).first()
    if before is None or before.edition < edition:
        point("publish.pointer")
        Pointer.objects.update_or_create(name=NAME, defaults={"edition": edition, "published_at": run.cutoff})
    kept = {edition, before.edition if before else edition}
    PublishedSum.objects.exclude(edition__in=kept).delete()
    return len(rows)


def read(measure: str, dims: str = "") -> tuple[str, dict] | None:
    """(edition, sums) of a measure as published now, in one statement; None where nothing is published."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.edition, s.body FROM reporting_pointer p JOIN reporting_publishedsum s ON s.edition = p.edition"
            " WHERE p.name = %s AND s.measure = %s AND s.dims = %s",
            [NAME, measure, dims],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    return row[0], json.loads(row[1]) if isinstance(row[1], str) else row[1]
