"""Costs, hours and decisions to keep somebody, many taken back at once: by whom the rule lets, with the reason it asks for."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from leads.intake import by_hand, means
from leads.models import Campaign, Correction, ErasureProposal, Lead, Spend, TimeSpent
from leads.rights import retention
from smarketing.rows import clock
from tests.leads import facts
from tests.people import client_of, person
from tests.picking import asked, done

pytestmark = pytest.mark.django_db
AGO = timedelta(hours=2)


def costs(by, *amounts: int) -> list[Spend]:
    at = clock.now()
    pk = by_hand.add_campaign(values={"key": f"c{by.pk}", "name": "Fair"}, by=by, at=at)
    on = {"campaign": Campaign.objects.get(pk=pk), "spent_on": clock.today(), "label": "stand", "by": by, "at": at}
    return [by_hand.add_spend(amount=Decimal(n), **on) for n in amounts]


def test_costs_are_taken_back_with_a_reason_and_the_list_is_shown_again(monkeypatch):
    mia, ines = person("mia", "marketer"), person("ines", "marketer")
    mine, hers = costs(mia, 100, 200), costs(ines, 300)
    later = clock.now() + AGO
    monkeypatch.setattr(clock, "now", lambda: later)
    here = reverse("leads:campaign", args=[mine[0].campaign_id])
    page = done(client_of(mia), "leads:bulk_costs_back", [*mine, *hers], back=f"{here}?sort=day")
    assert "Say why this is taken back." in page and not Correction.objects.exists()
    said = {"reason": "booked twice", "back": f"{here}?sort=day"}
    page = done(client_of(mia), "leads:bulk_costs_back", [*mine, *hers], **said)
    assert "2 costs taken back." in page and "Only whoever wrote it, or a manager" in page and "Costs" in page
    assert set(Correction.objects.values_list("subject_id", "reason")) == {(one.pk, "booked twice") for one in mine}
    assert "taken back before" in asked(client_of(mia), "leads:bulk_costs_back", mine)


def test_hours_are_taken_back_and_count_nowhere():
    mia = person("mia", "marketer")
    given = {"campaign": None, "side": "marketing", "team": None, "person": None, "rate": Decimal(50), "label": "calls"}
    at = clock.now()
    some = [
        means.add_time(worked_on=clock.today(), hours=Decimal(n), by=mia, at=at, **given) for n in (1, 2)
    ]  # fmt: skip
    assert "2 entries" in asked(client_of(mia), "leads:bulk_time_back", some)
    assert "2 entries taken back." in done(client_of(mia), "leads:bulk_time_back", some)
    assert not TimeSpent.objects.standing().exists()


def test_people_kept_are_proposed_again_and_whoever_was_erased_is_not_meant():
    ada, at = person("Ada", "administrator"), clock.now()
    leads = [facts.lead(at, last_name=name) for name in ("Dubois", "Gone")]
    some = [
        ErasureProposal.objects.create(lead_id=pk, state="open", purpose="prospect", last_contact_at=at, proposed_at=at)
        for pk in leads
    ]
    retention.keep(proposals=some, reason="a claim", by=ada, at=at)
    Lead.objects.filter(pk=leads[1]).update(erased=True)
    page = done(client_of(ada), "leads:bulk_kept_back", some, reason="settled")
    assert "1 person is proposed again." in page
    assert list(ErasureProposal.objects.filter(state="open").values_list("lead", flat=True)) == [leads[0]]
