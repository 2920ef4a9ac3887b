"""The two files by which anybody counts a month again: the signed terms, and the facts. Views only translate."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from smarketing.accounts.policy import needs
from smarketing.rows import clock
from smarketing.web import exports

from .. import evidence
from .follow_up import one_month

TERMS, FACTS = exports.Export("terms", "lists.export", "contract"), exports.Export("facts", "lists.export", "contract")


@needs("leads.export")
def terms(request: HttpRequest, pk: int, month: str) -> HttpResponse:
    """The signed terms as JSON, with the month's cut-off."""
    found, _reader = one_month(request, pk, month)
    exports.log(request, TERMS, contract=pk, month=month)
    answer = HttpResponse(evidence.terms_text(found.contract, found.cutoff), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{exports.file_name(TERMS.name, "json", clock.now())}"'
    answer["Cache-Control"] = "no-store"
    return answer


@needs("leads.export")
def facts(request: HttpRequest, pk: int, month: str) -> HttpResponseBase:
    """Every fact about the line's handoffs that was recorded by the month's cut-off, as CSV: ids and instants."""
    found, _reader = one_month(request, pk, month)
    exports.log(request, FACTS, contract=pk, month=month)
    return exports.file("csv", FACTS.name, "facts", evidence.HEAD, evidence.facts(found.contract, found.cutoff))
