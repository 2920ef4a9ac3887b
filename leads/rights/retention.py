"""The clock of retention: who has not been in contact for the agreed months is proposed for erasure, and nobody else.

It counts from the person's own last contact: a visit, a form, a click, a talk; a mail that was opened does not count, nor
anything the company did by itself. Whoever is with sales, or has an open deal, is not proposed.
"""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from leads.intake import corrections
from leads.models import ErasureProposal, RetentionRule
from leads.scoring.days import here
from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.jobs.models import Run
from smarketing.rows import clock

from . import erasure
from .problems import Refusal

PURPOSES = RetentionRule.Purpose
DEFAULTS = {PURPOSES.PROSPECT: 36, PURPOSES.CUSTOMER: 60}
MOST = 240
KEPT_MONTHS = 12
# Events that are no contact of the person's own.
NOT_OWN = ("mail_open", "mail_sent", "mail_delivered", "mail_bounce", "group", "alias")
# A lead's last own contact; its time has come when that lies before the limit of its purpose.
_DUE = """
WITH who AS MATERIALIZED (
  SELECT l.id, l.created_at, l.stage = 'customer' OR EXISTS (SELECT FROM leads_deal d WHERE d.lead_id = l.id AND d.state = 'won')
    AS bought FROM leads_lead l
  WHERE l.id >= %(low)s AND l.id < %(high)s AND l.root_id IS NULL AND NOT l.erased
    AND l.created_at < greatest(%(prospect)s, %(customer)s)),
family AS MATERIALIZED (SELECT id, id AS lead_id FROM who
  UNION SELECT w.id, m.loser_id FROM who w JOIN leads_merge m ON m.root_id = w.id JOIN leads_lead l ON l.id = m.loser_id AND l.root_id = w.id),
last AS (
  SELECT w.id, w.bought, greatest(w.created_at, max(f.at)) AS at FROM who w JOIN (
    SELECT f.id, greatest(
      (SELECT max(e.occurred_at) FROM leads_event e WHERE e.lead_id = f.lead_id AND NOT e.kind = ANY(%(not_own)s)),
      (SELECT max(a.occurred_at) FROM leads_attempt a WHERE a.lead_id = f.lead_id AND a.outcome = 'reached'),
      (SELECT max(c.occurred_at) FROM leads_consent c WHERE c.lead_id = f.lead_id),
      (SELECT max(greatest(d.created_at, d.closed_at)) FROM leads_deal d WHERE d.lead_id = f.lead_id)) AS at
    FROM family f) f ON f.id = w.id GROUP BY w.id, w.bought, w.created_at)
SELECT id, CASE WHEN bought THEN 'customer' ELSE 'prospect' END, at FROM last
WHERE at < CASE WHEN bought THEN %(customer)s ELSE %(prospect)s END
  AND NOT EXISTS (SELECT FROM family f JOIN leads_handoffstate s ON s.lead_id = f.lead_id WHERE f.id = last.id AND s.is_open)
  AND NOT EXISTS (SELECT FROM family f JOIN leads_deal d ON d.lead_id = f.lead_id WHERE f.id = last.id AND d.state = 'open'
    AND NOT EXISTS (SELECT FROM leads_correction k WHERE k.subject = 'deal' AND k.subject_id = d.id))
"""


def months() -> dict[str, int]:
    """Months agreed per purpose; 0: never proposed."""
    return {str(one): n for one, n in DEFAULTS.items()} | dict(RetentionRule.objects.values_list("purpose", "months"))


@transaction.atomic
def agree(*, wanted: dict[str, int], by: User, at: datetime) -> bool:
    """Keep these months per purpose. False when nothing changed."""
    before = months()
    changed = {purpose: n for purpose, n in wanted.items() if before[purpose] != n}
    for purpose, n in changed.items():
        RetentionRule.objects.update_or_create(purpose=purpose, defaults={"months": n})
        record(by, "retention.agree", "retention", None, at, purpose=purpose, months=n, before=before[purpose])
    return bool(changed)


def earlier(day: date, by: int) -> date:
    """The same day so many months before, or the last of its month."""
    index = day.year * 12 + day.month - 1 - by
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@transaction.atomic
def propose(run: Run, low: int, high: int) -> int:
    """Propose the leads low <= id < high whose time has come; take back what was proposed and is no longer due.

    Returns how many were added.
    """
    due = _due(run.cutoff, low, high)
    open_ones = ErasureProposal.objects.filter(lead__gte=low, lead__lt=high, state=ErasureProposal.State.OPEN)
    open_ones.exclude(lead__in=due).delete()
    kept = ErasureProposal.objects.filter(
        lead__in=due, state=ErasureProposal.State.KEPT, keep_until__gt=run.business_date
    )
    passed = {*kept.values_list("lead", flat=True), *open_ones.values_list("lead", flat=True)}
    made = ErasureProposal.objects.bulk_create(
        ErasureProposal(lead_id=pk, purpose=purpose, last_contact_at=last, proposed_at=run.cutoff)
        for pk, (purpose, last) in sorted(due.items())
        if pk not in passed
    )
    return len(made)


def _due(at: datetime, low: int, high: int) -> dict[int, tuple[str, datetime]]:
    """Lead -> (purpose, last own contact) of those whose time has come at an instant."""
    agreed, today = months(), clock.today(at)
    limits = {
        name: here().midnight(earlier(today, n)) if n else here().midnight(date(1971, 1, 1))
        for name, n in agreed.items()
    }
    with connection.cursor() as cursor:
        cursor.execute(_DUE, {"low": low, "high": high, "not_own": list(NOT_OWN), **limits})
        return {pk: (purpose, last) for pk, purpose, last in cursor.fetchall()}


@transaction.atomic
def confirm(*, proposals: Sequence[ErasureProposal], by: User, at: datetime) -> int:
    """Erase those people. Refusal, and nobody is erased, when one of them cannot be."""
    return erasure.erase(leads=[one.lead for one in _waiting(proposals)], by=by, at=at)


@transaction.atomic
def keep(*, proposals: Sequence[ErasureProposal], reason: str, by: User, at: datetime) -> int:
    """Keep those people for a year more, with the reason. Refusal without one."""
    if not reason.strip():
        raise Refusal(_("Say why they are kept."), "reason")
    until = earlier(clock.today(at), -KEPT_MONTHS)
    for one in _waiting(proposals):
        one.state, one.reason, one.keep_until = ErasureProposal.State.KEPT, reason.strip()[:200], until
        one.by, one.decided_at = by, at
        one.save()
        record(by, "retention.keep", "lead", one.lead_id, at, until=until.isoformat())
    return len(proposals)


@transaction.atomic
def take_back(*, proposal: ErasureProposal, by: User, at: datetime, reason: str) -> None:
    """Somebody was kept by mistake: proposed again. Refusal for who may not by `intake.corrections`."""
    one = ErasureProposal.objects.select_for_update(of=("self",)).select_related("lead").get(pk=proposal.pk)
    waits = ErasureProposal.objects.filter(lead=one.lead_id, state=ErasureProposal.State.OPEN)
    if one.state != ErasureProposal.State.KEPT or one.lead.erased or waits.exists():
        raise Refusal(_("This was taken back before."))
    if found := corrections.hindrance("erasureproposal", one, by=by, at=at, reason=reason):
        raise Refusal(found.said, found.field)
    one.state, one.reason, one.keep_until = ErasureProposal.State.OPEN, "", None
    one.by, one.decided_at = None, None
    one.save()
    record(by, "retention.keep_back", "lead", one.lead_id, at)


def _waiting(proposals: Sequence[ErasureProposal]) -> list[ErasureProposal]:
    """The proposals, locked. Refusal when somebody decided on one of them meanwhile."""
    wanted = [one.pk for one in proposals]
    rows = ErasureProposal.objects.filter(pk__in=wanted, state=ErasureProposal.State.OPEN).order_by("pk")
    found = list(rows.select_for_update(of=("self",)).select_related("lead"))
    if not found or len(found) < len(wanted):
        raise Refusal(_("Choose people who are still proposed: somebody has decided on one of them meanwhile."))
    return found
