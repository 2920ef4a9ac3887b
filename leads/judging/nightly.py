"""The judge's night, as steps of `smarketing.jobs.runs`: (key, ranges(run), work(run, low, high))."""

from smarketing.jobs.models import Run
from smarketing.jobs.runs import id_ranges

CHUNK = 20_000


def lead_ranges(run: Run) -> list[tuple[int, int]]:
    """Ranges of lead ids."""
    return id_ranges("leads_lead", CHUNK)


def midnight(run: Run, low: int, high: int) -> int:
    """Judge the leads low <= id < high at the midnights up to the run's business date."""
    return 0


def line_ranges(run: Run) -> list[tuple[int, int]]:
    """One range per definition line."""
    return id_ranges("personas_definitionline", 1)


def release(run: Run, low: int, high: int) -> int:
    """Release held handoffs of the lines low <= id < high at the agreed pace."""
    return 0


def handoff_ranges(run: Run) -> list[tuple[int, int]]:
    """Ranges of handoff ids."""
    return id_ranges("leads_handoff", CHUNK)


def silence(run: Run, low: int, high: int) -> int:
    """Expire the handoffs low <= id < high that nobody touched within the silence of their rules."""
    return 0


# In the order of the night; each is (key, ranges, work).
STEPS = (
    ("midnight", lead_ranges, midnight),
    ("release", line_ranges, release),
    ("silence", handoff_ranges, silence),
)
