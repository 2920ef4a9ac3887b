"""Every month of a contract on one page: what each clause came to, and whether it was kept."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from smarketing.accounts.policy import may, needs
from smarketing.rows import clock, fence

from .. import derive, follow, words
from ..models import Contract
from . import follow_up


@needs("contract.view")
def months(request: HttpRequest) -> HttpResponse:
    contracts = list(Contract.objects.visible_to(request.user).order_by("name"))
    if not contracts:
        return render(request, "sla/none.html", {"can_edit": may(request.user, "contract.edit")})
    at = clock.now()
    contract = follow_up.chosen(request, contracts, at)
    derive.catch_up(at)
    found = follow.Reader(contract, at, fence.cutoff()).every()
    clauses = {key: clause for _month, figures in reversed(found) for key, (clause, _figure) in figures.items()}
    keys = sorted(clauses)
    rows = [
        (month, follow_up.address(contract, month, len(contracts)), [_cell(figures.get(key)) for key in keys])
        for month, figures in found
    ]
    context = {
        "contract": contract, "contracts": contracts, "rows": rows,
        "clauses": [(key, clauses[key], words.clause(clauses[key])) for key in keys],
    }  # fmt: skip
    return render(request, "sla/months.html", context)


def _cell(found) -> dict | None:
    """What a clause came to in a month; None where no terms promised it."""
    if found is None:
        return None
    clause, figure = found
    return {
        "key": clause.key, "state": words.state(figure.state), "so_far": words.so_far(figure),
        "fraction": words.fraction(figure), "promised": words.promised(figure),
    }  # fmt: skip
