"""The report of a closed month by mail: the sentence, each clause of both sides with its state, the picture, what vouches
for it. It goes to the people whom the terms name, in each one's language, in the transaction of the close."""

from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reporting.models import BookClose
from sla import agreed, follow, words
from smarketing.accounts import languages
from smarketing.accounts.models import User
from smarketing.notify import kinds, mails, sending
from smarketing.notify.letters import Letter, Row, Section
from smarketing.notify.models import ByMail, NoticeChoice

from . import picture

KIND, CHOICE = "month_report", "month"  # of the mail; of the notices by which it is switched off
SIDES = {"marketing": gettext_lazy("Marketing"), "sales": gettext_lazy("Sales"), "both": gettext_lazy("Both sides")}


def register() -> None:
    kinds.register(KIND, gettext_lazy("Report of a month"))


def send(book: BookClose, at: datetime) -> list[int]:
    """Write the report to everybody who gets it. Returns them, those who switched it off among them."""
    reader = follow.Reader(book.contract, at, book.cutoff)
    inside = reader.inside(book.month)
    if not inside:
        return []
    month, whom = reader.month(book.month), agreed.people(inside[-1][0], "monthly")
    people = list(User.objects.filter(whom, is_active=True).order_by("pk"))
    off = set(NoticeChoice.objects.filter(kind=CHOICE, mail=ByMail.NEVER).values_list("user", flat=True))
    for user in people:
        if user.pk not in off:
            written = _of(user, book, month)
            mails.send(
                kind=KIND, to=user.email, person=user, language=user.language, at=at, write=lambda made=written: made
            )
    return [user.pk for user in people]


def _of(user: User, book: BookClose, month: follow.Month) -> Letter:
    with translation.override(languages.effective(user.language)):
        off = sending.off_address(user, CHOICE)
        links = [
            (_("Stop receiving this mail"), off), (_("All preferences"), settings.PUBLIC_URL + reverse("notify:choices")),
        ]  # fmt: skip
        return replace(letter(book, month), off=off, links=links)


def letter(book: BookClose, month: follow.Month) -> Letter:
    """The report in the active language."""
    key = f"{book.month:%Y-%m}"
    name = {"contract": book.contract.name, "month": date_format(book.month, "YEAR_MONTH_FORMAT")}
    foot = _(
        "Closed with the facts known at %(cutoff)s; digest %(digest)s…. What is learned later is shown beside it, dated."
    )
    sections = [
        Section(str(label), rows)
        for side, label in SIDES.items()
        if (rows := [_row(month, row) for row in month.rows if row.clause.side == side])
    ]
    return Letter(
        subject=_("%(contract)s: report of %(month)s") % name,
        lines=words.sentence(month),
        sections=sections,
        action=_("Open the closed month"),
        url=settings.PUBLIC_URL + reverse("reporting:book", args=[book.contract_id, key]),
        after=[foot % {"cutoff": date_format(book.cutoff, "SHORT_DATETIME_FORMAT"), "digest": book.sha256[:12]}],
        picture=picture.of(book.contract, book.month),
    )  # fmt: skip


def _row(month: follow.Month, row: follow.Row) -> Row:
    _key, shape, word = words.state(row.figure.state)
    apart = ", ".join(text for _state, text in words.apart(row.figure))
    more = " · ".join(filter(None, [_("promised %(promised)s") % {"promised": words.promised(row.figure)}, apart]))
    figure = " ".join(filter(None, [words.so_far(row.figure), words.fraction(row.figure), f"{shape} {word}"]))
    url = reverse("sla:month", args=[f"{month.first:%Y-%m}"]) + f"?contract={month.contract.pk}&clause={row.clause.key}"
    return Row(f"{row.clause.key} {words.clause(row.clause)}", more, figure, settings.PUBLIC_URL + url)
