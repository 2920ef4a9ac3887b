"""Opening a closed month again: with a reason, signed by both sides. The closed book stays; the next one gets a number."""

import json
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from reporting.models import BookClose, BookReopen
from smarketing.accounts import audit
from smarketing.accounts.models import Side, User
from smarketing.agreements import services as agreements
from smarketing.agreements.models import Paper

from . import notices
from .services import BookError

PAPER = "reopen"


@transaction.atomic
def propose_reopening(*, book: BookClose, reason: str, by: User, at: datetime) -> Paper:
    """A paper that both sides sign. BookError without a reason, or when the month is open already."""
    reason = " ".join(reason.split())
    if not reason:
        raise BookError(_("Say why the month must be opened again."))
    if len(reason) > 200:
        raise BookError(_("Use at most 200 characters."))
    if BookReopen.objects.filter(book=book).exists():
        raise BookError(_("This month is open again already."))
    body = {"book": book.pk, "month": f"{book.month:%Y-%m}", "sha256": book.sha256, "reason": reason}
    return agreements.propose(kind=PAPER, line=f"book:{book.pk}", body=body, by=by, at=at)


def signed(paper: Paper, at: datetime) -> None:
    """Open the month again with the second signature, in its transaction."""
    body = json.loads(paper.body)
    book = BookClose.objects.select_related("contract").get(pk=body["book"])
    if BookReopen.objects.filter(book=book).exists():
        raise agreements.AgreementError(_("This month is open again already."))
    signers = {side: signature.signer for side, signature in agreements.state(paper).items() if signature}
    BookReopen.objects.create(
        book=book, reason=body["reason"], marketing=signers[Side.MARKETING], sales=signers[Side.SALES], reopened_at=at
    )
    audit.record(None, "month.reopen", "book", book.pk, at, month=body["month"], number=book.number)
    notices.tell_reopened(book, at)


def page(paper: Paper) -> str:
    """The page of the book."""
    book = BookClose.objects.get(pk=json.loads(paper.body)["book"])
    return reverse("reporting:book", args=[book.contract_id, f"{book.month:%Y-%m}"])
