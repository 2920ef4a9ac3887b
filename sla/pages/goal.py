"""The goal calculator: from the revenue wished for to the MQL that marketing has to promise."""

from decimal import Decimal
from fractions import Fraction

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from smarketing.accounts.policy import needs

from .. import goals


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

    def outcome(self) -> dict:
        """Customers and leads, exact and rounded up, and leads a month."""
        given = self.cleaned_data
        rates = [Fraction(given[name]) / 100 for name in ("accepted", "sql", "won") if given[name]]
        found = goals.needed(given["revenue"], given["deal"], rates, Fraction(given["share"]) / 100)
        return {
            "customers": goals.up(found.customers),
            "customers_exact": _shown(found.customers),
            "leads": goals.up(found.leads),
            "leads_exact": _shown(found.leads),
            "a_month": goals.up(found.leads / given["months"]),
            "worth": _shown(goals.value_of_lead(given["deal"], rates)),
        }


def _shown(exact: Fraction) -> Decimal:
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal("0.01"))


@needs("contract.view")
def goal(request: HttpRequest) -> HttpResponse:
    form = GoalForm(request.GET or None)
    found = form.outcome() if request.GET and form.is_valid() else None
    return render(request, "sla/goal.html", {"form": form, "found": found}, status=422 if form.errors else 200)
