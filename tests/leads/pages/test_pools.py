"""Who routes makes pools of reps; a handoff then finds the one whose turn it is."""

import pytest

from leads.handoffs import capacity, pools, routing
from leads.models import Pool
from smarketing.accounts.models import AuditEntry
from smarketing.rows import clock
from smarketing.rows.models import Installation
from tests.leads.handoffs.desk import Desk, state
from tests.people import person


@pytest.fixture
def boss(db, client):
    Installation.objects.create(kind="live", company="Acmé")
    one = person("bo", "manager", "sales")
    client.force_login(one)
    return one


def taking() -> set[int]:
    """Pools that take part in the turns."""
    return {bench.pool for bench in capacity.table([], clock.now(), lock=False)[0].benches}


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


@pytest.mark.parametrize("odd", ["²", "٣٣", "0000000009999999999", "25"])
def test_a_weight_that_is_no_number_from_0_to_24_is_refused(client, boss, odd):
    lea = person("lea", "rep")
    answer = client.post("/settings/routing/", {"name": "France", "reps": [lea.pk], f"weight-{lea.pk}": odd})
    assert "Weights are whole numbers" in answer.content.decode() and not Pool.objects.exists()


def test_without_a_rep_the_page_says_who_invites_one(client, boss):
    assert "invites people" in client.get("/settings/routing/").content.decode()


@pytest.mark.parametrize("role", ["rep", "marketer", "viewer"])
def test_others_do_not_route(client, boss, role):
    client.force_login(person("other", role))
    assert client.get("/settings/routing/").status_code == 403


def test_pools_move_and_one_that_never_got_a_handoff_is_deleted(client, boss):
    lea = person("lea", "rep")
    for name in ("France", "Nord", "Sud"):
        client.post("/settings/routing/", {"name": name, "reps": [lea.pk]})
    sud = Pool.objects.get(name="Sud")
    client.post(f"/settings/routing/{sud.pk}/do/", {"do": "up"})
    assert list(Pool.objects.order_by("order").values_list("name", flat=True)) == ["France", "Sud", "Nord"]
    assert not pools.move(pool=Pool.objects.get(name="Nord"), up=False, by=boss, at=clock.now())
    page = client.get("/settings/routing/").content.decode()
    assert page.count('value="delete"') == 3 and "Move Sud up" in page
    client.post(f"/settings/routing/{sud.pk}/do/", {"do": "delete"})
    assert not Pool.objects.filter(name="Sud").exists()
    assert client.post(f"/settings/routing/{sud.pk}/do/", {"do": "up"}).status_code == 404
    deeds = AuditEntry.objects.filter(verb="settings.routing", detail__has_key="deed").order_by("pk")
    assert [one.detail["deed"] for one in deeds] == ["up", "delete"]


def test_a_pool_that_got_a_handoff_is_retired_once_nothing_waits_in_it_and_takes_no_more(db):
    desk = Desk()
    pool, handoff = desk.pool, desk.hand(rep=None)
    assert state(handoff).pool_id == pool.pk and pools.unused() == set()
    with pytest.raises(pools.PoolError, match="retire it"):
        pools.delete(pool=pool, by=desk.boss, at=clock.now())
    with pytest.raises(pools.PoolError, match="waits in it"):
        pools.retire(pool=pool, by=desk.boss, at=clock.now())
    routing.reassign(handoff=handoff, rep=desk.paul, by=desk.boss, at=clock.now())
    pools.retire(pool=pool, by=desk.boss, at=clock.now())
    assert pool.pk not in taking()
    pools.offer(pool=pool, by=desk.boss, at=clock.now())
    assert pool.pk in taking()


def test_a_pool_has_a_rule_said_as_a_sentence_hours_and_weights_and_caps(client, boss):
    lea, paul = (person(name, "rep") for name in ("lea", "paul"))
    said = {"name": "Nord", "reps": [lea.pk, paul.pk], "sentence": "country is FR or BE", f"weight-{lea.pk}": "3", f"cap-{paul.pk}": "7"}  # fmt: skip
    assert client.post("/settings/routing/", said).status_code == 302
    pool = Pool.objects.get()
    assert pool.rules["field"] == "lead.country" and pool.rules["value"] == ["FR", "BE"]
    assert (pool.members.get(rep=lea).weight, pool.members.get(rep=paul).cap) == (3, 7)
    page = client.get(f"/settings/routing/{pool.pk}/").content.decode()
    assert "country is FR or BE" in page and 'value="3"' in page
    heard = client.post(f"/settings/routing/{pool.pk}/", {"sentence": "country is"}, headers={"hx-target": "heard"})
    assert "goes-on" in heard.content.decode() or "field-error" in heard.content.decode()
    wrong = client.post(
        f"/settings/routing/{pool.pk}/", said | {"sentence": "the moon is full", f"cap-{paul.pk}": "-1"}
    )
    assert wrong.status_code == 200 and Pool.objects.get().rules == pool.rules
    client.post(f"/settings/routing/{pool.pk}/", said | {"sentence": ""})
    assert Pool.objects.get().rules == {}


def test_a_pool_is_tried_on_the_last_month_and_nothing_is_saved(client, boss):
    lea = person("lea", "rep")
    page = client.post("/settings/routing/", {"name": "Nord", "reps": [lea.pk], "sentence": "", "do": "try"})
    assert "Nothing was handed over in this month" in page.content.decode() and not Pool.objects.exists()
    assert client.get("/settings/routing/dry-run/").status_code == 200
    assert client.get("/settings/routing/dry-run/?month=soon&only=differ").status_code == 200
