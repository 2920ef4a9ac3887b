"""What the contract gives the house: its measures, notices, jobs and papers, and what it shows in places of lower pages."""

from django.utils.translation import gettext_lazy as _

from leads.handoffs import hooks
from leads.pages import done
from leads.scoring import store
from smarketing.agreements import kinds
from smarketing.jobs import bell
from smarketing.notify import tasks
from smarketing.rows import rebuild
from smarketing.web import slots as places

from . import (
    arbitration,
    deeds,
    derive,
    escalation,
    follow,
    handed,
    measures,
    nightly,
    notices,
    pace,
    papers,
    renewal,
    reviewing,
    slots,
    splits,
    spoken,
    waivers,
)
from .pages import beside, campaign_plans, day_one, waiver_reasons

# Each of these has a `register()` of its own.
REGISTERED = (
    nightly,
    notices,
    handed,
    escalation,
    pace,
    waivers,
    reviewing,
    renewal,
    spoken,
    deeds,
    day_one,
    waiver_reasons,
    arbitration,
)
PAPER = kinds.PaperKind(
    "terms",
    _("Terms of a contract"),
    papers.VERB,
    papers.signed,
    papers.page,
    papers.name,
    papers.verify,
    papers.stand_ins,
)


def register() -> None:
    """Measures, notices, jobs, papers, and what is derived."""
    measures.register_all()
    for one in REGISTERED:
        one.register()
    tasks.LOOKS += [follow.look, splits.look]
    store.rematched.append(splits.mark)
    hooks.changed.append(derive.mark)
    hooks.standing.append(beside.standing)
    hooks.promises.append(slots.promises)
    bell.register(derive.sweep, derive.WAITING)
    kinds.register(PAPER)
    rebuild.register("contract", derive.rebuild, order=30)


def fill() -> None:
    """Places of lower pages."""
    places.fill("queue.kept", beside.kept)
    places.fill("queue.actions", beside.results)
    places.fill("focus.promise", beside.promise)
    places.fill("focus.wait", beside.wait)
    done.DONE["pause"] = beside.waits
    places.fill("campaign.results", campaign_plans.slot, order=60)
    places.fill("lead.judgement", slots.clocks_of_lead)
    places.fill("lead.promise_then", slots.promise_then)
