"""What views for programs have in common: what a token may read, instants and bodies that are asked for, refusals in one shape."""

from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from .models import Token
from .policy import may


def granted(request: Request, verb: str) -> bool:
    """Whether whoever asks may do `verb`: by role, and of a token also by its scopes."""
    scoped = not isinstance(request.auth, Token) or verb in request.auth.scopes
    return scoped and may(request.user, verb)


def refused(code: str, message: Any) -> Response:
    """The answer 400 to what cannot be asked or done."""
    return Response({"code": code, "message": str(message)}, status=400)


def instant(text: str) -> datetime | None:
    """An instant as programs write it, with its zone; None for anything else."""
    try:
        at = parse_datetime(text.replace(" ", "+"))  # a plus sign that an address lost
    except ValueError:
        return None
    return at if at and at.tzinfo and at.year > 1970 else None


def asked_instant(
    request: Request, name: str, *, latest: datetime | None = None, wanted: bool = False
) -> datetime | Response | None:
    """The instant that a parameter asks for, None without it; the answer that refuses it, when it is none or after `latest`."""
    text = request.query_params.get(name)
    if text is None and not wanted:
        return None
    at = instant(text or "")
    if at is not None and (latest is None or at <= latest):
        return at
    any_one = _("%(name)s: an instant with its zone is wanted, as 2026-11-20T09:00:00Z.")
    past = _("%(name)s: a past instant with its zone is wanted, as 2026-11-20T09:00:00Z.")
    return refused("bad_instant", (past if latest else any_one) % {"name": name})


def body(request: Request, shape: type[serializers.Serializer]) -> dict[str, Any] | Response:
    """What a body says, by its shape; the answer that refuses it, which names the part."""
    asked = shape(data=request.data)
    if asked.is_valid():
        return asked.validated_data
    name, faults = next(iter(asked.errors.items()))
    said = _("The body does not fit.") if name == "non_field_errors" else f"{name}: {faults[0]}"
    return refused("bad_body", said)
