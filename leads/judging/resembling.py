"""Who resembles which persona, found out anew for every lead after the rules of a persona changed: a run of its own."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leads.models import Lead
from personas import hooks
from smarketing.jobs import ledger, outbox, runs
from smarketing.jobs.models import Run
from smarketing.jobs.runs import id_ranges
from smarketing.rows import clock, fence

from . import service

JOB = "personas"
CHUNK = 20_000


def register() -> None:
    ledger.STEPS["resembling"] = _("Leads and personas matched")
    step = runs.Step("resembling", lambda run: id_ranges("leads_lead", CHUNK), match)
    runs.register(runs.Job(JOB, _("Matching of personas"), [step]))
    hooks.rules_changed.append(ask)


def ask(at: datetime) -> None:
    """Let the worker match every lead once this transaction is committed. Each change of rules asks for a run of its own:
    one that is under way has read the rules of before."""
    if Lead.objects.exists():
        asked = {"job": JOB, "business_date": clock.today(at), "cutoff": fence.cutoff()}
        run, _made = Run.objects.get_or_create(**asked, defaults={"started_at": timezone.now()})
        outbox.intend("jobs.go_on", run=run.pk)


def match(run: Run, low: int, high: int) -> int:
    """Match the leads low <= id < high, as known now, with the newest versions of the personas. Returns the rows changed."""
    return service.match(low, high)
