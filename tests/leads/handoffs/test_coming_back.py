"""When a lead comes back: on the day said as its deal was lost, and no more often than its rules let it."""

from datetime import timedelta

import pytest

from leads.evidence import story, telling
from leads.handoffs import (
    came_back,
    coming_back,
    deals,
    deals_back,
    decisions,
    handing,
    holds,
    problems,
    reasons,
    routing,
    rules,
)
from leads.models import Deal, EngagementReset, Handoff, Lead, Qualification
from leads.pages.sheet import Sheet, letters
from tests.leads import definitions
from tests.leads.handoffs.desk import NOW, Desk, state

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def desk():
    return Desk()


def lost(desk, handoff: Handoff, at=NOW + DAY, **more) -> Deal:
    deal = deals.open_deal(lead=handoff.lead, handoff=handoff, by=desk.lea, at=at - timedelta(hours=1), title="Pilot")
    return deals.lose(deal=deal, by=desk.lea, at=at, reason="later", **more)


def qualified(desk, lead: int, at) -> Qualification:
    version = definitions.version({"cooldown_days": 0}, NOW - DAY, on=desk.line)
    return Qualification.objects.create(
        lead_id=lead,
        line=desk.line,
        version=version,
        cycle=1,
        effective_at=at,
        recorded_at=at,
        cause="grade",
        grade="A1",
    )


def words(lead: int) -> list[str]:
    return [one.text for one in telling.lines(story.page(Lead.objects.get(pk=lead), NOW + 400 * DAY)[0], personal=True)]


def test_whoever_loses_a_deal_says_when_its_lead_comes_back_and_the_days_of_the_terms_are_proposed(desk):
    day = (NOW + 200 * DAY).date()
    deal = lost(desk, desk.hand(), return_on=day)
    assert deal.return_on == day and Lead.objects.get(pk=deal.lead_id).stage == "recycled"
    assert lost(desk, desk.hand()).return_on == (NOW + DAY + 90 * DAY).date()
    for wrong in (NOW.date(), (NOW + 900 * DAY).date()):
        with pytest.raises(problems.Refusal) as refusal:
            lost(desk, desk.hand(), return_on=wrong)
        assert refusal.value.field == "return_on"


def test_until_that_day_a_new_qualification_waits(desk):
    deal = lost(desk, desk.hand(), return_on=(NOW + 30 * DAY).date())
    one = qualified(desk, deal.lead_id, NOW + 10 * DAY)
    assert holds.reasons([one], NOW + 10 * DAY, paced=False) == {one.pk: "cool_down"}
    assert holds.reasons([one], NOW + 31 * DAY, paced=False) == {one.pk: None}
    deals_back.reopen(deal=deal, by=desk.lea, at=NOW + 2 * DAY, reason="mistake")
    assert Deal.objects.get().return_on is None
    assert holds.reasons([one], NOW + 10 * DAY, paced=False) == {one.pk: None}


def test_a_lead_that_comes_back_says_that_its_deal_was_lost(desk):
    deal = lost(desk, desk.hand())
    again = handing.hand_over(lead=deal.lead, line=desk.line, gate="manual", by=None, at=NOW + 100 * DAY)
    assert came_back.of({again.pk: deal.lead_id})[again.pk].reason == "later"


@pytest.mark.parametrize("act", ["return", "lose"])
def test_a_lead_that_came_back_as_often_as_agreed_is_closed_for_good_and_its_story_says_so(desk, act):
    rules.adopt_rules(contract="France", line=desk.line, effective_at=NOW - DAY, at=NOW - DAY, max_recycles=1)
    first = desk.hand()
    decisions.accept(handoff=first, by=desk.lea, at=NOW)
    sent = decisions.give_back(handoff=first, by=desk.lea, at=NOW, reason="BUD-NONE")
    assert sent.return_on and Lead.objects.get(pk=first.lead_id).stage == "recycled"
    later = NOW + 100 * DAY
    second = handing.hand_over(lead=first.lead, line=desk.line, gate="manual", by=None, at=later)
    routing.reassign(handoff=second, rep=desk.lea, by=desk.boss, at=later, sure=True)
    if act == "return":
        decisions.accept(handoff=second, by=desk.lea, at=later)
        sheet = Sheet.of("return", state(second), desk.lea, later)
        timing = next(one for one in sheet.parts if one.family.key == "timing")
        assert all(one.ends and one.back is None for one in timing.reasons)
        made = decisions.give_back(handoff=second, by=desk.lea, at=later, reason="BUD-NONE")
        assert made.return_on is None
    else:
        assert lost(desk, second, at=later + DAY).return_on is None
    assert Lead.objects.get(pk=first.lead_id).stage == "disqualified"
    assert EngagementReset.objects.count() == 1
    assert any("came back as often as agreed: closed for good" in one for one in words(first.lead_id))
    if act == "return":
        decisions.undo(decision=made, by=desk.lea, at=later)
        assert Lead.objects.get(pk=first.lead_id).stage != "disqualified" and state(second).is_open


def test_without_a_limit_it_comes_back_as_often_as_it_qualifies(desk):
    reason = reasons.known()["BUD-NONE"]
    for most, times, ends in ((None, 50, False), (0, 0, True), (2, 1, False), (2, 2, True)):
        body = rules.STARTER | {"max_recycles": most}
        then = coming_back.after(reason, reasons.RETURN, body=body, times=times, at=NOW)
        assert (then.ends, then.stage) == (ends, "disqualified" if ends else "recycled")


def test_a_reason_has_one_letter_on_both_sheets(desk):
    handoff = desk.hand()
    shown = [
        {one.code: one.letter for part in Sheet.of(act, state(handoff), desk.lea, NOW).parts for one in part.reasons}
        for act in ("refuse", "return")
    ]
    both = shown[0].keys() & shown[1].keys()
    assert both and all(shown[0][code] == shown[1][code] == letters()[code] for code in both)
    assert len(set(letters().values())) == len(letters()) <= 26
