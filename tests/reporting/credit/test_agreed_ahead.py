"""Revenue promised in a contract, by campaign: credited by the model named before the month, which is said beside the figures."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from leads.models import Deal
from reporting.credit import settings
from sla import asking, breakdown, credited, follow
from sla.sections import says
from sla.sections.reading import Reading
from smarketing.measures import engine
from smarketing.rows import fence
from tests.leads import facts
from tests.people import client_of, person
from tests.sla.contracts import REVENUE, VOLUME, contract, handoff, paris, sign

from .ground import campaign

pytestmark = pytest.mark.django_db
NOVEMBER = date(2026, 11, 1)
EVENING = paris(2026, 11, 23, 19)
BEFORE = paris(2026, 10, 28, 10)


@pytest.fixture
def manager():
    return person("Karim", "manager", "marketing")


@pytest.fixture
def sold():
    """A lead touched by the webinar, then by the fair; won in November for 1,000.00; another one that nobody touched, for 50.00."""
    webinar, fair = campaign("webinar", paris(2026, 9, 1, 9)), campaign("fair", paris(2026, 9, 1, 9))
    for amount, touched in (("1000.00", (webinar, fair)), ("50.00", ())):
        made = handoff(paris(2026, 11, 3, 10))
        for day, one in enumerate(touched, 1):
            facts.event(made.lead_id, "page", paris(2026, 10, day, 9), campaign=one)
        won(made, amount)


def won(made, amount: str) -> None:
    at = paris(2026, 11, 12, 10)
    deal = Deal.objects.create(lead_id=made.lead_id, handoff=made, created_at=at, recorded_at=at)
    for name, value in {"state": "won", "amount": amount, "closed_at": at.isoformat()}.items():
        facts.change("deal", deal.pk, name, value, at)


def month(of):
    return follow.month(of, NOVEMBER, EVENING, fence.cutoff() + timedelta(days=400))


def divided(of, user) -> dict[str, Decimal]:
    found = month(of)
    return {
        line.name: line.counts[breakdown.COUNTED] for line in breakdown.of(found, found.row("7.2"), "campaign", user)
    }


def signed(at=BEFORE, **reporting):
    of = contract()
    sign(of, [VOLUME, REVENUE], NOVEMBER, at=at, **({"reporting": reporting} if reporting else {}))
    return of


def adopted(by, **values) -> None:
    settings.adopt(wanted=settings.Settings(**values), effective_on=NOVEMBER, by=by, at=BEFORE)


def test_the_model_that_the_terms_name_divides_what_campaigns_brought(sold, manager):
    adopted(manager, model="last")
    of = signed(model="first")
    assert divided(of, manager) == {"Webinar": 1000, "no campaign": 50}
    said = credited.of(month(of), month(of).row("7.2"), "campaign").words
    assert said.startswith("Named by version 1 of the terms, signed on 28 Oct 2026, before the month.")
    assert "by the model: first touch." in said and "Version 1 of the settings, adopted on 28 Oct 2026, before" in said


def test_without_one_in_the_terms_that_of_the_settings_holds_and_without_any_the_starter_one(sold, manager):
    of = signed()
    assert divided(of, manager) == {"Webinar": 500, "Fair": 500, "no campaign": 50}
    assert "Starter settings" in credited.of(month(of), month(of).row("7.2"), "campaign").words
    adopted(manager, model="last")
    assert divided(of, manager) == {"Fair": 1000, "no campaign": 50}


def test_terms_signed_when_the_month_had_begun_say_so(sold, manager):
    of = signed(at=paris(2026, 11, 5, 10), model="last", grace_days=3)
    assert divided(of, manager) == {"Fair": 1000, "no campaign": 50}
    assert "5 Nov 2026, when the month had begun" in credited.of(month(of), month(of).row("7.2"), "campaign").words


def test_the_parts_add_up_to_the_clause_and_each_opens_its_rows(sold, manager):
    of = signed(model="u")
    found = month(of)
    row = found.row("7.2")
    lines = breakdown.of(found, row, "campaign", manager)
    assert sum(line.counts[breakdown.COUNTED] for line in lines) == row.figure.count == 1050
    for line in lines:
        key, asked = asking.question(found, row, "", "campaign")
        asked["where"] = {**asked["where"], **line.where}
        assert key == "attributed:u" and engine.answer(key, **asked).total.value == line.counts[breakdown.COUNTED]
    assert credited.of(found, found.row("5.1"), "campaign") is None  # MQL are counted, not credited
    assert asking.question(found, row, "", "source")[0] == "revenue"


def test_the_page_says_it_beside_the_figures_and_the_paper_in_the_section_of_reporting(sold, manager):
    of = signed(model="first")
    page = client_of(manager).get("/contract/2026-11/", {"clause": "7.2", "by": "campaign"})
    said = page.content.decode()
    assert "Credited to campaigns by the model: first touch." in said and "How it credits" in said
    terms = of.terms.get()
    assert "Revenue is credited to campaigns by the model: first touch." in says.reporting(
        Reading("", "", terms.body, {}, None, ())
    )
