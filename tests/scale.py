"""How many examples a property draws: all of them in `make trust`, a third in `make test`, which has to stay short. What draws so
is marked `sized` (or `trust`, or `invariant`), so that `make trust` runs it."""

import os

WHOLE = bool(os.environ.get("SMARKETING_TRUST"))


def examples(whole: int, share: int = 3) -> int:
    """`whole` in `make trust`; one of `share`, three at least, otherwise."""
    return whole if WHOLE else max(3, whole // share)
