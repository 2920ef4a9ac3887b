"""What people believe: asked once, kept without a name, shown beside the fact and only where five of each side answered."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from reporting.meetings import belief, planning
from reporting.meetings.problems import Refused
from reporting.models import Answered, Estimate
from smarketing.accounts import tokens
from tests.people import client_of, person
from tests.reporting.meetings.company import MEETS, NOW, both, five, meeting, october, stand, when

pytestmark = pytest.mark.django_db
AFTER = MEETS + timedelta(minutes=5)


@pytest.fixture
def asked(monkeypatch):
    stand(monkeypatch)
    return meeting(october(), question="6.1")


def answer(asked, users, values) -> None:
    for user, value in zip(users, values, strict=False):
        belief.answer(meeting=asked, value=Decimal(value), by=user, at=NOW)


def pages(asked, user) -> str:
    """Every page, file and answer of the API on which a meeting is read."""
    client = client_of(user)
    read = ["", "print/", "calendar/", "answer/"]
    found = [client.get(f"/meetings/{asked.pk}/{one}") for one in read] + [
        client.get("/meetings/"),
        client.get("/today/"),
    ]
    _made, secret = tokens.issue(kind="api", name="p", by=user, at=NOW, user=user, scopes=["meetings.view"])
    api = [f"/api/v1/meetings/{asked.pk}/", "/api/v1/meetings/"]
    found += [client.get(one, headers={"Authorization": f"Bearer {secret}"}) for one in api]
    return "\n".join(one.content.decode() for one in found)


def test_both_means_stand_beside_the_fact_with_gap_and_bias(asked, monkeypatch):
    answer(asked, five("sales"), (80, 90, 85, 95, 75))
    answer(asked, five("marketing"), (20, 30, 40, 30, "30.5"))
    stand(monkeypatch, AFTER)
    found = belief.shown(asked, AFTER)
    assert found.means == {"sales": Fraction(85), "marketing": Fraction(301, 10)} and found.counts == {
        "sales": 5,
        "marketing": 5,
    }
    assert (
        found.fact == 50
        and found.gap == Fraction(549, 10)
        and found.bias("sales") == 35
        and found.bias("marketing") == Fraction(-199, 10)
    )
    page = client_of(both()[0]).get(f"/meetings/{asked.pk}/").content.decode()
    assert (
        "85%" in page
        and "30.1%" in page
        and "+35" in page
        and "−19.9" in page
        and "(2/4)" in page
        and "54.9 points" in page
    )
    api = client_of(both()[0]).get(f"/api/v1/meetings/{asked.pk}/").json()
    assert api["belief"] == {"marketing": "30.10", "sales": "85.00", "measured": "50.00"}


@pytest.mark.invariant("I18")
def test_under_five_answers_of_a_side_nothing_is_shown_on_any_page_file_or_api(asked, monkeypatch):
    """The values are like no other number of the house, so that one found anywhere is one of theirs."""
    answer(asked, five("sales"), ["83.17"] * 5)
    answer(asked, five("marketing"), ["27.41"] * 4)
    stand(monkeypatch, AFTER)
    assert belief.shown(asked, AFTER) is None
    cells = re.compile(r"83[.,]1[67]|83[.,]2|27[.,]4")
    for user in (*both(), person("vera", "viewer"), person("adam", "administrator")):
        assert not cells.search(pages(asked, user))
    assert "Fewer than five" in client_of(both()[0]).get(f"/meetings/{asked.pk}/").content.decode()
    monkeypatch.setattr(belief, "LEAST", 4)  # a planted fault: the cells come out, and this search finds them
    assert cells.search(pages(asked, both()[0]))


def test_nothing_is_shown_before_the_meeting_begins_so_that_no_answer_is_told_by_the_one_before(asked):
    answer(asked, five("sales"), [80] * 5)
    answer(asked, five("marketing"), [30] * 5)
    assert belief.shown(asked, NOW) is None and belief.shown(asked, MEETS) is not None


def test_each_person_answers_once_in_time_and_a_share(asked):
    lea, vera = person("lea4", "rep"), person("vera", "viewer")
    with pytest.raises(Refused, match="from 0 to 100"):
        belief.answer(meeting=asked, value=Decimal("100.5"), by=lea, at=NOW)
    belief.answer(meeting=asked, value=Decimal(40), by=lea, at=NOW)
    for by, at, words in (
        (lea, NOW, "once for each"),
        (vera, NOW, "neither side"),
        (person("zoe", "marketer"), MEETS, "has begun"),
    ):
        with pytest.raises(Refused, match=words):
            belief.answer(meeting=asked, value=Decimal(40), by=by, at=at)
    assert Estimate.objects.count() == Answered.objects.count() == 1
    assert belief.waiting_for(lea, NOW) == [] and belief.waiting_for(both()[0], NOW) == [asked]


def test_nothing_ties_an_answer_to_who_gave_it(asked):
    names = {field.name for field in Estimate._meta.get_fields()}
    assert names == {"id", "meeting", "side", "value"}
    answer(asked, five("sales"), [80] * 5)
    with connection.cursor() as cursor:
        cursor.execute("SELECT array_agg(id ORDER BY ctid) FROM reporting_estimate")
        (ids,) = cursor.fetchone()
    assert len({one.version for one in ids}) == 1 and ids[0].version == 4  # random: its order says nothing


def test_somebody_answers_from_today_and_sees_no_figure(asked):
    client = client_of(both()[1])
    assert "asks what you believe" in client.get("/notices/").content.decode()
    assert f"/meetings/{asked.pk}/answer/" in client.get("/today/").content.decode()
    answered = client.post(f"/meetings/{asked.pk}/answer/", {"value": "61"})
    assert answered.url == f"/meetings/{asked.pk}/" and Estimate.objects.get().value == 61
    page = client.get(answered.url).content.decode()
    assert "You have answered" in page and "61%" not in page
    assert "asks what you believe" not in client.get("/notices/").content.decode()
    assert f"/meetings/{asked.pk}/answer/" not in client.get("/today/").content.decode()
    assert client.post(f"/meetings/{asked.pk}/answer/", {"value": "62"}).status_code == 422


def test_a_meeting_whose_answers_are_shown_is_not_put_off(asked, monkeypatch):
    from reporting.meetings import planning
    from tests.reporting.meetings.company import when

    answer(asked, five("sales"), [80])
    with pytest.raises(Refused, match="answered the question"):
        planning.change(meeting=asked, when=when(), people=both(), by=both()[0], at=NOW)
    later = datetime(2025, 11, 20, 9, tzinfo=UTC)
    with pytest.raises(Refused, match="cannot be put off"):
        planning.change(meeting=asked, when=when(later, question="6.1"), people=both(), by=both()[0], at=AFTER)


shares = st.lists(st.decimals(0, 100, places=2), min_size=5, max_size=9)


@given(shares, shares)
def test_means_are_exact_whatever_was_said(ours, theirs):
    found = belief.Belief({"marketing": _mean(ours), "sales": _mean(theirs)}, {}, None)
    assert found.gap * len(ours) * len(theirs) == abs(
        sum(map(Fraction, ours)) * len(theirs) - sum(map(Fraction, theirs)) * len(ours)
    )


def _mean(values) -> Fraction:
    return sum(map(Fraction, values), Fraction(0)) / len(values)


def test_the_month_that_people_were_asked_about_stays(asked):
    answer(asked, both()[:1], (50,))
    other = when(month=date(2025, 9, 1), question="6.1")
    with pytest.raises(Refused, match="stays as it is") as refused:
        planning.change(meeting=asked, when=other, people=both(), by=both()[0], at=NOW)
    assert refused.value.field == "month"
