"""The company as a page asks for it: one query a page, anew in the next one, and at once after a change."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from smarketing.accounts import factors, here, languages
from smarketing.accounts.company import save_company
from smarketing.rows import clock
from smarketing.rows.models import Installation
from tests.people import client_of, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    Installation.objects.create(kind="live", company="Acmé", zone="Asia/Tokyo", language="en")
    return person("ada", "administrator")


def test_inside_a_page_card_rule_languages_and_zone_are_one_query(ada):
    with CaptureQueriesContext(connection) as seen, here.kept() as card:
        assert (card.company, here.card().company, here.second_factor()) == ("Acmé", "Acmé", "")
        assert (str(clock.zone()), languages.default(), factors.is_owed(ada)) == ("Asia/Tokyo", "en", False)
    assert len(seen) == 1


def test_outside_a_page_nothing_is_kept(ada):
    with here.kept():
        Installation.objects.update(company="Other")
        assert here.card().company == "Acmé"
    assert here.card().company == "Other" and not here.is_read()


def test_whoever_changes_it_reads_it_anew_in_the_same_request(ada):
    at = clock.now()
    with here.kept():
        save_company(by=ada, at=at, company="Renamed")
        assert here.card().company == "Renamed"
        languages.save(on=["en"], default="en", by=ada, at=at)
        assert languages.offered() == ("en",)
        factors.save_rule(second_factor="everyone", by=ada, at=at)
        assert factors.is_owed(ada)
        factors.save_rule(second_factor="", by=ada, at=at)
        assert not factors.is_owed(ada)


def test_planted_fault_a_page_that_forgets_nothing_goes_on_with_the_old_card(ada, monkeypatch):
    monkeypatch.setattr(here, "forget", lambda: None)
    with here.kept():
        save_company(by=ada, at=clock.now(), company="Renamed")
        assert here.card().company == "Acmé"


@pytest.mark.parametrize("asked", ["administrators", "everyone"])
def test_a_rule_is_asked_of_whom_it_names_also_before_there_is_a_company(asked):
    ada, lea = person("ada", "administrator"), person("lea", "rep")
    factors.save_rule(second_factor=asked, by=ada, at=clock.now())
    assert here.card().company == here.UNNAMED and here.card().pk is None
    assert [factors.is_owed(who) for who in (ada, lea)] == [True, asked == "everyone"]
    assert client_of(ada).get("/help/").status_code == 302


def test_a_page_that_shows_the_frame_asks_few_questions(ada):
    """Session, person, company and rule, bell: what every page costs before it says anything of its own."""
    client = client_of(ada)
    client.get("/help/")
    with CaptureQueriesContext(connection) as seen:
        assert client.get("/help/").status_code == 200
    assert len(seen) <= 4, [one["sql"] for one in seen]


def test_the_demo_s_clock_is_part_of_the_card(ada):
    Installation.objects.update(kind="demo", clock_offset=timedelta(hours=1))
    with CaptureQueriesContext(connection) as seen:
        client_of(ada).get("/help/")
    assert sum("rows_installation" in one["sql"] for one in seen) == 1
