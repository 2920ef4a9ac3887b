"""A full re-score writes what plain Python says, lot by lot, and only what differs."""

from datetime import timedelta

import pytest

from leads.judging import lines
from leads.models import Score, ScoreHistory
from leads.scoring import asks, days, oracle, store
from leads.scoring.sql import ROOM, fetch
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


def test_a_full_re_score_says_what_plain_python_says_whatever_its_lots(monkeypatch):
    monkeypatch.setattr(asks, "LOT", 2)
    last = days.here().midnight(days.here().of(worlds.NOON))
    version = definitions.version(definitions.simple(), last - 40 * DAY)
    lines.prepare(last)
    leads = [facts.lead(last - 30 * DAY, country="FR" if n % 2 else "DE") for n in range(5)]
    for n, lead in enumerate(leads):
        facts.event(lead, "page", last - (n + 3) * DAY, page="/pricing")
    assert store.score_all(version, last - DAY) == 5
    first = [said(lead, version.body, last - DAY) for lead in leads]
    assert stood(Score) == stood(ScoreHistory) == first
    assert store.score_all(version, last - DAY) == 0
    facts.event(leads[2], "demo", last - timedelta(hours=3))
    now = [said(lead, version.body, last) for lead in leads]
    changed = [new for old, new in zip(first, now, strict=True) if old[2:] != new[2:]]
    assert store.score_all(version, last) == len(changed) and leads[2] in [row[0] for row in changed]
    assert stood(ScoreHistory) == sorted([*first, *changed])
    moved = {row[0]: row for row in changed}
    assert stood(Score) == [moved.get(row[0], row) for row in first]
    assert store.differences(version, last) == 0


def test_whoever_goes_on_afterwards_has_the_room_there_was():
    before = [fetch(f"SHOW {name}") for name in ROOM]
    version = definitions.version(definitions.simple(), worlds.NOON - 40 * DAY)
    lines.prepare(worlds.NOON)
    store.score_all(version, worlds.NOON)
    assert [fetch(f"SHOW {name}") for name in ROOM] == before
