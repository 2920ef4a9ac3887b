"""Local days of the installation, for scoring (`smarketing.rows.days`)."""

from smarketing.rows.days import EPOCH, FIRST, LAST, Days, here

__all__ = ["EPOCH", "FIRST", "LAST", "Days", "here"]
