"""What would be otherwise, in words: one sentence for each element of a set."""

from collections.abc import Mapping
from typing import Any

from . import phrases
from .imagined import Wish
from .sentence import Voice, plain
from .words import THIN, listing, number


def words(wish: Wish, voice: Voice) -> str:
    """ "visited a page like /pricing: once more", "the company’s headcount is at least 50"."""
    return _act(wish, voice) if wish.event is not None else _field(wish, voice)


def data(wish: Wish) -> dict[str, Any]:
    """The same for programs: {"event", "times"}, or {"field", "value", "gained", "lost"} with conditions as they are stored.
    A value stands as text: it is one that would do, not the only one."""
    if wish.event is not None:
        return {"event": dict(wish.event), "times": wish.times}
    value = wish.value if isinstance(wish.value, bool) else str(wish.value)
    return {"field": wish.field, "value": value, "gained": [*map(dict, wish.gained)], "lost": [*map(dict, wish.lost)]}


def _act(wish: Wish, voice: Voice) -> str:
    done = plain(voice.condition({"event": wish.event, "count": 1}))
    if wish.times == 1:
        often = voice.say(phrases.ONCE_MORE if wish.done else phrases.ONCE)
    else:
        template = voice.say(phrases.SO_OFTEN_MORE if wish.done else phrases.SO_OFTEN)
        often = template.format(value=number(wish.times, voice.lang))
    return f"{done}{THIN if voice.french else ''}: {often}"


def _field(wish: Wish, voice: Voice) -> str:
    parts = [_said(one, voice) for one in _needed(wish)]
    if wish.lost:
        lost = listing([_said(one, voice) for one in wish.lost], voice.lang)
        parts.append(plain(voice.fill(voice.say(phrases.NO_LONGER))) + lost)
    return listing(parts, voice.lang, "and")


def _needed(wish: Wish) -> list[Mapping[str, Any]]:
    """Without "is filled in" where something more is asked."""
    more = [one for one in wish.gained if one["op"] != "is_set"]
    return more or list(wish.gained)


def _said(cond: Mapping[str, Any], voice: Voice) -> str:
    return plain(voice.condition(cond))
