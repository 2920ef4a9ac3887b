"""A published version never changes: by no path of ours, by no statement, not even the owner's; and what was changed below the
guards is named."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from personas.definitions import persona_services, services
from personas.models import DefinitionVersion, PersonaVersion
from smarketing.agreements import services as agreements
from tests.people import PASSWORD, person
from tests.personas.definitions.test_services import AT, fit

pytestmark = pytest.mark.django_db(transaction=True)
TABLES = ("personas_definitionversion", "personas_personaversion")


@pytest.fixture
def version() -> DefinitionVersion:
    """Signed by both sides, and naming a persona."""
    signers = person("anna", "marketer", signs=True), person("ben", "manager", "sales", signs=True)
    rules = {"field": "lead.country", "op": "is", "value": "FR"}
    maud = persona_services.create_persona(name="Maud", story={}, rules=rules, by=None, at=AT)
    line = services.create_line(name="France", by=None, at=AT, body=fit(persona=maud.pk))
    paper = services.propose(line=line, by=signers[0], at=AT)
    for hours, signer in enumerate(signers):
        agreements.sign(paper=paper, by=signer, at=AT + timedelta(hours=hours), password=PASSWORD)
    return DefinitionVersion.objects.get()


def _saved(version):
    version.body = fit(90)
    version.save()


def _in_bulk(version):
    version.number = 9
    DefinitionVersion.objects.bulk_update([version], ["number"])


def _sql(words):
    return lambda version: connection.cursor().execute(words)


PATHS = {
    "saved": _saved,
    "saved in part": lambda version: version.save(update_fields=["body"]),
    "updated": lambda version: DefinitionVersion.objects.update(body=fit(90)),
    "updated in bulk": _in_bulk,
    "written over": lambda version: DefinitionVersion.objects.bulk_create(
        [version], update_conflicts=True, unique_fields=["id"], update_fields=["body"]
    ),
    "deleted": lambda version: version.delete(),
    "deleted in bulk": lambda version: DefinitionVersion.objects.all()._raw_delete("default"),
    "its personas updated": lambda version: PersonaVersion.objects.update(rules={}),
    "updated by a statement": _sql("UPDATE personas_definitionversion SET body = '{}'"),
    "merged by a statement": _sql(
        "MERGE INTO personas_definitionversion v USING (SELECT 1) x ON true WHEN MATCHED THEN UPDATE SET number = 9"
    ),
    "truncated": _sql("TRUNCATE personas_definitionversion CASCADE"),
    "truncated with its personas": _sql("TRUNCATE personas_personaversion CASCADE"),
    "its guard disarmed": _sql("ALTER TABLE personas_definitionversion DISABLE TRIGGER ALL"),
    "its rights widened": _sql(
        "GRANT UPDATE ON personas_definitionversion TO CURRENT_USER; UPDATE personas_definitionversion SET number = 9"
    ),
    "its guard passed by": _sql("SET session_replication_role = replica"),
}


def _rows() -> list[tuple]:
    with connection.cursor() as cursor:
        found = []
        for table in TABLES:
            cursor.execute(f"SELECT t::text FROM {table} t ORDER BY id")
            found += cursor.fetchall()
        return found


@pytest.mark.invariant("I7")
def test_no_path_of_ours_changes_a_published_version(version):
    before = _rows()
    for name, path in PATHS.items():
        with pytest.raises(DatabaseError), transaction.atomic():
            path(version)
        assert _rows() == before, name


@pytest.mark.invariant("I7")
def test_nor_does_the_owner_while_the_guards_stand(version, owner):
    for table in TABLES:
        for sql in (f"UPDATE {table} SET number = 9", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
            with pytest.raises(Exception, match="never edited"), owner.cursor() as cursor:
                cursor.execute(sql)
            owner.rollback()


@pytest.mark.invariant("I7", mutant="a row that the application may update, its trigger gone")
def test_a_version_that_could_be_changed_would_be_noticed(version, owner):
    with owner.cursor() as cursor:
        cursor.execute("ALTER TABLE personas_definitionversion DISABLE TRIGGER USER")
        cursor.execute("GRANT UPDATE ON personas_definitionversion TO smarketing_app")
    owner.commit()
    before = _rows()
    PATHS["updated"](version)
    assert _rows() != before


@pytest.mark.invariant("I7", mutant="a version or a persona changed below the guards")
@pytest.mark.parametrize(
    ("table", "column", "said"),
    [
        ("personas_definitionversion", "body", "version 1 in force says something else than what was signed"),
        ("personas_personaversion", "rules", "the rules of persona “Maud” are not those that were signed"),
    ],
)
def test_what_was_changed_below_the_guards_is_named(version, owner, table, column, said):
    assert agreements.verify(version.paper) == []
    call_command("verify_papers", stdout=StringIO())
    with owner.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(f"UPDATE {table} SET {column} = replace({column}::text, 'lead.country', 'lead.source')::jsonb")
        if column == "body":
            cursor.execute(f"UPDATE {table} SET {column} = replace({column}::text, '80', '81')::jsonb")
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    owner.commit()
    assert [one for one in agreements.verify(version.paper) if said in one]
    with pytest.raises(CommandError, match="1 of 1 papers"):
        call_command("verify_papers", stdout=StringIO())
