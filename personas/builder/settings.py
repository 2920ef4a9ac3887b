"""Band edges and cells, and the rest of a definition (hysteresis, cool-down, pace, mandatory fields): forms and back."""

import re
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from personas.criteria.tree import AXES, NUMBERS

from .names import Posted, one
from .read import whole
from .write import Shown


def write(body: Mapping[str, Any], form: str) -> Shown:
    """What the form "mql" or "rest" shows."""
    if form == "mql":
        shown = {"mql": list(body.get("mql") or ())}
        for axis in AXES:
            shown[f"{axis}.bands"] = [", ".join(map(str, body[axis]["bands"]))]
            shown[f"{axis}.cap"] = [str(body[axis].get("cap", 100))]
        return shown
    return {"mandatory": list(body.get("mandatory") or ())} | {
        name: [str(body.get(name, default))] for name, default in NUMBERS.items()
    }


def changed(body: Mapping[str, Any], posted: Posted, form: str) -> dict[str, Any]:
    """A copy of `body` with what was posted; parts that say the same as before stay as they were."""
    fresh, shown = deepcopy(dict(body)), write(body, form)
    if form == "mql":
        for axis in AXES:
            if _differs(posted, shown, f"{axis}.bands"):
                fresh[axis]["bands"] = bands(one(posted, f"{axis}.bands"))
            if _differs(posted, shown, f"{axis}.cap"):
                fresh[axis]["cap"] = whole(one(posted, f"{axis}.cap"))
    else:
        for name in NUMBERS:
            if _differs(posted, shown, name):
                fresh[name] = whole(one(posted, name))
    listed = "mql" if form == "mql" else "mandatory"
    if set(posted.get(listed) or ()) != set(shown[listed]):
        fresh[listed] = list(dict.fromkeys(posted.get(listed) or ()))
    return fresh


def bands(text: str) -> Any:
    """ "75, 50, 25" as whole numbers; what is no number stays as typed."""
    return [whole(part) for part in re.split(r"[\s,;]+", text.strip()) if part]


def _differs(posted: Posted, shown: Shown, name: str) -> bool:
    """Typed and not what was shown; a field that the form did not send changes nothing."""
    return name in posted and one(posted, name) != one(shown, name)
