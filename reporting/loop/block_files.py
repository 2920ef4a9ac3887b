"""Tables of the loop's pages as files of their own: how long steps take, the curves day by day, each group, the response time.

Figures are exact to the digits of the API; a line for each figure, with how many cases it stands on.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from smarketing.measures import engine, numbers, survival, words
from smarketing.measures.engine import Answer
from smarketing.web import exports

from . import paces, quality
from .asking import CURVES, SPLIT, WAITS, Asking

JSON = "json"
Row = Sequence[Any]
# What a column is called: in JSON, and on a page.
HEADS = {
    "step": gettext_lazy("Step"), "group": gettext_lazy("Group"), "measure": gettext_lazy("Number"), "value": gettext_lazy("Value"),
    "days": gettext_lazy("Days since the handoff"), "waiting": gettext_lazy("Still waited for"), "came": gettext_lazy("Came that day"),
    "share": gettext_lazy("Share that has come"), "n": gettext_lazy("counted"), "of": gettext_lazy("of"),
    "low": gettext_lazy("95% interval, from"), "high": gettext_lazy("to"), "mature": gettext_lazy("mature"),
}  # fmt: skip
FIGURE = ("measure", "value", "n", "of", "low", "high", "mature")
STEP = ("days", "waiting", "came", "share", "low", "high")


@dataclass(frozen=True)
class Block:
    """One table: its name in the address, what it is called, its columns (of HEADS), its rows."""

    key: str
    title: Any
    columns: Sequence[str]
    rows: Callable[[], Iterable[Row]]


def waits(asking: Asking) -> Block:
    """Days from step to step, those who still wait counted for as long as they were watched."""
    return Block("waits", _("Days from step to step"), FIGURE, lambda: _totals(asking, ("wait_mql", *WAITS)))


def curves(asking: Asking) -> Block:
    """The share that has come by each day, step by step."""
    return Block("curves", _("How long it takes"), ("step", *STEP), lambda: _curves(asking))


def groups(asking: Asking, by: str) -> Block:
    """Shares and days of each group."""
    return Block("groups", _("Each group"), ("group", *FIGURE), lambda: _grouped(asking, SPLIT, by))


def group_curves(asking: Asking, key: str, by: str) -> Block:
    """One step of each group: the share that has come by each day."""

    def rows() -> Iterator[Row]:
        sizes, found = asking.ask("handoffs", by), asking.curves(key, by)
        offered = engine.dimensions(sizes.measure)
        seen = [row.group[by] for row in sizes.rows]  # a rep sees the curve of no other rep
        for group in sorted(seen, key=lambda one: (one == "", one)):
            yield from ([words.value(by, group, offered), *_step(one)] for one in _with_edges(found.get(group, [])))

    title = f"{_('How long it takes')}: {paces.NAMES[key]}"
    return Block("group_curves", title, ("group", *STEP), rows)


def response(asking: Asking) -> Block:
    """What came of handoffs, by the time to the first attempt and by the hours in which they were made."""
    keys = [key for key, _label in quality.CURVE]
    return Block(
        "response", _("Time to the first attempt, and what came of it"), ("group", *FIGURE),
        lambda: [row for by in ("delay", "hours") for row in _grouped(asking, keys, by)],
    )  # fmt: skip


def offers(address: Callable[..., str], *blocks: Block) -> dict[str, list[exports.Offer]]:
    """Name of a table → the files of it; `address(**changes)`: the same page asked otherwise."""
    return {
        one.key: [
            *exports.offers(lambda export, key=one.key: address(export=export, table=key)),
            exports.Offer("JSON", address(export=JSON, table=one.key)),
        ]
        for one in blocks
    }


def answer(request: HttpRequest, asking: Asking, *blocks: Block) -> HttpResponseBase | None:
    """The file that an address asks for; None where it asks for none. 404 for another table or format."""
    wanted = request.GET.get("export", "")
    if not wanted:
        return None
    block = next((one for one in blocks if one.key == request.GET.get("table")), None)
    if block is None or wanted not in (*exports.FORMATS, JSON):
        raise Http404
    rows = list(block.rows())
    if wanted == JSON:
        return JsonResponse(_shaped(asking, block, rows))
    head = [HEADS[key] for key in block.columns]
    export = exports.Export(f"loop-{block.key}", "loop.export", "measure")
    query = f"?{request.GET.urlencode()}"
    return exports.save(request, export, block.title, head, rows, lambda limit: len(rows), address=query, key=block.key, rows=len(rows))  # fmt: skip


def _shaped(asking: Asking, block: Block, rows: Iterable[Row]) -> dict[str, Any]:
    return {
        "table": block.key,
        "view": asking.view,
        "from": asking.span.first,
        "to": asking.span.until,
        "cutoff": asking.cutoff,
        "rows": [dict(zip(block.columns, row, strict=True)) for row in rows],
    }


def _totals(asking: Asking, keys: Iterable[str]) -> Iterator[Row]:
    for key in keys:
        answer = asking.ask(key)
        if answer is not None:
            yield _figure(answer, answer.total)


def _grouped(asking: Asking, keys: Iterable[str], by: str) -> Iterator[Row]:
    """Every figure of every group, group by group; then of all."""
    found = [one for key in keys if (one := asking.ask(key, by)) is not None]
    offered: Mapping[str, Any] = engine.dimensions(found[0].measure) if found else {}
    names = dict.fromkeys(row.group[by] for one in found for row in one.rows)
    for name in sorted(names, key=lambda one: (one == "", one)):
        for one in found:
            row = next((row for row in one.rows if row.group[by] == name), None)
            if row is not None:
                yield [words.value(by, name, offered), *_figure(one, row)]
    yield from ([_("Total"), *_figure(one, one.total)] for one in found)


def _figure(answer: Answer, row: engine.Group) -> Row:
    edges = [f"{edge:.6f}" for edge in row.interval] if row.interval else [None, None]
    value = numbers.api(row.value, answer.unit)
    return [str(answer.measure.label), value, row.n, row.of, *edges, row.mature]


def _curves(asking: Asking) -> Iterator[Row]:
    for key in CURVES:
        steps = asking.curves(key).get("", [])
        yield from ([str(paces.NAMES[key]), *_step(one)] for one in _with_edges(steps))


def _with_edges(steps: Sequence[survival.Step]) -> Iterator[tuple[survival.Step, Any]]:
    """Each step with its interval: of all that came by then."""
    for one in steps:
        yield one, survival.interval([one])


def _step(said: tuple[survival.Step, Any]) -> Row:
    one, edges = said
    told = [numbers.api(edge, numbers.RATIO) for edge in edges] if edges else [None, None]
    return [one.time, one.at_risk, one.came, numbers.api(one.share, numbers.RATIO), *told]
