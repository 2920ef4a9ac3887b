"""From a website's call to a rep's queue: committed by the web, judged by the bell, without the broker in between."""

import base64
import json

import pytest
from django.test import Client

from leads.models import HandoffState, LeadDirty, Pool, PoolMember
from smarketing.accounts import tokens
from smarketing.jobs import bell
from smarketing.rows.clock import now
from tests.leads import definitions
from tests.people import person

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_lead_that_a_website_tells_of_is_in_a_reps_queue_when_the_bell_rings(settings):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"  # nobody answers there, and nobody is asked
    definitions.version(definitions.simple(), now())
    rep = person("Ann", "rep")
    PoolMember.objects.create(pool=Pool.objects.create(name="all"), rep=rep)
    bell.answer()
    key = tokens.issue(kind="write", name="site", by=None, at=now())[1]
    calls = [
        {"type": "identify", "traits": {"email": "zoe@acme.example", "country": "FR"}},
        {"type": "page", "properties": {"path": "/pricing"}},
        {"type": "page", "properties": {"path": "/pricing/teams"}},
    ]
    stamp = {"userId": "u-1", "timestamp": now().isoformat()}
    body = {"batch": [one | stamp | {"messageId": f"m{n}"} for n, one in enumerate(calls)], "sentAt": now().isoformat()}
    auth = "Basic " + base64.b64encode(f"{key}:".encode()).decode()
    sent = Client().post(
        "/v1/batch", json.dumps(body), content_type="application/json", headers={"Authorization": auth}
    )
    assert sent.status_code == 200
    assert LeadDirty.objects.count() == 1 and bell.anything() and not HandoffState.objects.exists()
    bell.answer()
    row = HandoffState.objects.get()
    assert (row.rep, row.state, row.lead.email) == (rep, "assigned", "zoe@acme.example")
    assert not LeadDirty.objects.exists()
