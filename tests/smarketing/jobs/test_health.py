"""The page of health says in words what `/readyz` and `/metrics` measure, and one step where something is not well."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from smarketing.jobs import health, heartbeat, ledger, nightly, telemetry
from smarketing.jobs.models import Chunk, Heartbeat, Outbox, Run
from smarketing.notify import mails
from smarketing.notify.models import Mail
from smarketing.web import ready
from tests.people import client_of, person

pytestmark = pytest.mark.django_db


def sign(label: str) -> health.Sign:
    return next(one for one in health.signs() if str(one.label) == label)


def beat(name: str, ago: timedelta = timedelta()) -> None:
    heartbeat.beat(name)
    Heartbeat.objects.filter(name=name).update(at=timezone.now() - ago)


def test_only_an_administrator_reads_it():
    page = client_of(person("ada", "administrator")).get("/settings/health/")
    assert page.status_code == 200 and "PostgreSQL" in page.text
    assert client_of(person("hugo", "manager", "sales")).get("/settings/health/").status_code == 403
    assert Client().get("/settings/health/").status_code == 302


def test_every_sign_that_is_not_well_names_one_step():
    assert [one.label for one in health.signs() if one.level in (health.WATCH, health.ILL) and not one.next] == []


def test_a_process_is_late_here_exactly_when_readyz_says_so():
    for ago, level in ((timedelta(seconds=80), health.WELL), (timedelta(seconds=100), health.ILL)):
        beat("worker", ago)
        beat("bell", ago)
        assert (ready.checks()["heartbeats"] == "ok") == (level == health.WELL)
        assert sign("Worker and beat").level == sign("Bell").level == level
    Heartbeat.objects.all().delete()
    assert sign("Bell").said == "Never seen."


def test_the_last_night_is_told_with_its_end_and_a_failed_one_leads_to_its_run():
    assert sign("Last night").level == health.TOLD
    now = timezone.now()
    run = Run.objects.create(
        job=nightly.JOB, business_date="2026-11-01", cutoff=now, started_at=now - timedelta(seconds=40), finished_at=now, state="done",
    )  # fmt: skip
    assert (sign("Last night").level, sign("Last night").said) == (
        health.WELL,
        "Night of 1 Nov 2026: done, 40 seconds.",
    )
    Run.objects.update(finished_at=now - timedelta(hours=27), started_at=now - timedelta(hours=28))
    assert sign("Last night").level == health.WATCH
    Run.objects.update(state="failed")
    assert (sign("Last night").level, sign("Last night").url) == (health.ILL, f"/runs/{run.pk}/")
    Chunk.objects.create(run=run, step="midnight", number=0, low=0, high=1, state="quarantined")
    assert sign("Set aside").level == health.ILL and telemetry.quarantined() == 1


def test_what_waits_in_the_outbox_and_mails_that_failed_are_counted():
    assert sign("Outbox").level == health.WELL and sign("Mails").level == health.WELL
    Outbox.objects.create(kind="x")
    Outbox.objects.update(created_at=timezone.now() - timedelta(minutes=5))
    assert sign("Outbox").level == health.WATCH and "5" in sign("Outbox").said
    Outbox.objects.update(attempts=2)
    assert sign("Outbox").level == health.ILL and ledger.undelivered() == 1
    Mail.objects.create(
        address="a@x.example", kind="k", language="en", subject="s", text="t", page="p", written_at=timezone.now()
    )
    assert sign("Mails").url == "/settings/mails/"


@pytest.mark.parametrize(("days", "level"), [(None, "watch"), (0.5, "well"), (3, "watch"), (9, "ill")])
def test_a_backup_ages(days, level):
    if days is not None:
        beat("backup", timedelta(days=days))
    assert sign("Backup").level == level


def test_a_broker_that_is_away_and_a_mail_server_that_is_not_set_are_said(settings):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    assert sign("Broker").level == health.ILL
    settings.EMAIL_HOST = "mail.example"
    assert mails.has_server() and "mail.example" in sign("Mail server").said
    settings.EMAIL_HOST = ""
    assert sign("Mail server").level == health.WATCH


def test_partitions_ahead_are_counted_without_a_gap():
    from django.db import connection

    from leads import upkeep

    month = timezone.now().date().replace(day=1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT leads_keep_partitions(%s, 4)", [month])
    assert upkeep.partitions_ahead() == 3 and sign("Event partitions").level == health.WELL


def test_a_sign_that_cannot_be_read_says_so_and_hides_no_other(monkeypatch):
    from django.db import DatabaseError

    def fails():
        raise DatabaseError("gone")

    monkeypatch.setitem(health._SIGNS, "zone", (70, "Time zone", fails))
    found = {str(one.label): one for one in health.signs()}
    assert found["Time zone"].level == health.ILL and "Version" in found
