"""The clock of retention counts a person's own contacts only; the night proposes, an administrator decides."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.models import Deal, ErasureProposal, Lead, Merge
from leads.rights import retention
from leads.rights.problems import Refusal
from smarketing.accounts.models import AuditEntry
from smarketing.jobs.models import Run
from smarketing.rows import clock
from smarketing.web.once import new_key
from tests.leads import facts
from tests.leads.handoffs.desk import Desk
from tests.leads.pages.test_pages import client_of
from tests.people import person

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def boss():
    return person("ad", "administrator")


def night(at: datetime | None = None) -> list[int]:
    """The leads proposed after a night."""
    at = at or clock.now()
    run = Run(job="nightly", business_date=clock.today(at), cutoff=at)
    retention.propose(run, 0, 2**62)
    return sorted(ErasureProposal.objects.filter(state="open").values_list("lead", flat=True))


@given(st.dates(date(1990, 1, 1), date(2060, 12, 31)), st.integers(0, 240))
def test_months_before_and_after_a_day_lie_in_the_right_month(day, n):
    before = retention.earlier(day, n)
    assert (before.year * 12 + before.month) + n == day.year * 12 + day.month and before.day <= day.day
    assert retention.earlier(before, -n).month == day.month


def test_a_mail_that_was_opened_does_not_keep_anybody_and_a_click_does():
    old, now = clock.now() - 1200 * DAY, clock.now()
    silent, opened, clicked, young = (facts.lead(old if n < 3 else now - DAY) for n in range(4))
    facts.event(opened, "mail_open", now - DAY)
    facts.event(clicked, "mail_click", now - DAY)
    assert night() == [silent, opened] and young not in night()
    one = ErasureProposal.objects.get(lead=silent)
    assert one.purpose == "prospect" and abs(one.last_contact_at - old) < timedelta(seconds=1)
    facts.event(silent, "form", now - DAY, form="contact")
    assert night() == [opened]  # a new contact of their own, and the proposal is gone


def test_customers_have_their_own_clock_and_nobody_with_sales_or_an_open_deal_is_proposed(boss):
    old = clock.now() - 1200 * DAY
    bought, dealing, loser, root = (facts.lead(old) for _ in range(4))
    for lead, state in ((bought, "won"), (dealing, "open")):
        Deal.objects.create(created_at=old, recorded_at=old, lead_id=lead, state=state)
    facts.event(loser, "page", clock.now() - DAY)
    Merge.objects.create(loser_id=loser, root_id=root, occurred_at=old, recorded_at=old, known_at=old)
    Lead.objects.filter(pk=loser).update(root_id=root)
    handed = Desk().hand(at=old)
    assert handed and night() == []
    retention.agree(wanted={"prospect": 36, "customer": 36}, by=boss, at=clock.now())
    assert night() == [bought] and not retention.agree(wanted=retention.months(), by=boss, at=clock.now())
    retention.agree(wanted={"prospect": 0, "customer": 0}, by=boss, at=clock.now())
    assert night() == []
    assert AuditEntry.objects.filter(verb="retention.agree").count() == 3


def test_whoever_is_kept_is_not_proposed_for_a_year_and_whoever_is_confirmed_is_erased(boss):
    old = clock.now() - 1200 * DAY
    kept, gone = facts.lead(old, last_name="Kept"), facts.lead(old, last_name="Gone")
    assert night() == [kept, gone]
    admin = client_of(boss)
    page = admin.get("/settings/retention/").text
    assert "Kept" in page and "Gone" in page
    ids = {one.lead_id: one.pk for one in ErasureProposal.objects.all()}

    def asked(do, lead, **more):
        return admin.post(f"/settings/retention/{do}/", {"pick": ids[lead], "once": new_key(), **more})

    assert "1 person" in admin.get(f"/settings/retention/erase/?pick={ids[gone]}").text
    assert "This field is required" in asked("keep", kept).text
    assert asked("keep", kept, reason="a partner of ours").status_code == 302
    assert "nobody was erased" in asked("erase", gone, typed="2").text
    assert "No row was chosen" in admin.post("/settings/retention/erase/", {"typed": "1"}).text
    assert asked("erase", gone, typed="1").status_code == 302
    assert Lead.objects.get(pk=gone).erased and Lead.objects.get(pk=kept).last_name == "Kept"
    with pytest.raises(Refusal, match="somebody has decided"):
        retention.confirm(proposals=list(ErasureProposal.objects.filter(lead=gone)), by=boss, at=clock.now())
    assert night() == [] and night(clock.now() + 380 * DAY) == [kept]
    assert admin.post("/settings/retention/", {"prospect": "-1", "customer": "x"}).status_code == 422
    assert admin.post("/settings/retention/", {"prospect": "24", "customer": "60"}).status_code == 302
    assert retention.months() == {"prospect": 24, "customer": 60}
    kept_rows = admin.get("/settings/retention/?state=kept").text
    assert "a partner of ours" in kept_rows and "Kept" in kept_rows
    assert "/settings/retention/kept/back/" in kept_rows and "/settings/retention/erase/" not in kept_rows
    for page in ("", "keep/", "erase/"):
        assert (
            client_of(person(f"ma{page[:1]}", "manager", "sales")).get(f"/settings/retention/{page}").status_code == 403
        )


def test_a_confirmed_proposal_whose_lead_came_back_to_sales_erases_nobody(boss):
    desk, old = Desk(), datetime(2020, 1, 1, tzinfo=UTC)
    leads = [facts.lead(old) for _ in range(2)]
    night()
    from leads.handoffs import handing

    handing.hand_over(lead=Lead.objects.get(pk=leads[1]), line=desk.line, gate="manual", by=None, at=clock.now())
    with pytest.raises(Refusal, match="nothing was erased"):
        retention.confirm(proposals=list(ErasureProposal.objects.all()), by=boss, at=clock.now())
    assert not Lead.objects.filter(erased=True).exists()
