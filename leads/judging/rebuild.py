"""Everything derived about leads, wiped and derived again: who counts for whom, columns, ledger, scores, personas, states, stages."""

from datetime import datetime

from django.db import transaction

from leads.handoffs import stages, states
from leads.intake import columns, companies_merged, means, spans, words
from leads.models import (
    Behaviour,
    BehaviourDay,
    HandoffState,
    Lead,
    PersonaMatch,
    RawSum,
    RawSumDay,
    Score,
    ScoreHistory,
)
from leads.scoring import asks, backfill, company_days, store
from leads.scoring.ledger import active
from leads.touches import store as touches

from . import catch_up, lines, midnight

SUBJECTS = ("company", "campaign", "lead", "deal")


def run(at: datetime) -> int:
    """Derive all of it as of `at`. Returns the rows written. What is judged is no more than what was judged before."""
    written = spans.rebuild()
    for subject in SUBJECTS:
        columns.rebuild_all(subject)
    means.settle_campaigns()
    companies_merged.derive()
    written += words.rebuild()
    written += touches.rebuild()
    written += company_days.rebuild(at)
    written += ledger(at)
    written += scores(at)
    written += raw_sums(at)
    written += _states()
    stages.rebuild()
    return written


def ledger(at: datetime) -> int:
    """Count every registered behaviour anew."""
    BehaviourDay.objects.exclude(behaviour__in=list(active())).delete()
    return backfill.run(list(Behaviour.objects.order_by("pk")), at=at)


def scores(at: datetime) -> int:
    """Judge every lead anew; qualifications are acts and stay."""
    ids = list(Lead.objects.order_by("pk").values_list("pk", flat=True))
    for table in (Score, ScoreHistory, PersonaMatch):
        table.objects.all().delete()
    lines.prepare(at)
    catch_up.score(ids, at, lambda step, done, of: None, qualify=False)
    if ids:
        store.match_personas(asks.whole(at))
    return Score.objects.count() + ScoreHistory.objects.count() + PersonaMatch.objects.count()


def raw_sums(at: datetime) -> int:
    """Count the raw sums of every version in use anew, as of the beginning of the day of `at`."""
    for table in (RawSum, RawSumDay):
        table.objects.all().delete()
    return midnight.keep_all(at)


@transaction.atomic
def _states() -> int:
    HandoffState.objects.all().delete()
    return states.rebuild()
