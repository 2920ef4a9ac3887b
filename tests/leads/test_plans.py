"""Plans of the lists and searches that a million leads must not slow down."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads.models import Company, Lead, Score, search
from tests.leads import facts
from tests.leads.handoffs.desk import Desk

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def plan_of(sql: str, params) -> str:
    """As it is where tables are large: reading all of one is out of the question."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {sql}", params)
        return "\n".join(row[0] for row in cursor.fetchall())


def test_what_a_rep_sees_is_read_first_and_never_asked_of_every_lead():
    desk = Desk()
    mine = desk.hand("lea", last_name="Mine")
    desk.hand("paul", last_name="Theirs")
    rows = Lead.objects.visible_to(desk.lea).living().order_by("-created_at", "-pk")
    plan = plan_of(*rows[:51].query.sql_with_params())
    assert "SubPlan" not in plan and "InitPlan" in plan and "id = ANY" in plan, plan
    assert [lead.pk for lead in rows] == [mine.lead_id]


def test_the_middle_of_a_word_is_found_without_reading_the_whole_dictionary():
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO leads_word (word) SELECT translate(md5(n::text), '0123456789', 'ghijklmnop') FROM generate_series(1, 9000) n"
        )
    plan = plan_of(search._ASKED, ["martin"])
    assert "word_near" in plan and plan.count("word_plain") == 1, plan


def test_of_many_words_the_index_is_asked_and_the_planner_is_left_as_it_was():
    mine = facts.lead(AT, last_name="Morin")
    many = "|".join(f"'morin{n}'" for n in range(40))
    for said, apart in ((f"'morin'|{many}", True), ("'morin'|'=morin'", False)):
        with CaptureQueriesContext(connection) as asked:
            assert search.leads(said, 10) == [mine]
        assert any("enable_seqscan = off" in one["sql"] for one in asked.captured_queries) is apart
    with connection.cursor() as cursor:
        cursor.execute("SHOW enable_seqscan")
        assert cursor.fetchone() == ("on",)


def test_leads_are_found_by_their_own_attributes_by_an_index_and_one_by_one_where_they_are_many(monkeypatch):
    mine = facts.lead(AT, first_name="Ada", x_size="large", x_plan="pro")
    facts.lead(AT, first_name="Bo", x_size="small")
    facts.lead(AT, first_name="Cy")
    assert "lead_own" in plan_of(search._SAYING, ['{"x_size": "large"}', 10])
    for most in (search.MOST, 0):
        monkeypatch.setattr(search, "MOST", most)
        rows = Lead.objects.living().saying({"x_size": "large"})
        assert [lead.pk for lead in rows] == [mine]
    assert "lead_own" not in plan_of(*rows.order_by("-created_at", "-pk")[:51].query.sql_with_params())


def test_leads_of_a_grade_are_found_by_an_index_and_one_by_one_where_they_are_many(monkeypatch):
    graded = {"line_id": 1, "version_id": 1, "fit": 1, "engagement": 1, "contributions": [], "mql": False}
    mine, other, observed = (facts.lead(AT) for _n in range(3))
    for lead, grade, track in ((mine, "B2", "live"), (other, "C3", "live"), (observed, "B2", "observed")):
        Score.objects.create(lead_id=lead, grade=grade, track=track, effective_at=AT, **graded)
    for most, lead_by_lead in ((search.MOST, False), (0, True)):
        monkeypatch.setattr(search, "MOST", most)
        rows = Lead.objects.living().graded(["B2"])
        assert [lead.pk for lead in rows] == [mine]
        assert ("leads_score" in str(rows.query)) is lead_by_lead


def test_some_companies_of_very_many_are_found_without_counting_the_others(monkeypatch):
    for n in range(3):
        facts.company(AT, name=f"Acme {n}")
    monkeypatch.setattr(search, "MOST", 0)
    assert len(Company.objects.searched("acme", 2)) == 2 and len(Company.objects.searched("acme")) == 3
    assert "words" not in str(Company.objects.searched("acme", 2).query).partition("WHERE")[2]


MOVES = """
INSERT INTO leads_stagemove (lead_id, number, from_stage, to_stage, cause, occurred_at, recorded_at, known_at)
SELECT id, 1, '', 'mql', 'gate', now(), now(), now() FROM leads_lead
"""
READ = "SELECT seq_scan, idx_scan FROM pg_stat_xact_user_tables WHERE relname = 'leads_stagemove'"


def test_the_first_moves_of_very_many_leads_are_checked_by_an_index():
    for _n in range(5):
        facts.lead(AT)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL seq_page_cost = 0; SET LOCAL cpu_tuple_cost = 0; SET LOCAL random_page_cost = 1000")
        cursor.execute("EXPLAIN SELECT number FROM leads_stagemove WHERE lead_id = 1 ORDER BY number DESC LIMIT 1")
        assert "Seq Scan" in str(cursor.fetchall()), "as over a table that was looked at while it was empty"
        cursor.execute(READ)
        before = cursor.fetchone()
        cursor.execute(MOVES)
        cursor.execute(READ)
        read = [new - old for new, old in zip(cursor.fetchone(), before, strict=True)]
    assert read[0] == 0 and read[1] >= 5, read
