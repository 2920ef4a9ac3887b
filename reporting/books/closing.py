"""Months closed by the night, on the day that the terms agree: each contract in a chunk of its own, exactly once.

What refuses to close is told once, tried again every night, and named under Settings, Health. A month that was opened again
is closed by hand only, and months of terms signed for the past are left to whoever signed them.
"""

from datetime import date

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reporting.models import BookClose
from sla import agreed, follow
from sla.models import Contract, Terms
from sla.terms import next_month
from smarketing.jobs import health, ledger, nightly, runs
from smarketing.jobs.models import Run
from smarketing.rows import clock

from . import notices, refusals, services

STEP = "closing"


def register() -> None:
    """Between the clocks of the night and its published sums."""
    ledger.STEPS[STEP] = gettext_lazy("Months closed as agreed")
    nightly.add(runs.Step(STEP, lambda run: runs.id_ranges("sla_contract", 1), work), order=70)
    health.register("books", gettext_lazy("Months to be closed"), sign, order=45)


def work(run: Run, low: int, high: int) -> int:
    """Close what is due of the contracts low <= id < high. Returns how many months."""
    closed = 0
    for contract in Contract.objects.filter(pk__gte=low, pk__lt=high).order_by("pk"):
        for month in due(contract, run.business_date):
            try:
                services.close_month(contract=contract, month=month, by=None, at=clock.now())
            except services.BookError:  # facts that arrive just now refuse, too: the next night tries again
                if refusals.of(contract, month):
                    notices.tell_refused(contract, month, run.cutoff)
            else:
                closed += 1
    return closed


def due(contract: Contract, day: date) -> list[date]:
    """First days of the months whose book should have closed by itself by a local day and never did, the oldest first."""
    reader = follow.Reader(contract, clock.now(), clock.now())
    month, found = reader.first_month(), []
    had = set(BookClose.objects.filter(contract=contract).values_list("month", flat=True))
    while month and next_month(month) <= day:
        closes = closes_on(reader, month)
        if month not in had and closes and closes <= day:
            found.append(month)
        month = next_month(month)
    return found


def closes_on(reader: follow.Reader, month: date) -> date | None:
    """When a month's book closes by itself; None for a month without terms, or whose terms were all signed after it."""
    inside = [terms for terms, _first, _until in reader.inside(month)]
    if not inside or all(_after(terms, reader, next_month(month)) for terms in inside):
        return None
    return agreed.closes_on(inside[-1], month)


def _after(terms: Terms, reader: follow.Reader, until: date) -> bool:
    return terms.retrospective and terms.published_at.astimezone(reader.zone).date() >= until


def sign() -> health.Sign:
    """How closing stands, for Settings, Health."""
    waiting = [(one, month) for one in Contract.objects.order_by("pk") for month in due(one, clock.today())]
    if not waiting:
        return health.Sign(health.WELL, _("Every month whose day has come is closed."))
    contract, month = waiting[0]
    said = _("%(contract)s, %(month)s is not closed: %(why)s") % {
        "contract": contract.name, "month": date_format(month, "YEAR_MONTH_FORMAT"),
        "why": refusals.of(contract, month) or _("the next night closes it."),
    }  # fmt: skip
    url = reverse("reporting:book", args=[contract.pk, f"{month:%Y-%m}"])
    return health.Sign(health.WATCH, said, _("Look at the month, and close it by hand where it may be."), url)
