"""Mails sent: the list, one mail as its reader got it, a test mail. Views only translate."""

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from smarketing.accounts.policy import may, needs
from smarketing.rows import clock
from smarketing.web.once import once

from . import kinds, letters, mails
from .models import Mail

PER_PAGE = 50


@needs("settings.mails")
def mails_sent(request: HttpRequest) -> HttpResponse:
    page = Paginator(Mail.objects.order_by("-written_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    rows = [(one, kinds.label(one.kind), mails.last_error(one), mails.has_failed(one)) for one in page]
    context = {"page": page, "rows": rows, "server": mails.has_server(), "host": settings.EMAIL_HOST}
    return render(request, "notify/mails.html", context)


@needs("settings.mails")
@never_cache
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Mail, pk=pk)
    context = {
        "mail": found,
        "label": kinds.label(found.kind),
        "text": letters.whole(found.text, link_for(request.user, found), page=False),
        "hidden": bool(found.sealed) and not _is_shown_to(request.user),
        "error": mails.last_error(found),
        "failed": mails.has_failed(found),
    }
    answer = render(request, "notify/mail.html", context)
    answer.csp = {"frame-src": ("'self'",)}
    return answer


@needs("settings.mails")
@never_cache
@xframe_options_sameorigin
def mail_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The mail's page alone, for the frame that shows it: mail programs need styles where they stand."""
    found = get_object_or_404(Mail, pk=pk)
    answer = HttpResponse(letters.whole(found.page, link_for(request.user, found), page=True))
    answer.csp = {"style-src": ("'unsafe-inline'",), "script-src": ("'none'",), "frame-ancestors": ("'self'",)}
    return answer


@needs("settings.mails")
@require_POST
@once
def test_mail(request: HttpRequest) -> HttpResponse:
    """A mail to oneself."""
    sent = mails.send(
        kind="test",
        to=request.user.email,
        person=request.user,
        language=request.user.language,
        at=clock.now(),
        write=kinds.test_letter,
    )
    said = _("The mail is on its way.") if mails.has_server() else _("There is no mail server: the mail is kept here.")
    messages.success(request, said)
    return redirect("notify:mail", sent.pk)


@needs("settings.mails")
@require_POST
@once
def again(request: HttpRequest, pk: int) -> HttpResponse:
    mails.send_again(mail=get_object_or_404(Mail, pk=pk))
    messages.success(request, _("The mail is on its way."))
    return redirect("notify:mail", pk)


def link_for(user, found: Mail) -> str:
    """What a reader of Settings sees where a one-time link stood: the link where nobody else could pass it on."""
    link = letters.unseal(found.sealed) if _is_shown_to(user) else ""
    return link or _("(one-time link, shown to its reader only)")


def _is_shown_to(user) -> bool:
    """With a mail server a link belongs to its reader; without one, whoever may make such links passes it on."""
    return not mails.has_server() and may(user, "settings.people")
