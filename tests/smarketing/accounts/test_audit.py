"""The audit line lives and dies with its deed."""

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, transaction

from smarketing.accounts.audit import record
from smarketing.accounts.models import AuditEntry, Team
from tests.people import person

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.mark.django_db
def test_a_deed_undone_takes_its_line_with_it():
    with pytest.raises(RuntimeError, match="boom"), transaction.atomic():
        team = Team.objects.create(name="North", side="sales")
        record(None, "settings.people", "team", team.pk, AT)
        raise RuntimeError("boom")
    assert not AuditEntry.objects.exists() and not Team.objects.exists()


@pytest.mark.django_db
def test_a_line_is_never_edited_by_anybody():
    entry = record(person("Ada", "administrator"), "settings.people", "team", 7, AT, side="sales")
    for deed in (lambda: AuditEntry.objects.update(verb="x"), lambda: entry.delete()):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            deed()


def test_a_line_outside_a_transaction_is_refused(django_db_blocker, django_db_setup):
    with django_db_blocker.unblock(), pytest.raises(RuntimeError, match="transaction of its deed"):
        record(None, "settings.people", "team", 7, AT)
