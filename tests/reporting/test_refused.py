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


def test_more_deals_won_in_a_period_than_leads_handed_over_are_no_contradiction_and_of_one_cohort_they_are():
    """Deals of leads that were never handed over stand in a group of their own: 49 won, none handed over."""
    found = []
    for dims in ("loop|period|persona", "loop|cohort|persona"):
        made = row("conversion", dims, "49")
        made.body["total"] |= {"n": 49, "of": 0}
        found.append([problem.check for problem in checks._shares([made])])
    assert found == [[], ["shares"]]


def by_month(measure: str, by: str, **months: str) -> PublishedSum:
    made = row(measure, f"loop|triangle|{by}", str(sum(map(int, months.values()))))
    parted = [
        {"group": dict.fromkeys(by.split("+"), "") | {"month": name}, "value": value} for name, value in months.items()
    ]
    made.body["rows"] = parted
    return made


def test_what_is_matched_to_the_leads_of_a_month_is_what_was_spent_in_it():
    spent, parts = by_month("cost", "month", jan="100", feb="57"), "month+spent_for"
    assert list(checks._matched([spent, by_month("matched_cost", parts, jan="100", feb="57")])) == []
    (moved, _also) = checks._matched([spent, by_month("matched_cost", parts, jan="57", feb="100")])
    assert (moved.check, moved.measure, moved.counted, moved.expected) == ("matched", "matched_cost", 57, 100)
    lost = list(checks._matched([spent, by_month("matched_cost", parts, jan="100")]))
    assert [(one.counted, one.expected) for one in lost] == [(100, 157)], "a month without its money"
    (whole,) = checks._matched([row("cost", "loop|period|", "9"), row("matched_cost", "loop|period|spent_for", "8")])
    assert (whole.counted, whole.expected) == (8, 9)


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
