"""Mails sent: the list, one mail as its reader got it, a test mail. Views only translate."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from smarketing.accounts.forms import LanguageFilter
from smarketing.accounts.policy import may, needs
from smarketing.rows import clock
from smarketing.web import exports, lists
from smarketing.web.once import once
from smarketing.web.tables import Column, Table

from . import kinds, letters, mails
from .models import Mail


def _state(one: Mail) -> str:
    said = {"mail": one, "error": mails.last_error(one), "failed": mails.has_failed(one)}
    return render_to_string("notify/_state.html", said).strip()


COLUMNS = (
    Column("subject", gettext_lazy("Subject"), head=True, url=lambda one: reverse("notify:mail", args=[one.pk]),
           show=lambda text, one: format_html('<span lang="{}">{}</span>', one.language, text)),
    Column("to", gettext_lazy("To"), "address"),
    Column("kind", gettext_lazy("Kind"), lambda one: kinds.label(one.kind)),
    Column("written", gettext_lazy("Written"), "written_at", sort="written_at", align="nowrap"),
    Column("state", gettext_lazy("State"), lambda one: " ".join(strip_tags(_state(one)).split()), show=lambda _text, one: _state(one)),
)  # fmt: skip


@needs("settings.mails")
def mails_sent(request: HttpRequest) -> HttpResponseBase:
    empty = {
        "title": _("No mail yet"),
        "text": _("Invitations, new passwords and notices will be listed here. Send a test mail to see one."),
    }
    form, rows = LanguageFilter(request.GET), Mail.objects.all()
    if form.is_valid() and form.cleaned_data["language"]:
        rows = rows.filter(language=form.cleaned_data["language"])
    table = Table(
        COLUMNS, rows, request.GET, "-written", caption=_("Mails sent"), empty=empty, form=form,
        exports=exports.Export("mails", "mails.export", "mail"),
    )  # fmt: skip
    said = {"server": mails.has_server(), "host": settings.EMAIL_HOST}
    return lists.answer(request, table, "notify/mails.html", said)


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
