"""Pages of choices: one's own preferences, and the link in a mail that switches a kind off. Views only translate."""

from datetime import time

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from smarketing.accounts.policy import needs
from smarketing.rows import clock
from smarketing.web.once import once

from .. import choices, digests, registry, rounds, sending
from ..models import ByMail
from ..registry import Channels


@needs("notices.view")
@never_cache
@once
def preferences(request: HttpRequest) -> HttpResponse:
    """Where each kind goes, and when mails may come."""
    problem = ""
    if request.method == "POST":
        try:
            _save(request)
        except choices.ChoiceError as refusal:
            problem = str(refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("notify:choices")
    row = choices.hours_row(request.user)
    given = request.POST if request.method == "POST" else {
        "quiet_from": f"{row.quiet_from:%H:%M}" if row.quiet_from else "",
        "quiet_until": f"{row.quiet_until:%H:%M}" if row.quiet_until else "",
        "working_hours": "on" if row.working_hours else "",
    }  # fmt: skip
    wanted = _wanted(request)
    rows = [(one.kind, wanted.get(one.kind.key, one.now)) for one in choices.of(request.user)]
    context = {
        "rows": rows, "ways": ByMail.choices, "problem": problem, "zone": clock.zone().key,
        "quiet_from": given.get("quiet_from", ""), "quiet_until": given.get("quiet_until", ""),
        "working_hours": bool(given.get("working_hours")), "digests": _digests(request),
    }  # fmt: skip
    return render(request, "notify/choices.html", context, status=422 if problem else 200)


@needs("public")
@csrf_exempt  # a mail program's own button sends no cookie and no token but the link's, which is signed
@never_cache
def off(request: HttpRequest, token: str) -> HttpResponse:
    """One button: no mail of this kind any more. Pressed again it stays so."""
    found = sending.read_off(token)
    if found is None:
        raise Http404
    user, kinds = found
    done = request.method == "POST"
    if done:
        for kind in kinds:
            choices.switch_off(user=user, kind=kind, at=clock.now())
    labels = [str((registry.get(kind) or digests.get(kind)).label) for kind in kinds]
    return render(request, "notify/off.html", {"labels": labels, "done": done})


def _save(request: HttpRequest) -> None:
    begins, ends = (_time(request.POST.get(name, "")) for name in ("quiet_from", "quiet_until"))
    if (begins is None) != (ends is None):
        raise choices.ChoiceError(_("Say when quiet hours begin and when they end, or leave both empty."))
    at = clock.now()
    quiet = (begins, ends) if begins is not None and ends is not None else None
    choices.set_hours(user=request.user, at=at, quiet=quiet, working_hours="working_hours" in request.POST)
    choices.choose(user=request.user, at=at, wanted=_wanted(request))
    if "digests" in request.POST:
        chosen = {one.key: f"digest-{one.key}" in request.POST for one, _on in digests.of(request.user)}
        choices.choose_digests(user=request.user, at=at, wanted=chosen)


def _digests(request: HttpRequest) -> list[tuple]:
    """(digest, whether it is on, when it comes next) of what a person may have; as sent where the form was sent."""
    at, sent = clock.now(), "digests" in request.POST
    return [
        (
            one,
            f"digest-{one.key}" in request.POST if sent else on,
            rounds.following(request.user, one, at) if on else None,
        )
        for one, on in digests.of(request.user)
    ]


def _wanted(request: HttpRequest) -> dict[str, Channels]:
    """What the form says of each kind that it shows."""
    ways = set(ByMail.values)
    return {
        one.kind.key: Channels(f"portal-{one.kind.key}" in request.POST, way)
        for one in choices.of(request.user)
        if (way := request.POST.get(f"mail-{one.kind.key}")) in ways
    }


def _time(text: str) -> time | None:
    try:
        return time.fromisoformat(text) if text.strip() else None
    except ValueError:
        raise choices.ChoiceError(_("Write times as 19:30.")) from None
