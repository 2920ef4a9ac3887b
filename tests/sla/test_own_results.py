"""A rep's own results: promises kept today, each month beside the team, and what became of what they gave back."""

from datetime import date, timedelta

import pytest

from leads.handoffs import deals, decisions, states
from leads.models import Contest, Deal, Note
from sla import derive, left, results
from smarketing.rows import clock, fence
from tests.leads import facts
from tests.people import client_of, person
from tests.sla.contracts import attempt, handoff, paris
from tests.sla.test_team import NOV, lea, november, paul  # noqa: F401

pytestmark = pytest.mark.django_db


def kept(user, at):
    derive.catch_up(at)
    return results.today(user, clock.today(at), fence.cutoff())


def test_promises_due_today_are_counted_kept_broken_and_to_come(november, lea, paul):  # noqa: F811
    kept_one = handoff(paris(2026, 11, 20, 16), rep=lea)  # due Monday 11:00
    attempt(kept_one, paris(2026, 11, 20, 17), by=lea)
    handoff(paris(2026, 11, 20, 17), rep=lea)  # due Monday 12:00, untouched
    handoff(paris(2026, 11, 20, 14, 30), rep=lea)  # due Monday 9:30, untouched: broken
    handoff(paris(2026, 11, 20, 14, 30), rep=paul)
    found = kept(lea, november)
    assert (found.kept, found.settled, found.pending) == (1, 2, 1) and "clock=missed" in found.broken_url
    page = client_of(lea).get("/queue/results/").text
    assert "You kept 1 of 2 promises that fell due today." in page and "1 is still to come." in page


def test_a_day_without_promises_says_so(november, lea):  # noqa: F811
    assert "No promise of yours fell due today." in client_of(lea).get("/queue/results/").text


def test_each_month_is_theirs_and_the_team_is_everybody(november, lea, paul):  # noqa: F811
    for rep, minutes in ((lea, 30), (paul, 300), (paul, 20)):
        one = handoff(paris(2026, 11, 3, 9), rep=rep)
        attempt(one, paris(2026, 11, 3, 9) + timedelta(minutes=minutes), by=rep)
    derive.catch_up(november)
    months = [NOV.replace(month=10), NOV]
    lines = {
        (one.answer.measure.key, one.answer.question.stat): one
        for one in results.lines(lea, months, NOV.replace(month=12), fence.cutoff())
    }
    first = lines["first_attempt_in_time", ""]
    assert [(group.n, group.of) for group in first.months] == [(0, 0), (1, 1)]
    assert (first.own.n, first.own.of, first.team.n, first.team.of) == (1, 1, 2, 3)
    assert lines["handoffs", ""].team is None and lines["handoffs", ""].own.n == 1
    page = client_of(lea).get("/queue/results/").text
    assert "First attempt in time" in page and "Decisions made in time" not in page and "paul" not in page.lower()


def test_what_became_of_a_lead_given_back_is_told_without_a_way_into_anothers_leads(november, lea, paul):  # noqa: F811
    first = handoff(paris(2026, 11, 3, 9), rep=lea)
    attempt(first, paris(2026, 11, 3, 10), by=lea)
    page = client_of(lea).get("/queue/results/").text
    assert "You refused nothing, gave nothing back and lost no deal." in page
    made = decisions.give_back(handoff=first, by=lea, at=november - timedelta(hours=2), reason="TIME-LATER")
    page = client_of(lea).get("/queue/results/").text
    assert "Interested, wrong time" in page and "May come back on" in page
    handoff(november - timedelta(hours=1), rep=paul)  # another lead's: nothing about it here
    assert [one.later for one in left.of(lea, november)] == [None]
    later = first.__class__.objects.create(
        lead_id=first.lead_id, line=first.line, gate="manual", rules=first.rules, occurred_at=november,
        recorded_at=november, known_at=november,
    )  # fmt: skip
    later.assignments.create(rep=paul, how="turn", occurred_at=november, recorded_at=november, known_at=november)
    states.derive([later.pk])
    found = left.of(lea, november)
    assert [(one.how.decision.pk, one.later.pk) for one in found] == [(made.pk, later.pk)]
    page = client_of(lea).get("/queue/results/").text
    assert "Handed over again, to paul: assigned" in page


def test_lost_deals_contests_and_merged_leads_are_followed(november, lea, paul):  # noqa: F811
    back, gone = (handoff(paris(2026, 11, 3, 9), rep=lea) for _number in range(2))
    attempt(back, paris(2026, 11, 3, 10), by=lea)
    decision = decisions.give_back(handoff=back, by=lea, at=paris(2026, 11, 4, 9), reason="TIME-LATER")
    deal = deals.open_deal(lead=gone.lead, handoff=gone, by=lea, at=paris(2026, 11, 4, 9), title="Pilot")
    deals.lose(deal=deal, by=lea, at=paris(2026, 11, 5, 9), reason="price", return_on=date(2027, 2, 1))
    page = client_of(lea).get("/queue/results/").text
    assert "Deal lost" in page and "Price" in page and "May come back on 1 Feb 2027" in page
    note = Note.objects.create(lead=back.lead, by=paul, occurred_at=november, recorded_at=november, known_at=november)
    Contest.objects.create(note=note, decision=decision, due_on=date(2026, 11, 30))
    assert "Contested: a ruling is due by 30 Nov 2026" in client_of(lea).get("/queue/results/").text
    twin = handoff(paris(2026, 11, 6, 9), rep=paul)
    facts.merge(back.lead_id, twin.lead_id, paris(2026, 11, 7, 9))
    found = {one.how.decision and one.how.decision.pk: one for one in left.of(lea, november)}
    assert found[decision.pk].later.pk == twin.pk, "the same person, handed over under another lead"
    Deal.objects.create(
        created_at=paris(2026, 11, 8, 9), recorded_at=november, lead_id=twin.lead_id, rep=paul, state="won",
        closed_at=paris(2026, 11, 9, 9),
    )  # fmt: skip
    assert "became a customer" in client_of(lea).get("/queue/results/").text


@pytest.mark.parametrize("role", ["manager", "marketer", "viewer", "administrator"])
def test_only_a_rep_has_own_results(november, role):  # noqa: F811
    assert (
        client_of(person("someone", role, "sales" if role == "manager" else None)).get("/queue/results/").status_code
        == 403
    )
