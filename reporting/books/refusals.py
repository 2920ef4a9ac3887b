"""Why a month cannot be closed, in words."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sla import follow
from sla.models import Contract
from smarketing.rows import clock


def why_not(shown: follow.Month) -> str:
    """Why this month cannot be closed, as a sentence; empty when it can."""
    if shown.frozen:
        return _("The book of this month is closed already.")
    if shown.phase == follow.NONE:
        return _("No terms were in force in this month: there is nothing to close.")
    if shown.phase in (follow.FUTURE, follow.RUNNING):
        return _("This month is not over yet: a book closes after its last day.")
    pending = sum(row.owed for row in shown.rows)
    if pending:
        return ngettext(
            "%(count)s promise of this month is not settled yet.",
            "%(count)s promises of this month are not settled yet.",
            pending,
        ) % {"count": pending}
    return ""


def of(contract: Contract, month: date) -> str:
    """Why a month cannot be closed as it stands now; "" when it can."""
    at = clock.now()
    return why_not(follow.month(contract, month, at, at))
