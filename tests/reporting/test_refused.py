"""A night whose figures contradict each other is refused, and every page of the loop says by which check."""

import pytest
from django.test import Client

from reporting import checks
from reporting.models import PublishedSum
from smarketing.jobs.models import Run
from smarketing.rows import clock
from tests.people import person

from .nights import refuse

PAGES = ("", "funnel/", "attribution/", "quality/", "explore/", "changed/", "personas/")


def row(measure: str, dims: str, value: str) -> PublishedSum:
    total = {"group": {}, "value": value, "n": 1, "of": None}
    body = {"from": "2026-01-01", "to": "2026-07-01", "unit": "money", "rows": [], "total": total}
    return PublishedSum(edition="2026-07-02T00:00:00+00:00", measure=measure, dims=dims, body=body)


def test_credits_of_every_model_add_up_to_the_revenue_of_their_months_and_view():
    right = [
        row("revenue", "loop|cohort|campaign", "340"), row("attributed:w", "loop|cohort|campaign", "340"),
        row("revenue", "", "50"), row("revenue_attributed", "", "50"), row("attributed:u", "loop|period|campaign", "7"),
    ]  # fmt: skip
    assert list(checks._credits(right)) == []
    wrong = [*right, row("attributed:markov", "loop|cohort|campaign", "339.99")]
    (problem,) = checks._credits(wrong)
    assert (problem.check, problem.measure, problem.expected) == ("credits", "attributed:markov", 340)


@pytest.mark.django_db
def test_every_page_of_the_loop_says_which_check_refused_the_night():
    run = Run.objects.create(job="nightly", business_date=clock.today(), cutoff=clock.now(), started_at=clock.now())
    refuse(run, checks.Problem("credits", "attributed:w", "loop|cohort|campaign", "1", "2"))
    reader = Client()
    reader.force_login(person("Ines", "marketer"))
    for page in PAGES:
        assert "what each model credits adds up to the revenue won" in reader.get(f"/loop/{page}").content.decode(), (
            page
        )
