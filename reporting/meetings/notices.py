"""What is told about meetings, resolutions and remarks: to whoever is invited, in charge, or spoken of."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.handoffs import notices as handoffs
from leads.models import Remark, Reply
from sla.models import Contract
from smarketing.accounts.models import Role, Side, User
from smarketing.accounts.policy import may
from smarketing.notify import notices, registry
from smarketing.notify.models import Notice
from smarketing.notify.registry import Line
from smarketing.rows import clock

from ..models import Meeting, Resolution, ResolutionOutcome
from . import belief, ical, invitation
from .reading import standing_replies, text_of

MEETING, RESOLUTION, REMARK = "meeting", "resolution", "remark"


def register() -> None:
    registry.register(
        registry.Kind(
            MEETING, gettext_lazy("A meeting is planned, moved, called off, or comes soon"), "calendar3", say_meetings
        )
    )
    registry.register(
        registry.Kind(
            RESOLUTION, gettext_lazy("A resolution is yours, is due, or was carried out"), "check-lg", say_resolutions
        )
    )
    registry.register(
        registry.Kind(
            REMARK, gettext_lazy("Somebody praises, names a problem, or answers"), "chat-left-text", say_remarks
        )
    )
    invitation.register()


# --- meetings


def tell_planned(meeting: Meeting, by: User | None, at: datetime) -> None:
    """Everybody invited is told, and gets the invitation by mail, while it is still ahead."""
    _tell(meeting, "planned", at, by)
    if meeting.starts_at > at:
        invitation.send(meeting, _users(meeting), at)


def tell_changed(meeting: Meeting, by: User, at: datetime, *, before: set[int], moved: bool) -> None:
    """Those who were invited before are told of a move; those invited now get their invitation."""
    users = _users(meeting)
    told = users if moved else [one for one in users if one.pk not in before]
    if moved:
        _tell(meeting, f"moved{meeting.sequence}", at, by, only=before)
    _tell(meeting, "planned", at, by, only={one.pk for one in told} - before)
    if meeting.starts_at > at:
        invitation.send(meeting, told, at)
    left = User.objects.filter(pk__in=before - {one.pk for one in users}, is_active=True)
    invitation.send(meeting, left.order_by("pk"), at, ical.CANCEL)


def tell_cancelled(meeting: Meeting, by: User, at: datetime) -> None:
    _tell(meeting, "cancelled", at, by)
    if meeting.starts_at > at:
        invitation.send(meeting, _users(meeting), at, ical.CANCEL)


def tell_soon(meeting: Meeting, at: datetime) -> int:
    """The day before: that it comes, and whether its question waits for an answer."""
    return _tell(meeting, f"soon{meeting.starts_at:%Y%m%d}", at, None)


def tell_unplanned(contract: Contract, day: str, at: datetime) -> int:
    """That the terms would have a meeting and none is planned: to managers."""
    users = User.objects.filter(role=Role.MANAGER, is_active=True).values_list("pk", flat=True)
    return notices.tell(
        kind=MEETING, users=users, about=f"unplanned:{contract.pk}:{day}", at=at, contract=contract.pk, day=day
    )


def tell_closed(meeting: Meeting, by: User, at: datetime) -> None:
    _tell(meeting, "closed", at, by)


def _users(meeting: Meeting) -> list[User]:
    found = User.objects.filter(pk__in=meeting.attendees.values("user"), is_active=True)
    return list(found.order_by("pk"))


def _tell(meeting: Meeting, what: str, at: datetime, by: User | None, only: Iterable[int] | None = None) -> int:
    users = [one.pk for one in _users(meeting) if only is None or one.pk in set(only)]
    return notices.tell(kind=MEETING, users=users, about=f"{what}:{meeting.pk}", at=at, by=by, meeting=meeting.pk)


def say_meetings(some: Sequence[Notice], reader: User) -> Mapping[int, Line]:
    if not may(reader, "meetings.view"):
        return {}
    meetings = Meeting.objects.select_related("contract").in_bulk([one.params.get("meeting") for one in some])
    contracts = Contract.objects.in_bulk([one.params.get("contract") for one in some])
    out = {}
    for one in some:
        if meeting := meetings.get(one.params.get("meeting")):
            out[one.pk] = _meeting(one.about, meeting, reader)
        elif contract := contracts.get(one.params.get("contract")):
            said = _("By the terms both sides meet by %(day)s, and no meeting is planned") % {"day": one.params["day"]}
            out[one.pk] = Line(said, reverse("reporting:meeting_new") + f"?contract={contract.pk}", contract.name)
    return out


def _meeting(about: str, meeting: Meeting, reader: User) -> Line:
    """What became of a meeting; while its question waits for this reader, that it does, with the page that asks it."""
    title = {"title": invitation.title(meeting)}
    what = about.partition(":")[0]
    if what.startswith("moved"):
        text = _("Moved: %(title)s") % title
    elif what.startswith("soon"):
        text = _("Soon: %(title)s") % title
    else:
        words = {"cancelled": _("Called off: %(title)s"), "closed": _("Minutes of: %(title)s")}
        text = words.get(what, _("You are invited: %(title)s")) % title
    if belief.why_not(meeting, reader, clock.now()):
        return Line(text, reverse("reporting:meeting", args=[meeting.pk]), invitation.when(meeting))
    asks = _("%(when)s · asks what you believe") % {"when": invitation.when(meeting)}
    return Line(text, reverse("reporting:meeting_answer", args=[meeting.pk]), asks)


# --- resolutions


def tell_charged(made: Resolution, at: datetime) -> None:
    notices.tell(
        kind=RESOLUTION, users=[made.charge_id], about=f"charged:{made.pk}", at=at, by=made.by, resolution=made.pk
    )


def tell_due(made: Resolution, phase: str, at: datetime) -> int:
    """A week ahead, on the day, and weekly while nobody said whether it happened."""
    users = {made.charge_id} | ({made.by_id} if phase.startswith("late") else set())
    return notices.tell(kind=RESOLUTION, users=sorted(users), about=f"{phase}:{made.pk}", at=at, resolution=made.pk)


def tell_outcome(made: ResolutionOutcome, at: datetime) -> None:
    resolution = made.resolution
    users = {resolution.charge_id, resolution.by_id}
    notices.tell(
        kind=RESOLUTION,
        users=sorted(users),
        about=f"told{made.pk}:{resolution.pk}",
        at=at,
        by=made.by,
        resolution=resolution.pk,
        done=made.done,
    )


def say_resolutions(some: Sequence[Notice], reader: User) -> Mapping[int, Line]:
    if not may(reader, "meetings.view"):
        return {}
    found = Resolution.objects.select_related("charge").in_bulk([one.params["resolution"] for one in some])
    out = {}
    for one in some:
        if made := found.get(one.params["resolution"]):
            detail = _("%(name)s, by %(day)s") % {
                "name": made.charge,
                "day": date_format(made.due, "SHORT_DATE_FORMAT"),
            }
            out[one.pk] = Line(_resolution(one, made), reverse("reporting:resolution", args=[made.pk]), detail)
    return out


def _resolution(one: Notice, made: Resolution) -> str:
    what, text = one.about.partition(":")[0], {"text": made.text}
    if what == "charged":
        return _("You are in charge: %(text)s") % text
    if what.startswith("told"):
        return (_("Done: %(text)s") if one.params.get("done") else _("Not done: %(text)s")) % text
    return (
        _("Late, nobody said whether it happened: %(text)s") if what.startswith("late") else _("Due soon: %(text)s")
    ) % text


# --- remarks


def tell_remark(made: Remark, at: datetime) -> None:
    """Whose work it is about: of sales the rep in charge and the managers, of marketing its people; of nobody's, all managers."""
    users = {made.to_id} if made.to_id else set()
    people = User.objects.filter(is_active=True)
    if made.side == Side.SALES:
        users |= {one.pk for one in handoffs.managers_of(made.to)}
    elif made.side == Side.MARKETING:
        users |= set(people.filter(side=Side.MARKETING).values_list("pk", flat=True))
    else:
        users |= set(people.filter(role=Role.MANAGER).values_list("pk", flat=True))
    notices.tell(kind=REMARK, users=sorted(users), about=f"said:{made.pk}", at=at, by=made.note.by, remark=made.pk)


def tell_reply(made: Reply, at: datetime) -> None:
    notices.tell(
        kind=REMARK,
        users=[made.to.note.by_id],
        about=f"reply:{made.pk}",
        at=at,
        by=made.note.by,
        remark=made.to_id,
        reply=made.pk,
    )


def say_remarks(some: Sequence[Notice], reader: User) -> Mapping[int, Line]:
    """ "Léa names a problem", with the words, for those who may read them; nothing of what was taken back."""
    seen = Remark.objects.standing().visible_to(reader).select_related("note__words", "note__by")
    remarks = seen.in_bulk([one.params["remark"] for one in some])
    replies = standing_replies().in_bulk([one.params.get("reply") for one in some])
    out, personal = {}, may(reader, "leads.personal")
    for one in some:
        made, replied = remarks.get(one.params["remark"]), one.params.get("reply")
        answer = replies.get(replied)
        if made is None or (replied and answer is None):
            continue
        note = answer.note if answer else made.note
        words = (
            _("%(name)s answers you")
            if answer
            else _("%(name)s praises")
            if made.kind == Remark.Kind.PRAISE
            else _("%(name)s names a problem")
        )
        out[one.pk] = Line(
            words % {"name": note.by}, reverse("reporting:remark", args=[made.pk]), text_of(note, True, personal)
        )
    return out
