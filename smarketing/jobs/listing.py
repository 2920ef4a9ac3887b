"""The list of runs: its columns, its filters, its rows with the sums of their chunks."""

from typing import Any

from django import forms
from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from smarketing.web.tables import BLANK, Column

from . import health, ledger, runs
from .models import Chunk, Lease, Run

STATES = [(key, word) for key, (_shape, word, _class) in ledger.STATES.items() if key != "waiting"]
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class RunFilters(forms.Form):
    """A wrong value filters nothing and says so."""

    state = forms.ChoiceField(label=gettext_lazy("State"), required=False, choices=[("", gettext_lazy("all")), *STATES])
    job = forms.ChoiceField(label=gettext_lazy("Job"), required=False)
    since = forms.DateField(label=gettext_lazy("Days from"), required=False, widget=DAY)
    until = forms.DateField(label=gettext_lazy("to"), required=False, widget=DAY)

    def __init__(self, data):
        super().__init__(data)
        jobs = Run.objects.order_by("job").values_list("job", flat=True).distinct()
        self.fields["job"].choices = [("", _("all")), *((key, job(key)) for key in jobs)]

    def rows(self, found: QuerySet[Run]) -> QuerySet[Run]:
        """The runs asked for, each with `of`, `done` and `written` of its chunks."""
        self.is_valid()
        asked = {"state": "state", "job": "job", "since": "business_date__gte", "until": "business_date__lte"}
        wanted = {asked[name]: value for name, value in self.cleaned_data.items() if value}
        chunks = Chunk.objects.filter(run=OuterRef("pk")).order_by().values("run")
        done = chunks.filter(state="done").annotate(n=Count("pk")).values("n")
        return found.filter(**wanted).annotate(
            of=Coalesce(Subquery(chunks.annotate(n=Count("pk")).values("n")), 0),
            done=Coalesce(Subquery(done), 0),
            written=Coalesce(Subquery(chunks.annotate(n=Sum("rows")).values("n")), 0),
        )


def columns() -> list[Column]:
    """Columns for one request: which leases are held now is read once."""
    held = set(Lease.objects.exclude(until=None).filter(until__gt=timezone.now()).values_list("name", flat=True))

    def state(run: Run) -> tuple:
        return ledger.STATES["waiting" if run.state == "running" and run.job not in held else run.state]

    def progress(_text: Any, run: Run) -> str:
        return render_to_string("jobs/_progress.html", {"line": run})

    return [
        Column("run", gettext_lazy("Run"), lambda run: job(run.job), url=_page, head=True),
        Column("number", gettext_lazy("Number"), "pk", sort="pk", align="num", nullable=False, show=lambda pk, _run: f"#{pk}"),
        Column("day", gettext_lazy("Day"), "business_date", sort="business_date", align="nowrap", nullable=False),
        Column("state", gettext_lazy("State"), lambda run: str(state(run)[1]),
               show=lambda _text, run: render_to_string("jobs/_state.html", {"state": state(run)})),
        Column("progress", gettext_lazy("Progress"), lambda run: f"{run.done}/{run.of}" if run.of else "", show=progress),
        Column("written", gettext_lazy("Rows written"), sort="written", align="num", nullable=False),
        Column("took", gettext_lazy("Duration"), seconds, align="num", show=lambda took, _run: health.long(took)),
        Column("started", gettext_lazy("Started"), "started_at", sort="started_at", align="nowrap", nullable=False),
        Column("cutoff", gettext_lazy("Cut-off"), align="nowrap", extra=True),
        Column("error", gettext_lazy("Errors"), lambda run: last_line(run.error), show=lambda text, _run: text[:120] or BLANK, wide=True),
    ]  # fmt: skip


def seconds(run: Run) -> int:
    """How long it took, or has taken so far."""
    return max(0, round(((run.finished_at or timezone.now()) - run.started_at).total_seconds()))


def _page(run: Run) -> str:
    return reverse("jobs:run", args=[run.pk])


def job(key: str) -> str:
    return str(runs.JOBS[key].label) if key in runs.JOBS else key


def last_line(error: str) -> str:
    """What went wrong: the last line of a traceback."""
    return error.strip().splitlines()[-1] if error.strip() else ""
