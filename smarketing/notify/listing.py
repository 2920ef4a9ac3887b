"""The list of mails sent: its columns and filters, and many of them sent again."""

from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, strip_tags
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from smarketing.accounts.models import User
from smarketing.web import filters
from smarketing.web.bulk import Bulk, Done, Refusals
from smarketing.web.columns import Column

from . import kinds, mails
from .models import Mail

STATES = {
    "sent": (gettext_lazy("sent"), Q(state=Mail.State.SENT)),
    "kept": (gettext_lazy("kept here"), Q(state=Mail.State.KEPT)),
    "waiting": (gettext_lazy("on its way"), Q(state=Mail.State.WAITING, tried=True)),
    "failed": (gettext_lazy("given up"), Q(state=Mail.State.WAITING, tried=False)),
}


def _failed(one: Mail) -> bool:
    return one.state == Mail.State.WAITING and not one.tried


def _state(one: Mail) -> str:
    said = {"mail": one, "error": one.error if one.state == Mail.State.WAITING else "", "failed": _failed(one)}
    return render_to_string("notify/_state.html", said).strip()


COLUMNS = (
    Column("subject", gettext_lazy("Subject"), head=True, url=lambda one: reverse("notify:mail", args=[one.pk]),
           show=lambda text, one: format_html('<span lang="{}">{}</span>', one.language, text)),
    Column("to", pgettext_lazy("recipient", "To"), "address", sort="address"),
    Column("kind", gettext_lazy("Kind"), lambda one: kinds.label(one.kind), sort="kind"),
    Column("written", gettext_lazy("Written"), "written_at", sort="written_at", align="nowrap"),
    Column("state", gettext_lazy("State"), lambda one: " ".join(strip_tags(_state(one)).split()), show=lambda _text, one: _state(one)),
    Column("language", gettext_lazy("Language"), extra=True),
)  # fmt: skip


class MailFilters(filters.Filters):
    kind = filters.choice(gettext_lazy("Kind"))
    state = filters.choice(gettext_lazy("State"), [(key, label) for key, (label, _which) in STATES.items()])
    person = filters.choice(gettext_lazy("Person"))
    language = filters.choice(gettext_lazy("Language"), settings.LANGUAGES)
    since, until = filters.day(gettext_lazy("Written from")), filters.day(gettext_lazy("to"))
    further = ("language", "since", "until")
    asks = {
        "kind": "kind",
        "state": lambda rows, key: rows.filter(STATES[key][1]),
        "person": "person",
        "language": "language",
        "since": filters.since_of("written_at"),
        "until": filters.until_of("written_at"),
    }

    def __init__(self, data: QueryDict):
        super().__init__(data)
        known = Mail.objects.order_by("kind").values_list("kind", flat=True).distinct()
        self.offer("kind", [(one, kinds.label(one)) for one in known])
        self.offer(
            "person",
            filters.named(User.objects.filter(Exists(Mail.objects.filter(person=OuterRef("pk")))).order_by("name")),
        )


def asked(_user: User, params: QueryDict) -> tuple[MailFilters, QuerySet]:
    """(the filters, the mails that an address asks for)."""
    form = MailFilters(params)
    return form, form.rows(mails.with_trouble(Mail.objects.all()))


def _given_up(rows: list[Any], _user: User) -> tuple[list[Any], Refusals]:
    left = [(_named(one), " ".join(strip_tags(_state(one)).split())) for one in rows if not _failed(one)]
    return [one for one in rows if _failed(one)], left


def _named(one: Mail) -> str:
    return f"{one.subject} ({one.address})"


AGAIN = Bulk(
    title=gettext_lazy("Send mails again"),
    text=gettext_lazy("Each mail given up after too many refusals by the server is tried eight more times."),
    page="notify:mails",
    rows=lambda user, params: asked(user, params)[1],
    counted=lambda n: ngettext("%(n)s mail given up", "%(n)s mails given up", n) % {"n": n},
    does=lambda _form, rows, by, at: Done(sum(mails.send_again(mail=one, by=by, at=at) for one in rows)),
    said=lambda n: ngettext("%(n)s mail is on its way.", "%(n)s mails are on their way.", n) % {"n": n},
    named=lambda one, _user: _named(one),
    keep=_given_up,
    none=gettext_lazy("None of these mails was given up."),
)
