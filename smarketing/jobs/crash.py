"""Named crash points. `SMARKETING_CRASH=point:n` kills this process, without a farewell, the n-th time it gets there.

Used by the proofs only (`make trust`); without the variable a point costs one look-up.
"""

import os
import signal

_ARMED = os.environ.get("SMARKETING_CRASH", "")
_seen: dict[str, int] = {}


def point(name: str) -> None:
    if not _ARMED:
        return
    wanted, _, number = _ARMED.partition(":")
    if wanted == name:
        _seen[name] = _seen.get(name, 0) + 1
        if _seen[name] == int(number or 1):
            os.kill(os.getpid(), signal.SIGKILL)
