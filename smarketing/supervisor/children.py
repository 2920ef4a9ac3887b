"""Child processes that never outlive the supervisor: own process group, parent-death signal."""

import ctypes
import os
import signal
import subprocess
from pathlib import Path

PR_SET_PDEATHSIG = 1


def _die_with_parent(parent: int):
    def prepare() -> None:
        os.setpgid(0, 0)
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # the parent died before the signal was asked for
            os._exit(1)

    return prepare


def start(
    command: list[str], log: Path, *, env: dict[str, str] | None = None, bound: bool = True, **options
) -> subprocess.Popen:
    """Start a child whose output goes to `log`. `bound` False: it may outlive us (the tests' shared cluster)."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=env,
            preexec_fn=_die_with_parent(os.getpid()) if bound else os.setsid, **options,
        )  # fmt: skip


def tail(log: Path, lines: int = 8) -> str:
    """Last lines of a log, for a sentence that says why something did not start."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""


def stop(child: subprocess.Popen, sign: int = signal.SIGTERM, seconds: float = 20) -> None:
    """Ask a child to end, wait, then end its group."""
    if child.poll() is None:
        child.send_signal(sign)
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait(5)
