"""How soon first attempts came in a month: of a running one from what its blocks keep, of a closed one as known at its cut-off,
kept from one look to the next, for it changes no more, save by merges, corrections of handoffs, erasures and terms for the past.
"""

from datetime import datetime
from fractions import Fraction

from smarketing.rows import clock

from . import as_of, news, took
from .follow import Month
from .models import ClauseSplit

Response = tuple[Fraction, Fraction, int]  # 90th percentile by nearest rank and median, in business hours; how many


def of(month: Month, key: str) -> Response | None:
    """Of the first attempts on the clocks of a clause that fall due in the month, or its longer period by the month's end; None
    where there was none."""
    return _closed(month, key) if month.frozen else took.spread(month.took.get(key, ()))


def _closed(month: Month, key: str) -> Response | None:
    row_of = month.row(key)
    months = month.span(row_of).months if row_of else (month.first,)
    own = {"contract": month.contract, "month": month.first, "what": f"took {key}"}
    basis, now = str(max(month.contract.terms.values_list("pk", flat=True), default=0)), clock.now()
    row = ClauseSplit.objects.filter(**own).first()
    if row is not None and (row.basis, row.cutoff) == (basis, month.cutoff) and _stands(row.counted_at, now):
        return _read(row.parts["took"])
    found = as_of.took(month.contract, months, key, month.cutoff)
    made = ClauseSplit(**own, basis=basis, cutoff=month.cutoff, counted_at=now, parts={"took": _written(found)})
    ClauseSplit.objects.bulk_create(
        [made], update_conflicts=True, unique_fields=list(own), update_fields=["basis", "cutoff", "counted_at", "parts"]
    )
    return found


def _stands(since: datetime, now: datetime) -> bool:
    """Whether nothing was recorded since that changes what was known at a past cut-off."""
    return not news.anew(since, now)


def _written(found: Response | None) -> list[str] | None:
    return [str(one) for one in found] if found else None


def _read(kept: list[str] | None) -> Response | None:
    return (Fraction(kept[0]), Fraction(kept[1]), int(kept[2])) if kept else None
