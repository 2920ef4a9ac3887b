"""The page of runs: progress, errors, the start that goes through the outbox and never through the broker."""

import pytest
from django.urls import reverse

from smarketing.accounts.models import AuditEntry
from smarketing.jobs import nightly
from smarketing.jobs.models import Chunk, Outbox, Run
from smarketing.rows import clock
from tests.people import person
from tests.picking import done

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client):
    user = person("hugo", "manager", "sales")
    client.force_login(user)
    return user


def test_before_the_first_night_the_page_says_so(client, manager):
    answer = client.get(reverse("jobs:runs"))
    assert answer.status_code == 200 and "No night has run yet" in answer.content.decode()


def test_the_start_leaves_a_run_and_a_message_and_a_second_click_the_same_run(client, manager):
    day = clock.today().isoformat()
    for _click in range(2):
        assert client.post(reverse("jobs:start"), {"day": day}).status_code == 302
    run = Run.objects.get()
    assert run.state == "running" and run.job == nightly.JOB
    assert set(Outbox.objects.values_list("kind", flat=True)) == {"jobs.go_on"}
    assert {body["run"] for body in Outbox.objects.values_list("body", flat=True)} == {run.pk}
    page = client.get(reverse("jobs:runs")).content.decode()
    assert "waits for the worker" in page and 'data-poll="/runs/"' in page


def test_a_day_to_come_is_refused_in_words(client, manager):
    answer = client.post(reverse("jobs:start"), {"day": "2999-01-01"}, follow=True)
    assert "Choose today or an earlier day." in answer.content.decode() and not Run.objects.exists()


def test_a_quarantined_chunk_is_shown_with_its_error_and_may_be_tried_again(client, manager):
    run = nightly.ask(by=manager, at=clock.now())
    Run.objects.update(state="failed", finished_at=clock.now(), error="division by zero")
    Chunk.objects.create(
        run=run, step="midnight", number=0, low=5, high=9, state="quarantined", attempts=3, error="division by zero"
    )
    page = client.get(reverse("jobs:run", args=[run.pk])).content.decode()
    assert "Set aside after three tries" in page and "ids 5 to 9" in page and "division by zero" in page
    client.post(reverse("jobs:again", args=[run.pk]))
    assert Run.objects.get().state == "running"
    assert Chunk.objects.values_list("state", "attempts").get() == ("pending", 0)


def test_reps_see_no_runs_and_marketers_start_none(client):
    client.force_login(person("lea", "rep"))
    assert client.get(reverse("jobs:runs")).status_code == 403
    client.force_login(person("ines", "marketer"))
    page = client.get(reverse("jobs:runs"))
    assert page.status_code == 200 and "Run now" not in page.content.decode()
    assert client.post(reverse("jobs:start"), {"day": "2026-01-01"}).status_code == 403


def test_runs_are_filtered_numbered_and_saved_to_a_file_with_a_line_in_the_audit_log(client, manager):
    for day, state in ((1, "done"), (2, "failed")):
        Run.objects.create(
            job=nightly.JOB, business_date=f"2026-11-0{day}", cutoff=clock.now(), started_at=clock.now(), state=state,
            finished_at=clock.now(), error="Traceback\nZeroDivisionError: division by zero" if state == "failed" else "",
        )  # fmt: skip
    failed = Run.objects.get(state="failed")
    page = client.get("/runs/?state=failed").content.decode()
    assert f"/runs/{failed.pk}/" in page and page.count("/runs/") >= 1 and "ZeroDivisionError: division by zero" in page
    assert f"/runs/{Run.objects.get(state='done').pk}/" not in page
    assert "No row has all of this" in client.get("/runs/?since=2026-11-05").content.decode()
    file = b"".join(client.get("/runs/?export=csv").streaming_content).decode()
    assert file.count("Nightly run") == 2 and AuditEntry.objects.filter(verb="runs.export").count() == 1
    detail = client.get(f"/runs/{failed.pk}/").content.decode()
    assert f"#{failed.pk}" in detail and "Trying again is safe" in detail and "ZeroDivisionError" in detail


def test_failed_runs_are_tried_again_together_and_the_others_are_left(client, manager):
    run = nightly.ask(by=manager, at=clock.now())
    Chunk.objects.create(run=run, step="midnight", number=0, low=5, high=9, state="quarantined", attempts=3)
    assert "did not fail" in done(client, "jobs:bulk_again", [run])
    Run.objects.update(state="failed", finished_at=clock.now())
    assert "1 run is tried again." in done(client, "jobs:bulk_again", [run])
    assert Run.objects.get().state == "running" and Chunk.objects.get().state == "pending"
