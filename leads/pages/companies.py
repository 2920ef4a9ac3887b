"""The page of a company: who it is, its people, and who is in charge of them."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from leads.evidence import values
from leads.models import Company, HandoffState, Lead
from smarketing.accounts.policy import may, needs
from smarketing.rows import clock
from smarketing.web import lists
from smarketing.web.tables import Table

from .leads import COLUMNS, EXPORT

SHOWN = ("name", "number", "function", "stage", "grade", "rep", "created")


@needs("leads.view")
def page(request: HttpRequest, pk: int) -> HttpResponseBase:
    company = get_object_or_404(Company.objects.visible_to(request.user), pk=pk)
    personal = may(request.user, "leads.personal")
    everybody = Lead.objects.filter(company=company).living()
    mine = everybody.visible_to(request.user)
    table = Table(
        [one for one in COLUMNS if one.key in SHOWN and not (personal and one.key == "number")],
        mine.with_grade_and_rep().by_name(),
        request.GET,
        "-created",
        personal=personal,
        exports=EXPORT if may(request.user, "leads.export") else None,
        caption=_("People"),
        empty={"title": _("Nobody of this company is known yet.")},
    )
    context = {
        "company": company,
        "values": [
            one
            for one in values.values("company", pk, clock.now(), get_language() or "en")
            if personal or not one.personal
        ],
        "others": everybody.count() - mine.count(),
        "reps": _in_charge(company),
    }
    return lists.answer(request, table, "leads/company.html", context)


def _in_charge(company: Company) -> list[tuple[str, int]]:
    """(rep, open handoffs) of everybody in charge of somebody here."""
    names = HandoffState.objects.filter(lead__company=company, is_open=True, rep__isnull=False).values_list(
        "rep__name", flat=True
    )
    found: dict[str, int] = {}
    for name in names:
        found[name] = found.get(name, 0) + 1
    return sorted(found.items())
