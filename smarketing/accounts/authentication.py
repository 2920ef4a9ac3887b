"""Programs: `Authorization: Bearer sm_…` for the API, a write key for ingestion; and the API's one permission."""

import base64
import binascii
import json

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication, exceptions, permissions

from smarketing.rows.clock import now

from . import tokens
from .models import Token
from .policy import PUBLIC, VERBS, declared_verb, may


class TokenAuthentication(authentication.BaseAuthentication):
    """Bearer token -> (its person, the token). 401 when unknown, expired, revoked or its person switched off."""

    def authenticate(self, request):
        scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        at = now()
        token = tokens.find(secret.strip(), "api", at)
        if token is None:
            raise exceptions.AuthenticationFailed(_("Unknown or expired token."))
        touch(token, at)
        return token.user, token

    def authenticate_header(self, request):
        return 'Bearer realm="smarketing"'


class HasVerb(permissions.BasePermission):
    """The view's verb, by role; with a token also by its scopes. A view without a verb is shut."""

    def has_permission(self, request, view) -> bool:
        verb = declared_verb(view, request.method)
        if verb is None:
            return False
        if isinstance(request.auth, Token) and VERBS[verb] is not PUBLIC and verb not in request.auth.scopes:
            return False
        return may(request.user, verb)


def write_key(request: HttpRequest) -> Token | None:
    """The write key of a request: user name of Basic authentication, a bearer token, else `writeKey` of a JSON body.

    None when unknown. A key is public by nature: it may add events and nothing else.
    """
    secret = _key_of_header(request.headers.get("Authorization", "")) or _key_of_body(request)
    return tokens.find(secret, "write", now()) if secret else None


def _key_of_header(header: str) -> str:
    scheme, _space, secret = header.partition(" ")
    if scheme.lower() == "bearer":
        return secret.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(secret, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _key_of_body(request: HttpRequest) -> str:
    if request.method != "POST" or request.headers.get("Content-Encoding"):
        return ""
    try:
        body = json.loads(request.body)
    except (ValueError, RequestDataTooBig, RecursionError):
        return ""
    key = body.get("writeKey") if isinstance(body, dict) else None
    return key if isinstance(key, str) else ""


def touch(token: Token, at) -> None:
    """Note the last use, to the hour: a busy token is not a busy row."""
    if token.last_used_at is None or (at - token.last_used_at).total_seconds() > 3600:
        Token.objects.filter(pk=token.pk).update(last_used_at=at)


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema):
        return {"type": "http", "scheme": "bearer"}
