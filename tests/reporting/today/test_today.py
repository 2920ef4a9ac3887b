"""Today: three lists for each role, each line leading somewhere the person may go."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from sla import terms
from smarketing.rows import clock
from tests.people import person
from tests.sla.contracts import FIRST, VOLUME, attempt, calendar, contract, handoff, sign, signers

ROLES = ["marketer", "rep", "manager", "viewer", "administrator"]


@pytest.fixture
def busy(db):
    at = clock.now()
    of = contract()
    begun = clock.today(at - timedelta(days=9)).replace(
        day=1
    )  # in the first week of a month the terms hold for its leads, too
    sign(of, [VOLUME, FIRST], begun, at=at - timedelta(days=40))
    lea = person("lea", "rep")
    one = handoff(at - timedelta(days=8), rep=lea)
    handoff(at - timedelta(hours=2), rep=lea)
    handoff(at - timedelta(days=8), rep=lea)  # untouched and late, at whatever hour of the week this runs
    attempt(one, at - timedelta(days=1), by=lea)
    handoff(at - timedelta(hours=1))
    marketing, _sales = signers()
    of.refresh_from_db()
    terms.save_draft(
        contract=of, body=terms.starter(calendar(), clock.today(at)), revision=of.draft.revision, by=marketing, at=at
    )
    of.refresh_from_db()
    terms.propose(contract=of, by=marketing, at=at)
    return lea


def text(client, user) -> str:
    client.force_login(user)
    return re.sub(r"\s+", " ", client.get(reverse("reporting:today")).content.decode())


@pytest.mark.parametrize("role", ROLES)
def test_every_link_of_every_role_opens(client, busy, role):
    reader = busy if role == "rep" else person("reader", role, "sales" if role == "manager" else None)
    page = text(client, reader)
    links = re.findall(r'<span class="what"><a href="([^"]+)"', page)
    assert links
    for link in links:
        assert client.get(link.replace("&amp;", "&"), follow=True).status_code == 200, link


def test_a_rep_sees_what_breaks_and_their_own_only(client, busy):
    page = text(client, busy)
    assert page.count("leads:focus") == 0
    assert "first attempt" in page or "1 of 3" in page or "late" in page
    other = text(client, person("paul", "rep"))
    assert "Nothing breaks before tomorrow." in other


def test_a_viewer_reads_no_personal_value(client, busy):
    assert "@example.test" not in text(client, person("dir", "viewer"))


def test_a_marketer_reads_the_clause_that_is_behind_first(client, busy):
    page = text(client, person("mia", "marketer"))
    assert page.index("About to break") < page.index("Changed since yesterday") < page.index("Who owes what")


def test_a_signature_that_is_waited_for_is_owed(client, busy):
    assert "Terms of a contract “France 2026” · 2 to sign" in text(client, signers()[1])


@pytest.mark.parametrize("role", ROLES)
def test_an_empty_portal_says_so_in_both_languages(client, db, role):
    side = "marketing" if role == "manager" else None
    assert "Nobody owes anything." in text(client, person("one", role, side))
    assert "Personne ne doit rien." in text(client, person("two", role, side, language="fr"))
