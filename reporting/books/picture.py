"""The picture of a month in a manager's mail: the volume promised, day by day against its line; in words for who sees none."""

from collections.abc import Sequence
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from sla import follow, series, words
from sla.figures import Volume
from sla.models import Contract
from smarketing.notify import drawing
from smarketing.notify.letters import Picture
from smarketing.rows import clock, fence


def of(contract: Contract, first: date) -> Picture | None:
    """A contract's month as it stands: the first volume promised, else the first clause. None without any."""
    reader = follow.Reader(contract, clock.now(), fence.cutoff())
    month = reader.month(first)
    row = next((one for one in month.rows if isinstance(one.figure, Volume)), next(iter(month.rows), None))
    if row is None:
        return None
    points = series.chart_of(month, row, reader).points
    said = {
        "clause": f"{row.clause.key} {words.clause(row.clause)}",
        "month": date_format(month.first, "YEAR_MONTH_FORMAT"),
        "reached": words.so_far(row.figure),
        "promised": words.promised(row.figure),
    }
    alt = _("%(clause)s, %(month)s: %(reached)s, promised %(promised)s. Bars: day by day; line: the pace promised.")
    return Picture(
        drawing.bars([(done, ideal) for _day, done, ideal in points]),
        alt % said,
        top=_("%(clause)s: %(reached)s, promised %(promised)s") % said,
        bottom=_("Blue: reached so far. Grey: the pace promised."),
        below=_days([day for day, _done, _ideal in points]),
    )


def _days(days: Sequence[date]) -> list[str]:
    """The first day, the middle and the last under the picture."""
    return [date_format(days[n], pgettext("date", "j M")) for n in (0, len(days) // 2, -1)]
