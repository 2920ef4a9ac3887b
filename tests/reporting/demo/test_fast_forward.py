"""The demo company moved on by many days at once is, byte for byte, the one that was moved day by day."""

import hashlib
from contextlib import closing
from datetime import timedelta

import pytest
from django.apps import apps
from django.core import signing
from django.db import connection

from reporting import publishing
from smarketing.jobs import demo_clock, nightly, outbox, runs
from smarketing.jobs.models import Run
from smarketing.rows.models import Installation
from tests.conftest import DEMO_AT, _current

# The company's clock stands where it was put: every instant that is written is that of a stop.
STILL = f"""
CREATE OR REPLACE FUNCTION smarketing_clock() RETURNS timestamptz LANGUAGE sql VOLATILE AS
$$ SELECT timestamptz '{DEMO_AT.isoformat()}' + coalesce((SELECT clock_offset FROM rows_installation), interval '0') $$;
UPDATE rows_installation SET clock_offset = '0'
"""
DELIVERY = (
    "ARRAY['outbox', 'off', 'sent_at']"  # of a mail: its number in the outbox, a signed address, the machine's clock
)
# Of the machine's own day: leases, runs and their instants, what is waited for.
APART = {"jobs_run", "jobs_chunk", "jobs_lease", "jobs_outbox", "jobs_heartbeat", "django_session"}


@pytest.fixture
def passed(servers, demo_db, monkeypatch):
    """`passed(*steps)`: digests of every table of a fresh demo company after these moves."""
    server, _broker = servers
    monkeypatch.setattr(publishing, "DIMENSIONS", ("month",))
    monkeypatch.setattr(signing.TimestampSigner, "timestamp", lambda signer: "still")  # the machine's clock, too
    monkeypatch.setitem(outbox.HANDLERS, "jobs.go_on", lambda number, body: None)  # the test goes on itself

    def after(*steps: str, how=None) -> dict[str, str]:
        _current["database"].renew()
        with closing(server.connect(demo_db)) as link, link.cursor() as cursor:
            cursor.execute(STILL)
        at = DEMO_AT
        for step in steps:
            (how or moved)(step, at)
            at += demo_clock.STEPS[step][0]
        return digests()

    return after


def moved(step: str, at) -> None:
    demo_clock.move(step=step, by=None, at=at)
    nightly.reconcile()


def only_the_last_night(step: str, at) -> None:
    """Planted: the clock jumps, and one night is run for all that were passed."""
    Installation.objects.update(clock_offset=at + demo_clock.STEPS[step][0] - DEMO_AT)
    nightly.run()


def digests() -> dict[str, str]:
    """Table -> digest of its rows, in one order."""
    out = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            if model._meta.managed and table not in APART:
                said = f"(to_jsonb(t) - {DELIVERY})::text" if table == "notify_mail" else "to_jsonb(t)::text"
                cursor.execute(f'SELECT {said} FROM "{table}" t ORDER BY {said} COLLATE "C"')
                out[table] = hashlib.sha256("\n".join(row[0] for row in cursor.fetchall()).encode()).hexdigest()
    return out


def told_apart(one: dict[str, str], other: dict[str, str]) -> set[str]:
    return {table for table in one if one[table] != other[table]}


@pytest.fixture
def short_nights(monkeypatch):
    """Nights that publish nothing: whatever is published is what the last one counted."""
    night = runs.JOBS[nightly.JOB]
    steps = [step for step in night.steps if step.key not in ("sums", "publish", "restatements")]
    monkeypatch.setitem(runs.JOBS, nightly.JOB, runs.Job(nightly.JOB, night.label, steps))
    monkeypatch.setitem(demo_clock.STEPS, "two", (timedelta(days=2), "2 days"))


def test_two_days_at_once_leave_what_each_day_by_itself_leaves(passed, short_nights):
    at_once = passed("two")
    assert Run.objects.filter(job=nightly.JOB, state="done").count() == 4  # two of the seed's
    assert told_apart(at_once, passed("day", "day")) == {"accounts_auditentry"}  # who moved the clock, and by how much


@pytest.mark.trust
def test_one_night_for_all_the_days_is_told_apart(passed, short_nights):
    assert {"leads_hold", "leads_companyday"} <= told_apart(passed("two"), passed("two", how=only_the_last_night))


@pytest.mark.trust
def test_thirty_days_at_once_leave_what_thirty_nights_leave(passed):
    assert told_apart(passed("month"), passed(*["day"] * 30)) == {"accounts_auditentry"}
