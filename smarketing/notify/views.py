"""Mails sent: the list, one mail as its reader got it, a test mail. Views only translate."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from smarketing.accounts.policy import may, needs
from smarketing.rows import clock
from smarketing.web import bulk, exports, lists, steps
from smarketing.web.once import once
from smarketing.web.tables import Deed, Table

from . import kinds, letters, listing, mails
from .models import Mail


@lists.listed("notify:mails", gettext_lazy("Mails sent"))
@needs("settings.mails")
def mails_sent(request: HttpRequest) -> HttpResponseBase:
    empty = {
        "title": _("No mail yet"),
        "text": _("Invitations, new passwords and notices will be listed here. Send a test mail to see one."),
        **steps.first(request.user, ("settings.people", "accounts:invite", _("Invite a person"))),
    }
    form, rows = listing.asked(request.user, request.GET)
    table = Table(
        listing.COLUMNS, rows, request.GET, "-written", caption=_("Mails sent"), empty=empty, form=form,
        exports=exports.Export("mails", "mails.export", "mail"),
        deeds=[Deed(_("Send again…"), reverse("notify:mails_again"), "send")] if mails.has_server() else (),
    )  # fmt: skip
    said = {"server": mails.has_server(), "host": settings.EMAIL_HOST}
    return lists.answer(request, table, "notify/mails.html", said)


mails_again, _no_way_back = bulk.pages("settings.mails", listing.AGAIN)


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
    page = letters.whole(found.page, link_for(request.user, found), page=True)
    answer = HttpResponse(letters.with_picture(page, bytes(found.picture) if found.picture else None))
    answer.csp = {
        "style-src": ("'unsafe-inline'",),
        "img-src": ("data:",),
        "script-src": ("'none'",),
        "frame-ancestors": ("'self'",),
    }
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
    mails.send_again(mail=get_object_or_404(Mail, pk=pk), by=request.user, at=clock.now())
    messages.success(request, _("The mail is on its way."))
    return redirect("notify:mail", pk)


def link_for(user, found: Mail) -> str:
    """What a reader of Settings sees where a one-time link stood: the link where nobody else could pass it on."""
    link = letters.unseal(found.sealed) if _is_shown_to(user) else ""
    return link or _("(one-time link, shown to its reader only)")


def _is_shown_to(user) -> bool:
    """With a mail server a link belongs to its reader; without one, whoever may make such links passes it on."""
    return not mails.has_server() and may(user, "settings.people")
