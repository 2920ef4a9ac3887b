"""Figures in words and digits, in the active language. Shown digits never contradict the state."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from django.utils.formats import date_format, number_format
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext
from django.utils.translation import gettext as _

from . import follow, kinds, states
from .figures import Figure, Share, Volume
from .kinds import periods
from .models import Clause

# State -> (shape, word). "nothing" has no state: a dash.
STATES = {
    states.KEPT: ("✓", gettext_lazy("kept")),
    states.BROKEN: ("✗", gettext_lazy("broken")),
    states.ON_PACE: ("◌", gettext_lazy("on pace")),
    states.BEHIND: ("▽", gettext_lazy("behind")),
    states.NOTHING: ("–", gettext_lazy("nothing due")),
}
PHASES = {
    follow.FUTURE: gettext_lazy("not started"),
    follow.RUNNING: gettext_lazy("running"),
    follow.GRACE: gettext_lazy("over, some promises still pending"),
    follow.OVER: gettext_lazy("over, not closed yet"),
    follow.CLOSED: gettext_lazy("book closed"),
    follow.NONE: gettext_lazy("no terms in force"),
}
# Period -> in words while it goes on, once it is over.
SO_FAR = {
    periods.QUARTER: (gettext_lazy("quarter so far, %(first)s – %(last)s"), gettext_lazy("whole quarter, %(first)s – %(last)s")),
    periods.YEAR: (gettext_lazy("year so far, %(first)s – %(last)s"), gettext_lazy("whole year, %(first)s – %(last)s")),
}  # fmt: skip
WORST = (states.BROKEN, states.BEHIND, states.ON_PACE, states.KEPT, states.NOTHING)


def number(value: Decimal | int | Fraction, places: int | None = None) -> str:
    """A number in the active language's format; without trailing zeros unless `places` are asked."""
    if isinstance(value, Fraction):
        value = Decimal(value.numerator) / Decimal(value.denominator)
    return _written(str(Decimal(value)), places, get_language())


@lru_cache(8192)
def _written(text: str, places: int | None, _language: str | None) -> str:
    """A number as the active language, which is named, writes it: a month's pages write the same few hundred again and again."""
    value = Decimal(text)
    if places is None:
        places = _places(value.normalize())
    return number_format(value, places, use_l10n=True, force_grouping=True)


def decimal(value: Fraction, places: int) -> Decimal:
    """A fraction as a decimal of so many digits after the point at most, half to even."""
    return Decimal(round(value * 10**places)).scaleb(-places).normalize()


def _places(value: Decimal) -> int:
    return max(-int(value.as_tuple().exponent), 0)


def percent(value: Decimal | int | Fraction, places: int | None = None) -> str:
    return _("%(number)s%%") % {"number": number(value, places)}


def signed(value: Decimal) -> str:
    """+3 or −3, with a real minus."""
    return ("+" if value >= 0 else "−") + number(abs(value))


def exact_percent(share: Fraction) -> str:
    """A promised share with the digits it has, at most two."""
    return percent(_digits(share))


@lru_cache(1024)
def _digits(share: Fraction) -> Decimal:
    places = next((places for places in (0, 1) if (share * 100 * 10**places).denominator == 1), 2)
    return Decimal(round(share * 100 * 10**places)).scaleb(-places)


def amount(figure: Volume, value: Decimal | int | Fraction) -> str:
    """A number of what a volume counts, or an amount of money."""
    if figure.unit != kinds.MONEY:
        return number(value)
    if isinstance(value, Fraction):
        value = Decimal(value.numerator) / Decimal(value.denominator)
    return kinds.amount(Decimal(value))


def promised(figure: Figure) -> str:
    if isinstance(figure, Volume):
        return amount(
            figure,
            figure.target if figure.target.denominator == 1 else states.shown(figure.target, Fraction(figure.count), 1),
        )
    return "≥ " + exact_percent(figure.promised)


def so_far(figure: Figure) -> str:
    """What was reached; a dash where nothing has been settled."""
    if isinstance(figure, Volume):
        return amount(figure, figure.count) if figure.started else "–"
    if not figure.settled:
        return "–"
    shown = states.shown_percent(figure.met, figure.settled, figure.promised)
    return percent(shown, _places(shown))


def fraction(figure: Figure) -> str:
    """(88/104) beside a share."""
    if isinstance(figure, Share) and figure.settled:
        return f"({number(figure.met)}/{number(figure.settled)})"
    return ""


def apart(figure: Figure) -> list[tuple[str, str]]:
    """(state, words) of what is not counted in a share."""
    if isinstance(figure, Volume):
        return []
    pending = ngettext("%(number)s pending", "%(number)s pending", figure.pending) % {"number": number(figure.pending)}
    excluded = ngettext("%(number)s left out", "%(number)s left out", figure.excluded) % {
        "number": number(figure.excluded)
    }
    waived = ngettext("%(number)s waived", "%(number)s waived", figure.waived) % {"number": number(figure.waived)}
    return [
        (key, text)
        for key, text, n in (
            ("pending", pending, figure.pending),
            ("excluded", excluded, figure.excluded),
            ("waived", waived, figure.waived),
        )
        if n
    ]


def line(figure: Figure) -> str:
    """Where the ideal line stands, with the distance to it."""
    if not isinstance(figure, Volume) or not figure.started or figure.over:
        return "–"
    place = states.shown(figure.line, Fraction(figure.count), 0)
    gap = states.shown(figure.gap, Fraction(0), 0)
    sign = "+" if gap >= 0 else "−"
    return f"{amount(figure, place)} ({sign}{amount(figure, abs(gap))})"


def forecast(figure: Figure) -> str:
    if not isinstance(figure, Volume) or figure.forecast is None:
        return "–"
    return amount(figure, states.shown(figure.forecast, figure.target, 0))


def state(key: str) -> tuple[str, str, str]:
    """(key, shape, word) of a state."""
    shape, word = STATES.get(key, STATES[states.NOTHING])
    return key, shape, str(word)


def clause(one: Clause) -> str:
    """A clause in few words, for a table that shows its target beside it."""
    return kinds.short(one.kind, one.target, one.params)


def sentence(month: follow.Month) -> list[str]:
    """The month in words: one sentence for each side and one for both, about its promise that stands worst."""
    if month.phase == follow.FUTURE:
        return [_("This month has not begun.")]
    out = []
    for side in ("marketing", "sales", kinds.BOTH):
        if row := worst(month, side):
            text = _volume(row) if isinstance(row.figure, Volume) else _share(row, month.phase)
            out.append(f"{text} ({period(month, row)})" if row.long else text)
    return out


def period(month: follow.Month, row: follow.Row) -> str:
    """The time over which a clause is judged that is longer than a month, as it stands in the month; "" of a month."""
    if not row.long:
        return ""
    span = month.span(row)
    so_far = SO_FAR[row.clause.period][span.ends and month.phase not in (follow.RUNNING, follow.FUTURE)]
    first, last = (date_format(day, pgettext("date", "M Y")) for day in (span.first, span.until - timedelta(days=1)))
    return so_far % {"first": first, "last": last}


def worst(month: follow.Month, side: str | None = None) -> follow.Row | None:
    """The clause that stands worst, of one side if given; the first of several, None where there is none."""
    rows = (row for row in month.rows if side in (None, row.clause.side))
    return min(rows, key=lambda row: WORST.index(row.figure.state), default=None)


def _volume(row: follow.Row) -> str:
    figure = row.figure
    assert isinstance(figure, Volume)
    gap = states.shown(abs(figure.gap), Fraction(0), 0)
    about = figure.state if figure.state in (states.KEPT, states.BROKEN) else "behind" if figure.gap < 0 else "on_line"
    words = {"count": amount(figure, figure.count), "target": promised(figure), "gap": amount(figure, gap)}
    return str(row.kind.says[about] % (words | {"number": int(gap), "counted": int(figure.count)}))


def _share(row: follow.Row, phase: str) -> str:
    figure, says, said = row.figure, row.kind.says, periods.words(row.clause.params)
    assert isinstance(figure, Share)
    if not figure.settled:
        return str(says["nothing" if phase == follow.RUNNING else "nothing_over"] % said)
    return str(says["so_far"] % (said | {"share": so_far(figure), "promised": exact_percent(figure.promised)}))
