"""What both sides said of each other in a month: praise and problems. The view only translates."""

from typing import Any

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from leads.models import Disagreement, Lead, Remark
from smarketing.accounts.policy import may, needs

from .. import causes
from .follow_up import one_month

MOST = 200  # of each kind


@needs("contract.view")
def remarks(request: HttpRequest, pk: int, month: str) -> HttpResponse:
    """Praise and problems of the month, the newest first; words and leads for those who may see them."""
    found, _reader = one_month(request, pk, month)
    notes = causes.remarks(found)
    newest = F("note__occurred_at").desc()
    about = (
        Remark.objects.filter(note__in=notes).select_related("note__words", "note__by", "to").order_by(newest, "-pk")
    )
    against = Disagreement.objects.filter(note__in=notes, line=found.contract.line_id).order_by(newest, "-pk")
    praise = list(about.filter(kind=Remark.Kind.PRAISE)[:MOST])
    problems = [
        *about.exclude(kind=Remark.Kind.PRAISE)[:MOST],
        *against.select_related("note__words", "note__by")[:MOST],
    ]
    leads = [one.note.lead_id for one in (*praise, *problems)]
    open_ = set(Lead.objects.visible_to(request.user).filter(pk__in=leads).values_list("pk", flat=True))
    personal = may(request.user, "leads.personal")
    context = {
        "contract": found.contract, "month": found, "month_key": month,
        "praise": [_said(one, open_, personal) for one in praise],
        "problems": [_said(one, open_, personal) for one in problems],
    }  # fmt: skip
    return render(request, "sla/remarks.html", context)


def _said(one: Remark | Disagreement, visible: set[int], personal: bool) -> dict[str, Any]:
    note, shows = one.note, one.note.lead_id in visible
    reads = note.lead_id is None or (personal and shows)
    return {
        "by": note.by, "at": note.occurred_at, "side": note.by.side, "lead": note.lead_id if shows else None,
        "text": note.words.text if reads and hasattr(note, "words") else "",
        "about": one.get_reason_display() if isinstance(one, Disagreement) else "" if note.lead_id else one.get_about_display(),
        "to": one.to if isinstance(one, Remark) else None,
    }  # fmt: skip
