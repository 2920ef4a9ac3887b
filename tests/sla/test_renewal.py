"""What sections of terms agree is done: the end of a contract is told and goes on as agreed, nightly mails go to whom the terms
name, what they leave out of the acceptance rate is left out."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from leads.handoffs import rules
from sla import agreed, drafts, follow, renewal
from smarketing.accounts.models import User
from smarketing.jobs.models import Run
from smarketing.notify import digests
from smarketing.notify.models import Notice
from smarketing.rows import clock
from tests.people import client_of, person
from tests.sla.contracts import ACCEPTANCE, FIRST, VOLUME, contract, decide, handoff, paris, sign, signers

NOVEMBER = date(2026, 11, 1)
SIGNED = paris(2026, 10, 28, 10)


def night(day: date) -> Run:
    return Run(business_date=day, cutoff=clock.now())


@pytest.fixture
def ending(db):
    """A contract that ends in forty days, to go on for three months."""
    of, today = contract(), clock.today()
    ends = today + timedelta(days=40)
    scope = {"renewal": "proposed", "renewal_months": 3, "notice_days": 60}
    sign(of, [VOLUME, FIRST], today - timedelta(days=90), ends=ends, at=clock.now() - timedelta(days=91), scope=scope)
    return of, ends


def test_both_sides_are_reminded_as_the_notice_begins_and_once_more_in_the_last_week(ending):
    _of, ends = ending
    assert renewal.look(night(ends - timedelta(days=61))) == 0
    assert renewal.look(night(ends - timedelta(days=60))) == 2 and renewal.look(night(ends - timedelta(days=59))) == 0
    assert renewal.look(night(ends - timedelta(days=7))) == 2 and renewal.look(night(ends - timedelta(days=1))) == 0
    assert renewal.look(night(ends)) == 0
    said = renewal.say(list(Notice.objects.filter(kind=renewal.KIND)), signers()[0])
    assert {line.detail for line in said.values()} == {"Agreed: new terms are proposed for 3 further months."}
    page = client_of(signers()[0]).get(reverse("sla:follow_up")).content.decode()
    assert "The contract ends on" in page and "Write the next terms" in page


def test_the_draft_of_a_contract_that_goes_on_begins_where_it_ends(ending):
    of, ends = ending
    body = drafts.begun(of, clock.now())
    assert body["starts_on"] == ends.isoformat() and date.fromisoformat(body["ends_on"]) > ends + timedelta(days=80)
    sign(of, [VOLUME, FIRST], ends, at=clock.now())
    assert renewal.look(night(ends - timedelta(days=7))) == 0  # new terms follow: nothing ends any more


def test_the_nightly_mail_goes_to_the_groups_that_the_terms_in_force_name(db):
    boss, writer, viewer = person("boss", "manager", "sales"), person("writer", "marketer"), person("nora", "viewer")
    waterfall = digests.get("waterfall")
    assert set(waterfall.readers()) == {boss}  # no terms: managers
    of, at = contract(), clock.now()
    reporting = {"nightly": ["marketers", "viewers"], "monthly": [], "grace_days": 3, "close_day": None}
    sign(of, [VOLUME, FIRST], clock.today() - timedelta(days=9), at=at - timedelta(days=10), reporting=reporting)
    assert set(waterfall.readers()) == {writer, viewer}
    assert [one.key for one, _on in digests.of(viewer)] == ["waterfall"] and boss not in set(waterfall.readers())
    assert set(User.objects.filter(agreed.people(of.terms.get(), "monthly"))) == set()


def test_the_acceptance_rate_leaves_out_what_both_sides_agreed_and_nothing_else(db):
    of = contract()
    said = {"reasons": ["REL-CUST"], "force_majeure": True}
    sign(of, [ACCEPTANCE, FIRST], NOVEMBER, at=SIGNED, exclusions=said)
    made = [handoff(paris(2026, 11, 3, 9 + n)) for n in range(4)]
    assert rules.body_of(made[0])["excluded_reasons"] == ["REL-CUST"]
    for one, reason in zip(made, ("REL-CUST", "REL-DUP", "TEST", ""), strict=True):
        decide(one, "refuse" if reason else "accept", paris(2026, 11, 4, 9), reason)
    figure = follow.month(of, NOVEMBER, paris(2026, 11, 20), paris(2026, 11, 20)).row(ACCEPTANCE["key"]).figure
    assert (figure.met, figure.missed, figure.excluded) == (1, 2, 1)


def test_without_such_a_section_the_table_of_reasons_says_what_is_left_out(db):
    of = contract()
    sign(of, [ACCEPTANCE, FIRST], NOVEMBER, at=SIGNED)
    for n, reason in enumerate(("REL-CUST", "REL-DUP", "FIT-IND")):
        decide(handoff(paris(2026, 11, 3, 9 + n)), "refuse", paris(2026, 11, 4, 9), reason)
    figure = follow.month(of, NOVEMBER, paris(2026, 11, 20), paris(2026, 11, 20)).row(ACCEPTANCE["key"]).figure
    assert (figure.met, figure.missed, figure.excluded) == (0, 1, 2)
