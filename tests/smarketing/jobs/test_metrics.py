"""`/metrics` tells the house's health to whoever has an administrator's token with that scope, and to nobody else."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from leads.models import LeadDirty
from smarketing.accounts import tokens
from smarketing.jobs import heartbeat
from smarketing.jobs.models import Heartbeat, Outbox
from smarketing.rows import clock
from tests.people import person

pytestmark = pytest.mark.django_db


def key(role: str, *scopes: str, side: str | None = None) -> dict[str, str]:
    user = person(role.title(), role, side)
    _token, secret = tokens.issue(kind="api", name="watch", by=user, at=clock.now(), user=user, scopes=scopes)
    return {"Authorization": f"Bearer {secret}"}


def scrape(headers: dict[str, str]) -> dict[tuple[str, tuple], float]:
    answer = Client().get("/metrics", headers=headers)
    assert answer.status_code == 200 and answer["Content-Type"].startswith("text/plain")
    families = text_string_to_metric_families(answer.text)
    return {(s.name, tuple(sorted(s.labels.values()))): s.value for family in families for s in family.samples}


def test_only_an_administrator_s_token_with_the_scope_may_read():
    assert Client().get("/metrics").status_code == 401
    assert Client().get("/metrics", headers={"Authorization": "Bearer sm_wrong"}).status_code == 401
    assert Client().get("/metrics", headers=key("administrator", "measures.read")).status_code == 403
    assert Client().get("/metrics", headers=key("manager", "metrics.scrape", side="sales")).status_code == 403
    other = person("Other", "administrator")
    client = Client()
    client.force_login(other)
    assert client.get("/metrics").status_code == 200


def test_figures_are_those_of_the_database():
    headers = key("administrator", "metrics.scrape")
    heartbeat.beat("worker")
    Heartbeat.objects.filter(name="worker").update(at=timezone.now() - timedelta(seconds=50))
    LeadDirty.objects.create(lead_id=1, since=timezone.now() - timedelta(seconds=30))
    Outbox.objects.create(kind="mail", attempts=2)
    Client().get("/accounts/login/")
    found = scrape(headers)
    assert 50 <= found["smarketing_heartbeat_age_seconds", ("worker",)] < 60
    assert (
        found["smarketing_leads_waiting", ()] == 1 and 30 <= found["smarketing_leads_waiting_oldest_seconds", ()] < 40
    )
    assert found["smarketing_outbox_failing", ()] == 1
    assert found["smarketing_handoffs_open", ("pooled",)] == 0
    assert found["smarketing_database_bytes", ()] > 1_000_000
    assert found["smarketing_http_requests_total", ("200", "GET", "account_login")] >= 1
