"""The demo company: whole, consistent with the laws, the same from the same seed, with its planted truths in it."""

from collections import Counter
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count

from leads.evidence import resembles
from leads.handoffs import states
from leads.intake import columns
from leads.models import Attempt, Decision, Event, EventKey, Handoff, HandoffState, Lead, PersonaMatch, Qualification
from leads.scoring import store  # noqa: F401
from personas.models import PersonaVersion
from reporting.demo import crowd, plan, traffic, words
from sla import derive
from sla.models import Clock
from smarketing.accounts.models import User
from smarketing.rows import clock
from tests.conftest import DEMO_AT


def small(**more) -> plan.Plan:
    return plan.Plan(at=DEMO_AT, leads=500, events=8_000, **more)


def test_the_same_plan_draws_the_same_bytes_and_another_seed_others():
    def bytes_of(one: plan.Plan) -> tuple[bytes, ...]:
        people = crowd.draw(one)
        visits = traffic.draw(one, people)
        return (people.born.tobytes(), people.buyer.tobytes(), visits.occurred.tobytes(), visits.lead.tobytes())

    assert bytes_of(small()) == bytes_of(small())
    assert bytes_of(small(seed=2)) != bytes_of(small())


def test_everything_drawn_lies_between_the_first_day_and_the_present():
    one = small()
    people = crowd.draw(one)
    visits = traffic.draw(one, people)
    assert one.first == date(2024, 10, 1) and len(people.born) == 500 and abs(len(visits.lead) - 8_000) < 900
    assert people.born.min() >= one.midnights[0] and visits.recorded.max() < one.now
    assert (visits.occurred <= visits.recorded).all() and (visits.occurred >= people.born[visits.lead]).all()


def test_plants_are_read_from_words():
    assert plan.plants("persona=paul,campaign=fair,month=2026-01") == plan.Plants("paul", "fair", date(2026, 1, 1))
    with pytest.raises(ValueError):
        plan.plants("weather=rain")


def tables(*names: str) -> dict[str, list]:
    with connection.cursor() as cursor:
        out = {}
        for name in names:
            cursor.execute(f"SELECT md5(string_agg(t::text, '\n' ORDER BY t::text)) FROM {name} t")
            out[name] = cursor.fetchone()
        return out


def test_the_company_is_whole_and_its_derived_rows_follow_from_its_log(demo_db):
    assert Lead.objects.count() == 500 and User.objects.filter(role="rep").count() == 6
    assert Event.objects.count() == EventKey.objects.count() > 7_000
    made = Handoff.objects.count()
    assert made >= 40 and Qualification.objects.count() >= made
    assert not Handoff.objects.filter(recorded_at__gt=DEMO_AT).exists()
    owed = HandoffState.objects.filter(rep__email="lea@demo.example", is_open=True, due_at__isnull=False)
    assert owed.count() >= 5
    before = tables("leads_lead", "leads_company", "leads_deal", "leads_campaign", "leads_handoffstate", "sla_clock")
    for subject in ("lead", "company", "deal", "campaign"):
        columns.rebuild_all(subject)
    states.rebuild()
    derive.rebuild(DEMO_AT)
    assert tables(*before) == before


def test_some_leads_resemble_two_personas_and_some_meet_four_rules_of_five(demo_db):
    several = PersonaMatch.objects.values("lead").annotate(n=Count("persona")).filter(n=2)
    assert several.count() >= 10
    margaux = PersonaVersion.objects.get(persona__name="Margaux")
    told = [Counter(one.version.pk == margaux.pk and one.membership.met for one in resembles.of(lead, clock.now()))
            for lead in Lead.objects.living().filter(function="CMO").order_by("pk")[:40]]  # fmt: skip
    assert any(one[4] for one in told) and any(one[5] for one in told)


def test_deeds_happen_after_their_handoff_and_in_business_hours(demo_db):
    for deed in (*Attempt.objects.select_related("handoff"), *Decision.objects.select_related("handoff")):
        assert deed.handoff.occurred_at < deed.occurred_at <= DEMO_AT
    working = [one.occurred_at.astimezone(clock.zone()) for one in Attempt.objects.all()]
    assert all(at.weekday() < 5 and 8 <= at.hour < 19 for at in working)


def test_in_the_planted_month_first_attempts_were_late(demo_db):
    late = small().late_month
    rows = Clock.objects.filter(clause_key="6.1", state__in=("met", "missed"))
    missed = rows.filter(month=late, state="missed").count()
    assert missed * 2 > rows.filter(month=late).count() > 0
    other = rows.exclude(month__in=(late, (late + timedelta(days=32)).replace(day=1)))
    assert other.filter(state="missed").count() * 4 < other.count()


def test_a_database_that_holds_a_company_is_left_alone(demo_db):
    with pytest.raises(CommandError, match="holds a company already"):
        call_command("seed")
    assert words.COMPANY
