"""How far long work is: rows done, rows in all, rows a second, seconds left."""

from typing import Any


def of(reached: int, total: int, seconds: float, before: int = 0) -> dict[str, Any]:
    """What a bar shows (web/bar.html) of work that has gone on for `seconds` since `before` rows were done."""
    rate = (reached - before) / max(seconds, 0.1) if seconds else 0
    left = round((total - reached) / rate) if rate and total > reached else None
    return {"reached": reached, "total": total, "rate": round(rate), "left": left}
