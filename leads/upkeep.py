"""What the night does with leads: judging, partitions of events ahead of time, staging rows past their thirty days."""

from datetime import timedelta
from itertools import takewhile

from django.db import connection, transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from leads.intake import addresses, companies_merged, suppression, words
from leads.intake.facts import Origin
from leads.intake.importing import staging
from leads.judging import marks
from leads.judging import nightly as judging
from leads.models import HandoffState, Lead
from leads.rights import retention
from leads.touches import store as touches
from leads.twins import firms_likely, likely
from smarketing.jobs import health, ledger, nightly, runs, telemetry
from smarketing.jobs.models import Run
from smarketing.notify import mails
from smarketing.rows import clock
from smarketing.rows.fence import open_fence
from smarketing.web import once as form_keys
from smarketing.web import ready

LABELS = {
    "partitions": _("Event partitions ahead"),
    "rawsums": _("Raw sums moved to this day"),
    "midnight": _("Leads judged at midnight"),
    "release": _("Held leads released at the agreed pace"),
    "personas": _("Personas matched, old history forgotten"),
    "silence": _("Handoffs nobody touched: as the contract says"),
    "suppression": _("Addresses of those who oppose put on the suppression list"),
    "retention": _("Erasures proposed where the agreed months have passed"),
    "twins": _("Leads that may be one person looked for"),
    "firms": _("Companies that may be one looked for"),
    "touches": _("Touches of campaigns kept in order"),
    "words": _("Search words of leads repaired"),
    "dictionary": _("Dictionary of the search tidied"),
    "staging": _("Old staging rows deleted"),
    "forms": _("Keys of forms sent long ago deleted"),
    "mails": _("Old mails deleted"),
}
MONTHS_AHEAD = 3
KEPT_DAYS = 30


def register() -> None:
    """Add this app's steps to the night; those of the judge keep the order they are written in."""
    ledger.STEPS |= LABELS
    telemetry.register("leads_waiting", "Leads with facts not judged yet.", marks.count)
    telemetry.register("leads_waiting_oldest_seconds", "How long the oldest of them has waited.", _oldest_wait)
    telemetry.register("handoffs_open", "Open handoffs by state.", _open_handoffs, "state")
    telemetry.register("handoffs_overdue", "Owed handoffs whose next promise is broken.", _overdue)
    telemetry.register("event_partitions_ahead", "Months to come that events have a partition for.", partitions_ahead)
    health.register("waiting", _("Leads to judge"), _waiting, 32)
    health.register("partitions", _("Event partitions"), _partitions, 34)
    health.register("suppression_key", _("Key of the suppression list"), _key, 36)
    ready.STARTING.append(lambda: addresses.prepare(timezone.now()))
    ready.CHECKS["suppression key"] = lambda: addresses.missing() or "ok"
    for number, (key, ranges, work) in enumerate(judging.STEPS):
        nightly.add(runs.Step(key, ranges, work), order=30 + number)
    nightly.once("partitions", keep_partitions, order=10)
    nightly.add(runs.Step("suppression", judging.lead_ranges, keep_suppression), order=92)
    nightly.add(runs.Step("retention", judging.lead_ranges, retention.propose), order=93)
    nightly.once("touches", lambda run: touches.advance(run.cutoff), order=60)
    nightly.once("twins", likely.find, order=94)
    nightly.once("firms", firms, order=94)
    nightly.add(runs.Step("words", judging.lead_ranges, lambda run, low, high: words.keep(low, high)), order=94)
    nightly.once("dictionary", lambda run: words.tidy(), order=95)
    nightly.once("staging", forget_staging, order=95)
    nightly.once("forms", forget_forms, order=96)
    nightly.once("mails", forget_mails, order=97)


@transaction.atomic
def firms(run: Run) -> int:
    """Who came to a merged company while the merge was made moves on; then look for companies that may be one."""
    return companies_merged.gather(open_fence()) + firms_likely.find()


def keep_partitions(run: Run) -> int:
    """Make partitions of events for the coming months. Returns how many were missing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT leads_keep_partitions(%s, %s)", [run.business_date.replace(day=1), MONTHS_AHEAD + 1])
        return cursor.fetchone()[0]


def keep_suppression(run: Run, low: int, high: int) -> int:
    """Put the addresses of leads low <= id < high that oppose on the suppression list. Returns how many were missing."""
    rows = Lead.objects.filter(pk__gte=low, pk__lt=high, opted_out=True, erased=False).exclude(email="")
    return suppression.keep(list(rows.values_list("pk", flat=True)), Origin(), open_fence())


def forget_staging(run: Run) -> int:
    """Delete staged rows and files of imports opened thirty days ago. Returns how many rows."""
    return staging.forget(run.cutoff - timedelta(days=KEPT_DAYS))


def forget_forms(run: Run) -> int:
    """Delete the keys of forms sent thirty days ago, with the answers kept for them. Returns how many."""
    return form_keys.forget(before=run.cutoff - timedelta(days=KEPT_DAYS))


def forget_mails(run: Run) -> int:
    """Delete mails written thirty days ago. Returns how many."""
    return mails.forget(before=run.cutoff - timedelta(days=KEPT_DAYS))


def _oldest_wait() -> float:
    since = marks.oldest()
    return (timezone.now() - since).total_seconds() if since else 0


def partitions_ahead() -> int:
    """Months after this one for which a partition of events stands, without a gap."""
    first = timezone.now().date().replace(day=1)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n, to_regclass('leads_event_' || to_char(%s::date + make_interval(months => n), 'YYYYMM')) IS NOT NULL"
            " FROM generate_series(0, %s) n ORDER BY n",
            [first, MONTHS_AHEAD],
        )
        there = [number for number, stands in takewhile(lambda row: row[1], cursor.fetchall())]
    return max(there, default=-1)


def _key() -> health.Sign:
    if said := addresses.missing():
        return health.Sign(health.ILL, gettext("Whoever opposed is not recognised."), said)
    return health.Sign(health.WELL, gettext("It recognises every address on the list."))


def _waiting() -> health.Sign:
    n, age = marks.count(), _oldest_wait()
    if not n:
        return health.Sign(health.WELL, gettext("No lead waits to be judged."))
    words = {"n": n, "long": health.long(age)}
    said = ngettext("%(n)s lead waits, for %(long)s.", "%(n)s leads wait, the oldest for %(long)s.", n) % words
    if age > 300:
        return health.Sign(health.WATCH, said, gettext("Check the worker and the bell above: they judge the leads."))
    return health.Sign(health.WELL, said)


def _partitions() -> health.Sign:
    ahead = partitions_ahead()
    said = ngettext("%(n)s month ahead is ready.", "%(n)s months ahead are ready.", max(ahead, 0)) % {
        "n": max(ahead, 0)
    }
    if ahead < 1:
        step = gettext("The night makes them: see that it runs. Until then events wait in a table of their own.")
        return health.Sign(health.WATCH, said, step)
    return health.Sign(health.WELL, said)


def _open_handoffs() -> dict[str, int]:
    counts = HandoffState.objects.filter(is_open=True).values_list("state").annotate(n=Count("pk"))
    return dict.fromkeys(HandoffState.OPEN, 0) | dict(counts)


def _overdue() -> int:
    return HandoffState.objects.owed().due_before(clock.now()).count()
