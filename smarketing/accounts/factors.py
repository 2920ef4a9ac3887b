"""Second factors: secrets sealed in the database, whom they are asked of, and their removal by an administrator."""

from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.db import transaction

from smarketing.notify import letters

from . import here
from .audit import record
from .models import Role, SignInRule, User


class SealedFactors(DefaultMFAAdapter):
    """allauth's adapter: secrets of apps and recovery codes are unreadable without the secret key."""

    def encrypt(self, text: str) -> str:
        return letters.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return letters.unseal(encrypted_text)


def rule() -> SignInRule:
    """The installation's rule, as saved or as it stands before anybody saved one."""
    return SignInRule.objects.first() or SignInRule()


@transaction.atomic
def save_rule(*, second_factor: str, by: User, at: datetime) -> None:
    """Ask a second factor of nobody (""), of administrators, or of everyone."""
    SignInRule.objects.update_or_create(singleton=True, defaults={"second_factor": second_factor})
    here.forget()
    record(by, "settings.people", "sign-in", None, at, second_factor=second_factor or "nobody")


def is_owed(user: User) -> bool:
    """Whether the rule asks a second factor of `user` who has none."""
    asked = here.second_factor()
    of_them = asked == SignInRule.Whom.EVERYONE or (asked and user.role == Role.ADMINISTRATOR)
    return bool(of_them) and not has_factor(user)


def has_factor(user: User) -> bool:
    """Whether a code or a passkey is asked of `user` at sign-in."""
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return Authenticator.objects.filter(user=user, type__in=kinds).exists()


@transaction.atomic
def remove(*, user: User, by: User, at: datetime) -> int:
    """Take every second factor from somebody who lost theirs. Returns how many."""
    gone = Authenticator.objects.filter(user=user).delete()[0]
    if gone:
        record(by, "settings.people", "user", user.pk, at, done="second factors removed", count=gone)
    return gone


def forget_addresses(user: User) -> None:
    """Old addresses of allauth neither sign in nor get links."""
    EmailAddress.objects.filter(user=user).delete()
