"""An empty company is started once, by whoever reads the console, and by nobody else."""

import threading

import pytest
from django.db import connection
from django.test import Client

from smarketing.accounts.models import AuditEntry, User
from smarketing.calendars.models import CalendarVersion
from smarketing.rows.models import Installation
from smarketing.start import first
from tests.people import PASSWORD, person

ANSWERS = {
    "name": "Ada Blanc", "email": "Ada@acme.example", "password": PASSWORD, "again": PASSWORD, "language": "fr",
    "company": "Acmé", "country": "BE", "currency": "EUR", "zone": "Europe/Brussels", "days": ["1", "2", "3", "4"],
    "hours": "9-12, 13-17",
}  # fmt: skip


@pytest.fixture
def door(db):
    """The path of the link that the console shows."""
    Installation.objects.create(kind="live", company="")
    return path()


def path() -> str:
    return "/" + first.link().split("/", 3)[3]


def test_whoever_holds_the_link_becomes_the_administrator_of_a_company_with_card_and_calendar(client, door):
    answer = client.post(door, ANSWERS, follow=True)
    ada, card = User.objects.get(), Installation.objects.get()
    assert (ada.email, ada.role, ada.language) == ("ada@acme.example", "administrator", "fr")
    assert (card.company, card.country, card.zone) == ("Acmé", "BE", "Europe/Brussels")
    calendar = CalendarVersion.objects.get()
    assert calendar.calendar.name == "Belgique" and calendar.spec["windows"] == {
        day: [["09:00", "12:00"], ["13:00", "17:00"]] for day in "1234"
    }
    assert "2026-07-21" in calendar.spec["holidays"]
    assert answer.redirect_chain[-1][0] == "/today/" and answer.wsgi_request.user == ada
    assert "Inviter une personne" in answer.content.decode()
    assert AuditEntry.objects.filter(verb="company.begin", user=ada).exists()


def test_the_wrong_code_opens_nothing_and_says_where_the_right_one_is(client, door):
    answer = client.post("/start/" + "0" * 32 + "/", ANSWERS)
    assert answer.status_code == 404 and not User.objects.exists()
    assert "console" in answer.content.decode()


def test_the_page_without_the_code_asks_for_it_and_takes_a_whole_link(client, door):
    assert client.get("/start/").status_code == 200
    answer = client.get("/start/", {"code": first.link()})
    assert answer.url == door
    assert "/start/" in client.get("/accounts/login/").content.decode()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("again", "another one", "The two passwords differ."),
        ("password", "short", "The two passwords differ."),
        ("hours", "9-25", "is not a time of day"),
        ("hours", "18-9", "closes before it opens"),
        ("email", "ada", "valid email"),
        ("zone", "Mars/Base", "Select a valid choice"),
        ("days", [], "This field is required"),
    ],
)
def test_a_mistake_is_said_and_what_was_typed_is_kept(client, door, field, value, said):
    answer = client.post(door, ANSWERS | {"company": "Zinc & Co", field: value}, headers={"Accept-Language": "en"})
    page = answer.content.decode()
    assert answer.status_code == 200 and said in page and not User.objects.exists()
    assert "Zinc &amp; Co" in page and ("9-12, 13-17" in page or field == "hours")


def test_a_weak_password_is_refused_before_anything_is_made(client, door):
    answer = client.post(door, ANSWERS | {"password": "1234567890", "again": "1234567890"})
    assert answer.status_code == 200 and not User.objects.exists() and not CalendarVersion.objects.exists()


def test_the_second_time_says_that_it_was_started(client, door):
    client.post(door, ANSWERS)
    again = Client().post(door, ANSWERS | {"email": "eve@acme.example"}, headers={"Accept-Language": "en"})
    assert again.status_code == 410 and "started already" in again.content.decode()
    assert User.objects.count() == 1 and first.link() == ""
    assert Client().get("/start/").status_code == 410


def test_a_company_with_people_shows_no_way_in(client, door):
    person("bo", "administrator")
    assert client.get(door).status_code == 410
    assert "/start/" not in client.get("/accounts/login/").content.decode()


def test_a_demo_cannot_be_claimed_and_says_how_an_own_company_starts(client, db):
    Installation.objects.create(kind="demo", company="Demo")
    answer = client.get("/start/")
    assert "make run COMPANY=1" in answer.content.decode() and first.link() == ""


@pytest.mark.django_db(transaction=True)
def test_of_two_who_start_at_once_one_does():
    Installation.objects.create(kind="live", company="")
    door, gate, seen = path(), threading.Barrier(2), []

    def start(email: str) -> None:
        gate.wait()
        seen.append(Client().post(door, ANSWERS | {"email": email}).status_code)
        connection.close()

    both = [threading.Thread(target=start, args=(f"{name}@acme.example",)) for name in ("ada", "eve")]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(seen) == [302, 410] and User.objects.count() == 1


@pytest.fixture
def kept(tmp_path, settings):
    settings.DATA = tmp_path
    return tmp_path / "run" / "signins"


def test_the_console_shows_the_link_until_the_company_is_started(client, db, kept):
    from smarketing.jobs.management.commands.prepare import Command

    Command()._company()
    assert first.link() in kept.read_text() and kept.stat().st_mode & 0o077 == 0
    assert Installation.objects.get().kind == "live" and not User.objects.exists()
    client.post(path(), ANSWERS)
    Command()._company()
    assert not kept.exists()
