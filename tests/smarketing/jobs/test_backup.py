"""Back up, destroy, restore, verify; and what is no backup is refused in clear words with nothing changed."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from contextlib import closing
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings as conf
from django.core.management import CommandError, call_command
from django.db import connection

from leads.handoffs import handing
from leads.models import HandoffState, Lead
from leads.rights import consent, erasure
from leads.twins import merge
from smarketing.accounts.models import User
from smarketing.jobs.models import Heartbeat
from smarketing.rows import clock
from smarketing.rows.models import Installation
from smarketing.supervisor import archive
from smarketing.supervisor.errors import CannotRestore
from smarketing.supervisor.lock import server_of
from smarketing.supervisor.postgres import APPLICATION, OWNER, extend
from tests.leads.handoffs.desk import Desk
from tests.leads.rights import canary
from tests.leads.rights.traces import dump as dumped
from tests.leads.rights.traces import left
from tests.smarketing.jobs.nights import DERIVED

ROOT = Path(__file__).resolve().parents[3]


def manage(*arguments, **environment: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "manage.py", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, timeout=240)


@pytest.fixture
def ordered(monkeypatch, settings):
    """`ordered(urls, "restore", …)`: the command in this process, with the environment that one of its own would have. Returns what
    it was told instead of what it asked for: "" when it was done."""

    def order(urls: dict[str, str], *arguments) -> str:
        with monkeypatch.context() as environment:
            for name, value in urls.items():
                environment.setenv(name, value)
            if folder := urls.get("SMARKETING_DATA"):
                environment.setattr(settings, "DATA", Path(folder))
                environment.setattr(settings, "MEDIA_ROOT", Path(folder) / "media")
            try:
                call_command(*map(str, arguments), stdout=StringIO())
            except CommandError as refused:
                return str(refused)
        return ""

    return order


def digests(server, database: str) -> dict[str, str]:
    """Of every table of the database, rows in the order of their text."""
    with closing(server.connect(database)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        tables = [row[0] for row in cursor.fetchall()]
        found = {}
        for table in tables:
            cursor.execute(
                f"""SELECT count(*) || md5(coalesce(string_agg(t::text, '|' ORDER BY t::text COLLATE "C"), '')) FROM "{table}" t"""
            )
            found[table] = cursor.fetchone()[0]
    return found


@pytest.fixture
def empty(servers, demo_db):
    """An empty database for the copy: its environment and name."""
    server, _broker = servers
    name = f"{demo_db}_copy"
    with closing(server.connect("postgres")) as connection, connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" OWNER {OWNER} TEMPLATE template0')
    extend(server, name)
    yield name, {"DATABASE_URL": server.url(name, APPLICATION), "OWNER_DATABASE_URL": server.url(name, OWNER)}
    with closing(server.connect("postgres")) as connection, connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="module")
def kept(tmp_path_factory) -> Path:
    """Where the backup of the demo company lies once it was made: every copy of it holds the same."""
    return tmp_path_factory.mktemp("kept") / "one.tar"


@pytest.fixture
def backup(kept, demo_db, database_urls, tmp_path, ordered) -> Path:
    """A backup of the demo company."""
    if not kept.exists():
        assert ordered(database_urls, "backup", kept) == ""
    return Path(shutil.copy2(kept, tmp_path / "one.tar"))


def derived(server, database: str) -> dict[str, list]:
    with closing(server.connect(database)) as connection, connection.cursor() as cursor:
        found = {}
        for name, sql in DERIVED.items():
            cursor.execute(f"""SELECT t::text FROM ({sql}) t ORDER BY t::text COLLATE "C" """)
            found[name] = cursor.fetchall()
    return found


@pytest.mark.invariant("I22")
def test_a_company_is_backed_up_destroyed_restored_and_verified(servers, demo_db, backup, empty, tmp_path):
    server, _broker = servers
    before = digests(server, demo_db)
    with closing(server.connect("postgres")) as connection, connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{demo_db}" WITH (FORCE)')
    name, urls = empty
    done = manage("restore", backup, **urls, SMARKETING_DATA=str(tmp_path / "new"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "papers read, nothing touched" in done.stdout and "books, none touched" in done.stdout
    after = digests(server, name)
    # One row is younger than the dump: that the backup was made.
    assert {t for t in before if before[t] != after.get(t)} <= {"jobs_heartbeat"} and before.keys() == after.keys()

    # The application's role may still not touch facts, and derived rows come back the same from the restored facts.
    with (
        closing(server.connect(name, APPLICATION)) as connection,
        connection.cursor() as cursor,
        pytest.raises(Exception, match="permission denied"),
    ):
        cursor.execute("DELETE FROM leads_attempt")
    kept = derived(server, name)
    assert len(kept["score"]) > 400 and kept["clocks"]
    assert manage("rebuild", **urls).returncode == 0
    assert derived(server, name) == kept


@pytest.mark.trust
@pytest.mark.invariant("I22", mutant="a derived row is not what its facts say")
def test_the_drill_proves_a_backup_and_leaves_nothing_and_a_row_that_lies_is_named(
    servers, demo_db, database_urls, tmp_path, owner_of_demo
):
    def drilled(name: str) -> subprocess.CompletedProcess:
        assert manage("backup", tmp_path / f"smarketing-{name}.tar", **database_urls).returncode == 0
        return manage("drill", **database_urls)

    before = digests(servers[0], demo_db)
    done = drilled("1")
    assert done.returncode == 0, done.stdout + done.stderr
    for said in ("smarketing-1.tar of", "papers read, nothing touched", "books, none touched", "The backup holds"):
        assert said in done.stdout
    changed = {table for table, found in digests(servers[0], demo_db).items() if found != before[table]}
    assert changed <= {"jobs_heartbeat"} and Heartbeat.objects.filter(name="drill").exists()
    with closing(servers[0].connect("postgres")) as link, link.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_database WHERE datname = %s", [f"{demo_db}_drill"])
        assert cursor.fetchone() == (0,)

    owner_of_demo(
        "UPDATE leads_score SET fit = fit + 1 WHERE (lead_id, line_id) = (SELECT lead_id, line_id FROM leads_score LIMIT 1)"
    )
    done = drilled("2")
    assert done.returncode == 1 and "leads_score: 1" in done.stderr and "failed its drill at rebuild" in done.stderr


@pytest.fixture
def owner_of_demo(servers, demo_db):
    """Runs a statement as the superuser in the demo company, past its guards."""

    def run(statement: str) -> None:
        with closing(servers[0].connect(demo_db)) as link, link.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(statement)

    return run


def rows_of(server, database: str, table: str) -> list[tuple]:
    with closing(server.connect(database)) as link, link.cursor() as cursor:
        cursor.execute(f'SELECT t::text FROM "{table}" t ORDER BY 1')
        return cursor.fetchall()


@pytest.fixture
def house(servers, transactional_db, settings, tmp_path):
    """A company of one canary in a database and a data folder of its own, and an empty database for its copy.

    Yields (environment of its processes, environment of the copy's, what both hold as text)."""
    server, _broker = servers
    settings.DATA = tmp_path / "data"
    settings.MEDIA_ROOT = settings.DATA / "media"
    name = connection.settings_dict["NAME"]
    copy = f"{name}_copy"
    with closing(server.connect("postgres")) as link, link.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{copy}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{copy}" OWNER {OWNER} TEMPLATE template0')
    extend(server, copy)
    here, there = (
        {"DATABASE_URL": server.url(one, APPLICATION), "OWNER_DATABASE_URL": server.url(one, OWNER)}
        for one in (name, copy)
    )
    new = tmp_path / "new"

    def held() -> set[str]:
        """Which of the canary's strings the restored company holds, in tables or files."""
        with closing(server.connect(copy)) as link, link.cursor() as cursor:
            cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            tables = [row[0] for row in cursor.fetchall()]
            text = ""
            for table in tables:
                cursor.execute(f"""SELECT coalesce(string_agg(t::text, chr(10)), '') FROM "{table}" t""")
                text += cursor.fetchone()[0]
        text += "".join(path.read_bytes().decode("latin-1") for path in new.rglob("*") if path.is_file())
        return left(text)

    yield here | {"SMARKETING_DATA": str(settings.DATA)}, there | {"SMARKETING_DATA": str(new)}, held
    with closing(server.connect("postgres")) as link, link.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{copy}" WITH (FORCE)')


def backed_up_then_erased(house, tmp_path):
    """A canary lived and was handed over; the backup was made; only then were they erased. Returns the backup."""
    desk = Desk()
    (conf.MEDIA_ROOT / "logo.svg").parent.mkdir(parents=True, exist_ok=True)
    (conf.MEDIA_ROOT / "logo.svg").write_text("<svg/>")
    (conf.DATA / "suppression_key").write_text("of this company")
    lead = canary.live(desk, tmp_path)
    handing.hand_over(lead=lead, line=desk.line, gate="manual", by=None, at=clock.now())
    target = tmp_path / "backups" / "one.tar"
    done = manage("backup", target, **house[0])
    assert done.returncode == 0, done.stderr
    consent.oppose(lead=lead, source="call", text="No.", said_on=None, by=desk.lea, at=clock.now())
    erasure.erase(leads=[Lead.objects.get(pk=lead.pk)], by=desk.boss, at=clock.now())
    return target


@pytest.mark.trust
@pytest.mark.invariant("I19")
def test_whoever_was_erased_after_the_backup_is_erased_again_by_its_restore(house, tmp_path):
    target = backed_up_then_erased(house, tmp_path)
    told = (target.parent / "erasures.json").read_text()
    assert left(told) == set() and '"erased": [{' in told  # beside the backup, since the erasure: ids and hashes
    done = manage("restore", target, **house[1])
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 leads erased again" in done.stdout
    assert house[2]() == set()
    manifest = archive.unpack(target, tmp_path / "laid")
    saved, restored = files(tmp_path / "laid"), files(tmp_path / "new")
    kept = {name for name in saved if name.startswith("media/") or name.endswith("_key")}
    assert {name: saved[name] for name in kept & restored.keys()} == {
        name: restored[name] for name in kept & restored.keys()
    }
    gone = kept - restored.keys() - {"secret_key"}  # the canary's own file; this key is that of the environment
    assert {"suppression_key", "media/logo.svg"} <= kept - gone and len(gone) == 1
    assert saved["secret_key"].decode() == conf.SECRET_KEY
    assert "1 went with erasures" in done.stdout and len(manifest.files) == len(kept) + 1
    (tmp_path / "more.csv").write_text(f"Email,First Name,Last Name\n{canary.STRINGS['email']},A,B\n")
    again = manage("import_csv", "leads", tmp_path / "more.csv", **house[1])
    assert "1 rejected" in again.stdout and "canary" not in again.stdout.lower().replace("more.csv", "")


@pytest.mark.trust
@pytest.mark.invariant("I19", mutant="a restore knows no erasures")
def test_a_restore_without_the_list_says_so_and_brings_the_person_back(house, tmp_path):
    target = backed_up_then_erased(house, tmp_path)
    (target.parent / "erasures.json").unlink()
    done = manage("restore", target, **house[1])
    assert done.returncode == 0 and "whoever was erased since this backup is back" in done.stdout
    assert house[2]()


REPLAYED = """
from leads.models import Lead
from leads.rights import consent, erasure
from smarketing.accounts.models import User
from smarketing.rows import clock
boss, lead = User.objects.get(name="bo"), Lead.objects.get(email="zq99canary@canary.example")
consent.suppress(email="other@x.example", by=boss, at=clock.now())
consent.oppose(lead=lead, source="call", text="No.", said_on=None, by=boss, at=clock.now())
erasure.erase(leads=[lead], by=boss, at=clock.now())
"""
ASKED = """
from leads.intake import suppression
from leads.models import Erasure
print(len(suppression.listed(["other@x.example", "zq99canary@canary.example"])), Erasure.objects.count())
"""


@pytest.mark.trust
@pytest.mark.invariant("I19")
def test_a_company_replaced_by_its_backup_keeps_what_it_knew_of_erasures_and_oppositions(house, tmp_path):
    Installation.objects.get_or_create(defaults={"kind": "live", "company": "Acme"})
    canary.live(Desk(), tmp_path)
    (conf.DATA / "suppression_key").write_text("of this company")
    target = tmp_path / "backups" / "one.tar"
    assert manage("backup", target, **house[0]).returncode == 0
    folder = Path(tempfile.mkdtemp(prefix="smk-"))
    stopped = {"DATABASE_URL": "", "OWNER_DATABASE_URL": "", "SMARKETING_DATA": str(folder)}
    try:
        done = manage("restore", target, **stopped)
        assert done.returncode == 0, done.stdout + done.stderr
        refused = manage("restore", target, **stopped)
        assert refused.returncode == 1 and "holds a company already" in refused.stderr

        def asked(program: str) -> str:
            with server_of(folder) as server:
                urls = {"DATABASE_URL": server.url("smarketing", APPLICATION), "SMARKETING_DATA": str(folder)}
                said = manage("shell", "-c", program, **urls)
                assert said.returncode == 0, said.stderr
                return said.stdout

        asked(REPLAYED)
        for listed in (folder / "erasures.json", target.parent / "erasures.json"):
            listed.unlink(missing_ok=True)  # only the company that is here knows
        done = manage("restore", target, "--replace", **stopped)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "1 leads erased again" in done.stdout and "kept as the database smarketing_before" in done.stdout
        assert asked(ASKED).split()[-2:] == ["2", "1"]
        assert left("".join(body.decode("latin-1") for body in files(folder / "media").values())) == set()
        with server_of(folder) as server:
            assert left(dumped(server, "smarketing")) == set()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.trust
def test_a_filled_company_of_an_older_version_is_brought_up_to_date(servers, demo_db, database_urls, empty, tmp_path):
    """Merges, suppressions, praise: the schema goes back seven migrations with the rows in it, then a restore goes on."""
    server, (name, urls) = servers[0], empty
    boss, at = User.objects.get(email="alex@demo.example"), clock.now()
    alone = Lead.objects.filter(root_id=None, erased=False).exclude(email="").order_by("pk")
    free = list(alone.exclude(pk__in=HandoffState.objects.filter(is_open=True).values("lead"))[:8])
    for loser, root in ((free[0], free[1]), (free[1], free[2]), (free[3], free[4])):
        merge.merge(loser=Lead.objects.get(pk=loser.pk), root=Lead.objects.get(pk=root.pk), by=boss, at=clock.now())
    made = merge.merge(loser=free[5], root=free[6], by=boss, at=clock.now())
    merge.take_back(merge=made, by=boss, at=clock.now(), reason="two people")
    consent.suppress(email="listed@x.example", by=boss, at=at)
    connection.close()
    assert manage("rebuild", **database_urls).returncode == 0
    whole, spans = digests(server, demo_db), rows_of(server, demo_db, "leads_mergedspan")
    assert len(spans) == 5 - 1 + 1 and derived(server, demo_db)["score"]

    back = manage("migrate", "leads", "0015", **database_urls)
    assert back.returncode == 0, back.stderr
    assert "leads_mergedspan" not in digests(server, demo_db)
    done = manage("backup", tmp_path / "old.tar", **database_urls)
    assert done.returncode == 0, done.stderr
    assert "0016_remarks" not in archive.unpack(tmp_path / "old.tar", tmp_path / "laid").migrations["leads"]
    done = manage("restore", tmp_path / "old.tar", **urls, SMARKETING_DATA=str(tmp_path / "new"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "papers read, nothing touched" in done.stdout and "books, none touched" in done.stdout
    assert rows_of(server, name, "leads_mergedspan") == spans
    assert manage("rebuild", **urls).returncode == 0
    after = digests(server, name)
    moved = {table for table in whole if whole[table] != after[table]}
    free = {"jobs_heartbeat", "django_migrations", "auth_permission", "django_content_type"}
    assert moved <= free | {
        "leads_leaddirty",
        "leads_behaviour",
        "leads_word",
    }  # to be judged, counted and tidied again


def test_a_backup_is_one_file_that_only_its_owner_reads_and_old_ones_go(demo_db, database_urls, tmp_path, ordered):
    for name in ("smarketing-20200101-000000.tar", "smarketing-20200102-000000.tar"):
        (tmp_path / name).write_bytes(b"old")
    assert ordered(database_urls, "backup", tmp_path, "--keep", 2) == ""
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names.pop(0) == "erasures.json"
    assert len(names) == 2 and names[0] == "smarketing-20200102-000000.tar"
    newest = tmp_path / names[1]
    assert newest.stat().st_mode & 0o777 == 0o600
    with tarfile.open(newest) as tar:
        assert {"manifest.json", "database.dump", "secret_key"} <= set(tar.getnames())
        rows = json.load(tar.extractfile("manifest.json"))["rows"]
    assert rows["leads_lead"] == 500 and rows["rows_installation"] == 1
    assert "exists already" in ordered(database_urls, "backup", newest)


def test_a_database_that_holds_something_is_never_overwritten(
    servers, demo_db, backup, database_urls, tmp_path, ordered
):
    before = digests(servers[0], demo_db)
    assert "is not empty" in ordered({**database_urls, "SMARKETING_DATA": str(tmp_path / "new")}, "restore", backup)
    assert digests(servers[0], demo_db) == before


@pytest.mark.trust
def test_what_is_refused_is_said_in_words_without_a_trace_of_the_program(demo_db, backup, database_urls, tmp_path):
    done = manage("restore", backup, **database_urls, SMARKETING_DATA=str(tmp_path / "new"))
    assert done.returncode == 1 and "is not empty" in done.stderr and "Traceback" not in done.stderr


def files(folder: Path) -> dict[str, bytes]:
    """What lies below a folder, by name."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def remade(backup: Path, folder: Path, **changes) -> Path:
    """The backup again with another manifest."""
    manifest = archive.unpack(backup, folder / "laid")
    said = {**manifest.__dict__, **changes}
    archive.pack(folder / "other.tar", archive.Manifest(**said), folder / "laid" / archive.DUMP, "k", folder / "none")
    return folder / "other.tar"


def test_another_version_s_backup_is_named_and_nothing_is_filled(servers, backup, empty, tmp_path, ordered):
    name, urls = empty
    newer = remade(backup, tmp_path, migrations={"leads": ["0001_initial", "9999_flying_cars"]})
    told = ordered({**urls, "SMARKETING_DATA": str(tmp_path / "new")}, "restore", newer)
    assert "leads.9999_flying_cars is unknown here" in told
    assert digests(servers[0], name) == {}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"format": 2}, "has format 2; this version reads format 1. Restore it with the version that made it"),
        ({"server": 99}, "was made by PostgreSQL 99; the server here is PostgreSQL"),
    ],
)
def test_another_format_or_a_newer_postgresql_is_refused_in_words_and_nothing_is_filled(
    servers, backup, empty, tmp_path, changes, said, ordered
):
    name, urls = empty
    told = ordered({**urls, "SMARKETING_DATA": str(tmp_path / "new")}, "restore", remade(backup, tmp_path, **changes))
    assert said in told
    assert digests(servers[0], name) == {} and not (tmp_path / "new" / "secret_key").exists()


@pytest.mark.trust
def test_a_copy_that_lacks_rows_fails_its_proof(backup, empty, tmp_path):
    _name, urls = empty
    manifest = archive.unpack(backup, tmp_path / "laid")
    more = remade(backup, tmp_path, rows={**manifest.rows, "leads_attempt": manifest.rows["leads_attempt"] + 1})
    done = manage("restore", more, **urls, SMARKETING_DATA=str(tmp_path / "new"))
    assert done.returncode == 1 and "leads_attempt:" in done.stderr and "failed its proof" in done.stderr


@pytest.fixture
def small(tmp_path) -> Path:
    """A whole backup file of a dump that nobody will load."""
    dump = tmp_path / "d"
    dump.write_bytes(b"PGDMP" * 1000)
    (tmp_path / "media" / "exports").mkdir(parents=True)
    (tmp_path / "media" / "exports" / "secret").write_text("a large file, kept for a day")
    (tmp_path / "media" / "logo.svg").write_text("<svg/>")
    manifest = archive.Manifest("2026-11-26T00:00:00+00:00", 18, {}, {})
    archive.pack(tmp_path / "small.tar", manifest, dump, "key", tmp_path / "media")
    return tmp_path / "small.tar"


def test_a_backup_lays_out_what_went_in(small, tmp_path):
    assert archive.unpack(small, tmp_path / "out").server == 18
    assert (tmp_path / "out" / "media" / "logo.svg").read_text() == "<svg/>"
    assert not (tmp_path / "out" / "media" / "exports").exists()
    assert (tmp_path / "out" / "secret_key").read_text() == "key"


@pytest.mark.parametrize("at", [0.0, 0.2, 0.5, 0.9, 0.99])
def test_a_file_cut_off_anywhere_is_refused(small, tmp_path, at):
    whole = small.read_bytes()
    small.write_bytes(whole[: int((whole.index(b"<svg/>") + 6) * at)])
    with pytest.raises(CannotRestore):
        archive.unpack(small, tmp_path / "out")


def test_a_flipped_byte_is_noticed(small, tmp_path):
    whole = bytearray(small.read_bytes())
    place = whole.index(b"PGDMP" * 10) + 7
    whole[place] ^= 1
    small.write_bytes(whole)
    with pytest.raises(CannotRestore, match="changed or damaged"):
        archive.unpack(small, tmp_path / "out")


@pytest.mark.parametrize("name", ["../outside", "media/../../outside", "/outside", "other"])
def test_a_member_that_leads_out_of_the_folder_is_refused(small, tmp_path, name):
    with tarfile.open(small, "a") as tar:
        archive._text(tar, name, "evil")
    with pytest.raises(CannotRestore, match="unexpected"):
        archive.unpack(small, tmp_path / "in" / "out")
    assert not (tmp_path / "in" / "outside").exists() and not (tmp_path / "outside").exists()


def test_a_missing_file_says_so(tmp_path):
    with pytest.raises(CannotRestore, match=r"nothing\.tar: No such file"):
        archive.unpack(tmp_path / "nothing.tar", tmp_path)
