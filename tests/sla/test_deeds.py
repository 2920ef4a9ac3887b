"""What people do under a contract to what an import brought stands in the way of undoing it."""

from datetime import timedelta

import pytest

from leads.intake.importing import deeds
from leads.models import Campaign
from sla import derive
from sla.models import CampaignPlan, Waiver, WaiverAnswer
from tests.people import person
from tests.sla.contracts import handoff, paris
from tests.sla.test_team import lea, november  # noqa: F401

pytestmark = pytest.mark.django_db


def done(subject: str, pk: int) -> list[str]:
    return sorted({one.what for one in deeds.on(subject, pk, paris(2026, 11, 1))})


def test_a_waiver_asked_for_is_a_deed_until_it_is_taken_back(november, lea):  # noqa: F811
    made = handoff(paris(2026, 11, 20, 9), rep=lea)
    derive.catch_up(november)
    assert "waiver" not in done("lead", made.lead_id)
    boss = person("boss", "manager", "sales")
    said = {"by": boss, "occurred_at": november, "recorded_at": november}
    asked = Waiver.objects.create(handoff=made, clause_key="6.1", side="sales", reason="incident", **said)
    assert "waiver" in done("lead", made.lead_id)
    WaiverAnswer.objects.create(waiver=asked, kind="withdraw", **said)
    assert "waiver" not in done("lead", made.lead_id)


def test_a_campaign_that_somebody_planned_is_worked_on(november):  # noqa: F811
    campaign = Campaign.objects.create(
        created_at=november - timedelta(days=3), recorded_at=november - timedelta(days=3)
    )
    assert "plan" not in done("campaign", campaign.pk)
    boss = person("boss", "manager", "marketing")
    CampaignPlan.objects.create(campaign=campaign, month=november.date().replace(day=1), mql=30, by=boss, at=november)
    assert "plan" in done("campaign", campaign.pk)
