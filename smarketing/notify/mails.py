"""Mails: written in the transaction of their cause, handed to the mail server by the outbox, kept for thirty days.

Without a mail server (`EMAIL_URL`) they are kept and shown under Settings, Mails sent, and nothing leaves the house.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from email.mime.image import MIMEImage
from email.mime.text import MIMEText
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Coalesce
from django.utils import translation

from smarketing.accounts import languages
from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.jobs import outbox
from smarketing.jobs.models import Outbox
from smarketing.rows import clock
from smarketing.rows.models import Installation

from . import letters
from .letters import Letter
from .models import Mail

KIND = "notify.mail"


def has_server() -> bool:
    """Whether mails leave the house."""
    return bool(settings.EMAIL_HOST)


@dataclass(frozen=True)
class File:
    """Something that hangs on a mail: its name, its type with parameters ("text/calendar; method=REQUEST"), its text."""

    name: str
    type: str
    text: str


@transaction.atomic
def send(
    *,
    kind: str,
    to: str,
    write: Callable[[], Letter],
    at: datetime,
    language: str,
    person: User | None = None,
    files: Sequence[File] = (),
) -> Mail:
    """Write a mail and intend its sending, both in the transaction of the cause. `write()` is called in `language`.

    `files` travel with the intention to send, and are forgotten with it.
    """
    company = Installation.objects.values_list("company", flat=True).first() or "smarketing"
    language = languages.effective(language)
    with translation.override(language):
        letter = write()
        text, page = letters.written(letter, language, company)
    mail = Mail.objects.create(
        person=person,
        address=to,
        kind=kind,
        language=language,
        subject=" ".join(letter.subject.split())[:200],
        text=text,
        page=page,
        sealed=letters.seal(letter.url) if letter.secret else "",
        off=letter.off,
        picture=letter.picture.png if letter.picture else None,
        written_at=at,
    )
    _intend(mail, [asdict(one) for one in files])
    return mail


@transaction.atomic
def send_again(*, mail: Mail, by: User, at: datetime) -> bool:
    """Give a mail that the server refused eight times another eight. False where it was not given up."""
    mail = Mail.objects.select_for_update().get(pk=mail.pk)
    if not has_failed(mail):
        return False
    before = Outbox.objects.filter(pk=mail.outbox).values_list("body", flat=True).first()
    _intend(mail, (before or {}).get("files", []))
    record(by, "mails.again", "mail", mail.pk, at)
    return True


def has_failed(mail: Mail) -> bool:
    """Whether the server refused a mail so often that nobody tries any more."""
    return mail.state == Mail.State.WAITING and not _waiting(mail)


def last_error(mail: Mail) -> str:
    """What the mail server answered last; "" when nothing went wrong."""
    if mail.state != Mail.State.WAITING:
        return ""
    return Outbox.objects.filter(pk=mail.outbox).values_list("error", flat=True).first() or ""


def deliver(number: int, body: dict) -> None:
    """The outbox's handler: send one mail, or keep it where there is no server. Called again it does nothing."""
    mail = Mail.objects.select_for_update().filter(pk=body["mail"], state=Mail.State.WAITING).first()
    if mail is None:
        return
    if has_server():
        message(mail, [File(**one) for one in body.get("files", [])]).send()
    mail.state = Mail.State.SENT if has_server() else Mail.State.KEPT
    mail.sent_at = clock.now()
    mail.save(update_fields=["state", "sent_at"])


def message(mail: Mail, files: Sequence[File] = ()) -> EmailMultiAlternatives:
    """The mail as the server gets it, its one-time link included. RuntimeError when that cannot be read any more."""
    link = letters.unseal(mail.sealed)
    if mail.sealed and not link:
        raise RuntimeError("the link of this mail was sealed with another secret key")
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    headers = {"Message-ID": f"<mail-{mail.pk}@{host}>", "Auto-Submitted": "auto-generated"}
    if mail.off:  # RFC 8058: the mail program's own button, without a question
        headers |= {"List-Unsubscribe": f"<{mail.off}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    out = EmailMultiAlternatives(
        mail.subject,
        letters.whole(mail.text, link, page=False),
        settings.DEFAULT_FROM_EMAIL,
        [mail.address],
        headers=headers,
    )
    out.attach_alternative(letters.whole(mail.page, link, page=True), "text/html")
    if mail.picture:
        out.mixed_subtype = "related"  # the page shows what hangs on the mail
        drawn = MIMEImage(bytes(mail.picture), "png")
        drawn.add_header("Content-ID", f"<{letters.PICTURE.removeprefix('cid:')}>")
        drawn.add_header("Content-Disposition", "inline", filename="picture.png")
        out.attach(drawn)
    for file in files:
        out.attach(_part(file))
    return out


def _part(file: File) -> MIMEText:
    """A text that hangs on a mail, in UTF-8, with the parameters of its type."""
    kind, *more = (one.strip() for one in file.type.split(";"))
    part = MIMEText(file.text, kind.partition("/")[2], "utf-8")
    for name, _equals, value in (one.partition("=") for one in more):
        part.set_param(name, value)
    part.add_header("Content-Disposition", "attachment", filename=file.name)
    return part


def forget(*, before: datetime) -> int:
    """Delete mails written before an instant (thirty days back, by night). Returns how many."""
    return Mail.objects.filter(written_at__lt=before).delete()[0]


def _intend(mail: Mail, files: Sequence[dict[str, str]] = ()) -> None:
    body = {"files": list(files)} if files else {}
    mail.outbox = outbox.intend(KIND, mail=mail.pk, **body)
    mail.save(update_fields=["outbox"])


def with_trouble(mails: QuerySet) -> QuerySet:
    """`error`: what the server answered last; `tried`: whether somebody still tries."""
    rows = Outbox.objects.filter(pk=OuterRef("outbox"))
    return mails.annotate(
        error=Coalesce(Subquery(rows.values("error")[:1]), Value("", TextField())),
        tried=Exists(rows.filter(sent_at=None, attempts__lt=outbox.ATTEMPTS)),
    )


def _waiting(mail: Mail) -> bool:
    return Outbox.objects.filter(pk=mail.outbox, sent_at=None, attempts__lt=outbox.ATTEMPTS).exists()
