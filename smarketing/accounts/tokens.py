"""Credentials of programs: made once, shown once, kept as a SHA-256."""

import hashlib
import secrets
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from .audit import record
from .models import Token, User
from .policy import SCOPES

PREFIXES = {"api": "sm_", "write": "smw_"}


def digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def find(secret: str, kind: str, at: datetime) -> Token | None:
    """The live token with this secret, or None: unknown, revoked, expired, or its person switched off."""
    if not 0 < len(secret) <= 200 or (kind == "api" and not secret.startswith(PREFIXES["api"])):
        return None
    return (
        Token.objects.filter(kind=kind, sha256=digest(secret), revoked_at=None)
        .filter(Q(expires_at=None) | Q(expires_at__gt=at))
        .filter(Q(user=None) | Q(user__is_active=True))
        .select_related("user")
        .first()
    )


@transaction.atomic
def issue(*, kind: str, name: str, by: User | None, at: datetime, user: User | None = None, scopes=(), expires_at=None):
    """Make a token. Returns (Token, secret); the secret is never readable again. ValueError for an unknown scope."""
    if unknown := set(scopes) - set(SCOPES):
        raise ValueError(f"unknown scopes: {', '.join(sorted(unknown))}")
    if kind == "api" and user is None:
        raise ValueError("an API token acts for a person")
    secret = PREFIXES[kind] + secrets.token_urlsafe(32)
    token = Token.objects.create(
        kind=kind,
        name=name,
        prefix=secret[:12],
        sha256=digest(secret),
        user=user,
        scopes=sorted(scopes),
        expires_at=expires_at,
    )
    record(by, "settings.keys", "token", token.pk, at, done="issued", kind=kind, scopes=sorted(scopes))
    return token, secret


@transaction.atomic
def revoke(*, token: Token, by: User, at: datetime) -> None:
    """Shut a token for ever; a second time changes nothing."""
    if Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at):
        record(by, "settings.keys", "token", token.pk, at, done="revoked")
