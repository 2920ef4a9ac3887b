"""The closed loop on a large company: funnel and triangle counted from the facts, the pages read from what the night published."""

from leads.handoffs import states
from reporting import publishing
from reporting.loop import asking, cohorts, funnel, spans
from smarketing.jobs.models import Run
from smarketing.measures import engine
from smarketing.rows import clock, fence

from .pages import client, measure
from .stopwatch import Sheet, processor, seconds, timed

PAGES = (
    "/loop/", "/loop/?view=period", "/loop/?by=source", "/loop/funnel/", "/loop/funnel/?by=source", "/loop/funnel/?of=revenue",
    "/loop/quality/", "/loop/quality/?by=campaign&rated=source",
    "/loop/attribution/", "/loop/attribution/?dated=handed",
)  # fmt: skip
TIMES = 5


def loop(sheet: Sheet) -> None:
    """Funnel and triangle live; then the night's edition, and each page that is read from it."""
    today, newest = clock.today(), spans.last_handoff()
    year = spans.usual(spans.TRIANGLE, today, newest)
    span = spans.usual(spans.COHORT, today, newest)
    cutoff = fence.cutoff()

    def counted() -> None:
        funnel.steps(asking.Asking(span, spans.COHORT, None, cutoff))

    def triangle() -> None:
        cohorts.cohorts(asking.Asking(year, spans.TRIANGLE, None, cutoff), "won")

    for key, what, work, goal in (("funnel", "funnel of six months, counted now", counted, 1.0), ("triangle", "triangle of twelve cohorts, counted now", triangle, 0.2)):  # fmt: skip
        work()
        took = seconds(work, TIMES)
        sheet.add(key, what, took, "s", f"≤ {goal:g} s", took <= goal)
        sheet.add(f"{key}_processor", f"{what}, processor", processor(work, TIMES), "s")
    handed = engine.answer("handoffs", first=year.first, until=year.until, cutoff=cutoff).total.n
    sheet.add("handoffs", "handoffs of these twelve months", handed, "")
    _publish(sheet)
    reader = client(role="manager", side="sales")
    for path in PAGES:
        reader.get(path)  # once before, as a process has shown its pages before
        measure(sheet, reader, path)


def _publish(sheet: Sheet) -> None:
    """The night's edition, whole."""
    run = Run(job="bench", business_date=clock.today(), cutoff=fence.cutoff())
    states.rebuild()
    parts = publishing.parts()

    def publish() -> None:
        for low, high in publishing.ranges(parts):
            publishing.sums(run, low, high)
        publishing.publish(run)

    took, inside = timed(publish)
    sheet.add("publish", f"an edition of {len(parts)} parts counted, checked and published", took, "s")
    sheet.add("publish_processor", "the edition, processor", inside, "s")
