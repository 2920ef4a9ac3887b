"""Exact figures and how they are shown: pure, Fractions and Decimals in, text out, rounded once, half to even."""

from bisect import bisect_right
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from itertools import accumulate

Z = Decimal("1.959963984540054")
Exact = int | Fraction | Decimal
NOTHING_AT_MOST = Decimal("3.688879454113936")  # −ln 0.025: above it nobody would have seen nothing
COUNT, RATIO, DAYS, MONEY, NUMBER = "count", "ratio", "days", "money", "number"
FEW = 20  # cases, under which a share says little and is shown grey
PLACES = {COUNT: 0, RATIO: 6, DAYS: 6, MONEY: 2, NUMBER: 6}
_CONTEXT = Context(prec=60)


def wilson(hits: int, of: int) -> tuple[Decimal, Decimal] | None:
    """95 % interval of a share after Wilson, to 40 digits; None for 0 of 0. ValueError unless 0 <= hits <= of."""
    if not 0 <= hits <= of:
        raise ValueError(f"{hits} of {of} is no share")
    return _wilson(Decimal(hits), Decimal(of)) if of else None


def _wilson(k: Decimal, n: Decimal) -> tuple[Decimal, Decimal]:
    c, z2 = _CONTEXT, _CONTEXT.multiply(Z, Z)
    below = c.add(n, z2)
    middle = c.divide(c.add(k, c.divide(z2, Decimal(2))), below)
    inside = c.add(c.divide(c.multiply(k, n - k), n), c.divide(z2, Decimal(4)))
    half = c.divide(c.multiply(Z, c.sqrt(inside)), below)
    low = Decimal(0) if k == 0 else c.subtract(middle, half)
    high = Decimal(1) if k == n else c.add(middle, half)
    return low, high


def poisson(count: int) -> tuple[Decimal, Decimal]:
    """95 % interval of what a count is one draw of: Byar's approximation to the exact Poisson limits (Breslow and Day,
    Statistical Methods in Cancer Research II, IARC 1987, p. 69), within 1 % of them from 1 on; 0 to 3.69 (exact) for nothing.
    ValueError below 0."""
    if count < 0:
        raise ValueError(f"{count} is no count")
    c = _CONTEXT

    def edge(n: int, sign: int) -> Decimal:
        ninth, half = c.divide(Decimal(1), Decimal(9 * n)), c.divide(Z, c.multiply(Decimal(3), c.sqrt(Decimal(n))))
        return c.multiply(Decimal(n), c.power(c.add(c.subtract(Decimal(1), ninth), sign * half), 3))

    if count == 0:
        return Decimal(0), NOTHING_AT_MOST
    return max(edge(count, -1), Decimal(0)), edge(count + 1, 1)


class Ordered:
    """Values with how often each occurs, put in order once for several questions about them."""

    def __init__(self, spread: Sequence[tuple[Exact, int]]):
        some = sorted(spread)
        self.values = [value for value, _times in some]
        self.upto = list(accumulate(times for _value, times in some))

    @property
    def count(self) -> int:
        return self.upto[-1] if self.upto else 0

    def nth(self, place: int) -> Fraction:
        """The value at a place, counted from 0. IndexError beyond the last."""
        return Fraction(self.values[bisect_right(self.upto, place)])


Spread = Sequence[tuple[Exact, int]] | Ordered


def ordered(spread: Spread) -> Ordered:
    return spread if isinstance(spread, Ordered) else Ordered(spread)


def quantile(spread: Spread, share: Fraction) -> Fraction | None:
    """Quantile by linear interpolation of values with how often each occurs; None of nothing."""
    some = ordered(spread)
    if not some.count:
        return None
    place = share * (some.count - 1)
    low = place.numerator // place.denominator
    below, above = some.nth(low), some.nth(min(low + 1, some.count - 1))
    return below + (above - below) * (place - low)


def nearest_rank(spread: Spread, share: Fraction) -> Fraction | None:
    """The smallest value with at least `share` of all at or below it (p90 of a response time); None of nothing."""
    some = ordered(spread)
    if not some.count:
        return None
    rank = max(1, -(-share.numerator * some.count // share.denominator))
    return some.nth(rank - 1)


def around(spread: Spread, share: Fraction) -> tuple[Fraction, Fraction] | None:
    """95 % interval of a quantile (0 < share < 1) after Woodruff (JASA 47, 1952): the values just outside Wilson's interval of
    the share itself (of 100 values and a median the 40th and the 61st), however they are spread. None of nothing."""
    some = ordered(spread)
    if not (count := some.count):
        return None
    place = _CONTEXT.divide(Decimal(count * share.numerator), Decimal(share.denominator))
    low, high = _wilson(place, Decimal(count))
    first, last = Fraction(low) * count // 1, -(-Fraction(high) * count // 1) + 1
    return some.nth(max(first, 1) - 1), some.nth(min(last, count) - 1)


def mean(spread: Sequence[tuple[Exact, int]]) -> Fraction | None:
    """Arithmetic mean; None of nothing."""
    count = sum(times for _value, times in spread)
    return total(spread) / count if count else None


def total(spread: Sequence[tuple[Exact, int]]) -> Fraction:
    """Sum of the values as often as each occurs."""
    return sum((Fraction(value) * times for value, times in spread), Fraction(0))


def rounded(value: Exact, places: int) -> Decimal:
    """Half to even at `places` decimals, from the exact value."""
    scaled = Fraction(value) * 10**places
    return Decimal(round(scaled)).scaleb(-places, Context(prec=60))


def api(value: Exact | None, unit: str) -> int | str | None:
    """A figure as the API says it: a count is an integer, everything else a decimal string; null stays null."""
    if value is None:
        return None
    if unit == COUNT:
        return int(value)
    text = f"{rounded(value, PLACES[unit]):f}"
    return text.rstrip("0").rstrip(".") if unit == NUMBER and "." in text else text


def half_even(value: Decimal, places: int = 6) -> Decimal:
    """A Decimal at `places` decimals, half to even."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
