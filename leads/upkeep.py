"""What the night does with leads: judging, partitions of events ahead of time, staging rows past their thirty days."""

from datetime import timedelta

from django.db import connection
from django.utils.translation import gettext_lazy as _

from leads.intake.importing import staging
from leads.judging import nightly as judging
from smarketing.jobs import ledger, nightly, runs
from smarketing.jobs.models import Run
from smarketing.notify import mails
from smarketing.web import once as form_keys

LABELS = {
    "partitions": _("Event partitions ahead"),
    "midnight": _("Leads judged at midnight"),
    "release": _("Held leads released at the agreed pace"),
    "personas": _("Personas matched, old history forgotten"),
    "silence": _("Handoffs nobody touched expired"),
    "staging": _("Old staging rows deleted"),
    "forms": _("Keys of forms sent long ago deleted"),
    "mails": _("Old mails deleted"),
}
MONTHS_AHEAD = 3
KEPT_DAYS = 30


def register() -> None:
    """Add this app's steps to the night; those of the judge keep the order they are written in."""
    ledger.STEPS |= LABELS
    for number, (key, ranges, work) in enumerate(judging.STEPS):
        nightly.add(runs.Step(key, ranges, work), order=30 + number)
    nightly.once("partitions", keep_partitions, order=10)
    nightly.once("staging", forget_staging, order=95)
    nightly.once("forms", forget_forms, order=96)
    nightly.once("mails", forget_mails, order=97)


def keep_partitions(run: Run) -> int:
    """Make partitions of events for the coming months. Returns how many were missing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT leads_keep_partitions(%s, %s)", [run.business_date.replace(day=1), MONTHS_AHEAD + 1])
        return cursor.fetchone()[0]


def forget_staging(run: Run) -> int:
    """Delete staged rows and files of imports opened thirty days ago. Returns how many rows."""
    return staging.forget(run.cutoff - timedelta(days=KEPT_DAYS))


def forget_forms(run: Run) -> int:
    """Delete the keys of forms sent thirty days ago, with the answers kept for them. Returns how many."""
    return form_keys.forget(before=run.cutoff - timedelta(days=KEPT_DAYS))


def forget_mails(run: Run) -> int:
    """Delete mails written thirty days ago. Returns how many."""
    return mails.forget(before=run.cutoff - timedelta(days=KEPT_DAYS))
