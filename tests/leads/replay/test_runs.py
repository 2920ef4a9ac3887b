"""A replay in the background: asked for once a draft, stopped when it changes, taken up by the next worker, never shown as
current when it is not."""

from datetime import timedelta

import pytest

from leads.judging import lines, service
from leads.models import Handoff, Lead, LeadDirty, Replay
from leads.replay import columns, runs
from leads.replay.shown import first_days, record
from personas.definitions import services
from smarketing.jobs import lease
from smarketing.rows import clock, fence
from tests.leads import definitions, facts

pytestmark = pytest.mark.django_db


@pytest.fixture
def line():
    """A definition whose draft is `definitions.simple`, and two French leads who looked at prices forty and ten days ago."""
    made = definitions.line()
    made.draft.body = definitions.simple(direct=[])
    made.draft.save()
    now = clock.now()
    for ago in (40, 10):
        lead = facts.lead(now - timedelta(days=400), country="FR")
        for _time in range(2):
            facts.event(lead, "page", now - timedelta(days=ago), page="/pricing")
    return made


def change(line, **more) -> None:
    line.draft.refresh_from_db()
    services.save_draft(line=line, body=line.draft.body | more, revision=line.draft.revision, by=None, at=clock.now())


def test_two_windows_share_one_replay_and_a_changed_draft_stops_it(line):
    first = runs.ask(line, clock.now())
    assert runs.ask(line, clock.now()).pk == first.pk and first.state == "waiting"
    change(line, cooldown_days=7)
    second = runs.ask(line, clock.now())
    first.refresh_from_db()
    assert (first.state, second.state, second.pk == first.pk) == ("stopped", "waiting", False)
    runs.work(first)
    first.refresh_from_db()
    assert first.state == "stopped" and not first.draft_leads
    runs.work(second)
    second.refresh_from_db()
    assert second.state == "done" and len(second.draft_leads) == 2
    change(line, cooldown_days=60)
    change(line, cooldown_days=7)
    assert runs.ask(line, clock.now()).pk == second.pk  # undone: what was found still serves
    assert runs.ask(line, clock.now() + runs.FRESH + timedelta(seconds=1)).pk != second.pk


def test_a_draft_that_changes_under_way_ends_the_walk(line, monkeypatch):
    one = runs.ask(line, clock.now())
    monkeypatch.setattr(runs.walk, "ROWS", 1)
    tell = runs.lease.renew

    def changed_meanwhile(held, length):
        tell(held, length)
        Replay.objects.filter(pk=one.pk).update(state="stopped")

    monkeypatch.setattr(runs.lease, "renew", changed_meanwhile)
    runs.work(one)
    one.refresh_from_db()
    assert (one.state, one.draft_leads, one.cutoff) == ("stopped", [], None)


def test_what_a_dead_worker_left_is_begun_anew_three_times_at_most(line):
    one = runs.ask(line, clock.now())
    Replay.objects.filter(pk=one.pk).update(state="running", attempts=2)
    held = lease.take(f"replay {one.pk}", "frozen")
    runs.work(one)  # somebody works on it
    one.refresh_from_db()
    assert (one.state, one.attempts) == ("running", 2)
    lease.release(held)
    runs.work(one)
    one.refresh_from_db()
    assert one.state == "done"
    Replay.objects.filter(pk=one.pk).update(state="running", attempts=3)
    runs.work(one)
    one.refresh_from_db()
    assert one.state == "failed"
    assert runs.ask(line, clock.now()).pk == one.pk  # it does not try for ever
    runs.again(one, clock.now())
    runs.work(one)
    one.refresh_from_db()
    assert one.state == "done"


def test_the_version_in_force_is_held_against_its_record(line):
    body, since = line.draft.body, clock.now() - timedelta(days=30)
    definitions.version(body, since)
    lines.prepare(fence.cutoff())
    service.judge(Lead.objects.values_list("pk", flat=True), fence.cutoff())
    one = runs.ask(line, clock.now())
    runs.work(one)
    one.refresh_from_db()
    assert (one.since, one.differs, len(one.draft_leads)) == (since, 0, 1)
    new = facts.lead(clock.now() - timedelta(days=20), country="FR")
    for _time in range(2):
        facts.event(new, "page", clock.now() - timedelta(days=5), page="/pricing")
    Replay.objects.all().delete()
    one = runs.ask(line, clock.now())
    runs.work(one)
    one.refresh_from_db()
    assert one.differs == 1  # nobody judged it
    LeadDirty.objects.create(lead_id=new, since=clock.now())
    Replay.objects.all().delete()
    one = runs.ask(line, clock.now())
    runs.work(one)
    one.refresh_from_db()
    assert one.differs == 0  # it waits to be judged


def test_what_became_of_leads_is_theirs_and_those_never_handed_over_count_in_no_share(line):
    leads = list(Lead.objects.order_by("pk"))
    now = clock.now()
    Handoff.objects.create(
        lead=leads[0], line=line, gate="imported", occurred_at=now - timedelta(days=39), recorded_at=now - timedelta(days=39), known_at=now - timedelta(days=39)
    )  # fmt: skip
    one = runs.ask(line, now)
    runs.work(one)
    one.refresh_from_db()
    held = record(one)
    assert held.months == first_days(one.cutoff) and len(held.months) == 13
    assert dict(zip(one.draft_leads, one.draft_codes, strict=True)) == {leads[0].pk: 1, leads[1].pk: 0}
    assert one.was_leads == [leads[0].pk]


def test_an_erasure_deletes_the_snapshots(line, settings, tmp_path):
    settings.DATA = tmp_path
    made = columns.current(fence.cutoff())
    assert made.folder.exists()
    from leads.rights import places

    assert places._columns in places.PARTS
    places._columns(None)
    assert not made.folder.exists()
