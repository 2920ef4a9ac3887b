"""What holds leads back is read as the one law of values says it, and a draft's handoffs are those a version really made."""

from datetime import timedelta

import pytest
from django.db import transaction

from leads.evidence.values import Held
from leads.judging import catch_up, lines
from leads.models import AttributeChange, Deal, Handoff
from leads.replay import became, handed, lives, walk
from leads.replay.columns import Columns
from leads.replay.passing import FREE, MANDATORY, OPPOSITION, Asking, Rules, passed
from leads.scoring import days
from leads.scoring.timeline.pull import us
from smarketing.rows import clock
from smarketing.rows.fence import open_fence
from tests.leads import definitions, facts, worlds
from tests.people import person

pytestmark = pytest.mark.django_db
NOON = worlds.NOON
FIELDS = ("lead.email", "lead.x_size", "company.industry")


def law(lead: int, at) -> int:
    held = Held(lead, at)
    if (one := held.mine.get("opted_out")) and one.value is True:
        return OPPOSITION
    said = [held.mine.get("email"), held.mine.get("x_size"), held.theirs.get("industry")]
    return MANDATORY if any(one is None or one.value in (None, "") for one in said) else FREE


@pytest.fixture
def people() -> list[int]:
    def ago(number: int):
        return NOON - timedelta(days=number)

    good, bare = facts.company(ago(90), industry="SaaS"), facts.company(ago(90))
    whole = facts.lead(ago(80), email="a@x.test", x_size=False, company=good)
    late = facts.lead(ago(80), x_size=3, company=bare)
    facts.change("lead", late, "email", "b@x.test", ago(40))
    facts.change("lead", late, "email", "", ago(60), known=ago(30))  # an older value, learned later, changes nothing
    facts.change("lead", late, "company", good, ago(20))
    facts.change("lead", late, "opted_out", True, ago(10))
    facts.change("lead", late, "opted_out", False, ago(5))
    odd = facts.lead(ago(80), email="c@x.test", x_size=1, company=bare)
    wrong = facts.change("company", bare, "industry", "Services", ago(50))
    facts.correct("attributechange", wrong, ago(15))
    return [whole, late, odd]


def test_what_holds_a_lead_is_the_law_of_values_at_every_instant(people):
    found = lives.read(people, FIELDS, NOON)
    known = {max(one.known_at, one.occurred_at) for one in AttributeChange.objects.all()}
    instants = known | {one + timedelta(hours=1) for one in known} | {NOON - timedelta(days=n) for n in range(70)}
    for lead in people:
        assert [found[lead].block(us(at)) for at in sorted(instants)] == [law(lead, at) for at in sorted(instants)]
    assert {found[lead].block(us(NOON)) for lead in people} == {FREE, MANDATORY}


def test_a_drafts_handoffs_are_those_that_a_version_made_since_it_took_effect():
    since = days.here().midnight(days.here().of(NOON) - timedelta(days=20))
    leads = [facts.lead(NOON - timedelta(days=90), country="FR") for _number in range(5)]
    leads.append(facts.lead(NOON - timedelta(days=90), country="FR", opted_out=True))
    for number, lead in enumerate(leads):
        for hour in (3, 4):
            facts.event(
                lead, "page", NOON - timedelta(days=(22, 22, 22, 22, 9, 9)[number], hours=hour), page="/pricing"
            )
    body = definitions.simple(direct=[], pace=1)
    line = definitions.line()
    version = definitions.version(body, since, on=line)
    with transaction.atomic():
        open_fence()
        lines.prepare(NOON)
    catch_up.run(since - timedelta(hours=1), NOON)
    really = dict(Handoff.objects.filter(version=version).values_list("lead_id", "occurred_at"))
    found = walk.firsts(body, Columns(NOON), since=since)
    fates = handed.of(body, found, became.Became({}, {}, [], 0), since, NOON)
    told = {lead: at for lead, (at, _why) in zip(found.lead.tolist(), fates, strict=True) if at}
    assert told == {lead: us(at) for lead, at in really.items()} and len(told) == 5
    assert [why for lead, (_at, why) in zip(found.lead.tolist(), fates, strict=True) if lead == leads[-1]] == [
        OPPOSITION
    ]


def test_a_recycling_of_a_merged_lead_is_told_of_the_lead_it_was_merged_into():
    since = days.here().midnight(days.here().of(NOON) - timedelta(days=60))
    once, root = (facts.lead(NOON - timedelta(days=90), country="FR") for _number in range(2))
    version = definitions.version(definitions.simple(pace=1), since)
    facts.event(once, "demo", NOON - timedelta(days=50))
    with transaction.atomic():
        open_fence()
        lines.prepare(NOON)
    catch_up.run(since - timedelta(hours=1), NOON - timedelta(days=45))
    handoff = Handoff.objects.get(lead=once)
    before = became.read(version.line_id, clock.now())
    assert before.handed == {(once, 0): handoff.occurred_at} and not before.lent
    recycled, merged = NOON - timedelta(days=30), NOON - timedelta(days=25)
    facts.reset(once, recycled)
    facts.merge(once, root, merged)
    after = became.read(version.line_id, clock.now())
    assert after.handed == {} and after.lent == {root: [(us(recycled), 0, us(merged))]}
    life = lives.read([root], (), NOON, after.lent)[root]
    asking = Asking(root, 0, us(NOON - timedelta(days=20)))
    held = Rules(us(since), [us(NOON - timedelta(days=n)) for n in range(40, 0, -1)], 1, 12 * handed.DAY)
    assert passed([asking], {root: life}, held) == [(us(NOON - timedelta(days=18)), FREE)]
    named = days.here().of(NOON) - timedelta(days=12)
    Deal.objects.create(
        lead_id=once, rep=person("lea", "rep", "sales"), title="Pilot", state="lost", created_at=recycled,
        recorded_at=recycled, closed_at=recycled, return_on=named,
    )  # fmt: skip
    lent = became.read(version.line_id, clock.now()).lent
    assert lent == {root: [(us(recycled), us(days.here().midnight(named)), us(merged))]}
    life = lives.read([root], (), NOON, lent)[root]
    then = us(NOON - timedelta(days=12))  # the next release on the day that its rep said
    assert passed([asking], {root: life}, held) == [(then, FREE)]
