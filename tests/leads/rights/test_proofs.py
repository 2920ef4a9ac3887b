"""Deals that prove a persona: counted by membership, chosen by hand, and left out again."""

from datetime import timedelta

import pytest
from django.test import Client

from leads.models import Deal, PersonaDeal
from personas.definitions.persona_services import create_persona
from smarketing.rows import clock
from tests.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    client = Client()
    client.force_login(person("Claire", "marketer"))
    return client


def sold(**values):
    at = clock.now() - timedelta(days=2)
    return Deal.objects.create(created_at=at, recorded_at=at, **{"state": "won", "closed_at": at} | values)


def test_a_closed_deal_is_chosen_by_number_key_or_title_and_taken_back(client):
    persona = create_persona(name="Maud", story={}, rules={}, by=None, at=clock.now()).persona
    page, choose = f"/language/persona/{persona.pk}/", f"/language/persona/{persona.pk}/deal/"
    assert "found by its rules" not in client.get(page).text
    won, lost, open_ = sold(title="Licences"), sold(key="D-7", state="lost"), sold(state="open", closed_at=None)
    text = client.get(page).text
    assert "0 deals won" in text and f"#{won.pk} · Licences · won" in text and f"#{open_.pk} ·" not in text
    said = {}
    for typed in (f"#{won.pk} · Licences · won", "D-7", "licences", f"#{open_.pk}", "nothing", ""):
        said[typed] = client.post(choose, {"deal": typed}, follow=True).text
    assert set(PersonaDeal.objects.values_list("deal_id", flat=True)) == {won.pk, lost.pk}
    assert "chosen already" in said["licences"] and "still open" in said[f"#{open_.pk}"]
    assert "“nothing” names no deal" in said["nothing"]
    text = client.get(page).text
    assert "✓ won" in text and "✗ lost" in text and "chosen by Claire" in text
    out = f"/language/persona-deal/{PersonaDeal.objects.get(deal=won).pk}/out/"
    assert client.post(out).status_code == 302 and client.post(out).status_code == 404
    assert "✓ won" not in client.get(page).text
    client.post(choose, {"deal": "Licences"})
    assert "✓ won" in client.get(page).text
    Deal.objects.filter(pk=won.pk).update(state="open")
    assert "✓ won" not in client.get(page).text
