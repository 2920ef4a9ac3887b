"""The chart of one clause day by day, pure: geometry of an SVG drawn on the server, and the same numbers as a table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

WIDTH, HEIGHT = 560, 190
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 14, 24
MONTH = 31  # days


@dataclass(frozen=True)
class Bar:
    x: str
    y: str
    width: str
    height: str
    day: date
    value: Fraction
    label: str = ""


@dataclass(frozen=True)
class Chart:
    """`points`: (day, reached or None for days to come, line) of each day; the rest is geometry of them."""

    bars: Sequence[Bar] = ()
    track: str = ""
    line: str = ""
    ticks: Sequence[tuple[str, Fraction]] = ()
    days: Sequence[tuple[str, date]] = ()
    forecast: tuple[str, str] | None = None
    points: Sequence[tuple[date, Fraction | None, Fraction | None]] = field(default_factory=tuple)
    width: int = WIDTH
    height: int = HEIGHT
    base: int = HEIGHT - BOTTOM
    left: int = LEFT
    right: int = WIDTH - RIGHT

    @property
    def long(self) -> bool:
        """Whether it is of more than a month."""
        return len(self.points) > MONTH


def volume(
    first: date, until: date, today: date, counted: Mapping[date, int | Fraction], target: Fraction,
    line_of: Callable[[date], Fraction], forecast: Fraction | None,
) -> Chart:  # fmt: skip
    """Bars of what has come so far, the ideal line as each day ends, the forecast at the end."""
    days = _days(first, until)
    points, reached = [], Fraction(0)
    for day in days:
        reached += counted.get(day, 0)
        points.append((day, Fraction(reached) if day <= today else None, line_of(day)))
    top = max([target, Fraction(reached), forecast or Fraction(0), Fraction(1)]) * Fraction(21, 20)
    x, y, step = _scales(days, top)
    bars = [
        Bar(_n(x(day) - step * 2 / 5), _n(y(value)), _n(step * 4 / 5), _n(HEIGHT - BOTTOM - y(value)), day, value)
        for day, value, _ideal in points
        if value
    ]
    end = (_n(x(days[-1])), _n(y(forecast))) if forecast is not None else None
    line = " ".join(f"{_n(x(day))},{_n(y(value))}" for day, _reached, value in points)
    ticks = [(_n(y(value)), value) for value in dict.fromkeys((Fraction(0), target / 2, target))]
    return Chart(bars, "", line, ticks, _labels(days, x), end, points)


def straight(
    first: date, until: date, target: Fraction, business: Callable[[date, date], int]
) -> Callable[[date], Fraction]:
    """Where a line of one slope stands as a day ends, by business days."""
    whole = business(first, until)
    return lambda day: target * business(first, day + timedelta(days=1)) / whole if whole else target


def share(first: date, until: date, today: date, settled: Mapping[date, tuple[int, int]], promised: Fraction) -> Chart:
    """The share met of what was settled up to each day, against the promised one. `settled`: day -> (met, missed)."""
    days = _days(first, until)
    points, met, all_ = [], 0, 0
    for day in days:
        kept, broken = settled.get(day, (0, 0))
        met, all_ = met + kept, all_ + kept + broken
        points.append((day, Fraction(met, all_) if all_ and day <= today else None, promised))
    x, y, _step = _scales(days, Fraction(1))
    known = [(day, value) for day, value, _p in points if value is not None]
    track = " ".join(f"{_n(x(day))},{_n(y(value))}" for day, value in known)
    line = f"{_n(x(days[0]))},{_n(y(promised))} {_n(x(days[-1]))},{_n(y(promised))}"
    ticks = [(_n(y(value)), value) for value in dict.fromkeys((Fraction(0), Fraction(1, 2), promised))]
    return Chart((), track, line, ticks, _labels(days, x), None, points)


def _days(first: date, until: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((until - first).days)]


def _scales(days: Sequence[date], top: Fraction):
    step = Fraction(WIDTH - LEFT - RIGHT, len(days))

    def x(day: date) -> Fraction:
        return LEFT + step * (day - days[0]).days + step / 2

    def y(value: Fraction) -> Fraction:
        return HEIGHT - BOTTOM - value / top * (HEIGHT - BOTTOM - TOP)

    return x, y, step


def _labels(days: Sequence[date], x) -> list[tuple[str, date]]:
    """Mondays of a month; of more, the first days of its months."""
    told = [day for day in days if (day.day == 1 if len(days) > MONTH else day.weekday() == 0)]
    return [(_n(x(day)), day) for day in told]


def _n(value: Fraction) -> str:
    return f"{float(value):.1f}"
