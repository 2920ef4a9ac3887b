"""Reviews of personas: asked ahead and on the day, shown on the wall, the page and Today, over once somebody read it again."""

from datetime import timedelta

import pytest
from django.test import Client

from personas.definitions import persona_care, persona_services
from personas.models import PersonaReview
from personas.pages import reminders
from smarketing.jobs.models import Run
from smarketing.notify import registry
from smarketing.notify.models import Notice
from smarketing.rows import clock
from tests.people import person

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def night(day) -> None:
    reminders.look(Run(cutoff=clock.now(), business_date=day))


def test_a_review_is_told_ahead_and_on_its_day_and_no_more_once_it_was_read_again():
    claire, today = person("Claire", "marketer"), clock.today()
    made = persona_services.create_persona(name="Maud", story={}, rules={}, by=None, at=clock.now())
    persona_care.review_by(persona=made.persona, day=today + 15 * DAY, by=claire, at=clock.now())
    night(today)
    assert not Notice.objects.exists()
    for day in (1, 2, 15, 16):
        night(today + day * DAY)
    told = list(Notice.objects.order_by("pk"))
    assert [one.about.rpartition(":")[2] for one in told] == ["soon", "due"]
    assert [line.text for line in registry.said(told, claire).values()] == ["To be read again: Maud"] * 2
    client = Client()
    client.force_login(claire)
    page = f"/language/persona/{made.persona_id}/"
    assert client.post(page + "act/", {"do": "review", "review": "6"}).status_code == 302
    made.persona.refresh_from_db()
    assert made.persona.review_on > today + 170 * DAY and PersonaReview.objects.get().version == made
    assert registry.said(told, claire) == {} and "Last read again on" in client.get(page).text


def test_what_is_overdue_stands_on_the_wall_on_the_page_and_in_today_of_whoever_writes_personas():
    made = persona_services.create_persona(name="Maud", story={}, rules={}, by=None, at=clock.now())
    persona_care.review_by(persona=made.persona, day=clock.today() - DAY, by=None, at=clock.now())
    seen = {}
    for role in ("marketer", "rep"):
        client = Client()
        client.force_login(person(role, role))
        seen[role] = client.get("/today/").text
        assert "to be read again since" in client.get("/language/").text
        assert "is it still true?" in client.get(f"/language/persona/{made.persona_id}/").text
    assert "Read the persona Maud again" in seen["marketer"] and "Read the persona" not in seen["rep"]
    persona_care.retire(persona=made.persona, by=person("Otto", "marketer"), at=clock.now())
    night(clock.today())
    assert not Notice.objects.exists()
