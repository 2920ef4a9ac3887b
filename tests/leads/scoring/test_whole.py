"""A version taken up is written as plain Python says it, range by range, and a full count finds what differs from it."""

from datetime import timedelta

import pytest

from leads.judging import lines
from leads.models import LeadDirty, Score, ScoreHistory
from leads.scoring import days, oracle, whole
from tests.leads import definitions, facts, worlds

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def stood(table) -> list[tuple]:
    rows = table.objects.order_by("lead_id", "effective_at")
    return list(
        rows.values_list("lead_id", "effective_at", "fit", "engagement", "grade", "contributions", "mql", "direct")
    )


def said(lead: int, body: dict, at) -> tuple:
    one = oracle.score(lead, body, at)
    return lead, at, one.fit, one.engagement, one.grade, one.contributions, one.mql, one.direct


def test_everybody_is_scored_as_plain_python_says_in_ranges_of_any_size():
    last = days.here().midnight(days.here().of(worlds.NOON))
    version = definitions.version(definitions.simple(), last - 40 * DAY)
    lines.prepare(last)
    leads = [facts.lead(last - 30 * DAY, country="FR" if n % 2 else "DE") for n in range(5)]
    for n, lead in enumerate(leads):
        facts.event(lead, "page", last - (n + 3) * DAY, page="/pricing")
    counted = [whole.take_up(version, last, low, high)[0] for low, high in whole.lots(2)]
    assert sum(counted) == 5 and len(counted) == 3 and not LeadDirty.objects.exists()
    assert stood(Score) == stood(ScoreHistory) == [said(lead, version.body, last) for lead in leads]
    assert whole.take_up(version, last) == (0, []) and whole.differences(version, last) == 0
    facts.event(leads[2], "demo", last + timedelta(hours=3))
    assert whole.differences(version, last + timedelta(hours=4)) == 1
