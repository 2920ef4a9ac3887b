"""Minutes: kept as one types, closed with the meeting as one canonical text, signed by both sides where they want to."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from smarketing.accounts import audit
from smarketing.accounts.models import User
from smarketing.agreements import services as agreements
from smarketing.agreements.canonical import canonical, sha256
from smarketing.agreements.models import Paper

from ..models import BookClose, Meeting, MeetingClose
from . import invitation, notices
from .keeping import ahead, both_sides
from .problems import Refused

PAPER = "meeting"
MAX = 20_000


class Stale(Refused):
    """Somebody else wrote meanwhile."""


@transaction.atomic
def write(*, meeting: Meeting, text: str, revision: int, by: User, at: datetime) -> Meeting:
    """Keep the minutes as they are now. Stale when somebody else wrote since `revision` was read."""
    meeting = ahead(meeting)
    text = text.replace("\r\n", "\n").replace("\x00", "")
    if len(text) > MAX:
        raise Refused(_("Minutes hold %(n)s characters at most.") % {"n": MAX}, "text")
    if meeting.revision != revision and text != meeting.text:
        raise Stale(
            _("%(name)s wrote meanwhile: nothing of yours was lost, compare and save again.")
            % {"name": meeting.edited_by or ""},
            "text",
        )
    if text == meeting.text:
        return meeting
    meeting.text, meeting.revision, meeting.edited_by, meeting.edited_at = text, meeting.revision + 1, by, at
    meeting.save(update_fields=["text", "revision", "edited_by", "edited_at"])
    audit.record(by, "meeting.minutes", "meeting", meeting.pk, at, revision=meeting.revision)
    return meeting


@transaction.atomic
def close(*, meeting: Meeting, came: Iterable[int], by: User, at: datetime) -> MeetingClose:
    """End a meeting: who came is noted, nothing of it changes any more. Refused where one side did not come."""
    meeting, there = ahead(meeting), set(came)
    people = list(meeting.attendees.all())
    both_sides([one.side for one in people if one.user_id in there])
    for one in people:
        one.came = one.user_id in there
        one.save(update_fields=["came"])
    text = canonical(body(meeting))
    made = MeetingClose.objects.create(meeting=meeting, body=text, sha256=sha256(text), by=by, at=at)
    audit.record(by, "meeting.close", "meeting", meeting.pk, at, sha256=made.sha256)
    notices.tell_closed(meeting, by, at)
    return made


def body(meeting: Meeting) -> dict[str, Any]:
    """What was looked at, written and resolved, in ids, figures and the words that people wrote into it."""
    book = BookClose.objects.filter(contract=meeting.contract_id, month=meeting.month, reopened=None).first()
    return {
        "meeting": meeting.pk, "contract": meeting.contract_id, "month": f"{meeting.month:%Y-%m}",
        "starts_at": meeting.starts_at.isoformat(), "book": book.sha256 if book else None,
        "people": [{"user": one.user_id, "side": one.side, "came": bool(one.came)} for one in meeting.attendees.order_by("user")],
        "agenda": [{"kind": one.kind, "ref": one.ref, "text": one.text} for one in meeting.items.all()],
        "minutes": meeting.text,
        "resolutions": [
            {
                "number": one.number, "text": one.text, "charge": one.charge_id, "due": one.due.isoformat(), "measure": one.measure,
                "where": one.where, "direction": one.direction, "target": f"{one.target:f}" if one.target is not None else None,
            }
            for one in meeting.resolutions.order_by("number")
        ],
    }  # fmt: skip


# --- signed, where both sides want to


def paper_of(meeting: Meeting) -> Paper | None:
    return Paper.objects.filter(kind=PAPER, line=f"meeting:{meeting.pk}").order_by("-number").first()


@transaction.atomic
def propose(*, meeting: Meeting, by: User, at: datetime) -> Paper:
    """The closed minutes as a paper that both sides sign. Refused before the meeting is closed."""
    found = MeetingClose.objects.filter(meeting=meeting).first()
    if found is None:
        raise Refused(_("Close the meeting first: what is signed does not change any more."))
    return agreements.propose(kind=PAPER, line=f"meeting:{meeting.pk}", body=json.loads(found.body), by=by, at=at)


def _meeting(paper: Paper) -> Meeting | None:
    return Meeting.objects.filter(pk=int(paper.line.partition(":")[2])).select_related("contract", "closed").first()


def page(paper: Paper) -> str:
    return reverse("reporting:meeting", args=[paper.line.partition(":")[2]])


def name(paper: Paper) -> str:
    found = _meeting(paper)
    return invitation.title(found) if found else paper.line


def verify(paper: Paper) -> list[str]:
    """That the meeting's closed text is the one that was signed."""
    found = _meeting(paper)
    closed = getattr(found, "closed", None) if found else None
    return [] if closed and closed.body == paper.body else [_("the closed minutes say something else")]
