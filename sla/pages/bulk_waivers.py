"""Many waivers answered at once, by the other side or by the one that asked (`web/bulk`)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leads.handoffs.problems import Refusal
from smarketing.accounts.models import User
from smarketing.accounts.policy import may
from smarketing.web import bulk
from smarketing.web.bulk import Bulk, Done, Refusals

from .. import waivers
from ..models import Waiver, WaiverAnswer
from . import stands

Kind = WaiverAnswer.Kind


def _asked(user: User, params: QueryDict) -> Any:
    return stands.WaiverFilters(params).rows(stands.visible_to(user))


def _named(one: Waiver, user: User) -> str:
    named = may(user, "leads.personal")
    return str(one.handoff.lead) if named else _("Handoff %(number)s") % {"number": one.handoff_id}


def _open_to(kind: str) -> Callable[[list[Waiver], User], tuple[list[Waiver], Refusals]]:
    """The waivers to which this person may answer so."""

    def why_not(one: Waiver, user: User) -> str:
        if hasattr(one, "answer"):
            return str(one.answer.get_kind_display())
        own = one.side == user.side
        if kind in waivers.may_answer(one, user):
            return ""
        return _("asked by your side: the other side answers it") if own else _("asked by the other side")

    def keep(rows: list[Waiver], user: User) -> tuple[list[Waiver], Refusals]:
        left = [(_named(one, user), why) for one in rows if (why := why_not(one, user))]
        return [one for one in rows if not why_not(one, user)], left

    return keep


def _answering(kind: str) -> Callable[[Any, list[Waiver], User, datetime], Done]:
    def does(_form: Any, rows: list[Waiver], by: User, at: datetime) -> Done:
        return bulk.each(
            rows, lambda one: waivers.answer(waiver=one, kind=kind, by=by, at=at), lambda one: _named(one, by), Refusal
        )

    return does


def _kind(kind: str, title: Any, text: Any, said: Callable[[int], str], none: Any) -> Bulk:
    return Bulk(
        title=title, text=text, page="sla:waivers", rows=_asked, said=said, none=none,
        counted=lambda n: ngettext("%(n)s waiver", "%(n)s waivers", n) % {"n": n},
        does=_answering(kind), named=_named, keep=_open_to(kind),
    )  # fmt: skip


CONSENT = _kind(
    Kind.CONSENT,
    gettext_lazy("Consent to waivers"),
    gettext_lazy("These promises are let go: they count neither as kept nor as broken. Whoever asked is told."),
    lambda n: ngettext("%(n)s waiver consented to.", "%(n)s waivers consented to.", n) % {"n": n},
    gettext_lazy("None of these waivers waits for your side."),
)
REFUSE = _kind(
    Kind.REFUSE,
    gettext_lazy("Refuse waivers"),
    gettext_lazy("These promises stay as they are. Whoever asked is told."),
    lambda n: ngettext("%(n)s waiver refused.", "%(n)s waivers refused.", n) % {"n": n},
    gettext_lazy("None of these waivers waits for your side."),
)
WITHDRAW = _kind(
    Kind.WITHDRAW,
    gettext_lazy("Take waivers back"),
    gettext_lazy("Your side asks for them no more; both sides' managers are told."),
    lambda n: ngettext("%(n)s waiver taken back.", "%(n)s waivers taken back.", n) % {"n": n},
    gettext_lazy("None of these waivers was asked by your side and is still open."),
)
consent, _no_way_back = bulk.pages("contract.waive", CONSENT)
refuse, _no_way_back = bulk.pages("contract.waive", REFUSE)
withdraw, _no_way_back = bulk.pages("contract.waive", WITHDRAW)
