"""Praise: a sentence of one side to the other about a lead, in the lead's story, told to those whom it concerns.

A praise is a note with a `Remark`: it is taken back, exported and erased as every note is.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.handoffs import notices as handoffs
from leads.models import Correction, Deal, HandoffState, Lead, Remark
from smarketing.accounts.audit import record
from smarketing.accounts.models import Role, Side, User
from smarketing.accounts.policy import may
from smarketing.notify import notices, registry
from smarketing.notify.models import Notice
from smarketing.notify.registry import Line

from . import notes
from .problems import Refusal

KIND = "praise"
MAX_PRAISE = 400


def register() -> None:
    registry.register(registry.Kind(KIND, gettext_lazy("Somebody praises your work, or your team's"), "star", say))


def other_side(user: User) -> str:
    """The side that a person praises; "" for somebody of no side."""
    return {Side.MARKETING: Side.SALES, Side.SALES: Side.MARKETING}.get(Side(user.side), "") if user.side else ""


def current(lead: Lead) -> HandoffState | None:
    """The newest handoff of a lead, which the praise is about."""
    return HandoffState.objects.filter(lead=lead).select_related("rep").order_by("-handoff__occurred_at", "-pk").first()


@transaction.atomic
def praise(*, lead: Lead, text: str, by: User, at: datetime, deal: Deal | None = None) -> Remark:
    """Praise the other side's work on a lead: of sales the rep in charge. Refusal for nothing, or for nobody to praise."""
    side = other_side(by)
    if not side:
        raise Refusal(_("Only somebody of marketing or of sales praises the other side."))
    if len(text.strip()) > MAX_PRAISE:
        raise Refusal(_("Use at most %(n)s characters.") % {"n": MAX_PRAISE}, "text")
    note, state = notes.write(lead=lead, text=text, by=by, at=at), current(lead)
    rep = state.rep if state else None
    made = Remark.objects.create(
        note=note, kind=Remark.Kind.PRAISE, side=side, to=rep if side == Side.SALES else None,
        handoff_id=state.pk if state else None, deal=deal,
    )  # fmt: skip
    record(by, "lead.praise", "lead", lead.pk, at, note=note.pk, side=str(side))
    _tell(made, rep, at)
    return made


def _tell(made: Remark, rep: User | None, at: datetime) -> None:
    users = set(User.objects.filter(role=Role.MARKETER, is_active=True).values_list("pk", flat=True))
    users |= {one.pk for one in handoffs.managers_of(rep)} | ({rep.pk} if rep else set())
    notices.tell(
        kind=KIND, users=sorted(users), about=f"note:{made.pk}", at=at, by=made.note.by, note=made.pk, lead=made.note.lead_id
    )  # fmt: skip


def say(some: Sequence[Notice], reader: User) -> Mapping[int, Line]:
    """ "Claire praises Léa: Zoé Martin", with the words; marked where it was taken back."""
    found = Remark.objects.select_related("note__lead", "note__words", "note__by", "to")
    remarks = found.in_bulk([one.params["note"] for one in some])
    leads = {one.note.lead_id for one in remarks.values()}
    seen = set(Lead.objects.visible_to(reader).filter(pk__in=leads, erased=False).values_list("pk", flat=True))
    back = set(Correction.objects.filter(subject="note", subject_id__in=remarks).values_list("subject_id", flat=True))
    out = {}
    for one in some:
        made = remarks.get(one.params["note"])
        if made and made.note.lead_id in seen and may(reader, "leads.personal"):
            words = {"name": made.note.by, "to": made.to, "lead": made.note.lead}
            said = made.note.words.text if hasattr(made.note, "words") else ""
            detail = _("%(reason)s (taken back since)") % {"reason": said} if made.pk in back else said
            out[one.pk] = Line(_sentence(made, reader) % words, handoffs.lead_page(made.note.lead_id), detail)
    return out


def _sentence(made: Remark, reader: User) -> str:
    if made.to_id == reader.pk:
        return _("%(name)s praises you: %(lead)s")
    if made.to_id:
        return _("%(name)s praises %(to)s: %(lead)s")
    return (
        _("%(name)s praises sales: %(lead)s") if made.side == Side.SALES else _("%(name)s praises marketing: %(lead)s")
    )
