"""What is told about runs: to administrators, that a night was stopped by errors."""

from collections.abc import Mapping, Sequence

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from smarketing.accounts.models import Role, User
from smarketing.jobs import ledger, runs
from smarketing.jobs.models import Chunk, Run
from smarketing.rows import clock

from . import notices, registry
from .models import Notice
from .registry import Line

KIND = "night_failed"


def register() -> None:
    registry.register(registry.Kind(KIND, gettext_lazy("A nightly run fails"), "exclamation-triangle", say))
    runs.ENDED.append(tell)


def tell(run: Run) -> None:
    """In the transaction that ends a run: tell of its failure; when it was tried again and failed again, again."""
    if run.state == "failed":
        users = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).values_list("pk", flat=True)
        about = f"run:{run.pk}@{run.finished_at:%Y%m%d%H%M%S%f}"
        notices.tell(kind=KIND, users=users, about=about, at=clock.now(), run=run.pk)


def say(some: Sequence[Notice], reader: User) -> Mapping[int, Line]:
    """ "Nightly run of 24 November 2026: stopped by errors", with the steps; marked where it went through since."""
    found = Run.objects.visible_to(reader).in_bulk([one.params["run"] for one in some])
    steps: dict[int, list[str]] = {}
    for run, step in Chunk.objects.filter(run__in=found, state="quarantined").values_list("run", "step").distinct():
        steps.setdefault(run, []).append(str(ledger.STEPS.get(step, step)))
    out = {}
    for one in some:
        if run := found.get(one.params["run"]):
            job = runs.JOBS.get(run.job)
            words = {"job": job.label if job else run.job, "day": date_format(run.business_date, "DATE_FORMAT")}
            detail = (
                _("It has gone through since.") if run.state == "done" else " · ".join(sorted(steps.get(run.pk, [])))
            )
            out[one.pk] = Line(
                _("%(job)s of %(day)s: stopped by errors") % words, reverse("jobs:run", args=[run.pk]), detail
            )
    return out
