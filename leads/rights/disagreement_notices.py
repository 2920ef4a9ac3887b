"""What is told of disagreements: to marketing when somebody disagrees, to whoever disagreed when it is answered."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.evidence import criteria, telling
from leads.handoffs import notices as handoffs
from leads.models import Answer, Correction, Disagreement, Lead
from smarketing.accounts.models import Role, Side, User
from smarketing.accounts.policy import may
from smarketing.notify import notices, registry
from smarketing.notify.models import Notice
from smarketing.notify.registry import Line
from smarketing.web.language import active_language

SAID, ANSWERED = "disagreement", "answered"


def register() -> None:
    registry.register(
        registry.Kind(
            SAID, gettext_lazy("Somebody disagrees with a criterion"), "chat-left-text", say_said,
            whom=lambda user: user.role != Role.MANAGER or user.side == Side.MARKETING,
        )
    )  # fmt: skip
    registry.register(registry.Kind(ANSWERED, gettext_lazy("Your disagreement is answered"), "reply", say_answered))


def tell_said(made: Disagreement, at: datetime) -> None:
    """Tell the marketers and marketing's managers."""
    known = User.objects.filter(is_active=True)
    users = set(known.filter(role=Role.MARKETER).values_list("pk", flat=True))
    users |= set(known.filter(role=Role.MANAGER, side=Side.MARKETING).values_list("pk", flat=True))
    notices.tell(
        kind=SAID, users=sorted(users), about=f"note:{made.pk}", at=at, by=made.note.by, note=made.pk, lead=made.note.lead_id
    )  # fmt: skip


def tell_answered(made: Answer, at: datetime) -> None:
    """Tell whoever disagreed."""
    notices.tell(
        kind=ANSWERED, users=[made.to.note.by_id], about=f"note:{made.pk}", at=at, by=made.note.by, note=made.pk,
        lead=made.note.lead_id,
    )  # fmt: skip


def say_said(some: Sequence[Notice], reader: User) -> Mapping[int, Line]:
    """ "Léa disagrees with “visited a page like /pricing”: Zoé Martin", with the note; marked where it was taken back."""
    found = Disagreement.objects.select_related("version", "line", "note__lead", "note__words", "note__by")
    rows = found.in_bulk([one.params["note"] for one in some])
    seen, back = _seen(rows.values(), reader), _back(rows)
    out = {}
    for one in some:
        made = rows.get(one.params["note"])
        if made and made.note.lead_id in seen:
            words = {
                "name": made.note.by,
                "criterion": criteria.words(made.version, made.criterion, active_language()),
                "lead": made.note.lead,
            }
            text = made.note.words.text if hasattr(made.note, "words") else ""
            detail = f"{made.get_reason_display()}: {text}"
            detail = _("%(reason)s (taken back since)") % {"reason": detail} if made.pk in back else detail
            out[one.pk] = Line(
                _("%(name)s disagrees with “%(criterion)s”: %(lead)s") % words,
                reverse("leads:disagreements") + f"?definition={made.line_id}", detail,
            )  # fmt: skip
    return out


def say_answered(some: Sequence[Notice], reader: User) -> Mapping[int, Line]:
    """ "Claire answers: taken into draft 8", with the words."""
    found = Answer.objects.select_related("to__version", "note__lead", "note__words", "note__by")
    rows = found.in_bulk([one.params["note"] for one in some])
    seen, back = _seen(rows.values(), reader), _back(rows)
    out = {}
    for one in some:
        made = rows.get(one.params["note"])
        if made and made.note.lead_id in seen:
            words = {"name": made.note.by, "answer": said(made), "lead": made.note.lead}
            text = made.note.words.text if hasattr(made.note, "words") else ""
            detail = _("%(reason)s (taken back since)") % {"reason": text} if made.pk in back else text
            out[one.pk] = Line(
                _("%(name)s answers: %(answer)s: %(lead)s") % words, handoffs.lead_page(made.note.lead_id), detail
            )
    return out


def said(one: Answer) -> str:
    """ "taken into draft 8", "kept"."""
    return telling.answered(one.kind, one.draft)


def _seen(rows, reader: User) -> set[int]:
    """Leads of these that the reader may see with their names, those erased left out."""
    if not may(reader, "leads.personal"):
        return set()
    leads = {one.note.lead_id for one in rows}
    return set(Lead.objects.visible_to(reader).filter(pk__in=leads, erased=False).values_list("pk", flat=True))


def _back(rows) -> set[int]:
    return set(Correction.objects.filter(subject="note", subject_id__in=rows).values_list("subject_id", flat=True))
