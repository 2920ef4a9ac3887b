"""What came since a cut-off: each number is the difference of two answers, whatever was added, changed, taken back or merged since."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.measures import since
from leads.models import Attempt, Deal, DealContact, Decision, Handoff
from personas.models import DefinitionLine
from smarketing.measures import engine
from tests.leads import facts
from tests.people import person
from tests.scale import examples

NIGHT = datetime(2026, 3, 28, 20, tzinfo=UTC)
SHORT = {"first": date(2026, 3, 29), "until": date(2026, 4, 1)}
LONG = {"first": date(2025, 9, 1), "until": date(2026, 5, 1)}
DATES = (
    {since.WON: "won", since.REVENUE: "won", since.REFUSED: "decided"},
    dict.fromkeys((since.WON, since.REVENUE, since.REFUSED), "handed"),
)
KINDS = (
    "hand",
    "brought",
    "refuse",
    "return",
    "attempt",
    "deal",
    "loose",
    "win",
    "reopen",
    "amount",
    "contact",
    "undo",
    "merge",
)
OFFSETS = st.integers(0, 4 * 86_400)
deeds = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 5), OFFSETS, st.integers(0, 20_000)), min_size=4, max_size=16
)


class World:
    """Four leads and what happens to them; each deed is known some time after it happened."""

    def __init__(self, number: int):
        self.line = DefinitionLine.objects.create(name=f"Since {DefinitionLine.objects.count()}")
        self.rep = person("Lea", "rep", email=f"since-{self.line.pk}-{number}@example.test")
        self.leads = [facts.lead(NIGHT - timedelta(days=3)) for _n in range(4)]
        self.handoffs = [self.hand(self.leads[0], {"at": NIGHT, "known": NIGHT})]
        self.deals: list[int] = []
        self.done: list = []
        self.gone: set[int] = set()

    def hand(self, lead: int, when: dict, gate: str = "manual") -> Handoff:
        return Handoff.objects.create(lead_id=lead, line=self.line, gate=gate, grade="A1", **_stamps(**when))

    def do(self, kind: str, which: int, when: dict) -> None:
        lead, made = self.leads[which % 4], self.handoffs[which % len(self.handoffs)]
        if kind in ("hand", "brought"):
            self.handoffs.append(self.hand(lead, when, "manual" if kind == "hand" else "imported"))
            self.done.append(self.handoffs[-1])
        elif kind in ("refuse", "return"):
            self.done.append(Decision.objects.create(handoff=made, kind=kind, reason="FIT-SIZE", **_stamps(**when)))
        elif kind == "attempt":
            fixed = {"lead_id": made.lead_id, "rep": self.rep, "channel": "call", "outcome": "reached"}
            self.done.append(Attempt.objects.create(handoff=made, **fixed, **_stamps(**when)))
        elif kind in ("deal", "loose"):
            whose = {"lead_id": lead} if which % 2 else {"lead_id": made.lead_id, "handoff": made}
            row = Deal.objects.create(
                created_at=when["at"], recorded_at=when["known"], **({} if kind == "loose" else whose)
            )
            self.deals.append(row.pk)
            self.done.append(row)
        elif kind == "merge" and lead not in self.gone and self.leads[which // 4] not in {lead, *self.gone}:
            self.gone.add(lead)
            facts.merge(lead, self.leads[which // 4], when["known"])
        elif kind == "undo" and self.done:
            fact = self.done.pop()
            facts.correct(fact._meta.model_name, fact.pk, when["known"])
        elif self.deals:
            self._of_deal(kind, self.deals[which % len(self.deals)], lead, when)

    def _of_deal(self, kind: str, deal: int, lead: int, when: dict) -> None:
        if kind == "contact":
            row = DealContact.objects.create(deal_id=deal, lead_id=lead, role="uses", **_stamps(**when))
            self.done.append(row)
        values = {
            "win": {"state": "won", "closed_at": when["at"].isoformat(), "amount": "10.25"},
            "reopen": {"state": "open"},
            "amount": {"amount": "99.50"},
        }
        for name, value in values.get(kind, {}).items():
            facts.change("deal", deal, name, value, when["at"], when["known"])


def _stamps(at: datetime, known: datetime) -> dict:
    return {"occurred_at": at, "recorded_at": known, "known_at": known}


def lived(happened, number: int = 0) -> World:
    world = World(number)
    for kind, which, seconds, late in sorted(happened, key=lambda deed: deed[2]):
        known = NIGHT + timedelta(seconds=seconds)
        world.do(kind, which, {"at": known - timedelta(seconds=late), "known": known})
    return world


def differences(then: datetime, now: datetime, dates: dict[str, str], period: dict) -> dict:
    def value(key: str, at: datetime):
        return engine.answer(key, date={since.HANDED: "handed", **dates}[key], cutoff=at, **period).total.value or 0

    return {key: value(key, now) - value(key, then) for key in (since.HANDED, *dates)}


@pytest.mark.sized
@pytest.mark.django_db
@settings(max_examples=examples(8), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds, OFFSETS)
def test_what_came_since_a_cut_off_is_the_difference_of_two_answers(happened, before):
    then, now = NIGHT + timedelta(seconds=before), NIGHT + timedelta(days=5)
    with transaction.atomic():
        lived(happened, before)
        for dates in DATES:
            for period in (SHORT, LONG):
                assert since.moved(then, dates, cutoff=now, **period) == differences(then, now, dates, period)
        transaction.set_rollback(True)


DAY = 86_400
A_DAY = [("deal", 0, 10, 0), ("win", 0, DAY, 0), ("hand", 1, DAY, 0), ("refuse", 1, 2 * DAY, 0)]


@pytest.mark.django_db
def test_a_day_brings_a_handoff_a_deal_won_its_revenue_and_a_refusal_and_may_take_them_back():
    lived(A_DAY)
    begun, later = NIGHT + timedelta(seconds=60), NIGHT + timedelta(days=3)
    came = since.moved(begun, DATES[0], cutoff=later, **LONG)
    assert came == {since.HANDED: 1, since.WON: 1, since.REVENUE: pytest.approx(10.25), since.REFUSED: 1}
    for subject, model in (("deal", Deal), ("decision", Decision), ("handoff", Handoff)):
        facts.correct(subject, model.objects.latest("pk").pk, later + timedelta(hours=1))
    gone = since.moved(later, DATES[0], cutoff=later + timedelta(days=1), **LONG)
    assert {key: -value for key, value in gone.items()} == came
    assert not any(since.moved(later + timedelta(hours=2), DATES[0], cutoff=later + timedelta(days=1), **LONG).values())


@pytest.mark.django_db
def test_planted_fault_a_deal_whose_lead_was_merged_since_is_not_looked_at(monkeypatch):
    """The merge brings the deal of a lead that nobody handed over into the cohort of another."""
    world = lived([("deal", 1, 10, 0), ("win", 0, 20, 0)])
    then, now = NIGHT + timedelta(hours=1), NIGHT + timedelta(days=1)
    facts.merge(world.leads[1], world.leads[0], then + timedelta(minutes=1))
    asked = {"cutoff": now, **LONG}
    assert since.moved(then, DATES[1], **asked)[since.WON] == 1
    monkeypatch.setattr(since, "_DEALS", "SELECT id FROM leads_deal WHERE recorded_at > %(then)s")
    assert since.moved(then, DATES[1], **asked)[since.WON] == 0 != differences(then, now, DATES[1], LONG)[since.WON]
