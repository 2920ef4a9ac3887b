"""Files of Explore: the table, or two periods beside each other with what mix and rate bring; exact to the digits of the API."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from smarketing.measures import api, engine, numbers, words
from smarketing.measures.numbers import Exact
from smarketing.web import exports

from . import explore
from .beside import Compared, changed

PLACES = 12  # of what mix and rate bring, so that they still add up


def table(request: HttpRequest, found: explore.Found) -> HttpResponseBase:
    """The table as a file: figures of every group. 404 for another format."""
    answer, key = found.answer, found.answer.question.key
    if request.GET["export"] == "json":
        return JsonResponse(api.shaped(answer, request))
    if not exports.asked(request):
        raise Http404
    offered = engine.dimensions(answer.measure)
    head = [*found.heads, answer.measure.label, _("counted"), _("of"), _("95% interval, from"), _("to"), _("mature")]
    body = (_row(answer, row, offered) for row in [*explore.ordered(answer), answer.total])
    return _saved(request, key, answer.measure.label, head, body, len(answer.rows))


def _row(answer: engine.Answer, row: engine.Group, offered: Mapping) -> list[Any]:
    names = [
        words.value(name, row.group[name], offered) if name in row.group else _("Total") for name in answer.question.by
    ]
    edges = [f"{edge:.6f}" for edge in row.interval] if row.interval else ["", ""]
    return [*names, numbers.api(row.value, answer.unit), row.n, row.of, *edges, row.mature]


def compared(request: HttpRequest, found: Compared) -> HttpResponseBase:
    """Both periods group by group, what each is made of, the difference and its two parts. 404 for another format."""
    if request.GET["export"] == "json":
        return JsonResponse(_shaped(request, found))
    if not exports.asked(request):
        raise Http404
    later, offered = found.later, engine.dimensions(found.later.measure)
    by = [words.dimension(name, offered) for name in later.question.by] or [""]
    head = [*by, *(text for answer in (found.earlier, later) for text in _heads(answer)), _("Difference"), _("by its part"), _("by its rate")]  # fmt: skip
    lines = [_line(found, one.key, one.name) for one in found.lines]
    whole = _numbers(found, found.earlier.total, later.total, found.difference)
    body = [*lines, [_("Total"), *whole]]
    return _saved(request, later.question.key, later.measure.label, head, body, len(lines))


def _heads(answer: engine.Answer) -> list[str]:
    said = {"first": answer.question.first.isoformat(), "until": answer.question.until.isoformat()}
    name = _("from %(first)s, before %(until)s") % said
    return [name, f"{name}: {_('divided')}", f"{name}: {_('of')}"]


def _line(found: Compared, key: str, name: str) -> list[Any]:
    rows = [_group(answer, key) for answer in (found.earlier, found.later)]
    part = next((one for one in found.difference.parts if one.group == key), None) if found.difference else None
    return [name, *_numbers(found, rows[0], rows[1], part)]


def _group(answer: engine.Answer, key: str) -> engine.Group | None:
    return next((row for row in answer.rows if row.group[answer.question.by[0]] == key), None)


def _numbers(found: Compared, before: engine.Group | None, after: engine.Group | None, brought: Any) -> list[Any]:
    """Value, what is divided and by what, of both; the difference, and what mix and rate bring. `brought`: of a group, or of all."""
    unit = found.later.unit
    values = [None if row is None else row.value for row in (before, after)]
    sides = [(None, None), (None, None)] if brought is None else [_side(brought, name) for name in ("before", "after")]
    told = [numbers.api(value, unit) for value in values]
    change = changed(found.later.measure, before, after)
    parts = [None, None] if brought is None else [_text(brought.mix), _text(brought.rate)]
    return [told[0], *sides[0], told[1], *sides[1], _text(change), *parts]


def _side(brought: Any, name: str) -> tuple[Any, Any]:
    """What is divided, and by what; of all groups only their quotient is said."""
    side = getattr(brought, name)
    return (_text(side[0]), _text(side[1])) if isinstance(side, tuple) else (None, None)


def _text(value: Exact | None) -> str | None:
    if value is None:
        return None
    text = f"{numbers.rounded(value, PLACES):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _shaped(request: HttpRequest, found: Compared) -> dict[str, Any]:
    """As JSON: the two answers, and the parts as decimals and as exact fractions."""
    said = found.difference
    parts = [{"group": one.group, **_parts(one)} for one in said.parts] if said else []
    change = changed(found.later.measure, found.earlier.total, found.later.total)
    return {
        "earlier": api.shaped(found.earlier, request),
        "later": api.shaped(found.later, request),
        "difference": _text(change),
        "of_parts": _parts(said) if said else None,
        "parts": parts,
    }


def _parts(brought: Any) -> dict[str, Any]:
    return {
        "mix": _text(brought.mix), "rate": _text(brought.rate),
        "exact": {"mix": str(brought.mix), "rate": str(brought.rate)},
    }  # fmt: skip


def _saved(request: HttpRequest, key: str, label: Any, head: list, body: Any, rows: int) -> HttpResponseBase:
    export = exports.Export(f"explore-{key.replace(':', '-')}", "loop.export", "measure")
    return exports.save(
        request,
        export,
        label,
        head,
        body,
        lambda limit: rows + 1,
        address=f"?{request.GET.urlencode()}",
        key=key,
        rows=rows,
    )
