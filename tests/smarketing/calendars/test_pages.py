"""The settings page of calendars: windows as people write them, holidays taken out, nothing typed lost."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from smarketing.calendars import services
from smarketing.calendars.models import Calendar, CalendarVersion
from tests.people import person

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
WEEK = {f"day_{day}": "9-12, 14:00-18:00" for day in range(1, 6)}


@pytest.fixture
def manager(client, db):
    user = person("Anna", "manager", "marketing")
    client.force_login(user)
    return user


def closed(year, but=()):
    from smarketing.calendars import holidays

    return [key for key in dict.fromkeys(holidays.names("FR", "", year, "en").values()) if key not in but]


def post(client, url, **fields):
    return client.post(
        url, {"name": "France", "zone": "Europe/Paris", "country": "FR", "region": "", "extra": "", **WEEK, **fields}
    )


def test_a_calendar_with_two_windows_a_day_and_whit_monday_worked(client, manager):
    year = datetime.now(UTC).year
    answer = post(client, reverse("calendars:add"), closed=closed(year, ["Pentecost Monday"]), extra="2026-05-15")
    assert answer.status_code == 302
    version = CalendarVersion.objects.get()
    assert version.spec["windows"]["1"] == [["09:00", "12:00"], ["14:00", "18:00"]]
    assert "2026-05-25" not in version.spec["holidays"]
    assert {"2026-05-14", "2026-05-15"} <= set(version.spec["holidays"])
    monday = datetime(2026, 5, 25, 7, tzinfo=UTC)
    assert services.axis(version).due(monday, timedelta(hours=1)) == monday + timedelta(hours=1)
    shown = client.get(reverse("calendars:calendar", args=[version.calendar.pk])).content.decode()
    assert "09:00-12:00, 14:00-18:00" in shown
    assert shown.count(" checked") == len(closed(year)) - 1


def test_half_days_and_holidays_that_are_worked_are_days_with_hours_of_their_own(client, manager):
    post(client, reverse("calendars:add"), special="2026-12-24 9-12\n2026-11-11 10:00-16:00", closed=closed(2026))
    version = CalendarVersion.objects.get()
    assert version.spec["special"] == {"2026-12-24": [["09:00", "12:00"]], "2026-11-11": [["10:00", "16:00"]]}
    axis = services.axis(version)
    eve = datetime(
        2026, 12, 24, 10, tzinfo=UTC
    )  # 11:00: an hour before the half day ends; Christmas and a weekend follow
    assert axis.due(eve, timedelta(hours=2)) == datetime(2026, 12, 28, 9, tzinfo=UTC)
    assert axis.elapsed(datetime(2026, 11, 11, tzinfo=UTC), datetime(2026, 11, 12, tzinfo=UTC)) == timedelta(hours=6)
    page = client.get(reverse("calendars:calendar", args=[version.calendar.pk])).content.decode()
    assert "2026-12-24 09:00-12:00" in page
    assert services.lengthen(datetime(2033, 1, 1, tzinfo=UTC)) == 1
    assert services.current()[0].spec["special"] == version.spec["special"]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"day_1": "18-9"}, "closes before it opens"),
        ({"day_1": "nine to five"}, "Write hours as"),
        ({"day_1": "9-12, 11-18"}, "These windows overlap"),
        ({"extra": "25/12/2026"}, "is not a date"),
        ({"special": "24/12/2026 9-12"}, "is not a date with hours"),
        ({"special": "2026-12-24 noon"}, "Write hours as"),
        ({"special": "2026-12-24 9-12\n2026-12-24 9-13"}, "stands twice"),
        ({"special": "2026-12-24 9-12, 11-13"}, "These windows overlap"),
        ({"region": "Bretagne"}, "no such region"),
        ({"name": ""}, "required"),
        ({f"day_{day}": "" for day in range(1, 6)}, "at least one day"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(client, manager, fields, sentence):
    answer = post(client, reverse("calendars:add"), **fields)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert sentence in page
    assert fields.get("day_1", "9-12, 14:00-18:00") in page
    assert not Calendar.objects.exists()


def test_another_country_shows_its_holidays_before_saving(client, manager):
    answer = post(client, reverse("calendars:add"), country="DE", region="BY", refresh="1", name="Bayern")
    page = answer.content.decode()
    assert "Epiphany" in page
    assert 'value="Bayern"' in page
    assert not Calendar.objects.exists()


def test_a_calendar_without_holidays_is_marked_in_the_list(client, manager):
    spec = services.starter_spec(at=AT, country="")
    services.create_version(name="Bare", spec=spec, by=manager, at=AT)
    assert "deadlines run on through them" in client.get(reverse("calendars:list")).content.decode()


def test_an_empty_list_offers_the_next_step(client, manager):
    assert reverse("calendars:add") in client.get(reverse("calendars:list")).content.decode()


def test_a_rep_edits_no_calendar(client, db):
    client.force_login(person("Rea", "rep"))
    assert client.get(reverse("calendars:list")).status_code == 403
