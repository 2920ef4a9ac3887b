"""What somebody owes and must hand on before they leave: registered from above in `AppConfig.ready()`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from .models import User


@dataclass(frozen=True)
class Duty:
    """One kind of duty. `said(n)`: "3 owed handoffs". `hold()`: lock out whoever gives new ones, until the transaction ends.

    `rows(user, limit)`: (text, address) of the first ones. `heirs(user)`: who may take over. `hand_on(user=, to=, by=, at=)`:
    give all to `to`, or (None) back to where they came from; returns how many. `back`: lazy words of that place.
    """

    key: str
    said: Callable[[int], str]
    count: Callable[[User], int]
    hold: Callable[[], None]
    rows: Callable[[User, int], Iterable[tuple[str, str]]]
    heirs: Callable[[User], list[User]]
    hand_on: Callable[..., int]
    back: object


_DUTIES: dict[str, Duty] = {}


def register(duty: Duty) -> None:
    """The last registration of a key wins."""
    _DUTIES[duty.key] = duty


def get(key: str) -> Duty | None:
    return _DUTIES.get(key)


def hold() -> None:
    """Let nobody give anybody a new duty until this transaction ends."""
    for duty in _DUTIES.values():
        duty.hold()


def owed(user: User) -> list[tuple[Duty, int]]:
    """The duties of which somebody has any, with how many."""
    counted = ((duty, duty.count(user)) for duty in _DUTIES.values())
    return [(duty, count) for duty, count in counted if count]


def hand_on(*, key: str, user: User, to: User | None, by: User, at: datetime) -> int:
    """Hand on all of one kind. Returns how many. KeyError for a kind that nobody registered."""
    return _DUTIES[key].hand_on(user=user, to=to, by=by, at=at)
