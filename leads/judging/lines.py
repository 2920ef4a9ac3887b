"""Definition lines as the judge sees them: which versions are in force, their behaviours counted, new ones taken up."""

from datetime import UTC, datetime, timedelta

from django.db import transaction

from leads.models import Score, ScoreHistory
from leads.scoring import backfill, company_days, days, ledger, store
from leads.scoring.timeline import chain
from personas.criteria.behaviours import behaviours
from personas.definitions import queries
from personas.models import DefinitionLine, DefinitionVersion
from smarketing.accounts.audit import record
from smarketing.accounts.models import AuditEntry
from smarketing.jobs.models import Run
from smarketing.rows.kept import once

from . import marks

NIGHTLY = "nightly"
NEVER = datetime.min.replace(tzinfo=UTC)
TAKEN_UP, SUBJECT = "definition.judge", "definitionversion"
WAITING = f"""
SELECT EXISTS (SELECT FROM personas_definitionversion v WHERE v.effective_at <= smarketing_clock() AND NOT EXISTS (
  SELECT FROM accounts_auditentry a WHERE a.subject = '{SUBJECT}' AND a.subject_id = v.id AND a.verb = '{TAKEN_UP}')
  AND NOT EXISTS (SELECT FROM personas_definitionversion w
    WHERE w.line_id = v.line_id AND w.number > v.number AND (w.effective_at <= v.effective_at OR w.replaces_id = v.id)))
"""


@once
def live(until: datetime) -> dict[int, list[chain.Segment]]:
    """Line -> its versions in force up to `until`; lines without any are left out."""
    found = {pk: chain.segments(pk, until) for pk in DefinitionLine.objects.order_by("pk").values_list("pk", flat=True)}
    return {pk: line for pk, line in found.items() if line}


@once
def observed(at: datetime) -> list[DefinitionVersion]:
    """Versions published that have not taken effect: in their observation period (one per line, the next to come)."""
    found = DefinitionVersion.objects.standing(at).filter(published_at__lte=at, effective_at__gt=at)
    return list(found.order_by("line_id", "effective_at").distinct("line_id"))


def scored(at: datetime) -> list[DefinitionVersion]:
    """Versions that make scores: the last one in force on each line, and those observed."""
    return [line[-1].version for line in live(at).values()] + observed(at)


def retired(at: datetime) -> list[int]:
    """Lines that make no more MQLs at an instant."""
    return [one.line_id for one in queries.versions_in_force(at) if one.retires]


def prepare(at: datetime, progress=None, seconds: float | None = None) -> bool:
    """Register the behaviours of every published version and count those that no ledger holds yet; bring the sums over
    companies' people to the day of `at`, where one asks for them. Returns whether all is counted: else the `seconds` were over."""
    bodies = [one.body for one in DefinitionVersion.objects.filter(published_at__lte=at)]
    if company_days.wanted(bodies):
        company_days.bring(at, seconds=seconds)
        if not company_days.standing(at):
            return False
    wanted = {one.key for body in bodies for one in behaviours(body)}
    if ledger.counted(wanted):
        return True
    backfill.run(ledger.ensure(bodies), at=at, progress=progress, seconds=seconds)
    return ledger.counted(wanted)


@transaction.atomic
def take_up(until: datetime, mark: bool = True) -> list[DefinitionVersion]:
    """Versions that took effect by `until` and nobody has looked at: every lead is marked, to be judged.

    Lot by lot, where nothing but one version waits; else lead by lead. Lots that no longer can be judged as such are spread.
    """
    pending = marks.versions()  # asked first: what another process finds meanwhile is new here or known, not both
    seen = AuditEntry.objects.filter(subject=SUBJECT, verb=TAKEN_UP).values("subject_id")
    begun = DefinitionVersion.objects.standing().filter(effective_at__lte=until)
    new = list(begun.exclude(pk__in=seen).order_by("effective_at"))
    whole = not pending and len(new) == 1 and at_once(new[0], until)
    if pending and (new or any(not at_once(version, until) for version in pending)):
        marks.spread()
    for version in new:
        for table in (Score, ScoreHistory):
            table.objects.filter(line_id=version.line_id, track=store.OBSERVED).delete()
        record(None, TAKEN_UP, SUBJECT, version.pk, until, line=version.line_id, number=version.number)
        if mark and whole:
            marks.lots(version, version.effective_at)
        elif mark:
            marks.everybody(version.effective_at)
    return new


def at_once(version: DefinitionVersion, cutoff: datetime) -> bool:
    """Whether nothing but this version waits to be judged: no midnight since it took effect, and every one before it done."""
    here, at = days.here(), version.effective_at
    if version.retires or here.midnights(at, cutoff):
        return False
    last = here.of(at - timedelta(microseconds=1))
    nights = Run.objects.filter(job=NIGHTLY, state="done", business_date__gte=last, cutoff__gte=here.midnight(last))
    return is_first(version) or nights.exists()


def is_first(version: DefinitionVersion) -> bool:
    """Whether no version of its line took effect before."""
    earlier = DefinitionVersion.objects.standing().filter(line=version.line_id, effective_at__lt=version.effective_at)
    return not earlier.exists()
