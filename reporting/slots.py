"""What reporting shows in places of lower pages."""

from django.template.loader import render_to_string
from django.utils.formats import date_format

from smarketing.accounts.policy import may

from .books.figures import first_of


def close_action(context, contract: int, month: str) -> str:
    """The button that leads to closing the month, once it is over and while it is open."""
    first = first_of(month)
    shown = context.get("month")
    if not may(context["request"].user, "month.close") or shown is None or shown.phase not in ("over", "grace"):
        return ""
    words = {"contract": contract, "month": month, "name": date_format(first, "F")}
    return render_to_string("reporting/close_action.html", words)


def closed_note(context, contract: int, month: str) -> str:
    """That the month is closed, its digest, and what restated it."""
    shown = context.get("month")
    if shown is None or not shown.frozen:
        return ""
    return render_to_string(
        "reporting/closed_note.html", {"contract": contract, "month": month, "frozen": shown.frozen}
    )
