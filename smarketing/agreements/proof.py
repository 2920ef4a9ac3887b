"""Who signs shows once more that it is them: by the password, tried so many times a minute, or by a sign-in just now."""

from allauth.account.internal.flows import reauthentication
from allauth.core import ratelimit
from django.http import HttpRequest


def may_try(request: HttpRequest) -> bool:
    """Whether this person may try a password now: the limit of sign-in pages, counted for all processes together."""
    return ratelimit.consume(request, action="reauthenticate", user=request.user)


def fresh(request: HttpRequest) -> bool:
    """Whether the person signed in, by whatever way, within the last five minutes."""
    return reauthentication.did_recently_reauthenticate(request)
