"""Named crash points. `SMARKETING_CRASH=point:n` kills this process, without a farewell, the n-th time it gets there;
`SMARKETING_CRASH=stop@point:n` freezes it there instead (SIGSTOP), to be thawed by SIGCONT.

Used by the proofs only (`make trust`); without the variable a point costs one look-up.
"""

import os
import signal

_ARMED = os.environ.get("SMARKETING_CRASH", "")
_seen: dict[str, int] = {}


def point(name: str) -> None:
    if not _ARMED:
        return
    how, _, rest = _ARMED.rpartition("@")
    wanted, _, number = rest.partition(":")
    if wanted == name:
        _seen[name] = _seen.get(name, 0) + 1
        if _seen[name] == int(number or 1):
            os.kill(os.getpid(), signal.SIGSTOP if how == "stop" else signal.SIGKILL)
