"""The contract in lower pages: clocks on a lead."""

from datetime import timedelta

import pytest
from django.template import Context, Template
from django.utils import translation

from sla import derive
from smarketing.rows import clock
from tests.people import person
from tests.sla.contracts import ATTEMPTS, FIRST, contract, handoff, sign


class Request:
    def __init__(self, user):
        self.user, self.headers = user, {}


@pytest.fixture
def handed(db):
    at = clock.now()
    sign(contract(), [FIRST, ATTEMPTS], (at - timedelta(days=60)).date(), at=at - timedelta(days=61))
    made = handoff(at - timedelta(days=9), rep=person("lea", "rep"))
    derive.catch_up(at - timedelta(days=9))
    return made


def show(text, user, **context) -> str:
    with translation.override("en"):
        return Template(text).render(Context({"request": Request(user), **context}))


def test_a_lead_shows_its_promises_as_they_stand_now_even_when_nothing_ran(handed):
    page = show("{% slot 'lead.judgement' lead %}", person("mia", "marketer"), lead=handed.lead_id)
    assert "first attempt within 4 business hours" in page
    assert "missed" in page


def test_a_promise_kept_by_an_attempt_written_later_says_so(handed):
    from leads.models import Attempt
    from sla import slots
    from sla.models import Clock

    rep, at = person("zoe", "rep"), clock.now() - timedelta(days=2)
    for hours, words in ((0, None), (30, "learned")):
        then = at + timedelta(hours=hours)
        made = Attempt.objects.create(
            handoff_id=handed.pk, lead_id=handed.lead_id, rep=rep, channel="call", outcome="no_answer",
            occurred_at=then, recorded_at=then + timedelta(hours=hours), known_at=then,
        )  # fmt: skip
        found = slots._written([Clock(handoff_id=handed.pk, settled_at=made.occurred_at, state="met")])
        assert bool(found) == bool(words) and (not words or words in found[handed.pk, then])
