"""The buttons of a list in Settings (`web/moves.html`): the deed that was pressed is done, and told on the list."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from smarketing.rows import clock

Deeds = Mapping[str, Callable[..., Any]]


def ordered(service: Any) -> Deeds:
    """The deeds of a list that is ordered, by the word of their button."""
    return {
        "up": lambda **said: service.move(up=True, **said),
        "down": lambda **said: service.move(up=False, **said),
        "retire": service.retire,
        "offer": service.offer,
        "delete": service.delete,
    }


def do(request: HttpRequest, deeds: Deeds, refusal: type[Exception], there: str, **which: Any) -> HttpResponse:
    """Do the deed of the button to `which`, and go `there`; a `refusal` is told in its words. Http404 for no such button."""
    deed = deeds.get(request.POST.get("do", ""))
    if deed is None:
        raise Http404
    try:
        deed(**which, by=request.user, at=clock.now())
    except refusal as said:
        messages.error(request, str(said))
    else:
        messages.success(request, _("Saved."))
    return redirect(there)
