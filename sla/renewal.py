"""The end of a contract: when its last terms run out, who is reminded of it, and what a further time begins with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from smarketing.accounts.models import User
from smarketing.accounts.policy import may
from smarketing.jobs import ledger, nightly
from smarketing.jobs.models import Run
from smarketing.notify import registry
from smarketing.notify.models import Notice
from smarketing.notify.registry import Line

from . import telling
from .models import Contract, Terms
from .sections import defaults

KIND, STEP = "contract_ends", "contract_ends"
WEEK = 7  # days before the end on which everybody is reminded once more
NOTICE, LAST = "notice", "week"


@dataclass(frozen=True)
class End:
    """`day`: the first one without terms; `months` of the further time that is to be proposed, 0 where it just ends."""

    terms: Terms
    day: date
    months: int

    @property
    def last(self) -> date:
        return self.day - timedelta(days=1)

    @property
    def remind(self) -> date:
        """The day from which both sides are reminded."""
        return self.day - timedelta(days=max(defaults.notice_days(self.terms), WEEK))

    def phase(self, today: date) -> str:
        """ "notice", then "week"; "" before, and once it is over."""
        if not self.remind <= today < self.day:
            return ""
        return LAST if (self.day - today).days <= WEEK else NOTICE


def register() -> None:
    label = gettext_lazy("The contract ends soon: are there to be new terms?")
    registry.register(registry.Kind(KIND, label, "calendar-x", say))
    ledger.STEPS[STEP] = gettext_lazy("Ends of contracts announced")
    nightly.once(STEP, look, order=96)


def of(contract: Contract) -> End | None:
    """Where the last signed terms of a contract end; None where they have no end."""
    found = contract.terms.filter(span__isnull=False).select_related("span").order_by("-span__first").first()
    if found is None or found.span.until is None:
        return None
    scope = defaults.section(found, "scope")
    return End(found, found.span.until, int(scope["renewal_months"]) if scope["renewal"] == "proposed" else 0)


def near(contract: Contract, today: date) -> End | None:
    """The end of a contract of which it is time to be reminded on a day."""
    found = of(contract)
    return found if found and found.phase(today) else None


def look(run: Run) -> int:
    """By night: remind the managers of both sides, once as the notice begins and once in the last week."""
    return telling.managers(run, KIND, _told)


def _told(contract: Contract, day: date) -> telling.Told | None:
    end = near(contract, day)
    if end is None:
        return None
    return (f"ends:{contract.pk}:{end.day.isoformat()}:{end.phase(day)}", {"day": end.day.isoformat()})


def say(some: Sequence[Notice], reader: User) -> Mapping[int, Line]:
    """ "The contract France ends on 31 Dec", with what is to follow; one that goes on meanwhile is told no more."""
    if not may(reader, "contract.view"):
        return {}
    contracts = Contract.objects.in_bulk([one.params["contract"] for one in some])
    out = {}
    for one in some:
        contract = contracts.get(one.params["contract"])
        end = of(contract) if contract else None
        if contract and end and end.day.isoformat() == one.params["day"]:
            route = "sla:draft" if may(reader, "contract.edit") else "sla:terms"
            text = _("Contract “%(name)s” ends on %(day)s") % {
                "name": contract.name, "day": date_format(end.last, "SHORT_DATE_FORMAT"),
            }  # fmt: skip
            out[one.pk] = Line(text, reverse(route, args=[contract.pk]), words(end))
    return out


def words(end: End) -> str:
    """What is agreed to follow."""
    if not end.months:
        return _("It ends with its last day, unless both sides sign new terms.")
    text = ngettext(
        "Agreed: new terms are proposed for %(n)s further month.",
        "Agreed: new terms are proposed for %(n)s further months.",
        end.months,
    )
    return text % {"n": end.months}


def further(end: End) -> tuple[date, date | None]:
    """(first day, first day after it or None) of the time that follows, as agreed."""
    count = end.day.year * 12 + end.day.month - 1 + end.months
    until = date(count // 12, count % 12 + 1, min(end.day.day, 28)) if end.months else None
    return end.day, until
