"""How allauth behaves here: nobody signs up (people are invited); its mails are ours, through the outbox."""

from allauth.account.adapter import DefaultAccountAdapter
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from smarketing.notify import mails
from smarketing.notify.letters import Letter
from smarketing.rows import clock

from . import resets
from .models import User

RESET = "account/email/password_reset_key"


class ClosedAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request) -> bool:
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        return resets.address(key)

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        """allauth's mails in the reader's language: the reset link, and a word after each change of the account."""
        person = context.get("user") or User.objects.filter(email__iexact=email).first()
        write = letter_of(template_prefix, context)
        if person is None or write is None:
            return
        kind = "reset" if template_prefix == RESET else "account"
        language, at = person.language, clock.now()
        mails.send(kind=kind, to=person.email, person=person, language=language, at=at, write=write)


def letter_of(prefix: str, context: dict):
    """A function that writes the letter of an allauth template, or None for one that nobody gets here."""
    if prefix == RESET:
        return lambda: _reset(context["password_reset_url"])
    if prefix in CHANGES:
        return lambda: _changed(prefix, clock.now())
    return None


def _reset(url: str) -> Letter:
    return Letter(
        subject=_("A new password for smarketing"),
        lines=[_("Somebody, probably you, asked for a new password.")],
        action=_("Set a new password"),
        url=url,
        after=[
            _("The link works once, for a day. Did you not ask for it? Then do nothing: your password stays as it is.")
        ],
        secret=True,
    )


CHANGES = {
    "account/email/password_changed": lambda: _("Your password was changed"),
    "account/email/password_reset": lambda: _("Your password was reset"),
    "account/email/password_set": lambda: _("Your password was set"),
    "mfa/email/totp_activated": lambda: _("An authenticator app was added to your account"),
    "mfa/email/totp_deactivated": lambda: _("The authenticator app was removed from your account"),
    "mfa/email/recovery_codes_generated": lambda: _("New recovery codes were made for your account"),
    "mfa/email/webauthn_added": lambda: _("A passkey was added to your account"),
    "mfa/email/webauthn_removed": lambda: _("A passkey was removed from your account"),
}


def _changed(prefix: str, at) -> Letter:
    when = formats.date_format(timezone.localtime(at, clock.zone()), "SHORT_DATETIME_FORMAT")
    return Letter(
        subject=CHANGES[prefix](),
        lines=[
            _("This was done on %(when)s.") % {"when": when},
            _("Was it not you? Set a new password and tell your administrator."),
        ],
    )
