"""What reporting shows in places of lower pages."""

from django.template.loader import render_to_string
from django.utils.formats import date_format

from reporting import checks
from reporting.models import BookClose
from sla.follow import Reader
from smarketing.accounts.policy import may
from smarketing.rows import clock

from .books import closing, effects
from .books.figures import first_of

LATEST = 3  # days of restatements told on the month's page


def refused(context) -> str:
    """On every page of the closed loop: that the night's figures were refused, by which check."""
    found = checks.refused()
    return render_to_string("reporting/refused.html", {"refused": found}, context["request"]) if found else ""


def close_action(context, contract: int, month: str) -> str:
    """The button that leads to closing the month, once it is over and while it is open."""
    first = first_of(month)
    shown = context.get("month")
    if not may(context["request"].user, "month.close") or shown is None or shown.phase not in ("over", "grace"):
        return ""
    words = {"contract": contract, "month": month, "name": date_format(first, "F")}
    return render_to_string("reporting/close_action.html", words)


def closed_note(context, contract: int, month: str) -> str:
    """That the month is closed, its digest, and what restated it; of one that is over, when it closes by itself."""
    shown = context.get("month")
    if shown is None:
        return ""
    if not shown.frozen:
        return _closes(shown) if shown.phase in ("over", "grace") else ""
    moved = []
    if shown.frozen.restated:
        book = BookClose.objects.select_related("contract").get(
            contract=contract, month=shown.first, number=shown.frozen.number
        )
        moved = [one for one in effects.of(book, most=LATEST) if one.words]
    said = {"contract": contract, "month": month, "frozen": shown.frozen, "moved": moved}
    return render_to_string("reporting/closed_note.html", said)


def _closes(shown) -> str:
    """On which day the month closes by itself."""
    reader = Reader(shown.contract, clock.now(), shown.cutoff)
    day = closing.closes_on(reader, shown.first)
    reopened = BookClose.objects.filter(contract=shown.contract, month=shown.first).exists()
    said = {"day": day, "late": day is not None and day < clock.today()}
    return render_to_string("reporting/closes_note.html", said) if day and not reopened else ""
