"""Names of a form's fields: the path of what they edit, dotted, inside the criterion or condition that the form opens.

Children of a group stand under `c`, whatever the group is: `when.c.0.value`, so that all → any keeps what was typed.
"""

import re
from collections.abc import Mapping, Sequence

from personas.criteria.check import MAX_DEPTH
from personas.criteria.tree import GROUPS, Path, written

_INDEX = re.compile(r"\d{1,3}", re.ASCII)
Posted = Mapping[str, Sequence[str]]
CHILDREN = "c"
DEEPEST = MAX_DEPTH + 1  # levels of a tree that are read: one more than may be, so that it is said
MOST = 200  # members of one list that are read


def control(path: Path) -> str:
    """("when", "all", 0, "value") as the name of its field."""
    return written(tuple(CHILDREN if step in GROUPS else step for step in path))


def one(posted: Posted, name: str, default: str = "") -> str:
    """The last value posted under a name, without spaces around."""
    values = posted.get(name) or ()
    return values[-1].strip() if values else default


def lines(posted: Posted, name: str) -> list[str]:
    """The lines of a text area, empty ones left out."""
    values = posted.get(name) or ()
    return [line.strip() for value in values for line in value.splitlines() if line.strip()]


def numbered(posted: Posted, name: str) -> list[int]:
    """Indexes of what stands under `name`, in order: fields `name.0.…`, `name.1.…`; at most `MOST`."""
    start, found = f"{name}.", set()
    for key in posted:
        if (
            key.startswith(start)
            and (index := key[len(start) :].partition("."))
            and index[1]
            and _INDEX.fullmatch(index[0])
        ):
            found.add(int(index[0]))
    return sorted(found)[:MOST]
