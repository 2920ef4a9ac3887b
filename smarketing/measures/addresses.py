"""Where the rows of a number are listed: a question as an address."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from . import registry
from .question import Question


def address(question: Question, group: Mapping[str, str] | None = None) -> str:
    """Address of the page that lists the rows of a question, or of one group of its answer."""
    where = {**question.where, **{name: (value,) for name, value in (group or {}).items()}}
    pairs: list[tuple[str, Any]] = [("from", question.first), ("to", question.until)]
    if question.zone.key != question.home.key:
        pairs.append(("zone", question.zone.key))
    pairs += [("date", question.date)] if len(registry.find(question.key).dates) > 1 else []
    pairs += [("window", question.window)] if question.window is not None else []
    pairs += [("stat", question.stat)] if question.stat else []
    pairs += [(name, value) for name, values in where.items() for value in values]
    pairs.append(("cutoff", question.cutoff.isoformat()))
    return f"{reverse('measures:rows', args=[question.key])}?{urlencode(pairs)}"


def opener(question: Question) -> Callable[[Mapping[str, str]], str]:
    """`address` of many groups of one question: what their addresses share is written once."""
    whole = address(question)
    head, mark, tail = whole.rpartition("cutoff=")

    def opened(group: Mapping[str, str]) -> str:
        if not group:
            return whole
        if question.where.keys() & group.keys():
            return address(question, group)
        return f"{head}{urlencode(group)}&{mark}{tail}"

    return opened
