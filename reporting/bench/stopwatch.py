"""Times, medians, percentiles, and the table that is printed."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction


class _Back(Exception):
    """Rolls a measured transaction back."""


def seconds(work: Callable[[], Any], times: int = 1) -> float:
    """Median seconds of `work`."""
    found = []
    for _time in range(times):
        begun = time.perf_counter()
        work()
        found.append(time.perf_counter() - begun)
    return median(found)


def timed(work: Callable[[], Any], times: int = 1) -> tuple[float, float]:
    """Median seconds, and median processor seconds, of `work`."""
    found, inside = [], []
    for _time in range(times):
        with Processor() as used:
            found.append(seconds(work))
        inside.append(used.seconds)
    return median(found), median(inside)


def undone(work: Callable[[], Any], times: int = 1) -> float:
    """Median seconds of `work` in a transaction that is rolled back each time."""
    return spent(work, times)[0]


def spent(work: Callable[[], Any], times: int = 1) -> tuple[float, float]:
    """Median seconds, and median processor seconds, of `work` in a transaction that is rolled back each time."""
    found, inside = [], []
    for _time in range(times):
        try:
            with transaction.atomic(), Processor() as used:
                begun = time.perf_counter()
                work()
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                found.append(time.perf_counter() - begun)
                used.stop()
                inside.append(used.seconds)
                raise _Back
        except _Back:
            pass
    return median(found), median(inside)


def percentile(values: Sequence[float], share: float) -> float:
    """Nearest rank."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, max(0, round(share * len(ranked) + 0.5) - 1))]


@dataclass
class Sheet:
    """Lines of the bench: what, value, unit, goal in words, whether it was reached (None: no goal)."""

    say: Callable[[str], None]
    lines: list[dict] = field(default_factory=list)

    def add(self, key: str, what: str, value: float, unit: str, goal: str = "", reached: bool | None = None) -> None:
        self.lines.append(
            {"key": key, "what": what, "value": round(value, 4), "unit": unit, "goal": goal, "reached": reached}
        )
        word = {None: "", True: "reached", False: "NOT reached"}[reached]
        self.say(f"  {what:<58} {value:>11,.3f} {unit:<9} {goal:<12} {word}")


class Processor:
    """Processor time of this process and of its database's server process: other work of the machine does not count.

    `with Processor() as used: …`; then `used.seconds`, of which `used.database`. A database elsewhere counts nothing.
    `using`: the connection whose server process is asked.
    """

    seconds = database = 0.0

    def __init__(self, using: str = DEFAULT_DB_ALIAS):
        self._using = using

    def __enter__(self) -> "Processor":
        with connections[self._using].cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            self._server = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
        self._before = time.process_time(), self._of_server()
        return self

    def __exit__(self, *problem: object) -> None:
        if problem[0] is None:
            self.stop()

    def stop(self) -> None:
        """Count up to now."""
        mine, its = self._before
        self.database = self._of_server() - its
        self.seconds = time.process_time() - mine + self.database

    def _of_server(self) -> float:
        return int(self._server.read_text().split()[0]) / 1e9 if self._server.exists() else 0.0


class Together(Processor):
    """The same where other threads help: each works `with used.connection():`, and its server process is counted, too."""

    def __init__(self, using: str = DEFAULT_DB_ALIAS):
        super().__init__(using)
        self._first, self._others, self._lock = threading.get_ident(), 0.0, threading.Lock()

    @contextmanager
    def connection(self) -> Iterator[None]:
        """Count the server process of this thread's connection; the one that began is counted already."""
        if threading.get_ident() == self._first:
            yield
            return
        other = Processor(self._using)
        with other:
            yield
        with self._lock:
            self._others += other.database

    def stop(self) -> None:
        """Count up to now."""
        super().stop()
        self.database += self._others
        self.seconds += self._others


def processor(work: Callable[[], Any], times: int = 1) -> float:
    """Median processor seconds of `work`."""
    found = []
    for _time in range(times):
        with Processor() as used:
            work()
        found.append(used.seconds)
    return median(found)
