"""Steps of deals as a company arranges them: its words, its order, retired, added; a deal keeps the code it came to."""

from datetime import timedelta

import pytest
from django.urls import reverse

from leads.handoffs import deals, steps
from leads.handoffs.arranged import ReasonError
from leads.handoffs.problems import Refusal
from leads.handoffs.steps import STEPS
from leads.models import Deal
from tests.leads.handoffs.desk import NOW, Desk
from tests.people import client_of, person

HOUR = timedelta(hours=1)
BUILT_IN = ["discovery", "offer", "negotiation", "agreed"]


@pytest.fixture
def desk(db):
    return Desk()


@pytest.fixture
def said(db):
    """Who changes the list, and when."""
    return {"by": person("ada", "administrator"), "at": NOW}


def offered() -> list[str]:
    return [one.code for one in STEPS.offered()]


def opened(desk: Desk) -> Deal:
    one = desk.hand("lea")
    return deals.open_deal(lead=one.lead, handoff=one, by=desk.lea, at=NOW, title="Press", amount=None)


def test_a_step_of_the_company_is_offered_reached_and_listed(desk, said):
    STEPS.add(label_en="Trial at their site", label_fr="Essai sur place", **said)
    assert offered() == [*BUILT_IN, "trial"] and STEPS.move(code="trial", up=True, **said)
    deal = steps.move(deal=opened(desk), step="trial", by=desk.lea, at=NOW + HOUR)
    assert [one.label for one in steps.of(deal)][-1] == "Trial at their site" and STEPS.used()["trial"] == 1
    client = client_of(desk.boss)
    assert "Trial at their site" in client.get(reverse("leads:deal", args=[deal.pk])).content.decode()
    for kept, code in ((1, "trial"), (0, "offer")):
        assert len(client.get(reverse("leads:deals"), {"step": code}).context["table"].objects) == kept, code


def test_a_retired_step_is_refused_and_a_deal_that_stands_there_keeps_it(desk, said):
    deal = steps.move(deal=opened(desk), step="offer", by=desk.lea, at=NOW + HOUR)
    STEPS.retire(code="offer", **said)
    with pytest.raises(Refusal, match="Choose a step"):
        steps.move(deal=opened(desk), step="offer", by=desk.lea, at=NOW + HOUR)
    page = client_of(desk.lea).get(reverse("leads:deal", args=[deal.pk])).content.decode()
    assert '<option value="offer" selected>' in page and deal.step == "offer"
    assert steps.label("offer") == "offer made" and steps.label("Closing (their CRM)") == "Closing (their CRM)"


def test_what_a_deal_ever_came_to_is_not_deleted_although_it_went_on(desk, said):
    STEPS.add(label_en="Trial", label_fr="Essai", **said)
    assert STEPS.unused() == {"trial"}
    deal = opened(desk)
    for n, step in enumerate(("trial", "agreed"), 1):
        deal = steps.move(deal=deal, step=step, by=desk.lea, at=NOW + n * HOUR)
    assert STEPS.unused() == set()
    with pytest.raises(ReasonError, match="retire it"):
        STEPS.delete(code="trial", **said)


def test_a_manager_arranges_them_in_the_settings(said):
    client = client_of(person("boss", "manager", side="sales"))
    there = reverse("leads:deal_steps")
    assert client.get(reverse("leads:deal_step", args=["nobody"])).status_code == 404
    assert client.post(there, {"label_en": "Trial", "label_fr": "Essai"}).status_code == 302 and "trial" in offered()
    assert client.post(there, {"label_en": "Offer made", "label_fr": "Autre"}).status_code == 422
    client.post(reverse("leads:deal_step_do", args=["trial"]), {"do": "delete"})
    assert offered() == BUILT_IN and client.get(there + "?export=csv").status_code == 200
