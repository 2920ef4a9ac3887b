"""Addresses as keyed hashes: what is left of them on the suppression list, and the keys of these hashes.

The keys are the portal's own (`SMARKETING_SUPPRESSION_KEY`, else the file `suppression_key` in the data folder, made on
first start), so that another secret key loses nothing. Addresses are hashed under the first and looked for under all. The
database knows each key by its fingerprint alone: a key that is missing is told, and nobody starts without it.
"""

import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from leads.models import Suppression, SuppressionKey

FILE = "suppression_key"


class KeyMissing(RuntimeError):
    """Hashes are here whose key is not; in words."""


def keys() -> list[str]:
    """The keys, the newest first; before a company has any of its own, the secret key."""
    said = settings.SUPPRESSION_KEY or ""
    path = Path(settings.DATA) / FILE
    if not said and path.exists():
        said = path.read_text()
    return [one.strip() for one in said.replace(",", "\n").splitlines() if one.strip()] or [settings.SECRET_KEY]


def kept_as(emails: Iterable[str]) -> dict[str, bytes]:
    """Address in lower case -> the keyed hash it is kept as, so that nobody can try out addresses against a copy."""
    newest = keys()[0]
    return {one: _hash(newest, one) for one in sorted({email.strip().lower() for email in emails} - {""})}


def hashes(emails: Iterable[str]) -> dict[bytes, str]:
    """Keyed hash, under each key -> address in lower case."""
    texts = {email.strip().lower() for email in emails} - {""}
    return {_hash(secret, one): one for secret in keys() for one in texts} if texts else {}


def prepare(at: datetime) -> None:
    """On every start: a key on the first one; an older company's is the secret key that it has hashed with so far.

    KeyMissing when the list holds hashes of another key.
    """
    known = {bytes(one) for one in SuppressionKey.objects.values_list("fingerprint", flat=True)}
    path = Path(settings.DATA) / FILE
    if not known and not settings.SUPPRESSION_KEY and not path.exists():
        older = Suppression.objects.exists()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text((settings.SECRET_KEY if older else secrets.token_urlsafe(50)) + "\n")
    if said := missing():
        raise KeyMissing(said)
    SuppressionKey.objects.bulk_create(
        [SuppressionKey(fingerprint=one, made_at=at) for one in map(fingerprint, keys()) if one not in known],
        ignore_conflicts=True,
    )


def missing() -> str:
    """Why addresses on the list cannot be recognised, in words; "" when they can."""
    known = {bytes(one) for one in SuppressionKey.objects.values_list("fingerprint", flat=True)}
    if known <= {fingerprint(one) for one in keys()}:
        return ""
    return _(
        "The key of the suppression list is missing or another one: whoever opposed would not be recognised. Put the file"
        " suppression_key of this company (it is in every backup) back into its data folder, or set"
        " SMARKETING_SUPPRESSION_KEY to what it holds."
    )


def fingerprint(secret: str) -> bytes:
    """What tells a key without giving it away."""
    return hmac.digest(secret.encode(), b"suppression key", "sha256")[:16]


def _hash(secret: str, email: str) -> bytes:
    return hmac.digest(secret.encode(), b"suppressed\0" + email.encode("utf-8", "surrogatepass"), "sha256")
