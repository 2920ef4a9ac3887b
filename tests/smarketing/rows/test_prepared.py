"""Statements that a connection plans once: the same rows, told once, told again where they were forgotten."""

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction

from smarketing.rows import prepared
from smarketing.rows.prepared import Prepared

TWICE = Prepared(
    "SELECT n, n %% 2, %(said)s FROM unnest(%(ns)s::bigint[]) AS one(n) WHERE n > %(least)s", {"said": "a%b"}
)


def told() -> list[tuple[str, int, int]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, generic_plans, custom_plans FROM pg_prepared_statements")
        return cursor.fetchall()


def ask() -> list[tuple]:
    return TWICE.rows({"ns": [1, 2, 3], "least": 1, "nobody": "asks for this"})


@pytest.mark.django_db(transaction=True)
def test_a_connection_is_told_once_and_plans_once():
    connection.close()  # what earlier tests told it is gone with it
    assert ask() == ask() == [(2, 0, "a%b"), (3, 1, "a%b")]
    assert TWICE.rows({"ns": [], "least": None}) == []
    assert told() == [(TWICE.name, 3, 0)]
    with connection.cursor() as cursor:
        cursor.execute("SHOW plan_cache_mode")  # what was asked for a statement ends with it
        assert cursor.fetchone() == ("auto",)


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_forgot_is_told_again():
    ask()
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    assert len(ask()) == 2
    connection.close()
    assert len(ask()) == 2


@pytest.mark.django_db(transaction=True)
def test_a_name_that_an_earlier_user_of_the_session_told_is_told_anew():
    ask()
    prepared._told.clear()
    assert len(ask()) == 2


@pytest.mark.django_db(transaction=True)
def test_planted_fault_without_telling_again_a_forgotten_name_is_an_error(monkeypatch):
    monkeypatch.setattr(prepared, "_FORGOT", ())
    with pytest.raises(OperationalError):
        test_a_connection_that_forgot_is_told_again()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("forgotten", ["DEALLOCATE ALL", "ALTER TABLE two ADD COLUMN more int"])
def test_a_transaction_that_met_a_forgotten_name_or_another_table_fails_alone(forgotten):
    asked = Prepared("SELECT * FROM two WHERE n > %(least)s")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE two AS SELECT 2 AS n")
        assert asked.rows({"least": 1}) == [(2,)]
        cursor.execute(forgotten)
    with pytest.raises(DatabaseError), transaction.atomic():
        asked.rows({"least": 1})
    with transaction.atomic():
        assert asked.rows({"least": 1})[0][0] == 2
    connection.close()  # and the table with it


@pytest.mark.django_db
def test_inside_a_transaction_it_answers_the_same():
    assert ask() == [(2, 0, "a%b"), (3, 1, "a%b")]


def test_what_is_part_of_the_words_is_part_of_the_name():
    assert (
        Prepared("SELECT %(n)s", {"n": 1}).name
        != Prepared("SELECT %(n)s", {"n": 2}).name
        != Prepared("SELECT %(n)s").name
    )
