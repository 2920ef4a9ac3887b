"""Waivers: one side asks the other to let a promise go on one lead; nobody waives their own. What was let go counts apart."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.handoffs import notices as handoffs
from leads.handoffs.problems import Refusal
from leads.models import Handoff, HandoffState
from smarketing.accounts import audit
from smarketing.accounts.models import Role, Side, User
from smarketing.notify import notices, registry
from smarketing.notify.models import Notice
from smarketing.notify.registry import Line
from smarketing.rows.fence import open_fence

from . import derive, handover, hooks, waiver_reasons
from .clocks import MISSED, OWED
from .models import Clock, Contract, Waiver, WaiverAnswer
from .terms import next_month

KIND = "waiver"
OPEN = (*OWED, MISSED)  # states of a clock of which a waiver may be asked
Answer = WaiverAnswer.Kind
TITLES = {
    Answer.CONSENT: gettext_lazy("Waiver consented to: %(lead)s"),
    Answer.REFUSE: gettext_lazy("Waiver refused: %(lead)s"),
    Answer.WITHDRAW: gettext_lazy("Waiver taken back: %(lead)s"),
}


def register() -> None:
    registry.register(registry.Kind(KIND, gettext_lazy("A waiver is asked for or answered"), "hand-thumbs-up", say))


@transaction.atomic
def ask(*, handoff: Handoff, clause_key: str, reason: str, by: User, at: datetime) -> Waiver:
    """Ask the other side to let the promise of a clause go on a handoff, and tell its managers.

    Refusal where no such promise is owed or broken, where it is asked already, and where its month is closed.
    """
    if not by.side:
        raise Refusal(_("Only a side of the contract may ask for a waiver."))
    if reason not in {one.code for one in waiver_reasons.REASONS.offered()}:
        raise Refusal(_("Say why the promise should be waived."), "reason")
    HandoffState.objects.select_for_update().get(handoff=handoff)
    found = _clock(handoff.pk, clause_key, at)
    if Waiver.objects.filter(handoff=handoff, clause_key=clause_key, answer=None).exists():
        raise Refusal(_("A waiver of this promise has been asked for already: the other side has to answer it."))
    _not_closed(found)
    fence = open_fence()
    made = Waiver.objects.create(
        handoff=handoff, clause_key=clause_key, side=by.side, reason=reason, by=by, occurred_at=at,
        recorded_at=fence.recorded_at,
    )  # fmt: skip
    others = Side.SALES if by.side == Side.MARKETING else Side.MARKETING
    _tell(made, managers(others), by, at, "")
    audit.record(by, "waivers.ask", "handoff", handoff.pk, at, waiver=made.pk, clause=clause_key)
    return made


@transaction.atomic
def answer(*, waiver: Waiver, kind: str, by: User, at: datetime) -> WaiverAnswer:
    """Consent to a waiver or refuse it, as the other side; or take it back, as the side that asked.

    Refusal for one's own side, for one that is answered, and for a promise that was kept or closed meanwhile.
    """
    HandoffState.objects.select_for_update().get(handoff=waiver.handoff_id)  # an act cannot be locked, its handoff can
    locked = Waiver.objects.get(pk=waiver.pk)
    if found := WaiverAnswer.objects.filter(waiver=locked).select_related("by").first():
        raise Refusal(
            _("%(who)s answered this waiver already: %(what)s.") % {"who": found.by, "what": found.get_kind_display()}
        )
    own = by.side == locked.side
    if kind not in Answer.values or not by.side:
        raise Refusal(_("Say what the answer is."), "kind")
    if own and kind != Answer.WITHDRAW:
        raise Refusal(_("Your side asked for this waiver: nobody waives their own promise. The other side answers it."))
    if not own and kind == Answer.WITHDRAW:
        raise Refusal(_("Only the side that asked may take a waiver back."))
    if kind == Answer.CONSENT:
        _not_closed(_clock(locked.handoff_id, locked.clause_key, at))
    fence = open_fence()
    made = WaiverAnswer.objects.create(waiver=locked, kind=kind, by=by, occurred_at=at, recorded_at=fence.recorded_at)
    derive.mark([locked.handoff_id])
    whom = managers(Side.SALES) + managers(Side.MARKETING) if kind == Answer.WITHDRAW else [locked.by_id]
    _tell(locked, whom, by, at, kind)
    audit.record(by, f"waivers.{kind}", "handoff", locked.handoff_id, at, waiver=locked.pk, clause=locked.clause_key)
    return made


def clock_of(handoff: int, key: str, at: datetime) -> Clock | None:
    """The promise of a clause on a handoff: sales' own as it stands written, or that of its hand-over, laid out."""
    found = Clock.objects.filter(handoff=handoff, clause_key=key).select_related("terms__contract").first()
    if found is not None:
        return found
    lead = Handoff.objects.values_list("lead", flat=True).get(pk=handoff)
    mine = (one for one in handover.of_lead(lead, at) if (one.handoff_id, one.clause_key) == (handoff, key))
    return next(mine, None)


def _clock(handoff: int, key: str, at: datetime) -> Clock:
    """The clock as it stands now. Refusal where it is not owed and was not missed."""
    derive.derive([handoff], at)
    found = clock_of(handoff, key, at)
    if found is None:
        raise Refusal(_("There is no such promise on this lead."))
    if found.state not in OPEN:
        words = {"state": found.get_state_display()}
        raise Refusal(_("This promise needs no waiver: it is %(state)s.") % words)
    return found


def _not_closed(found: Clock) -> None:
    closed = hooks.newest_closed(found.terms.contract)
    if closed and found.month < next_month(closed):
        raise Refusal(_("The book of %(month)s is closed: what it says stays.") % {"month": f"{found.month:%m/%Y}"})


def of(contract: Contract) -> list[Waiver]:
    """The waivers of a contract's promises, the newest first."""
    mine = Q(handoff__in=Clock.objects.filter(terms__contract=contract).values("handoff"))
    keys = contract.terms.filter(clauses__kind__in=handover.PROMISES).values("clauses__key")
    asked = Waiver.objects.filter(mine | Q(handoff__line=contract.line_id, clause_key__in=keys))
    return list(asked.select_related("handoff", "answer").order_by("-occurred_at", "-pk"))


def may_answer(waiver: Waiver, user: User) -> list[str]:
    """The answers that a person may give to a waiver that is open."""
    if user.role != Role.MANAGER or hasattr(waiver, "answer"):
        return []
    return [Answer.WITHDRAW] if user.side == waiver.side else [Answer.CONSENT, Answer.REFUSE]


def managers(side: str) -> list[int]:
    """The managers of a side."""
    return list(
        User.objects.filter(role=Role.MANAGER, side=side, is_active=True).order_by("pk").values_list("pk", flat=True)
    )


def _tell(waiver: Waiver, users: Iterable[int], by: User, at: datetime, kind: str) -> None:
    notices.tell(
        kind=KIND, users=users, about=f"waiver:{waiver.pk}:{kind}", at=at, by=by, waiver=waiver.pk, answer=str(kind)
    )


def say(some: Sequence[Notice], reader: User) -> Mapping[int, Line]:
    """ "Waiver asked for: Zoé Martin", with the clause, the reason and the page on which it is answered."""
    found = Waiver.objects.in_bulk([one.params["waiver"] for one in some])
    states, out = handoffs.visible([one.handoff_id for one in found.values()], reader), {}
    reasons = waiver_reasons.REASONS.labels() if found else {}
    for one in some:
        waiver = found.get(one.params["waiver"])
        if waiver and (state := states.get(waiver.handoff_id)):
            text = TITLES.get(one.params["answer"], gettext_lazy("Waiver asked for: %(lead)s"))
            words = {"key": waiver.clause_key, "reason": reasons.get(waiver.reason, waiver.reason)}
            detail = _("clause %(key)s · %(reason)s") % words
            out[one.pk] = Line(str(text) % {"lead": state.lead}, reverse("sla:waiver", args=[waiver.pk]), detail)
    return out
