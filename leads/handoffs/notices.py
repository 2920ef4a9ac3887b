"""What is told about handoffs: to the rep who gets one, to marketing when one comes back; and the words of it."""

from collections.abc import Iterable, Mapping, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.models import Correction, Decision, HandoffState
from smarketing.accounts.models import Role, Side, User
from smarketing.accounts.policy import may
from smarketing.notify import notices, registry
from smarketing.notify.models import Notice
from smarketing.notify.registry import Line
from smarketing.rows.fence import Fence

from . import reasons

ASSIGNED, SENT_BACK = "assigned", "sent_back"


def register() -> None:
    """Give the kinds their words."""
    registry.register(
        registry.Kind(
            ASSIGNED, gettext_lazy("A lead is assigned to you"), "person-plus", say_assigned,
            whom=lambda user: user.side == Side.SALES,
        )
    )  # fmt: skip
    registry.register(
        registry.Kind(SENT_BACK, gettext_lazy("Sales refuses or gives back a lead"), "reply", say_sent_back)
    )


def tell_assigned(rows: Iterable[tuple], by: User | None, fence: Fence) -> None:
    """Tell each rep of the assignments (handoff, rep, pool, how, when) just added; whoever took one knows."""
    told = [
        notices.Told(rep, f"handoff:{pk}@{fence.recorded_at:%Y%m%d%H%M%S%f}", when, {"handoff": pk})
        for pk, rep, _pool, _how, when in rows
        if rep and (by is None or rep != by.pk) and notices.is_news(when, fence.recorded_at)
    ]
    notices.tell_all(ASSIGNED, told)


def tell_sent_back(decision: Decision) -> None:
    """Tell the marketers of a refusal or a return."""
    marketers = User.objects.filter(role=Role.MARKETER, is_active=True).values_list("pk", flat=True)
    notices.tell(
        kind=SENT_BACK, users=marketers, about=f"decision:{decision.pk}", at=decision.occurred_at, by=decision.by,
        decision=decision.pk,
    )  # fmt: skip


def say_assigned(some: Sequence[Notice], reader: User) -> Mapping[int, Line]:
    """ "New lead: Zoé Martin", with the company; a lead that went on to somebody else is not the reader's any more."""
    states = visible([one.params["handoff"] for one in some], reader)
    return {
        one.pk: Line(
            _("New lead: %(lead)s") % {"lead": state.lead},
            page_of(state, reader),
            str(state.lead.company or ""),
        )
        for one in some
        if (state := states.get(one.params["handoff"]))
    }


def say_sent_back(some: Sequence[Notice], reader: User) -> Mapping[int, Line]:
    """ "Léa refused Zoé Martin", with the reason; marked where it was taken back."""
    found = Decision.objects.filter(pk__in=[one.params["decision"] for one in some]).select_related("by")
    decisions = {one.pk: one for one in found}
    undone = set(
        Correction.objects.filter(subject="decision", subject_id__in=decisions).values_list("subject_id", flat=True)
    )
    states = visible([one.handoff_id for one in decisions.values()], reader)
    out = {}
    for one in some:
        decision = decisions.get(one.params["decision"])
        state = states.get(decision.handoff_id) if decision else None
        if decision and state:
            words = {"rep": decision.by or _("Somebody"), "lead": state.lead}
            returned = decision.kind == Decision.Kind.RETURN
            said = _("%(rep)s gave %(lead)s back") % words if returned else _("%(rep)s refused %(lead)s") % words
            why = str(reasons.label(decision.reason))
            detail = _("%(reason)s (taken back since)") % {"reason": why} if decision.pk in undone else why
            out[one.pk] = Line(said, page_of(state, reader), detail)
    return out


def visible(handoffs: Iterable[int], reader: User) -> dict[int, HandoffState]:
    """These handoffs with their leads, as far as the reader may see them and their names, and the lead was not erased."""
    if not may(reader, "leads.personal"):
        return {}
    found = HandoffState.objects.visible_to(reader).filter(pk__in=set(handoffs), lead__erased=False)
    return {state.pk: state for state in found.select_related("lead", "lead__company", "rep")}


def page_of(state: HandoffState, reader: User) -> str:
    """Focus mode where the reader owes the lead, else the lead's page."""
    if state.is_open and state.rep_id == reader.pk:
        return reverse("leads:focus", args=[state.pk])
    return lead_page(state.lead_id)


def lead_page(lead: int) -> str:
    """The lead's page, in the words of an address."""
    return reverse("leads:lead", args=[lead])


def managers_of(rep: User | None) -> list[User]:
    """The sales managers of a rep's team; all sales managers where the team has none, or the rep is in none."""
    managers = list(User.objects.filter(role=Role.MANAGER, side=Side.SALES, is_active=True).order_by("pk"))
    own = [one for one in managers if rep and rep.team_id and one.team_id == rep.team_id]
    return own or managers
