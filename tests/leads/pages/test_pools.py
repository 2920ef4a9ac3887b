"""Who routes makes pools of reps; a handoff then finds the one whose turn it is."""

import pytest

from leads.models import Pool
from smarketing.accounts.models import AuditEntry
from smarketing.rows.models import Installation
from tests.people import person


@pytest.fixture
def boss(db, client):
    Installation.objects.create(kind="live", company="Acmé")
    one = person("bo", "manager", "sales")
    client.force_login(one)
    return one


def reps_of(pool: Pool) -> list[str]:
    return sorted(pool.members.values_list("rep__name", flat=True))


def test_a_pool_is_made_and_changed_and_who_stays_keeps_their_weight(client, boss):
    lea, paul, zoe = (person(name, "rep") for name in ("lea", "paul", "zoe"))
    client.post("/settings/routing/", {"name": "France", "reps": [lea.pk, paul.pk]})
    pool = Pool.objects.get()
    assert reps_of(pool) == ["lea", "paul"]
    pool.members.filter(rep=lea).update(weight=3)
    client.post(f"/settings/routing/{pool.pk}/", {"name": "Nord", "reps": [lea.pk, zoe.pk]})
    pool.refresh_from_db()
    assert pool.name == "Nord" and reps_of(pool) == ["lea", "zoe"] and pool.members.get(rep=lea).weight == 3
    assert AuditEntry.objects.filter(verb="settings.routing", user=boss).count() == 2


@pytest.mark.parametrize(("name", "chosen"), [("france", True), ("Nord", False), ("", True)])
def test_a_mistake_is_said_and_what_was_typed_is_kept(client, boss, name, chosen):
    lea = person("lea", "rep")
    client.post("/settings/routing/", {"name": "France", "reps": [lea.pk]})
    answer = client.post("/settings/routing/", {"name": name, "reps": [lea.pk] if chosen else []})
    assert answer.status_code == 200 and Pool.objects.count() == 1
    assert "invalid-feedback" in answer.content.decode()


def test_without_a_rep_the_page_says_who_invites_one(client, boss):
    assert "invites people" in client.get("/settings/routing/").content.decode()


@pytest.mark.parametrize("role", ["rep", "marketer", "viewer"])
def test_others_do_not_route(client, boss, role):
    client.force_login(person("other", role))
    assert client.get("/settings/routing/").status_code == 403
