"""Changes of a form's shape while somebody types: another kind of condition, one more, one less. Nothing is saved here.

A deed is written on a button: "add:when", "drop:when.c.1", "prop+:when", "prop-:when.event.props.0".
"""

from collections.abc import Callable

from personas.criteria.check import MAX_CONDITIONS
from personas.criteria.tree import GROUPS

from .names import CHILDREN, Posted, numbered, one
from .write import Shown


def reshape(posted: Posted, deed: str) -> Shown:
    """What the form shows after a deed; an unknown deed only settles chosen kinds."""
    shown = {name: list(values) for name, values in posted.items()}
    settle(shown)
    verb, _, name = deed.partition(":")
    if verb in _DEEDS:
        _DEEDS[verb](shown, name)
    return shown


def crowded(posted: Posted) -> bool:
    """Whether more conditions came than a whole definition holds: nobody typed them, and nothing is read of them."""
    return sum(name.endswith(".kind") and not name.endswith(".event.kind") for name in posted) > MAX_CONDITIONS


def settle(shown: Shown) -> None:
    """Where a leaf was turned into a group it becomes its first child; where a group was turned into a leaf, the reverse."""
    for key in sorted((key for key in shown if key.endswith(".was")), key=len):
        name = key.removesuffix(".was")
        if key not in shown:  # moved with what stood above it
            continue
        was, kind = one(shown, key), one(shown, f"{name}.kind")
        if kind in GROUPS and was not in GROUPS:
            inner = _cut(shown, f"{name}.")
            for rest, values in inner.items():
                shown[f"{name}.{CHILDREN}.0.{rest}"] = values
            shown[f"{name}.{CHILDREN}.0.kind"] = [was or "field"]
            shown[f"{name}.kind"] = [kind]
        elif was in GROUPS and kind not in GROUPS:
            first = _cut(shown, f"{name}.{CHILDREN}.0.")
            _cut(shown, f"{name}.")
            shown |= {f"{name}.{rest}": values for rest, values in first.items()} | {f"{name}.kind": [kind]}
    for key in [key for key in shown if key.endswith(".was")]:
        del shown[key]


def _add(shown: Shown, name: str) -> None:
    under = f"{name}.{CHILDREN}"
    last = max(numbered(shown, under), default=-1)
    shown[f"{under}.{last + 1}.kind"] = ["field"]


def _drop(shown: Shown, name: str) -> None:
    """Take out the numbered part `name`; those after it move up."""
    under, _, index = name.rpartition(".")
    if not index.isdecimal():
        return
    _cut(shown, f"{name}.")
    for later in [number for number in numbered(shown, under) if number > int(index)]:
        for rest, values in _cut(shown, f"{under}.{later}.").items():
            shown[f"{under}.{later - 1}.{rest}"] = values


def _add_prop(shown: Shown, name: str) -> None:
    under = f"{name}.event.props"
    last = max(numbered(shown, under), default=-1)
    shown |= {f"{under}.{last + 1}.key": [""], f"{under}.{last + 1}.op": ["is"]}


def _cut(shown: Shown, start: str) -> Shown:
    """Take out every field whose name begins with `start`; returned without it."""
    return {key.removeprefix(start): shown.pop(key) for key in [key for key in shown if key.startswith(start)]}


_DEEDS: dict[str, Callable[[Shown, str], None]] = {"add": _add, "drop": _drop, "prop+": _add_prop, "prop-": _drop}


def places(path: str, start: str) -> str:
    """The name of the field that a problem at a written path belongs to; `start` is the path that the form opens."""
    inner = path.removeprefix(start).lstrip(".")
    return ".".join(CHILDREN if step in GROUPS else step for step in inner.split(".")) if inner else ""
