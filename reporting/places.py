"""What reporting gives the house: its measures, jobs, notices and papers, and what it shows in places of lower pages."""

from django.utils.translation import gettext_lazy as _

from leads.intake import hooks as intake
from sla import hooks as contracts
from smarketing.agreements import kinds
from smarketing.jobs import ledger, nightly
from smarketing.rows import rebuild
from smarketing.web import slots as places

from . import publishing, slots
from .books import closing, notices, reopening, report, services
from .credit import agreed
from .credit import measures as credit
from .digests import table
from .loop import personas, results, robust
from .meetings import minutes, rhythm
from .meetings import notices as meeting_notices
from .pages import meeting_slots, present_slots

# Each of these has a `register()` of its own.
REGISTERED = (publishing, notices, report, closing, table, meeting_notices, rhythm)
PAPERS = (
    kinds.PaperKind("reopen", _("Opening a closed month again"), "month.reopen", reopening.signed, reopening.page),
    kinds.PaperKind(
        minutes.PAPER, _("Minutes of a meeting"), "meetings.sign", page=minutes.page, name=minutes.name, verify=minutes.verify
    ),
)  # fmt: skip
# (place, what fills it, its order there)
FILLED = (
    *((place, filler, 70) for place, filler in (*meeting_slots.PLACES, *present_slots.PLACES)),
    ("loop.refused", slots.refused, 50),
    ("campaign.results", results.of_campaign, 50),
    ("campaign.results", robust.of_campaign, 60),
    ("campaigns.results", robust.of_campaigns, 20),
    ("deal.credit", robust.of_deal, 50),
    ("persona.results", results.of_persona, 50),
    ("personas.coverage", personas.coverage_slot, 50),
    ("contract.actions", slots.close_action, 50),
    ("contract.month", slots.closed_note, 50),
)


def register() -> None:
    """Measures, jobs, notices, papers, and what lower apps ask of closed months."""
    credit.register_all()
    for one in REGISTERED:
        one.register()
    for paper in PAPERS:
        kinds.register(paper)
    ledger.STEPS["restatements"] = _("Closed months restated by late facts announced")
    nightly.once("restatements", notices.look, order=91)
    contracts.closed_through.append(services.closed_through)
    contracts.frozen.append(services.frozen)
    contracts.models.append(agreed.models)
    contracts.credited.append(agreed.credited)
    intake.closed_months.append(services.closed_months)
    rebuild.register("books", services.rebuild, order=40)


def fill() -> None:
    """Places of lower pages."""
    for place, filler, order in FILLED:
        places.fill(place, filler, order)
