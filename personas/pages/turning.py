"""Proposing an older version again, ending an observation, retiring a definition: each in one act, signed where asked."""

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from personas import hooks
from personas.definitions import queries, services, turning
from personas.definitions.services import KIND
from personas.models import DefinitionVersion
from smarketing.accounts.policy import needs
from smarketing.agreements import services as agreements
from smarketing.agreements import signing
from smarketing.agreements.models import Paper
from smarketing.rows import clock
from smarketing.web.once import once

from . import hindrance
from .acts import revision
from .forms import ProposeForm
from .papers import NoDay, day_of, starts
from .studio import get_line


@needs("definition.edit")
@require_POST
@sensitive_post_parameters("password")
@signing.counted
@once
def again(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Propose version `number` again as a new one."""
    found = get_object_or_404(DefinitionVersion.objects.select_related("line"), line_id=pk, number=number)
    here = reverse("personas:paper", args=[found.paper_id])
    return _put(
        request, here, found.body, lambda at, day: turning.roll_back(
            version=found, revision=revision(request), by=request.user, at=at, effective_at=day
        ),
    )  # fmt: skip


@needs("definition.edit")
@require_POST
@sensitive_post_parameters("password")
@signing.counted
@once
def ending(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Propose how the observation of version `number` ends; `do`: off (it never takes effect), day (another one)."""
    found = get_object_or_404(DefinitionVersion.objects.select_related("line"), line_id=pk, number=number)
    here, deed = reverse("personas:paper", args=[found.paper_id]), request.POST.get("do", "")
    if deed not in _ENDS:
        raise Http404
    return _put(
        request, here, found.body, lambda at, day: _ENDS[deed](version=found, by=request.user, at=at, effective_at=day)
    )


_ENDS: dict[str, Callable[..., Paper]] = {
    "off": lambda effective_at, **said: turning.call_off(**said),
    "day": turning.another_day,
}


@needs("definition.edit")
@sensitive_post_parameters("password")
@signing.counted
@once
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """What becomes of the leads of a definition that makes no more MQLs, and the proposal that says so."""
    line, at = get_line(pk), clock.now()
    if request.method == "POST":
        here = reverse("personas:retire", args=[pk])
        return _put(
            request, here, line.draft.body, lambda at, day: turning.retire(line=line, by=request.user, at=at, effective_at=day)
        )  # fmt: skip
    live = queries.version_in_force(line, at)
    context = {
        "line": line,
        "live": None if live is None or live.retires else live,
        "sales": hooks.standing(line.pk),
        "propose_form": ProposeForm(initial={"effective_on": request.GET.get("effective_on", "")}),
        "may_sign": signing.may_at_once(request.user, KIND, at),
    }
    return render(request, "personas/retire.html", context)


def _put(
    request: HttpRequest, here: str, body: dict, make: Callable[[datetime, datetime | None], Paper]
) -> HttpResponse:
    """The paper that `make` proposes of `body`, signed where asked; refused, back to `here` with the reason."""
    at = clock.now()
    try:
        day = day_of(request, at)
        paper = signing.propose(request, at, lambda: make(at, starts(day)))
    except NoDay as refusal:
        messages.error(request, str(refusal))
        return redirect(here)
    except services.Unsound as refusal:
        messages.error(request, hindrance.sentences(refusal.problems, body))
    except (services.StaleDraft, turning.CannotTurn, agreements.AgreementError) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, signing.done(request))
        return redirect("personas:paper", paper.pk)
    return redirect(f"{here}?effective_on={day.isoformat()}" if day else here)
