"""A month of the contract as a file: every clause, whole and in parts, as CSV, XLSX or JSON."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from fractions import Fraction
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from smarketing.rows import clock
from smarketing.web import exports

from .. import follow, words
from ..figures import Figure, Volume
from . import api

EXPORT = exports.Export("contract-month", "lists.export", "contract")


def offers(address: Callable[..., str]) -> list[exports.Offer]:
    """The files on offer."""
    return [*exports.offers(address), exports.Offer("JSON", address(export="json"))]


def answer(request: HttpRequest, month: follow.Month) -> HttpResponseBase | None:
    """The month as a file, when that is asked for."""
    if request.GET.get("export") == "json":
        exports.log(request, EXPORT, contract=month.contract.pk, month=f"{month.first:%Y-%m}")
        body = json.dumps(api.body(month, request), ensure_ascii=False, indent=1)
        found = HttpResponse(body + "\n", content_type="application/json")
        name = exports.file_name(EXPORT.name, "json", clock.now())
        found["Content-Disposition"] = f'attachment; filename="{name}"'
        found["Cache-Control"] = "no-store"
        return found
    if not exports.asked(request):
        return None
    rows = list(lines(month))
    return exports.save(
        request, EXPORT, month.contract.name, head(), rows, lambda _limit: len(rows),
        address=f"?{request.GET.urlencode()}", contract=month.contract.pk, month=f"{month.first:%Y-%m}",
    )  # fmt: skip


def head() -> list[str]:
    return [
        _("Contract"), _("Month"), _("Side"), _("Clause"), pgettext("words of a clause", "Promise"), _("Terms"), _("From"), _("To"), _("Promised"),
        _("Counted or kept"), _("Of those settled"), _("Pending"), _("Left out"), _("Waived"), _("Line today"),
        _("Linear forecast"), _("State"), _("Data until"), _("Digest of the closed book"),
    ]  # fmt: skip


def lines(month: follow.Month) -> Iterator[Sequence[Any]]:
    """Each clause, then its parts where the month was split."""
    for row in month.rows:
        span = month.span(row)
        yield _line(month, row.clause, row.figure, span.first, span.seen - timedelta(days=1))
        for part in row.parts:
            yield _line(month, part.clause, part.figure, part.first, part.until and part.until - timedelta(days=1))


def _line(month: follow.Month, clause: Any, figure: Figure, first: Any, last: Any) -> Sequence[Any]:
    digest = month.frozen.sha256 if month.frozen else ""
    numbers: list[Any]
    if isinstance(figure, Volume):
        numbers = [
            _exact(figure.target),
            _exact(figure.count),
            "",
            "",
            "",
            "",
            _exact(figure.line),
            _exact(figure.forecast),
        ]
    else:
        numbers = [
            _exact(figure.promised), figure.met, figure.settled, figure.pending, figure.excluded, figure.waived,
            "", "",
        ]  # fmt: skip
    return [
        month.contract.name, f"{month.first:%Y-%m}", clause.side, clause.key, words.clause(clause), clause.terms.number,
        first or "", last or "", *numbers, words.state(figure.state)[2], month.cutoff, digest,
    ]  # fmt: skip


def _exact(value: int | Fraction | None) -> Any:
    """A number with six digits at most after the point."""
    if value is None:
        return ""
    exact = Fraction(value)
    return int(exact) if exact.denominator == 1 else words.decimal(exact, 6)
