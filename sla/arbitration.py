"""What nobody decided in time goes to the sponsor whom the terms in force name: contests without their ruling, and handoffs that
nobody touched so many business days after their promise broke. Looked for by night, each told once.

The sponsor may be a director: what is told counts leads and names none.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leads.rights import contests
from smarketing.accounts.models import User
from smarketing.accounts.policy import may
from smarketing.calendars.axis import AxisEnds
from smarketing.jobs import ledger, nightly
from smarketing.jobs.models import Run
from smarketing.notify import notices, registry
from smarketing.notify.models import Notice
from smarketing.notify.registry import Line
from smarketing.rows import clock

from . import words
from .clocks import MISSED
from .models import Clause, Contract, Terms
from .oracle import axis_of
from .parts import clocked
from .sections import defaults
from .terms import in_force

KIND = "arbitrate"
# Promises that broke under these terms on leads that are open and that nobody has tried or decided on since.
_UNTOUCHED = f"""
SELECT k.due_at FROM sla_clock k JOIN leads_handoffstate s ON s.handoff_id = k.handoff_id
WHERE k.terms_id = %(terms)s AND k.clause_key = %(key)s AND k.state = '{MISSED}' AND k.due_at > %(published)s AND k.due_at <= %(at)s
  AND k.done = 0 AND s.is_open AND s.decided_at IS NULL
"""


def register() -> None:
    label = gettext_lazy("As the sponsor of a contract: what nobody decided in time")
    registry.register(
        registry.Kind(KIND, label, "person-badge", say, whom=lambda user: user.pk in sponsors(clock.today()).values())
    )
    ledger.STEPS[KIND] = gettext_lazy("What goes to the sponsor announced")
    nightly.once(KIND, look, order=93)


def sponsors(day: date) -> dict[int, int]:
    """Contract -> the person whom its terms in force on a day name as sponsor; those that name nobody are missing."""
    current = ((one.pk, in_force(one, day)) for one in Contract.objects.order_by("pk"))
    named = ((pk, defaults.section(terms, "parties")["sponsor"]) for pk, terms in current if terms)
    return {pk: sponsor for pk, sponsor in named if sponsor}


def look(run: Run) -> int:
    """By night. Returns how many notices were told."""
    at = datetime.combine(run.business_date, time(), tzinfo=clock.zone())
    if not notices.is_news(at, run.cutoff):
        return 0
    whom = sponsors(run.business_date)
    told = _contests(whom, run.business_date, at)
    for terms, clauses in clocked():
        days, sponsor = defaults.steps(terms).sponsor_after_days, whom.get(terms.contract_id)
        for clause in clauses if days and sponsor else ():
            for passed, n in _untouched(terms, clause, days, at):
                about = f"untouched:{terms.contract_id}:{clause.key}@{passed.isoformat()}"
                told += notices.tell(
                    kind=KIND, users=[sponsor], about=about, at=at,
                    contract=terms.contract_id, clause=clause.pk, n=n, days=days, day=passed.isoformat(),
                )  # fmt: skip
    return told


def _contests(whom: Mapping[int, int], day: date, at: datetime) -> int:
    """Tell the sponsors (`whom`, by contract) of contests whose day of the ruling is over; of those long over nobody is told."""
    told, late = 0, contests.standing().unruled().filter(due_on__lt=day, due_on__gte=day - notices.NEWS * 2)
    for contract, sponsor in whom.items():
        own = late.filter(decision__handoff__line__contracts=contract).exclude(note__by=sponsor)
        for pk in own.order_by("pk").values_list("pk", flat=True):
            told += notices.tell(
                kind=KIND, users=[sponsor], about=f"contest:{pk}", at=at, contest=pk, contract=contract
            )
    return told


def _untouched(terms: Terms, clause: Clause, days: int, at: datetime) -> Iterator[tuple[date, int]]:
    """(local day, how many promises of a clause) that on that day had been broken for so many business days; of days that are news."""
    axis, found = axis_of(clause, terms), Counter[date]()
    given: dict[str, Any] = {"terms": terms.pk, "key": clause.key, "published": terms.published_at, "at": at}
    with connection.cursor() as cursor:
        cursor.execute(_UNTOUCHED, given)
        for (broken,) in cursor.fetchall():
            try:
                passed = axis.due_days(broken, days)
            except AxisEnds:
                continue
            if at - notices.NEWS < passed <= at:
                found[axis.local_day(passed)] += 1
    yield from sorted(found.items())


def say(some: Sequence[Notice], reader: User) -> Mapping[int, Line]:
    """ "A contest has no ruling", "3 leads untouched since their promise broke": of which contract, and where it is seen."""
    if not may(reader, "contract.view"):
        return {}
    contracts = Contract.objects.visible_to(reader).in_bulk([one.params["contract"] for one in some])
    asked = [one.params["contest"] for one in some if "contest" in one.params]
    found, ruled = contests.standing().in_bulk(asked), contests.rulings(asked)
    clauses = Clause.objects.in_bulk([one.params["clause"] for one in some if "clause" in one.params])
    out = {}
    for one in some:
        contract, said = contracts.get(one.params["contract"]), one.params
        if contract and (clause := clauses.get(said.get("clause"))):
            out[one.pk] = _of_clause(contract, clause, said)
        elif contract and (made := found.get(said.get("contest"))):
            detail = [
                contract.name,
                _("it was to be ruled on by %(day)s") % {"day": date_format(made.due_on, "SHORT_DATE_FORMAT")},
            ]
            detail += [_("ruled on since")] if made.pk in ruled else []
            url = reverse("leads:contests") + "?ruling=no" if may(reader, "handoffs.view") else ""
            out[one.pk] = Line(_("A contest has no ruling: you arbitrate"), url, " · ".join(detail))
    return out


def _of_clause(contract: Contract, clause: Clause, said: Mapping[str, Any]) -> Line:
    text = ngettext(
        "%(n)s lead that nobody has touched since its promise broke",
        "%(n)s leads that nobody has touched since their promise broke",
        said["n"],
    )
    since = ngettext("for %(days)s business day", "for %(days)s business days", said["days"]) % {"days": said["days"]}
    month = date.fromisoformat(said["day"]) - timedelta(days=1)
    address = reverse("sla:month", args=[f"{month:%Y-%m}"]) + f"?contract={contract.pk}&clause={clause.key}"
    return Line(
        text % {"n": words.number(said["n"])}, address, " · ".join([contract.name, words.clause(clause), since])
    )
