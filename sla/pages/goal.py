"""The goal calculator: from the revenue wished for to the MQL that marketing has to promise, and what sales can follow up."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from smarketing.accounts.policy import needs

from .. import capacity, goals
from ..sections.sums import exact

MOST = 6  # attempts that the table of capacity goes up to
SALES = ("reps", "hours", "minutes", "days")


class GoalForm(forms.Form):
    """Amounts in the installation's currency, rates in percent; an empty rate is left out."""

    revenue = forms.DecimalField(label=_("Revenue goal"), min_value=Decimal("0.01"), max_digits=14, decimal_places=2)
    share = forms.DecimalField(
        label=_("Share expected from marketing (%)"), min_value=Decimal("0.01"), max_value=100, initial=100
    )
    deal = forms.DecimalField(label=_("Average deal"), min_value=Decimal("0.01"), max_digits=14, decimal_places=2)
    accepted = forms.DecimalField(label=_("MQL accepted (%)"), min_value=Decimal("0.01"), max_value=100, required=False)
    sql = forms.DecimalField(label=_("Accepted to SQL (%)"), min_value=Decimal("0.01"), max_value=100, required=False)
    won = forms.DecimalField(label=_("SQL to customer (%)"), min_value=Decimal("0.01"), max_value=100)
    months = forms.IntegerField(label=_("Months to reach it in"), min_value=1, max_value=60, initial=1)
    each_step = forms.BooleanField(label=_("Round up at each step"), required=False)
    reps = forms.IntegerField(label=_("Reps who follow up"), min_value=1, max_value=10_000, required=False)
    hours = forms.DecimalField(
        label=_("Hours of each a business day"), min_value=Decimal("0.1"), max_value=24, required=False
    )
    minutes = forms.DecimalField(
        label=_("Minutes an attempt takes"), min_value=Decimal("0.5"), max_value=480, required=False, initial=8
    )
    days = forms.IntegerField(label=_("Business days a month"), min_value=1, max_value=31, required=False, initial=20)
    reach = forms.DecimalField(
        label=_("An attempt reaches the person (%)"), min_value=Decimal("0.01"), max_value=100, required=False,
        help_text=_("Left empty, every MQL is counted with all attempts promised."),
    )  # fmt: skip

    def clean(self):
        data = super().clean()
        if data.get("reps") or data.get("hours"):
            for name in SALES:
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, gettext("The capacity needs this number, too."))
        return data

    def outcome(self) -> dict[str, Any]:
        """Customers and leads, exact and rounded up, leads a month; the capacity by number of attempts."""
        given = self.cleaned_data
        rates = [Fraction(given[name]) / 100 for name in ("accepted", "sql", "won") if given[name]]
        share, each = Fraction(given["share"]) / 100, given["each_step"]
        found = goals.needed(given["revenue"], given["deal"], rates, share, each_step=each)
        month = goals.up(found.leads / given["months"])
        return {
            "customers": goals.up(found.customers),
            "customers_exact": _shown(found.customers),
            "leads": goals.up(found.leads),
            "leads_exact": _shown(found.leads),
            "a_month": month,
            "worth": _shown(goals.value_of_lead(given["deal"], rates)),
            "capacity": self._capacity(month),
        }

    def _capacity(self, month: int) -> dict[str, Any] | None:
        given = self.cleaned_data
        if not given["reps"]:
            return None
        there = capacity.attempts(given["reps"], given["hours"], given["days"], given["minutes"])
        p = Fraction(given["reach"]) / 100 if given["reach"] else None
        rows = [_row(n, there, p, month) for n in range(1, MOST + 1)]
        return {"there": exact(there), "rows": rows, "reach": p is not None}


def _row(n: int, there: Fraction, p: Fraction | None, month: int) -> dict[str, Any]:
    """So many attempts at most on each lead: how many are reached, what each takes, how many leads there is time for."""
    each = capacity.expected(p, n) if p else Fraction(n)
    leads = capacity.leads(there, each)
    return {
        "n": n, "reached": _shown(capacity.reached(p, n) * 100) if p else None, "each": exact(each), "leads": leads,
        "enough": leads >= month, "load": _shown(capacity.load(month, each, there).share * 100),
    }  # fmt: skip


def _shown(exact: Fraction) -> Decimal:
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal("0.01"))


@needs("contract.view")
def goal(request: HttpRequest) -> HttpResponse:
    form = GoalForm(request.GET or None)
    found = form.outcome() if request.GET and form.is_valid() else None
    return render(request, "sla/goal.html", {"form": form, "found": found}, status=422 if form.errors else 200)
