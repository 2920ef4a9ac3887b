"""What was written about a lead at any past instant is what the facts known then say, whatever is written later; and the versions
in force, played again, give the recorded qualifications."""

import random
import threading
from bisect import bisect_right
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from io import StringIO
from itertools import pairwise

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from leads.intake import dirty
from leads.judging import catch_up, lines, replay, service
from leads.models import (
    Attempt,
    AttributeChange,
    Correction,
    EngagementReset,
    Event,
    EventPayload,
    Join,
    LeadDirty,
    Merge,
    Qualification,
    ScoreHistory,
)
from leads.scoring import asks, days, ledger, oracle
from smarketing.rows import clock, fence
from tests.leads import definitions, facts, many, worlds
from tests.leads.judging.test_replay import START
from tests.leads.scoring.test_compile import scores

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
PAIRS = 10_000


def published(number: int, count: int, starts: list[datetime]) -> list:
    """`count` lines; each with one drawn version in force from each of `starts`."""
    bodies = many.bodies(3 * count * len(starts), number)
    made = []
    for at in range(count):
        line = definitions.line(f"line {at}")
        for start in starts:
            definitions.version(bodies.pop(), START, effective_at=start, on=line)
        made.append(line)
    lines.prepare(worlds.NOON)
    return made


def judge_with_outages(leads: list[int], dice: random.Random, looks: int) -> None:
    """The worker stood still for days, `looks` times; each time it came back it judged everything that it had missed."""
    span = int((worlds.NOON - START).total_seconds())
    for at in sorted(dice.randrange(span) for _time in range(looks)):
        service.judge(leads, START + timedelta(seconds=at))
    service.judge(leads, worlds.NOON)


# --- the past stays as it was


def stored(line_id: int) -> dict[int, tuple[list, list]]:
    """Lead -> ([moments], [what was written then])."""
    found: dict[int, tuple[list, list]] = {}
    said = ("fit", "engagement", "grade", "contributions", "mql", "direct")
    rows = ScoreHistory.objects.filter(line=line_id, track=service.store.LIVE).order_by("lead_id", "effective_at")
    for lead, at, *rest in rows.values_list("lead_id", "effective_at", *said):
        moments, words = found.setdefault(lead, ([], []))
        moments.append(at)
        words.append(tuple(rest))
    return found


def then(history: dict, lead: int, t: datetime) -> tuple | None:
    moments, words = history[lead]
    last = bisect_right(moments, t) - 1
    return words[last] if last >= 0 else None


def by_sql(body: dict, pairs: list) -> dict:
    found = scores(body, asks.listed(pairs))
    return {pair: (*row[1:5], row[5], row[7]) for pair, row in found.items()}


def world(number: int, lives: int, looks: int, count: int, times: int = 40) -> tuple[list, list, list]:
    """(lines, leads, random (lead, instant) pairs) of people judged now and then."""
    worlds.catalogue()
    dice = random.Random(number)
    made = published(number, count, [START])
    leads = [lead for lead, _asked in many.people(lives, number)]
    judge_with_outages(leads, dice, looks)
    span = int((worlds.NOON - START).total_seconds() * 1000)
    pairs = [(lead, START + timedelta(milliseconds=dice.randrange(span))) for lead in leads for _time in range(times)]
    return made, leads, pairs


def agree(made: list, pairs: list, kept: dict | None = None) -> dict:
    """Stored history, SQL and plain Python at every pair and on every line; the same as `kept`, where it is given."""
    read = many.Read([(lead, [t]) for lead, t in pairs])
    found = {}
    for line in made:
        body, history = line.versions.get().body, stored(line.pk)
        sql, plain = by_sql(body, pairs), read.says(body)
        for lead, t in pairs:
            row = plain[lead, t]
            assert then(history, lead, t) == sql[lead, t] == (*row[1:5], row[5], row[7]), (body, lead, t)
            found[line.pk, lead, t] = sql[lead, t]
    assert kept is None or found == kept
    return found


def later(leads: list[int], number: int) -> None:
    """Unrelated things become known after all that: other people, and of the same ones late facts, corrections, a merge, a reset."""
    dice, at = random.Random(number), worlds.NOON + HOUR
    many.people(6, number + 1)
    for lead in leads:
        long_ago = worlds.NOON - dice.randrange(1, 60) * DAY
        facts.event(lead, dice.choice(worlds.KINDS), long_ago, known=at, page="/pricing")
        facts.change("lead", lead, "country", dice.choice(["FR", "BE", None]), long_ago, known=at)
    for subject, model in (("event", Event), ("attributechange", AttributeChange)):
        taken = Correction.objects.filter(subject=subject).values("subject_id")
        rows = model.objects.filter(known_at__lt=worlds.NOON).exclude(pk__in=taken)
        rows = rows.filter(lead__in=leads) if subject == "event" else rows.filter(subject="lead", subject_id__in=leads)
        for one in rows.order_by("pk")[::7]:
            facts.correct(subject, one.pk, at + HOUR)
    facts.merge(facts.lead(worlds.NOON - 20 * DAY, country="FR"), leads[0], at)
    facts.reset(leads[-1], at)
    service.judge(leads, worlds.NOON + 3 * DAY)


def past_stays(number: int, lives: int, looks: int, count: int, times: int = 40) -> int:
    """How many pairs of a lead and an instant agreed, each counted once, on however many lines it was asked."""
    made, leads, pairs = world(number, lives, looks, count, times)
    pairs = pairs if lives > 9 else pairs[::8]
    before = agree(made, pairs)
    later(leads, number)
    agree(made, pairs, before)
    return len({(lead, t) for _line, lead, t in before})


@pytest.mark.invariant("I6")
def test_the_stored_past_is_what_the_facts_say_and_later_writes_change_nothing():
    assert past_stays(5, 5, 3, 3) >= 15


@pytest.mark.trust
@pytest.mark.invariant("I6")
@pytest.mark.parametrize("number", range(3))
def test_ten_thousand_past_instants_are_what_the_facts_say_and_later_writes_change_nothing(number):
    assert past_stays(20 + number, 36, 6, 2, times=200) * 3 > PAIRS


FAULTS = {
    "what was learned later is read": lambda patch: patch.setattr(
        oracle.LeadFacts, "_known", lambda self, model, **which: model.objects.filter(occurred_at__lte=self.t, **which)
    ),
    "a judge that comes back judges only now": lambda patch: patch.setattr(service.store, "write", _last_only),
}  # fmt: skip
_write = service.store.write


def _last_only(walks, line_id, *more, **named):
    for one in walks:
        keep = one.at == max(one.at, default=0)
        for name, column in vars(one).items():
            if hasattr(column, "__len__"):
                setattr(one, name, column[keep])
    return _write(walks, line_id, *more, **named)


@pytest.mark.trust
@pytest.mark.parametrize("fault", [pytest.param(one, marks=pytest.mark.invariant("I6", mutant=one)) for one in FAULTS])
def test_a_past_that_moves_is_caught(fault, monkeypatch):
    FAULTS[fault](monkeypatch)
    with pytest.raises(AssertionError):
        past_stays(20, 12, 6, 4)


# --- writers that commit late, on connections of their own


def told(
    lead: int, at: datetime, opened: threading.Event | None = None, go: threading.Event | None = None, pause: float = 0
) -> None:
    """A page is written as intake does it: the fence first, then the rows; between the two it may take its time."""
    try:
        with transaction.atomic():
            mine = fence.open_fence()
            if opened:
                opened.set()
            if go:
                assert go.wait(30)
            if pause:
                threading.Event().wait(pause)
            row = Event.objects.create(
                id=mine.ids(1)[0], lead_id=lead, source=facts.source(), kind="page", page="/pricing", occurred_at=at,
                recorded_at=mine.recorded_at, known_at=mine.recorded_at,
            )  # fmt: skip
            EventPayload.objects.create(event=row, properties={"n": 1})
            ledger.count_events([row], mine)
            dirty.mark([lead], mine)
    finally:
        connection.close()


def sweep_all() -> None:
    while service.sweep():
        pass


def differences() -> int:
    """How many (lead, moment of a fact or between two) the stored history tells otherwise than the facts known then."""
    line = definitions.line()
    history, body = stored(line.pk), line.versions.get().body
    pairs = set()
    for lead in history:
        known = sorted(Event.objects.filter(lead=lead).values_list("known_at", flat=True))
        pairs |= {(lead, at) for at in known} | {(lead, at + (after - at) / 2) for at, after in pairwise(known)}
    sql = by_sql(body, sorted(pairs))
    return sum(then(history, lead, t) != sql[lead, t] for lead, t in pairs)


def overtaken() -> int:
    """A writer opens its fence and is overtaken by another one, whose fact is judged before the first one commits."""
    lead = facts.lead(clock.now() - DAY, country="FR")
    definitions.version(definitions.simple(), clock.now() - 2 * DAY)
    sweep_all()
    service.judge([lead], fence.cutoff())
    opened, go = threading.Event(), threading.Event()
    slow = threading.Thread(target=told, args=(lead, clock.now(), opened, go))
    slow.start()
    assert opened.wait(30)
    quick = threading.Thread(target=told, args=(lead, clock.now()))
    quick.start()
    quick.join()
    sweep_all()
    go.set()
    slow.join()
    _until_seen()
    sweep_all()
    assert Event.objects.count() == 2 and not LeadDirty.objects.exists()
    return differences()


def _until_seen() -> None:
    """Until a cut-off lies behind every fact."""
    last = Event.objects.order_by("-recorded_at").values_list("recorded_at", flat=True)[0]
    while fence.cutoff() < last:
        threading.Event().wait(0.002)


@pytest.mark.django_db(transaction=True)
@pytest.mark.invariant("I6")
def test_a_writer_that_commits_late_around_the_cutoff_is_not_missed():
    assert overtaken() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.invariant("I6", mutant="read the cut-off without the fence")
def test_a_judge_without_the_fence_misses_a_writer_that_commits_late(monkeypatch):
    monkeypatch.setattr(fence, "cutoff", clock.now)
    assert overtaken() > 0


@pytest.mark.trust
@pytest.mark.django_db(transaction=True)
@pytest.mark.invariant("I6")
def test_many_late_writers_beside_a_judge_that_never_rests():
    leads = [facts.lead(clock.now() - DAY, country="FR") for _lead in range(8)]
    definitions.version(definitions.simple(), clock.now() - 2 * DAY)
    sweep_all()

    def writer(number: int) -> None:
        dice = random.Random(number)
        for _time in range(60):
            told(dice.choice(leads), clock.now(), pause=dice.random() / 20)

    writers = [threading.Thread(target=partial(writer, number)) for number in range(4)]
    for one in writers:
        one.start()
    looks = 0
    while any(one.is_alive() for one in writers):
        with suppress(IndexError):
            looks += service.sweep() > 0
    for one in writers:
        one.join()
    _until_seen()
    sweep_all()
    assert looks > 20 and Event.objects.count() == 240
    assert differences() == 0


# --- the versions in force, played again


def instants(lead: int) -> list[datetime]:
    """Every instant at which anything may change for a lead: its facts, those of leads merged with it, versions, midnights."""
    merged = {pk for pair in Merge.objects.values_list("loser", "root") for pk in pair}
    who = {lead} | (merged if lead in merged else set())
    own = AttributeChange.objects.filter(subject="lead", subject_id__in=who)
    firms = [int(one.value) for one in own if one.field == "company" and one.value]
    visitors = list(Join.objects.filter(lead__in=who).values_list("visitor", flat=True))
    rows = {
        "attributechange": [*own, *AttributeChange.objects.filter(subject="company", subject_id__in=firms)],
        "event": [*Event.objects.filter(lead__in=who), *Event.objects.filter(lead=None, visitor__in=visitors)],
        "attempt": list(Attempt.objects.filter(lead__in=who)),
        "engagementreset": list(EngagementReset.objects.filter(lead__in=who)),
        "join": list(Join.objects.filter(lead__in=who)),
        "merge": list(Merge.objects.filter(root__in=who)),
    }
    found = {START, *days.here().midnights(START, worlds.NOON)}
    for subject, some in rows.items():
        found |= {max(one.known_at, one.occurred_at) for one in some}
        back = Correction.objects.filter(subject=subject, subject_id__in=[one.pk for one in some])
        found |= {max(one.known_at, one.occurred_at) for one in back}
    return sorted(at for at in found if START <= at <= worlds.NOON)


def by_hand(lead: int, line, read: dict[datetime, oracle.LeadFacts]) -> list[tuple]:
    """The first yes of each cycle of a lead on a line, by plain Python, each moment under the version then in force. `read`: the
    lead's facts at its instants."""
    versions = list(line.versions.order_by("effective_at"))
    begun: set[datetime] = set()
    found: dict[int, tuple] = {}
    for at, known in read.items():
        version = [one for one in versions if one.effective_at <= at][-1]
        new = {max(one.known_at, one.occurred_at) for one in known.own_resets}
        after_no = at != START and at not in new
        begun |= new
        one = oracle.score(lead, version.body, at, after_no=after_no, facts=known)
        if one.qualifies and known.cycle not in found:
            found[known.cycle] = (lead, version.pk, known.cycle, at, one.grade, "direct" if one.direct else "grade")
    return [found[cycle] for cycle in sorted(found)]


def played_again(number: int, lives: int, looks: int, count: int) -> int:
    """Qualifications recorded through version changes, late facts, merges and outages; each way of playing again gives them."""
    worlds.catalogue()
    dice = random.Random(number)
    midnight = days.here().midnight(days.here().of(START) + 11 * DAY)
    starts = [START, midnight, midnight + dice.randrange(1, 9) * DAY + dice.randrange(86_400) * timedelta(seconds=1)]
    made = published(number, count, starts)
    leads = [lead for lead, _asked in many.people(lives, number)]
    judge_with_outages(leads, dice, looks)
    told = 0
    read = {lead: {at: oracle.LeadFacts(lead, at) for at in sorted({*instants(lead), *starts})} for lead in leads}
    for line in made:
        recorded = Qualification.objects.filter(line=line).order_by("lead_id", "cycle")
        said = list(recorded.values_list("lead_id", "version_id", "cycle", "effective_at", "grade", "cause"))
        assert said == [row for lead in sorted(leads) for row in by_hand(lead, line, read[lead])]
        history = stored(line.pk)
        ScoreHistory.objects.filter(line=line).delete()
        line.score_set.all().delete()
        told += len(said)
        for one in replay.run(worlds.NOON):
            assert (one.missing, one.extra, one.apart) == ((), (), 0)
        catch_up.score(leads, worlds.NOON, lambda *said: None)
        again = stored(line.pk)
        for lead in sorted({*again, *history}):
            mine, kept = (list(zip(*some.get(lead, ((), ())), strict=True)) for some in (again, history))
            assert mine == kept, (
                lead,
                [one for one in mine if one not in kept],
                [one for one in kept if one not in mine],
            )
    assert sum(one.alike for one in replay.run(worlds.NOON)) == told
    return told


@pytest.mark.invariant("I6")
def test_a_replay_gives_the_recorded_qualifications_through_versions_and_outages():
    assert played_again(3, 3, 2, 2) > 0


@pytest.mark.trust
@pytest.mark.invariant("I6")
@pytest.mark.parametrize("number", range(6))
def test_replays_of_many_companies_give_the_recorded_qualifications(number):
    assert played_again(40 + number, 15, dice_looks(number), 4) > 5


def dice_looks(number: int) -> int:
    """From a worker that was away all the time to one that looked in every few days."""
    return (0, 1, 3, 6, 10, 15)[number]


def test_a_qualification_that_the_facts_do_not_give_fails_the_replay_and_is_named():
    """Planted faults: one recorded for nobody's reason, one that was never recorded."""
    line = definitions.line()
    version = definitions.version(definitions.simple(), START)
    lines.prepare(worlds.NOON)
    yes, no = (facts.lead(START, country=country) for country in ("FR", "DE"))
    facts.event(yes, "demo", START + DAY)
    service.judge([yes, no], worlds.NOON)
    assert [(one.alike, one.differences) for one in replay.run(worlds.NOON)] == [(1, 0)]
    Qualification.objects.create(
        lead_id=no, line=line, version=version, cycle=0, effective_at=START + DAY, recorded_at=clock.now(), cause="grade", grade="A1"
    )  # fmt: skip
    facts.event(facts.lead(START, country="FR"), "demo", START + DAY)
    (found,) = replay.run(worlds.NOON)
    assert ([one[0] for one in found.missing], len(found.extra)) == ([no], 1)
    with pytest.raises(CommandError, match="2 qualifications differ"):
        call_command("verify_replay", stdout=StringIO())


def test_the_demo_played_again_gives_every_qualification(demo_db):
    told = StringIO()
    call_command("verify_replay", stdout=told)
    assert "none different" in told.getvalue()
    some = Qualification.objects.filter(lead__root_id=None, lead__erased=False).select_related("version").order_by("pk")
    assert some.count() > 50
    for one in some[:: max(1, some.count() // 20)]:
        known = oracle.LeadFacts(one.lead_id, one.effective_at)
        said = oracle.score(one.lead_id, one.version.body, one.effective_at, facts=known)
        assert said.qualifies and (said.grade, known.cycle) == (one.grade, one.cycle)
        first = one.effective_at == one.version.effective_at or one.effective_at <= one.lead.created_at
        before = oracle.score(one.lead_id, one.version.body, one.effective_at - timedelta(microseconds=1))
        assert first or not before.qualifies or known.own_resets
