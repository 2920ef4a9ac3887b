"""Slots: named places in a lower app's page that upper apps fill, without the lower app knowing them.

In `AppConfig.ready()` of the upper app:  slots.fill("persona.results", render)
where `render(context, *args)` returns safe HTML, or "" for nothing. In the page: `{% slot "persona.results" persona.pk %}`.
"""

from collections import defaultdict
from collections.abc import Callable

from django.utils.safestring import SafeString, mark_safe

Filler = Callable[..., str]
_FILLERS: dict[str, list[tuple[int, str, Filler]]] = defaultdict(list)


def fill(name: str, filler: Filler, order: int = 50) -> None:
    """Register `filler` for the slot `name`; the same function registered again replaces itself."""
    key = f"{filler.__module__}.{filler.__qualname__}"
    kept = [entry for entry in _FILLERS[name] if entry[1] != key]
    _FILLERS[name] = sorted([*kept, (order, key, filler)], key=lambda entry: entry[:2])


def empty(name: str) -> None:
    """Forget the fillers of a slot (tests)."""
    _FILLERS.pop(name, None)


def render(name: str, context, *args) -> SafeString:
    """The fillers' HTML one after the other; an unfilled slot is empty."""
    return mark_safe("".join(str(filler(context, *args)) for _order, _key, filler in _FILLERS.get(name, ())))
