"""Links by which a person sets a new password: by mail on their own request, or made by an administrator to pass on.

A link works once, for a day: it is signed over the present password and the last sign-in, and kept nowhere.
"""

from datetime import datetime

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.db import transaction
from django.urls import reverse

from .audit import record
from .models import User


@transaction.atomic
def make_link(*, user: User, by: User, at: datetime) -> str:
    """A one-time link for `user`, noted in the audit log."""
    record(by, "settings.people", "user", user.pk, at, done="reset link")
    return address(f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}")


def address(key: str) -> str:
    """Where a key of allauth leads: under our public address, whatever host a request named."""
    uid, _dash, token = key.partition("-")
    return settings.PUBLIC_URL + reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})
