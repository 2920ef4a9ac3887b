"""What mails say about the house's health."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from smarketing.jobs import health

from . import mails
from .models import Mail


def waiting() -> int:
    """Mails that a server has not taken yet."""
    return Mail.objects.filter(state=Mail.State.WAITING).count()


def unsent() -> health.Sign:
    n = waiting()
    if not n:
        return health.Sign(health.WELL, _("No mail waits to be sent."))
    said = ngettext("%(n)s mail waits to be sent.", "%(n)s mails wait to be sent.", n) % {"n": n}
    return health.Sign(
        health.WATCH, said, _("Read what the mail server answered, and send it again."), reverse("notify:mails")
    )


def server() -> health.Sign:
    if mails.has_server():
        words = {"host": settings.EMAIL_HOST, "sender": settings.DEFAULT_FROM_EMAIL}
        return health.Sign(health.WELL, _("Mails go out by %(host)s, from %(sender)s.") % words)
    step = _("Set EMAIL_URL, then send a test mail.")
    return health.Sign(
        health.WATCH, _("There is none: mails are kept, and you pass on what matters."), step, reverse("notify:mails")
    )
