"""Plans of the lists that a million leads must not slow down: what a rep sees is read first, then looked up."""

import pytest
from django.db import connection

from leads.models import Lead
from tests.leads.handoffs.desk import Desk

pytestmark = pytest.mark.django_db


def test_what_a_rep_sees_is_read_first_and_never_asked_of_every_lead():
    desk = Desk()
    mine = desk.hand("lea", last_name="Mine")
    desk.hand("paul", last_name="Theirs")
    rows = Lead.objects.visible_to(desk.lea).living().order_by("-created_at", "-pk")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        sql, params = rows[:51].query.sql_with_params()
        cursor.execute(f"EXPLAIN {sql}", params)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "SubPlan" not in plan and "InitPlan" in plan and "id = ANY" in plan, plan
    assert [lead.pk for lead in rows] == [mine.lead_id]
