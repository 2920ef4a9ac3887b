"""When the contract is to be reviewed, that it was, and who is told: a week ahead, on the day, and weekly until somebody did."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from smarketing.accounts import audit
from smarketing.accounts.models import User
from smarketing.accounts.policy import may
from smarketing.jobs import ledger, nightly
from smarketing.jobs.models import Run
from smarketing.notify import registry
from smarketing.notify.models import Notice
from smarketing.notify.registry import Line
from smarketing.rows import clock

from . import agreed, follow, telling, terms
from .models import Contract, TermsReview

KIND, STEP = "contract_review", "contract_reviews"
SOON = timedelta(days=7)
WEEKS = 4  # reminders of one review


def register() -> None:
    registry.register(
        registry.Kind(
            KIND, gettext_lazy("The contract is to be reviewed: are its targets still right?"), "calendar-check", say
        )
    )
    ledger.STEPS[STEP] = gettext_lazy("Reviews of contracts announced")
    nightly.once(STEP, look, order=95)


def due(contract: Contract, day: date) -> date | None:
    """The day on which the review of the terms in force on a local day was due last, or is due within a week; None when
    it was held since, or none is due."""
    found = terms.in_force(contract, day)
    if found is None:
        return None
    months = [*follow.back(day.replace(day=1), 3), day.replace(day=1), (day + SOON).replace(day=1)]
    days = [one for month in months if (one := agreed.review_on(found, month)) and one <= day + SOON]
    last = max((one for one in days if one > found.starts_on), default=None)
    held = last and TermsReview.objects.filter(contract=contract, due__gte=last).exists()
    return None if held else last


@transaction.atomic
def hold(*, contract: Contract, outcome: str, by: User, at: datetime) -> TermsReview:
    """Note that somebody reviewed the terms, and what came of it."""
    day = due(contract, clock.today(at)) or clock.today(at)
    made = TermsReview.objects.create(contract=contract, due=day, outcome=outcome, by=by, at=at)
    audit.record(by, "contract.review", "contract", contract.pk, at, due=day.isoformat(), outcome=outcome)
    return made


def look(run: Run) -> int:
    """By night: tell of the reviews that are near, due, or late. Returns how many people were told."""
    return telling.managers(run, KIND, _told)


def _told(contract: Contract, today: date) -> telling.Told | None:
    day = due(contract, today)
    phase = _phase(day, today) if day else ""
    return (f"review:{contract.pk}:{day:%Y%m%d}:{phase}", {}) if phase else None


def _phase(due_on: date, day: date) -> str:
    """ "soon", "due", or the week in which it is late; "" once enough was said."""
    if day < due_on:
        return "soon"
    weeks = (day - due_on).days // 7
    return "" if weeks > WEEKS else f"late{weeks}" if weeks else "due"


def say(some: Sequence[Notice], reader: User) -> Mapping[int, Line]:
    """ "Review of the contract France", with the day; one that was held since is told no more."""
    if not may(reader, "contract.view"):
        return {}
    contracts = Contract.objects.in_bulk([one.params["contract"] for one in some])
    out = {}
    for one in some:
        contract, day = contracts.get(one.params["contract"]), date.fromisoformat(_iso(one.about.split(":")[2]))
        if contract and not TermsReview.objects.filter(contract=contract, due__gte=day).exists():
            text = _("Review of the contract: %(name)s") % {"name": contract.name}
            said = _("due on %(day)s") % {"day": date_format(day, "SHORT_DATE_FORMAT")}
            out[one.pk] = Line(text, reverse("sla:review", args=[contract.pk]), said)
    return out


def _iso(text: str) -> str:
    return f"{text[:4]}-{text[4:6]}-{text[6:]}"
