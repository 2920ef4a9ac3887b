"""State of a clause in a period, pure and exact (shares are Fractions; shown digits never contradict the state)."""

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

KEPT, BROKEN, ON_PACE, BEHIND, NOTHING = "kept", "broken", "on_pace", "behind", "nothing"


def volume(count: int | Fraction, target: Fraction, projected: Fraction | None, over: bool) -> str:
    """Kept when reached; before the end on pace or behind by the forecast; broken only at the period's end."""
    if count >= target:
        return KEPT
    if over:
        return BROKEN
    return ON_PACE if projected is None or projected >= target else BEHIND


def forecast(count: int | Fraction, elapsed: int, days: int) -> Fraction | None:
    """count ÷ elapsed business days × business days of the period; None before the first day has passed."""
    return Fraction(count * days) / elapsed if elapsed else None


def along(count: int | Fraction, target: Fraction, ideal: Fraction) -> Fraction | None:
    """The forecast along a line that has more than one slope: whoever is at half of it stays at half of it. The linear one
    where there is one slope; None before the line has left 0."""
    return Fraction(count) * target / ideal if ideal else None


def line(target: Fraction, elapsed: int, days: int) -> Fraction:
    """Where the ideal line by business days stands."""
    return target * elapsed / days if days else target


def needed(count: int | Fraction, target: Fraction, elapsed: int, days: int) -> Fraction | None:
    """Pace per remaining business day that still reaches the target; None when no day is left."""
    left = days - elapsed
    return max(Fraction(0), (target - count)) / left if left > 0 else None


def share(met: int, settled: int, pending: int, promised: Fraction, over: bool) -> str:
    """Pending is never counted. Kept or broken only when the period has ended and nothing of it is pending."""
    if not settled:
        return NOTHING
    reaches = Fraction(met, settled) >= promised
    if over and not pending:
        return KEPT if reaches else BROKEN
    return ON_PACE if reaches else BEHIND


def shown_percent(met: int, settled: int, promised: Fraction, digits: int = 0) -> Decimal:
    """Percentage with as many digits (to 6) as needed so that it does not contradict met/settled ≥ promised."""
    exact = Fraction(met, settled)
    for places in range(digits, 7):
        shown = (Decimal(exact.numerator * 100) / Decimal(exact.denominator)).quantize(
            Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN
        )
        if (Fraction(shown) / 100 >= promised) == (exact >= promised):
            return shown
    return shown


def shown(value: Fraction, against: Fraction, digits: int = 0) -> Decimal:
    """A number with as many digits (to 6) as needed so that it does not contradict value ≥ against."""
    for places in range(digits, 7):
        text = Decimal(round(value * 10**places)).scaleb(-places)
        if (Fraction(text) >= against) == (value >= against):
            break
    return text
