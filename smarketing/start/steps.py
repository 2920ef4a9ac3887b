"""From an empty company to its first handoff: one table of steps, each read from the data; apps register theirs."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from smarketing.accounts.policy import may


@dataclass(frozen=True)
class Step:
    """`label`, `text`, `action`: lazy words; `done()`: whether the data say so; `address()`: where it is done (or the
    name of a page); `verb`: who does it; `order`: place in the list; `signs`: of those, only who signs for their side;
    `rests`: whether the others' part alone is missing, so that this person may go on with the next."""

    key: str
    label: object
    text: object
    action: object
    done: Callable[[], bool]
    address: Callable[[], str] | str
    verb: str
    order: int
    signs: bool = False
    rests: Callable[[object], bool] | None = None

    def is_for(self, user) -> bool:
        """Whether this person may do the step."""
        return may(user, self.verb) and (user.signs or not self.signs)

    def url(self) -> str:
        return reverse(self.address) if isinstance(self.address, str) else self.address()


@dataclass(frozen=True)
class Shown:
    """A step as one person sees it: `url` "" where somebody else does it; `following`: theirs to do now."""

    step: Step
    done: bool
    url: str
    following: bool


@dataclass(frozen=True)
class Checklist:
    """`rows`: every step, for whoever has one to do; `waits_for`: the step of others that comes next, for the rest."""

    rows: list[Shown]
    waits_for: Step | None = None


_STEPS: dict[str, Step] = {}


def register(step: Step) -> None:
    """The last registration of a key wins."""
    _STEPS[step.key] = step


def table() -> list[Step]:
    """Every step, in order."""
    return sorted(_STEPS.values(), key=lambda step: (step.order, step.key))


def checklist(user) -> Checklist:
    """The steps as `user` sees them; nothing once all are done."""
    found = [(step, step.done(), step.is_for(user)) for step in table()]
    open_ones = [step for step, done, mine in found if mine and not done]
    following = next((step.key for step in open_ones if not (step.rests and step.rests(user))), None)
    if not open_ones:
        return Checklist([], next((step for step, done, _mine in found if not done), None))
    return Checklist(
        [
            Shown(step, done, step.url() if mine and not done else "", step.key == following)
            for step, done, mine in found
        ]
    )


def following(user) -> Shown | None:
    """The step that is theirs to do now; None when every step is done, or those left are others'."""
    steps = table()
    if not steps or steps[-1].done():
        return None
    return next((one for one in checklist(user).rows if one.following), None)
