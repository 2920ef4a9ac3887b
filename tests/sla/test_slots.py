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
        self.user = user


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
