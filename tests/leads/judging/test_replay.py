"""One truth by five ways: moment by moment, night after night from raw sums, in one go, wiped and rebuilt, and a plain
Python walk over every moment."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from leads.judging import catch_up, lines, midnight, service
from leads.models import (
    Attempt,
    AttributeChange,
    Correction,
    EngagementReset,
    Event,
    Join,
    LeadDirty,
    Merge,
    Qualification,
    Score,
    ScoreHistory,
)
from leads.scoring import days, sums
from personas.criteria.validate import validate
from personas.definitions.catalogue import catalogue
from tests.leads import definitions, worlds
from tests.leads.shelf import Shelf

pytestmark = pytest.mark.django_db
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]  # shrinking costs minutes here
QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
START = worlds.NOON - timedelta(days=34)
NIGHTS = 8  # the last ones are judged from raw sums


def written(leads: list[int], line) -> tuple[list, list, list]:
    """Everything the judge wrote about leads, as sorted rows."""
    some = {"lead_id__in": leads, "line": line}
    said = ("fit", "engagement", "grade", "contributions", "mql", "direct", "version_id")
    scores = Score.objects.filter(**some).order_by("pk").values_list("lead_id", "effective_at", *said)
    history = ScoreHistory.objects.filter(**some).order_by("pk").values_list("lead_id", "effective_at", *said)
    acts = Qualification.objects.filter(**some).order_by("lead_id", "cycle")
    return (
        list(scores),
        list(history),
        list(acts.values_list("lead_id", "cycle", "effective_at", "grade", "cause", "version_id")),
    )


def learned(lead: int) -> list[datetime]:
    """Instants at which anything about a lead became known (and of others: a mark too many does no harm)."""
    who = [lead, *Merge.objects.values_list("loser", flat=True)]
    events = Event.objects.filter(lead__in=who) | Event.objects.filter(lead=None)
    own = [*AttributeChange.objects.all(), *events, *EngagementReset.objects.filter(lead__in=who)]
    own += [
        *Join.objects.filter(lead__in=who),
        *Attempt.objects.filter(lead__in=who),
        *Correction.objects.all(),
        *Merge.objects.all(),
    ]
    return [one.known_at for one in own]


def nightly(leads: list[int], line, version) -> tuple[list, list, list]:
    """What is written when each night is judged from the sums, and each evening whoever was marked in the day. Undone."""
    here, known = days.here(), {one: learned(one) for one in leads}
    with transaction.atomic():
        last = worlds.NOON - timedelta(days=NIGHTS)
        service.judge(leads, last)
        for at in [*here.midnights(last, worlds.NOON), worlds.NOON]:
            night, evening = at + timedelta(minutes=70), at + timedelta(hours=18)
            for cutoff in (night, evening) if at < worlds.NOON else (at,):
                cutoff = min(cutoff, worlds.NOON)
                marked = [one for one in leads if any(last < at <= cutoff for at in known[one])]
                LeadDirty.objects.bulk_create(LeadDirty(lead_id=one, since=cutoff) for one in marked)
                if cutoff == night:
                    midnight.keep_all(cutoff)
                    midnight.judge((), here.of(at), cutoff, min(leads), max(leads) + 1)
                    assert sums.day_of(version.pk, leads[0], leads[0] + 1) in (here.of(at), None)
                else:
                    service.judge(marked, cutoff)
                LeadDirty.objects.all().delete()
                last = cutoff
        day = here.of(worlds.NOON)
        found = written(leads, line)
        if sums.day_of(version.pk, leads[0], leads[0] + 1):
            assert sums.differences(version, 0, 2**40, day) == 0
        transaction.set_rollback(True)
    return found


def replayed(leads: list[int], body: dict, until: datetime) -> list[tuple]:
    """(lead, cycle, moment, grade, cause) of each cycle's first yes, by plain Python asked at every instant at which anything may
    change: facts of all kinds, and each midnight."""
    shelf = Shelf()
    asked = {START, *shelf.learned(), *days.here().midnights(START, until)}
    found = shelf.says(body, leads, sorted(at for at in asked if START <= at <= until))
    return [
        (lead, cycle, at, grade, "direct" if direct else "grade")
        for lead, rows in found.items()
        for cycle, at, grade, direct in rows
    ]


@pytest.mark.invariant("I6")
@settings(max_examples=2, deadline=None, phases=PHASES, suppress_health_check=QUIET)
@given(st.data())
def test_incremental_catch_up_rebuild_and_plain_python_agree(data):
    agree(data)


@pytest.mark.trust
@pytest.mark.invariant("I6")
@settings(max_examples=75, deadline=None, phases=PHASES, suppress_health_check=QUIET)
@given(st.data())
def test_the_five_ways_agree_on_many_worlds(data):
    agree(data, most=5)


@pytest.mark.invariant("I20")
@settings(max_examples=1, deadline=None, phases=PHASES, suppress_health_check=QUIET)
@given(st.data())
def test_the_ways_agree_on_leads_that_are_merged_and_taken_apart(data):
    agree(data, merged=True)


@pytest.mark.trust
@pytest.mark.invariant("I20")
@settings(max_examples=50, deadline=None, phases=PHASES, suppress_health_check=QUIET)
@given(st.data())
def test_the_ways_agree_on_many_worlds_of_merged_leads(data):
    agree(data, merged=True, most=5)


def agree(data, merged: bool = False, most: int = 2) -> None:
    """One drawn world of up to `most` leads, judged five ways. Undone, so that the next one stands alone."""
    with transaction.atomic():
        _agree(data, merged, most)
        transaction.set_rollback(True)


def _agree(data, merged: bool, most: int) -> None:
    worlds.catalogue()
    body = data.draw(worlds.bodies(), "body")
    assume(not validate(body, catalogue()))
    line = definitions.line(f"MQL {definitions.DefinitionLine.objects.count()}")
    version = definitions.version(body, START, on=line)
    lines.prepare(worlds.NOON)
    if merged:
        some = data.draw(st.lists(worlds.lives, min_size=2, max_size=max(3, most)), "lives")
        lives = worlds.live_together(some, data.draw(worlds.merges, "merges"))
    else:
        lives = [worlds.live(life) for life in data.draw(st.lists(worlds.lives, min_size=1, max_size=most), "lives")]
    leads = [lead for lead, _asked in lives]
    by_night = nightly(leads, line, version)
    cuts = sorted({at for _lead, asked in lives for at in asked if at > START} | {worlds.NOON})
    for cutoff in cuts:
        service.judge(leads, cutoff)
    live = written(leads, line)
    assert by_night == live
    for table in (Score, ScoreHistory):
        table.objects.filter(line=line).delete()
    catch_up.score(leads, worlds.NOON, lambda *said: None)
    assert written(leads, line) == live  # and not one more qualification: what is recorded stays
    assert [row[:-1] for row in live[2]] == replayed(sorted(leads), body, worlds.NOON)
    assert all(row[-1] == version.pk for row in live[2])
