"""Kinds of mails: registered from above (`AppConfig.ready()`), named here for the list."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .letters import Letter

_LABELS = {
    "test": gettext_lazy("Test mail"),
    "notices": gettext_lazy("Notices"),
    "morning": gettext_lazy("Morning mail"),
}


def register(key: str, label) -> None:
    """`label`: lazy text. The last registration of a key wins."""
    _LABELS[key] = label


def label(key: str):
    return _LABELS.get(key, key)


def test_letter() -> Letter:
    """What the button "Send a test mail" sends."""
    return Letter(
        subject=_("Test mail of smarketing"),
        lines=[_("This mail has arrived: invitations, new passwords and notices will arrive too.")],
    )
