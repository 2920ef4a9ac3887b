"""What a form signs: a paper that stands, or one that its author proposes and signs in the same deed.

A view whose form may do both stands below `counted`, and that above `once`: a try of a password counts although what it
was refused for is rolled back.
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import cast

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from smarketing.accounts.models import Side, User

from . import proof, services
from .models import Paper

BUTTON = "sign"
_TRIED = "smarketing.may_sign_now"


def may_at_once(user: User, kind: str, at: datetime, line: str = "") -> bool:
    """Whether `user` may sign for their side what they propose; `line`: on which, where it stands already."""
    return user.side in Side.values and services.may_sign(user, kind, line, at)


def asked(request: HttpRequest) -> bool:
    """Whether the form that came asks to propose and sign."""
    return BUTTON in request.POST


def counted(view: Callable) -> Callable:
    """Decorator: a form that asks to sign is a try of the password, whatever becomes of it."""

    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if asked(request):
            request.META[_TRIED] = proof.may_try(request)
        return view(request, *args, **kwargs)

    return guarded


def propose(request: HttpRequest, at: datetime, make: Callable[[], Paper]) -> Paper:
    """The paper that `make` proposes, signed where the form asks for it: both or neither. AgreementError says why not."""
    with transaction.atomic():
        paper = make()
        if asked(request):
            sign(request, paper, at, may_try=request.META[_TRIED])
    return paper


def sign(request: HttpRequest, paper: Paper, at: datetime, *, may_try: bool) -> None:
    """Sign a paper with the password of the form. AgreementError says why not."""
    if not may_try:
        raise services.AgreementError(_("Too many tries: wait a minute, then try again."))
    password = request.POST.get("password", "")
    by = cast(User, request.user)  # `needs` lets nobody else in
    read = "" if asked(request) else request.POST.get("read", "")
    services.sign(paper=paper, by=by, at=at, password=password, proved=proof.fresh(request), read=read)


def done(request: HttpRequest) -> str:
    """What to say afterwards."""
    return (
        _("Proposed and signed: the other side signs next.")
        if asked(request)
        else _("Proposed: both sides can sign now.")
    )
