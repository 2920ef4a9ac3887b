"""What every deed on a meeting asks first: whether it may still be written, and whether both sides are there."""

from collections.abc import Callable, Sequence

from django.utils.translation import gettext as _

from smarketing.accounts.models import Side

from ..models import Meeting
from .problems import Refused


def ahead(meeting: Meeting) -> Meeting:
    """The meeting, locked, where it may still be written. Refused for one that was closed or called off."""
    found = Meeting.objects.select_for_update().get(pk=meeting.pk)
    if hasattr(found, "closed"):
        raise Refused(_("This meeting is closed: its minutes stay as they are."))
    if found.cancelled_at:
        raise Refused(_("This meeting was called off."))
    return found


def both_sides(sides: Sequence[str]) -> None:
    """Refused, in words, where one side is missing among these."""
    for side in Side.values:
        if side not in sides:
            raise Refused(MISSING[side](), "people")


MISSING: dict[str, Callable[[], str]] = {
    Side.MARKETING: lambda: _("Nobody from marketing is there: a meeting needs both sides."),
    Side.SALES: lambda: _("Nobody from sales is there: a meeting needs both sides."),
}
