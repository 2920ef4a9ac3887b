"""What is told of contests: to whoever decided and the managers of sales; of a ruling, to whoever contested and whoever decided."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.handoffs import notices as handoffs
from leads.handoffs import reasons
from leads.models import Contest, Correction, Lead, Ruling
from smarketing.accounts.models import Role, Side, User
from smarketing.accounts.policy import may
from smarketing.notify import notices, registry
from smarketing.notify.models import Notice
from smarketing.notify.registry import Line

CONTESTED, RULED, LATE = "contested", "ruled", "ruling_late"


def register() -> None:
    add = registry.register
    sales = {"whom": lambda user: user.side == Side.SALES}
    managers = {"whom": lambda user: user.role == Role.MANAGER}
    add(
        registry.Kind(
            CONTESTED, gettext_lazy("Marketing contests a refusal or a return"), "reply", say_contested, **sales
        )
    )
    add(registry.Kind(RULED, gettext_lazy("A contest is ruled on"), "check2-circle", say_ruled))
    add(
        registry.Kind(
            LATE, gettext_lazy("A contest waits for its ruling too long"), "hourglass", say_contested, **managers
        )
    )


def tell_contested(made: Contest, at: datetime) -> None:
    """Tell whoever decided, and the managers of sales."""
    by = made.decision.by
    users = dict.fromkeys([*([by.pk] if by else []), *(one.pk for one in handoffs.managers_of(by))])
    notices.tell(
        kind=CONTESTED, users=list(users), about=f"note:{made.pk}", at=at, by=made.note.by, note=made.pk, lead=made.note.lead_id
    )  # fmt: skip


def tell_late(made: Contest, at: datetime) -> None:
    """Tell the managers of both sides, once."""
    users = User.objects.filter(role=Role.MANAGER, is_active=True).exclude(pk=made.note.by_id)
    told = [
        notices.Told(pk, f"note:{made.pk}:late", at, {"note": made.pk, "lead": made.note.lead_id})
        for pk in users.values_list("pk", flat=True)
    ]
    notices.tell_all(LATE, told)


def tell_ruled(made: Ruling, at: datetime) -> None:
    """Tell whoever contested and whoever decided."""
    users = dict.fromkeys(filter(None, (made.to.note.by_id, made.to.decision.by_id)))
    notices.tell(
        kind=RULED, users=list(users), about=f"note:{made.pk}", at=at, by=made.note.by, note=made.pk, lead=made.note.lead_id
    )  # fmt: skip


def say_contested(some: Sequence[Notice], reader: User) -> Mapping[int, Line]:
    """ "Inès contests a refusal: Zoé Martin", with the reason and the words; marked where it was taken back."""
    found = Contest.objects.select_related("decision", "note__lead", "note__words", "note__by")
    rows = found.in_bulk([one.params["note"] for one in some])
    seen, back = _seen(rows.values(), reader), _back(rows)
    out = {}
    for one in some:
        made = rows.get(one.params["note"])
        if made and made.note.lead_id in seen:
            words = {"name": made.note.by, "lead": made.note.lead, "reason": reasons.label(made.decision.reason)}
            text = made.note.words.text if hasattr(made.note, "words") else ""
            detail = _("%(reason)s (taken back since)") % {"reason": text} if made.pk in back else text
            said = _("%(name)s contests “%(reason)s”: %(lead)s") % words
            out[one.pk] = Line(said, _page(made, reader), detail)
    return out


def say_ruled(some: Sequence[Notice], reader: User) -> Mapping[int, Line]:
    """ "Hugo rules: back to sales: Zoé Martin", with the words."""
    found = Ruling.objects.select_related("note__lead", "note__words", "note__by")
    rows = found.in_bulk([one.params["note"] for one in some])
    seen, back = _seen(rows.values(), reader), _back(rows)
    out = {}
    for one in some:
        made = rows.get(one.params["note"])
        if made and made.note.lead_id in seen:
            words = {"name": made.note.by, "ruling": made.get_kind_display(), "lead": made.note.lead}
            text = made.note.words.text if hasattr(made.note, "words") else ""
            detail = _("%(reason)s (taken back since)") % {"reason": text} if made.pk in back else text
            out[one.pk] = Line(
                _("%(name)s rules: %(ruling)s: %(lead)s") % words, handoffs.lead_page(made.note.lead_id), detail
            )
    return out


def _page(made: Contest, reader: User) -> str:
    if may(reader, "handoffs.rule"):
        return reverse("leads:contests") + "?ruling=no"
    return handoffs.lead_page(made.note.lead_id)


def _seen(rows, reader: User) -> set[int]:
    """Leads of these that the reader may see with their names, those erased left out."""
    if not may(reader, "leads.personal"):
        return set()
    leads = {one.note.lead_id for one in rows}
    return set(Lead.objects.visible_to(reader).filter(pk__in=leads, erased=False).values_list("pk", flat=True))


def _back(rows) -> set[int]:
    return set(Correction.objects.filter(subject="note", subject_id__in=rows).values_list("subject_id", flat=True))
