"""The frame around every page: policy of content, rail by role, landing, health, errors."""

import re

import pytest
from django.template import Context, Template
from django.test import Client, override_settings

from smarketing.web import navigation
from tests.people import person

pytestmark = pytest.mark.django_db


def signed_in(role="administrator", side=None, **fields):
    user = person(fields.pop("name", role), role, side, **fields)
    client = Client()
    client.force_login(user)
    return client


def test_a_page_allows_scripts_of_its_own_and_of_nobody_else():
    answer = Client().get("/accounts/login/")
    policy = answer["Content-Security-Policy"]
    nonce = re.search(r"'nonce-([^']+)'", policy).group(1)
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert nonce != re.search(r"'nonce-([^']+)'", Client().get("/accounts/login/")["Content-Security-Policy"]).group(1)
    assert not re.search(r"<script(?![^>]*(src|nonce))|<style(?![^>]*nonce)|\sstyle=|\son[a-z]+=", answer.text)


def test_the_rail_shows_only_pages_that_exist_and_that_the_person_may_open():
    administrator = [link.entry.url_name for link in navigation.rail(person("Ada", "administrator"), "/settings/x/")]
    assert "accounts:settings" in administrator and "leads:queue" not in administrator
    assert all(navigation.address(name) for name in administrator)


def test_the_entry_of_the_page_at_hand_is_marked():
    text = signed_in().get("/settings/people/").text
    assert re.search(r'<a href="/settings/"[^>]* aria-current="page"', text)


def test_the_phone_shows_four_entries():
    links = [navigation.Link(entry, "/", False) for entry in navigation.ENTRIES]
    assert [link.entry.url_name for link in navigation.bottom_bar(links)][:2] == ["leads:queue", "leads:list"]
    assert len(navigation.bottom_bar(links)) == 4


def test_the_first_page_follows_the_role():
    answer = signed_in("rep").get("/")
    assert answer.status_code == 302 and answer["Location"] == navigation.landing(person("Rosa", "rep"))
    assert Client().get("/")["Location"].startswith("/accounts/login/")


def test_the_theme_is_the_persons_or_the_browsers():
    assert 'data-bs-theme="dark"' in signed_in(theme="dark").get("/settings/").text
    guest = Client()
    guest.cookies["theme"] = "dark"
    assert 'data-bs-theme="dark"' in guest.get("/accounts/login/").text


def test_health_asks_nothing_and_readiness_says_what_is_missing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert Client().get("/healthz").text == "ok\n"
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    said = {"database": "ok", "migrations": "ok", "suppression key": "ok", "heartbeats": "silent: worker, bell"}
    assert answer.json()["checks"] == said


def test_ready_when_worker_and_bell_beat():
    from smarketing.jobs import heartbeat

    heartbeat.beat("worker")
    heartbeat.beat("bell")
    assert Client().get("/readyz").status_code == 200


def test_an_unknown_address_and_a_forbidden_one_answer_in_the_frame():
    client = signed_in("rep")
    missing, forbidden = client.get("/nowhere/"), client.get("/settings/people/")
    assert missing.status_code == 404 and 'class="rail"' in missing.text
    assert forbidden.status_code == 403 and 'class="rail"' in forbidden.text


def test_a_fault_of_ours_answers_without_the_database(django_assert_num_queries):
    from django.test import RequestFactory

    from smarketing.web.views import server_error

    with django_assert_num_queries(0):
        answer = server_error(RequestFactory().get("/"))
    assert answer.status_code == 500 and b"<h1>" in answer.content


def test_the_person_switch_shows_in_a_demo_company_only():
    from smarketing.rows.models import Installation

    client = signed_in()
    assert "demo-bar" not in client.get("/settings/").text
    Installation.objects.create(kind="demo", company="Orféo")
    assert "demo-bar" in client.get("/settings/").text


@override_settings(DEBUG=False)
def test_vendored_files_are_as_listed():
    from smarketing.web import vendored

    assert vendored.problems() == []


def test_heads_of_a_table_name_every_column_and_mark_those_over_numbers():
    said = Template('{% heads _("Name") _("rows <b>") num="2" %}').render(Context())
    assert said == '<thead><tr><th scope="col">Name</th><th scope="col" class="num">Rows &lt;b&gt;</th></tr></thead>'
