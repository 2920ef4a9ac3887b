"""Charts as geometry of an SVG drawn on the server, pure; the same numbers always stand in a table beside them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 48, 96, 12, 26


@dataclass(frozen=True)
class Mark:
    """A line across or up at a place, with its word."""

    at: str
    text: str


@dataclass(frozen=True)
class Line:
    """`path` of an SVG; the word stands at its end, `style` 0, 1, 2 … tells lines apart without colour."""

    name: str
    path: str
    end_x: str
    end_y: str
    style: int
    points: Sequence[tuple[str, str, str]] = ()


@dataclass(frozen=True)
class Lines:
    lines: Sequence[Line]
    across: Sequence[Mark]
    up: Sequence[Mark]
    notes: Sequence[Mark] = field(default_factory=tuple)
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    base: int = HEIGHT - BOTTOM
    top: int = TOP


def stairs(curves: Sequence[tuple[str, Sequence[tuple[int, Fraction]]]], days: int) -> Lines | None:
    """Curves that rise in steps: (name, [(day, share)]) up to `days`; None where nobody has come."""
    top = max((share for _name, points in curves for _day, share in points), default=Fraction(0))
    if not top:
        return None
    ceiling = _ceiling(top)
    lines = []
    for style, (name, points) in enumerate(curves):
        path, level = [f"M{_x(0, days)} {_y(0, ceiling)}"], Fraction(0)
        for day, share in points:
            path.append(f"H{_x(day, days)}V{_y(share, ceiling)}")
            level = share
        path.append(f"H{_x(days, days)}")
        lines.append(Line(name, "".join(path), _x(days, days), _y(level, ceiling), style))
    ticks = [0, 30, 60, 90, 120, 150, 180]
    across = [Mark(_x(day, days), str(day)) for day in ticks if day <= days]
    return Lines(
        _apart(lines), across, [Mark(_y(ceiling * n / 4, ceiling), _percent(ceiling * n / 4)) for n in range(5)]
    )


def series(
    lines: Sequence[tuple[str, Sequence[Fraction | None]]],
    names: Sequence[str],
    say,
    notes: Sequence[tuple[int, str]] = (),
) -> Lines | None:
    """Values at equal distances with points: (name, values), None leaves a gap. `say`: a value in words; `notes`: (place, word)."""
    values = [value for _name, some in lines for value in some if value is not None]
    if not values or len(names) < 2:
        return None
    ceiling, last = _ceiling(max([*values, Fraction(0)])), len(names) - 1
    drawn = []
    for style, (name, some) in enumerate(lines):
        points = [(n, max(value, Fraction(0))) for n, value in enumerate(some) if value is not None]
        if not points:
            continue
        path = "".join(
            f"{'M' if place == 0 or points[place - 1][0] != n - 1 else 'L'}{_x(n, last)} {_y(value, ceiling)}"
            for place, (n, value) in enumerate(points)
        )
        dots = [(_x(n, last), _y(value, ceiling), f"{names[n]}: {say(value)}") for n, value in points]
        drawn.append(Line(name, path, dots[-1][0], dots[-1][1], style % 5, dots))
    every = -(-len(names) // 8)
    across = [Mark(_x(n, last), names[n]) for n in range(0, len(names), every)]
    up = [Mark(_y(ceiling * n / 4, ceiling), say(ceiling * n / 4)) for n in range(5)]
    return Lines(_apart(drawn), across, up, [Mark(_x(place, last), word) for place, word in notes])


def _apart(lines: Sequence[Line]) -> list[Line]:
    """Words at the ends, moved so that none lies on another."""
    low, placed = None, {}
    for line in sorted(lines, key=lambda one: -float(one.end_y)):
        at = float(line.end_y) if low is None else min(float(line.end_y), low - 14)
        placed[line.style], low = at, at
    return [Line(one.name, one.path, one.end_x, f"{placed[one.style]:.1f}", one.style, one.points) for one in lines]


def _ceiling(top: Fraction) -> Fraction:
    """The least of 1, 2, 2.5, 5 × 10ⁿ that holds the greatest value."""
    if top <= 0:
        return Fraction(1)
    power = Fraction(1)
    while power * 10 <= top:
        power *= 10
    while power > top:
        power /= 10
    return next(
        power * step
        for step in (Fraction(1), Fraction(2), Fraction(5, 2), Fraction(5), Fraction(10))
        if power * step >= top
    )


def _x(place: int, last: int) -> str:
    return f"{LEFT + float((WIDTH - LEFT - RIGHT) * Fraction(place, last)):.1f}"


def _y(value: Fraction | int, ceiling: Fraction) -> str:
    return f"{HEIGHT - BOTTOM - float((HEIGHT - TOP - BOTTOM) * value / ceiling):.1f}"


def _percent(share: Fraction) -> str:
    from smarketing.measures import shown

    return shown.percent(share, 0) if (share * 100).denominator == 1 else shown.percent(share, 1)
