"""An ordinary night: leads with an edge are scored from raw sums; only who needs it is walked, and nothing else differs."""

from datetime import timedelta
from itertools import pairwise

import pytest
from django.core.management import CommandError, call_command

from leads.judging import midnight, nightly, service
from leads.models import (
    Handoff,
    Lead,
    LeadDirty,
    Pool,
    PoolMember,
    Qualification,
    RawSum,
    RawSumDay,
    Score,
    ScoreHistory,
)
from leads.scoring import days, store, sums, whole
from smarketing.accounts.models import AuditEntry
from smarketing.jobs.models import Run
from smarketing.rows import clock
from tests.leads import definitions, facts
from tests.people import person

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def noon():
    """Noon, local time, twenty days ago."""
    here = days.here()
    return here.midnight(here.of(clock.now()) - 20 * DAY) + 12 * HOUR


def night(at, days_later: int = 0) -> Run:
    """The judge's steps on the night that begins the day of `at`, `days_later`; no facts were left unjudged."""
    here = days.here()
    day = here.of(at) + days_later * DAY
    cutoff = here.midnight(day) + 70 * timedelta(minutes=1)
    run = Run.objects.create(job="nightly", business_date=day, cutoff=cutoff, started_at=cutoff)
    for _key, ranges, work in nightly.STEPS:
        for low, high in ranges(run):
            work(run, low, high)
    Run.objects.filter(pk=run.pk).update(state="done")
    return run


def asleep(version_at, looks: list[int], **more):
    """A French lead who looked at prices so many days before noon, judged until then, with last night's sums."""
    version = definitions.version(definitions.simple(**more), version_at - 60 * DAY)
    lead = facts.lead(version_at - 50 * DAY, country="FR")
    for ago in looks:
        facts.event(lead, "page", version_at - ago * DAY, page="/pricing")
    night(version_at)
    service.judge([lead], version_at)
    LeadDirty.objects.all().delete()
    return version, lead


def test_a_faded_look_is_scored_from_the_sums_at_midnight_and_nobody_is_walked(noon):
    version, lead = asleep(noon, [6, 5])
    here = days.here()
    day = here.of(noon) + DAY
    at = here.midnight(day)
    assert whole.differences(version, at) == 1
    midnight.keep(day, at + HOUR, sums.block_of(lead))
    assert midnight._by_sums([lead], day, at + HOUR, lead, lead + 1) == set()
    assert whole.differences(version, at) == 0
    assert (Score.objects.get().effective_at, Score.objects.get().engagement) == (at, 45)
    assert ScoreHistory.objects.filter(effective_at=at).count() == 1


def test_nights_by_sums_say_what_the_walk_says_in_order(noon):
    version, lead = asleep(noon, [6, 5, 1, 0])
    for later in range(1, 12):
        night(noon, later)
    said = list(ScoreHistory.objects.order_by("effective_at").values_list("effective_at", "engagement", "grade"))
    store.wipe(version.line_id, [lead])
    service.judge([lead], days.here().midnight(days.here().of(noon) + 11 * DAY) + HOUR)
    assert (
        list(ScoreHistory.objects.order_by("effective_at").values_list("effective_at", "engagement", "grade")) == said
    )
    assert len(said) > 5


def test_who_qualifies_by_time_alone_is_handed_over_at_midnight(noon):
    quiet = {"event": {"kind": "unsubscribe"}, "within": 10, "absent": True}
    version, lead = asleep(noon, [], must=[quiet])
    PoolMember.objects.create(pool=Pool.objects.create(name="all"), rep=person("Ann", "rep"))
    other = facts.lead(noon, country="FR")
    facts.event(other, "unsubscribe", noon + HOUR)
    for _look in range(2):
        facts.event(other, "page", noon + 9 * DAY, page="/pricing")
    service.judge([lead, other], noon + 9 * DAY + HOUR)
    assert not Qualification.objects.filter(lead=other).exists()
    for later in range(1, 12):
        night(noon, later)
    one = Qualification.objects.get(lead=other)
    assert one.effective_at == days.here().midnight(days.here().of(noon) + 10 * DAY)
    assert Handoff.objects.get(qualification=one).grade == "A1" and version.pk == one.version_id


@pytest.mark.parametrize("what", ["event", "attempt"])
def test_what_is_learned_at_the_very_midnight_counts_there_though_no_mark_tells_of_it(noon, what):
    """The sums of a midnight hold what was known before it: whoever did something at that instant is walked."""
    seen = {"kind": "demo"} if what == "event" else {"kind": "attempt"}
    item = {"key": "seen", "points": 40, "each": True, "decay": {"kind": "window", "days": 5}, "when": {"event": seen}}
    body = definitions.simple(direct=[])
    body["engagement"]["items"] = [item]
    definitions.version(body, noon - 60 * DAY)
    lead, here = facts.lead(noon - 50 * DAY, country="FR"), days.here()
    at = here.midnight(here.of(noon) + DAY)

    def does(instant):
        facts.event(lead, "demo", instant) if what == "event" else facts.attempt(lead, "call", "reached", instant)

    does(at - 5 * DAY)
    night(noon)
    does(at)  # as one falls out of the window another takes its place: nothing differs, no row says that it was judged
    service.judge([lead], at + HOUR)
    LeadDirty.objects.all().delete()
    assert Score.objects.get().engagement == 40
    night(noon, 1)
    assert Score.objects.get().engagement == 40


def test_a_wrong_sum_is_found_within_thirty_nights_mended_and_told(noon):
    """Planted fault: somebody lost half of a sum."""
    version, lead = asleep(noon, [6, 5])
    right = RawSum.objects.get(lead=lead).value
    RawSum.objects.filter(lead=lead).update(value=right / 2)
    low, day = sums.block_of(lead), days.here().of(noon)
    assert sums.differences(version, low, low + sums.SIZE, day) == 1
    with pytest.raises(CommandError, match="1 raw sums differ"):
        call_command("verify_sums", verbosity=0)
    for later in range(midnight.RECOUNTED_IN):
        at = days.here().midnight(day) + later * DAY + 12 * HOUR
        midnight.keep(days.here().of(at), at, low)
    told = AuditEntry.objects.get(verb=midnight.MENDED)
    assert told.subject_id == version.pk and told.detail == {"leads_from": low, "sums": 1}
    assert sums.differences(version, low, low + sums.SIZE, day + (midnight.RECOUNTED_IN - 1) * DAY) == 0
    call_command("verify_sums", verbosity=0)


def test_another_version_is_counted_once_and_the_old_one_forgotten(noon):
    old, lead = asleep(noon, [6, 5])
    new = definitions.version(definitions.simple(pace=3), noon + HOUR)
    night(noon, 1)
    assert set(RawSumDay.objects.values_list("version", flat=True)) == {new.pk}
    assert set(RawSum.objects.values_list("version", flat=True)) == {new.pk} != {old.pk}
    assert Score.objects.get(lead=lead).version_id == new.pk


def test_missed_nights_are_walked_and_the_sums_catch_up_in_one_move(noon):
    version, lead = asleep(noon, [6, 5, 0])
    run = night(noon, 9)
    assert [one.day for one in nightly.nights(run)] == [(noon + n * DAY).day for n in range(1, 10)]
    at = days.here().midnight(run.business_date)
    assert whole.differences(version, at) == 0 and ScoreHistory.objects.filter(effective_at__gt=noon).count() >= 2
    low = sums.block_of(lead)
    assert sums.differences(version, low, low + sums.SIZE, run.business_date) == 0
    assert nightly.nights(Run(job="nightly", business_date=run.business_date + DAY)) == [run.business_date + DAY]


def test_a_night_before_its_own_midnight_moves_nothing(noon):
    _version, lead = asleep(noon, [6])
    day = days.here().of(noon) + DAY
    assert midnight.keep(day, noon, sums.block_of(lead)) == 0
    assert set(RawSumDay.objects.values_list("day", flat=True)) == {day - DAY}


def test_sums_of_blocks_that_begin_elsewhere_are_forgotten_and_counted_anew_in_the_next_night(noon):
    """Planted fault: half of a block as an older release kept it, its sums a day behind."""
    version, lead = asleep(noon, [6, 5])
    low, day = sums.block_of(lead), days.here().of(noon)
    assert not sums.fit() and RawSum.objects.exists()
    RawSumDay.objects.create(version=version, low=low - 1 if low > 1 else low + 1, day=day - DAY)
    night(noon, 1)
    assert list(RawSumDay.objects.values_list("low", "day")) == [(low, day + DAY)]
    assert sums.differences(version, low, low + sums.SIZE, day + DAY) == 0 and RawSum.objects.exists()


def test_a_block_begins_with_an_id_behind_a_whole_number_of_blocks(noon):
    facts.lead(noon)
    first, last = (Lead.objects.order_by(order)[0].pk for order in ("pk", "-pk"))
    assert [sums.block_of(one) for one in (1, sums.SIZE, sums.SIZE + 1)] == [1, 1, sums.SIZE + 1]
    assert midnight.blocks()[0][0] <= first <= last < midnight.blocks()[-1][1]


def test_a_night_with_much_to_walk_is_cut_into_smaller_ranges(noon):
    _version, lead = asleep(noon, [6])
    here, ranges = days.here(), nightly.judged_ranges
    day = here.of(noon)

    def run(later: int) -> Run:
        return Run(job="nightly", business_date=day + later * DAY, cutoff=here.midnight(day + later * DAY) + HOUR)

    widths = [{high - low for low, high in ranges(run(later))} for later in (1, 2)]
    assert widths == [{sums.SIZE}, {nightly.CHUNK}]
    for later in (1, 2):
        found = ranges(run(later))
        assert found[0][0] <= lead < found[-1][1]
        assert all(one[1] == other[0] for one, other in pairwise(found))
