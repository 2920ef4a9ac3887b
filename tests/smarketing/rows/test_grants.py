"""Facts and acts are added, never edited: privileges of the application's role and triggers, TRUNCATE and parts too."""

from datetime import UTC, datetime

import psycopg2
import pytest
from django.db import DatabaseError, connection, transaction

from smarketing.accounts.models import AuditEntry
from smarketing.rows import grants, register

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def entry() -> AuditEntry:
    return AuditEntry.objects.create(at=NOW, user=None, verb="x", subject="x", subject_id=1)


@pytest.mark.invariant("I7")
@pytest.mark.parametrize("deed", ["update", "delete"])
def test_the_application_role_cannot_edit_an_act(deed):
    row = entry()
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        AuditEntry.objects.filter(pk=row.pk).update(verb="y") if deed == "update" else row.delete()


@pytest.mark.invariant("I7")
@pytest.mark.parametrize("table", ["accounts_auditentry", "leads_event", "leads_attributechange"])
def test_no_fact_or_act_is_truncated(table):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table} CASCADE")


@pytest.mark.invariant("I7")
def test_a_partition_is_as_shut_as_its_parent():
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM leads_event_rest")


@pytest.mark.invariant("I7", mutant="the owner edits")
@pytest.mark.django_db(transaction=True)
def test_even_the_owner_meets_the_trigger(owner):
    entry()
    with owner.cursor() as cursor, pytest.raises(psycopg2.Error, match="never edited"):
        cursor.execute("UPDATE accounts_auditentry SET verb = 'y'")


def test_every_model_of_ours_declares_its_kind():
    ours = ("smarketing.", "personas", "leads", "sla", "reporting")
    silent = [
        model.__name__
        for model, _kind in grants.tables()
        if model.__module__.startswith(ours) and not model._meta.auto_created and not hasattr(model, "row_kind")
    ]
    assert silent == []


def test_every_text_column_is_declared_personal_or_neutral():
    assert register.problems() == []


def test_an_undeclared_column_is_named(monkeypatch):
    monkeypatch.setattr("smarketing.accounts.privacy.PERSONAL", {"user.name", "user.password"})
    assert "user.email: declare it personal or neutral" in register.problems()
