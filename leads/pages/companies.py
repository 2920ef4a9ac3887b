"""The page of a company: who it is, its people, and who is in charge of them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language

from leads.evidence import values
from leads.models import Company, HandoffState, Lead
from smarketing.accounts.policy import may, needs
from smarketing.rows import clock

PEOPLE = 100


@needs("leads.view")
def page(request: HttpRequest, pk: int) -> HttpResponse:
    company = get_object_or_404(Company.objects.visible_to(request.user), pk=pk)
    personal = may(request.user, "leads.personal")
    everybody = Lead.objects.filter(company=company).living()
    mine = everybody.visible_to(request.user).with_grade_and_rep().order_by("-created_at", "-pk")
    context = {
        "company": company,
        "values": [
            one
            for one in values.values("company", pk, clock.now(), get_language() or "en")
            if personal or not one.personal
        ],
        "personal": personal,
        "people": mine[:PEOPLE],
        "count": mine.count(),
        "others": everybody.count() - mine.count(),
        "reps": _in_charge(company),
    }
    return render(request, "leads/company.html", context)


def _in_charge(company: Company) -> list[tuple[str, int]]:
    """(rep, open handoffs) of everybody in charge of somebody here."""
    names = HandoffState.objects.filter(lead__company=company, is_open=True, rep__isnull=False).values_list(
        "rep__name", flat=True
    )
    found: dict[str, int] = {}
    for name in names:
        found[name] = found.get(name, 0) + 1
    return sorted(found.items())
