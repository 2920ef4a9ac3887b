"""The order of the personas: which one counts for a lead that resembles several. Dragged, or moved by keyboard; dated."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from personas.criteria import priority
from personas.definitions import persona_order
from personas.models import Persona
from smarketing.accounts.policy import may, needs
from smarketing.rows import clock
from smarketing.web.once import once


@needs("personas.view")
def ordering(request: HttpRequest) -> HttpResponse:
    """The order as it stands; whoever writes personas may agree on another one."""
    return _shown(request)


@needs("personas.edit")
@require_POST
@once
def agree(request: HttpRequest) -> HttpResponse:
    """Let the order that was sent hold from now on."""
    order = _moved(request.POST, persona_order.order())
    try:
        changed = persona_order.agree(order=order, by=request.user, at=clock.now())
    except persona_order.Disordered as refusal:
        return _shown(request, str(refusal))
    messages.success(request, _("The order holds from now on.") if changed else _("It is the same order."))
    return redirect("personas:order")


def _shown(request: HttpRequest, problem: str = "") -> HttpResponse:
    order = persona_order.order()
    known = Persona.objects.in_bulk(order)
    context = {
        "personas": [known[pk] for pk in order],
        "agreed": persona_order.agreed(),
        "may_edit": may(request.user, "personas.edit"),
        "problem": problem,
    }
    return render(request, "personas/order.html", context, status=422 if problem else 200)


def _moved(posted, order: list[int]) -> list[int]:
    """The order that was sent: as a whole, then one step up or down ("up:7")."""
    said = [
        int(text) for text in posted.get("order", "").split() if text.isascii() and text.isdecimal() and len(text) < 18
    ]
    verb, _sep, pk = posted.get("do", "").partition(":")
    if verb in ("up", "down") and pk.isascii() and pk.isdecimal() and int(pk) in said:
        one = int(pk)
        said = priority.moved(said, one, said.index(one) + (1 if verb == "down" else -1))
    return said or order
