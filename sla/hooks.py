"""What upper apps tell the contract: `closed_through(contract)` -> first day of its newest closed month, or None."""

from collections.abc import Callable
from datetime import date

closed_through: list[Callable[..., date | None]] = []
