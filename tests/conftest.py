"""The tests' ground: one real PostgreSQL and one real broker for the run, a database per worker copied from a template.

The template is migrated once per set of migrations, as the owner; tests run as the application's role. A test that
commits (TransactionTestCase) gets its database dropped and copied afresh: nothing is ever flushed by TRUNCATE.
"""

import fcntl
import hashlib
import os
import signal
from collections.abc import Callable
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest

from tests import apart, memory, wordless
from tests.ground import GROUND, ROOT

pytest_plugins = ["tests.trust_report", "tests.order"]
APPLICATION_ROLE = "smarketing_app"


@contextmanager
def _alone(name: str):
    GROUND.mkdir(parents=True, exist_ok=True)
    with (GROUND / f"{name}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _servers():
    """The run's servers: started by whoever comes first, found running by the others."""
    from smarketing.supervisor.broker import Broker
    from smarketing.supervisor.postgres import Server, prepare

    with _alone("servers"):
        server, broker = Server(GROUND, fast=True, bound=False), Broker(GROUND, bound=False)
        try:
            server.connect("postgres").close()
        except Exception:
            memory.prepare(GROUND)
            server.start()
            prepare(server)
        if not broker.answers():
            broker.start()
    return server, broker


def pytest_unconfigure(config):
    """The last controller stops the servers at the end, unless SMARKETING_TEST_KEEP asks to keep them warm."""
    if _state["using"] is None or os.environ.get("SMARKETING_TEST_KEEP"):  # a worker, or a run that never began
        return
    try:
        fcntl.flock(_state["using"], fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:  # another run of this folder still uses them
        return
    mark = GROUND / "postgres" / "postmaster.pid"
    if mark.exists():
        with suppress(OSError, ValueError):
            os.kill(int(mark.read_text().split()[0]), signal.SIGINT)
    with suppress(Exception):
        from smarketing.supervisor.broker import Broker

        Broker(GROUND).client().shutdown(nosave=True)


def _unhurried() -> None:
    """Properties are judged by what they find, not by how fast a busy machine draws: no deadline, no check of speed."""
    from hypothesis import HealthCheck, settings

    settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("house")


def pytest_configure(config):
    """Passwords hashed by the same function in fewer rounds: hashing is slow on purpose, and signing asks for one."""
    from django.contrib.auth.hashers import PBKDF2PasswordHasher

    PBKDF2PasswordHasher.iterations = 1_000
    _unhurried()
    wordless.draw_no_words()
    if not hasattr(config, "workerinput"):
        GROUND.mkdir(parents=True, exist_ok=True)
        _state["using"] = (GROUND / "using").open("w")
        fcntl.flock(_state["using"], fcntl.LOCK_SH)


_state: dict = {"servers": None, "using": None}


@pytest.fixture(autouse=True)
def _nothing_left_behind():
    """A page answered in French leaves the thread in French, and the process keeps what it read for seconds: the next test starts
    in nobody's language and zone, and reads everything itself."""
    yield
    from django.utils import timezone, translation

    from smarketing.rows import kept
    from smarketing.web.templatetags import same

    kept.forget_all()
    same.forget()
    translation.deactivate()
    timezone.deactivate()


@pytest.fixture
def still(monkeypatch):
    """What a process keeps for seconds is kept to the end of the test: it asks the database as often on a slow machine."""
    from smarketing.rows import kept

    monkeypatch.setattr(kept, "monotonic", lambda: 0.0)


@pytest.fixture(scope="session")
def servers():
    if _state["servers"] is None:
        _state["servers"] = _servers()
    return _state["servers"]


def _hash_of_migrations() -> str:
    digest = hashlib.sha256()
    for path in sorted(ROOT.glob("*/migrations/*.py")) + sorted(ROOT.glob("smarketing/*/migrations/*.py")):
        digest.update(path.read_bytes())
    for path in ("smarketing/rows/grants.py", "requirements/base.txt", "tests/apart.py"):
        if (ROOT / path).exists():
            digest.update((ROOT / path).read_bytes())
    for path in (
        sorted(ROOT.glob("*/models*"))
        + sorted(ROOT.glob("*/models/*.py"))
        + sorted(ROOT.glob("smarketing/*/models.py"))
    ):
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _template(server) -> str:
    """The migrated, granted template database of this set of migrations."""
    from django.core.management import call_command
    from django.db import connections

    from smarketing.supervisor.postgres import OWNER, extend

    name = f"tpl_{_hash_of_migrations()}"
    with _alone("template"), closing(server.connect("postgres")) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT datistemplate FROM pg_database WHERE datname = %s", [name])
        row = cursor.fetchone()
        if row and row[0]:
            return name
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" OWNER {OWNER} TEMPLATE template0')
        extend(server, name)
        _point_django_at(server, name, OWNER)
        call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
        with connections["default"].cursor() as owned:
            apart.numbers_apart(owned)
        connections.close_all()
        cursor.execute(f'ALTER DATABASE "{name}" IS_TEMPLATE true')
    return name


DEMO_AT = datetime(2026, 3, 17, 9, 30, tzinfo=UTC)  # a Tuesday, 10:30 in Paris
DEMO_LEADS = 500


def _hash_of_demo() -> str:
    """Of everything that decides what the demo company holds."""
    digest = hashlib.sha256(_hash_of_migrations().encode())
    for folder in ("reporting/demo", "leads/scoring", "leads/judging", "leads/handoffs", "personas", "sla"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def _as_owner(server, name: str):
    """Django points at this database over a connection of its owner; where it did before, afterwards."""
    from django.db import connections

    from smarketing.supervisor.postgres import OWNER

    kept = dict(connections["default"].settings_dict)
    _point_django_at(server, name, OWNER)
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"].settings_dict.update(kept)


def seed_as_owner(server, name: str, **options) -> None:
    """Run the seed in a migrated database, over a connection of its owner; Django points where it did afterwards."""
    from django.core.management import call_command

    with _as_owner(server, name):
        call_command("seed", stdout=StringIO(), **options)


def _made_template(server, name: str, fill: Callable[[], None]) -> str:
    """The template database of this name, copied from the migrated one and filled by whoever asks for it first."""
    from smarketing.supervisor.postgres import OWNER

    plain = _template(server)
    with _alone(name), closing(server.connect("postgres")) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT datistemplate FROM pg_database WHERE datname = %s", [name])
        row = cursor.fetchone()
        if row and row[0]:
            return name
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" OWNER {OWNER} TEMPLATE "{plain}" STRATEGY file_copy')
        with _as_owner(server, name):
            fill()
        cursor.execute(f'ALTER DATABASE "{name}" IS_TEMPLATE true')
    return name


def _demo_template(server) -> str:
    """The template database of a small demo company whose present is DEMO_AT."""
    from django.core.management import call_command

    def fill() -> None:
        call_command("seed", stdout=StringIO(), leads=DEMO_LEADS, at=DEMO_AT)

    return _made_template(server, f"demo_{_hash_of_demo()}", fill)


def _olist_template(server, shared_data: Path) -> str:
    """The template database that holds the funnel of Olist, imported as declared history."""
    from tests.olist import import_olist

    digest = hashlib.sha256(_hash_of_demo().encode())
    for folder in ("leads", "smarketing/rows", "smarketing/calendars", "tests/leads/intake/importing/maps"):
        for path in sorted((ROOT / folder).rglob("*.*")):
            if path.suffix in (".py", ".json"):
                digest.update(path.read_bytes())
    return _made_template(
        server, f"olist_{digest.hexdigest()[:16]}", lambda: import_olist(shared_data / "olist-funnel")
    )


def _point_django_at(server, name: str, user: str) -> None:
    from django.db import connections

    connections["default"].close()
    connections["default"].settings_dict.update(
        NAME=name, USER=user, HOST=str(server.sockets), PASSWORD="", PORT="", CONN_MAX_AGE=0
    )


class _Database:
    """The worker's own database, copied from the template, and copied again whenever a test committed to it."""

    def __init__(self, server, template: str, name: str):
        self.server, self.template, self.name = server, template, name
        self.untouched = False  # by the running test, which works on a copy of something else

    def renew(self) -> None:
        if self.untouched:
            self.untouched = False
            return
        from django.db import connections

        from smarketing.supervisor.postgres import APPLICATION, OWNER

        connections.close_all()
        with closing(self.server.connect("postgres")) as connection, connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')
            cursor.execute(f'CREATE DATABASE "{self.name}" OWNER {OWNER} TEMPLATE "{self.template}" STRATEGY file_copy')
        _point_django_at(self.server, self.name, APPLICATION)

    def drop(self) -> None:
        from django.db import connections

        connections.close_all()
        with closing(self.server.connect("postgres")) as connection, connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')


_current: dict[str, _Database] = {}


@pytest.fixture(scope="session")
def django_db_setup(servers, django_db_blocker):
    from django.test import TransactionTestCase

    server, _broker = servers
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with django_db_blocker.unblock():
        database = _Database(server, _template(server), f"t_{os.getpid()}_{worker}")
        database.renew()
    _current["database"] = database
    TransactionTestCase._fixture_teardown = lambda self: database.renew()
    yield
    with django_db_blocker.unblock(), closing(server.connect("postgres")) as connection, connection.cursor() as cursor:
        from django.db import connections

        connections.close_all()
        cursor.execute(f'DROP DATABASE IF EXISTS "{database.name}" WITH (FORCE)')


@contextmanager
def _own_copy(server, template: str):
    """A database of the test's own, copied from this template; the worker's database is where it was afterwards."""
    own = _current["database"]
    own.untouched = True
    copy = _Database(server, template, f"{own.name}_own")
    copy.renew()
    _current["database"] = copy
    try:
        yield copy
    finally:
        _current["database"] = own
        copy.drop()
        _point_django_at(server, own.name, APPLICATION_ROLE)


@pytest.fixture
def demo_db(servers, transactional_db):
    """The small demo company in a database of the test's own, at its present DEMO_AT; everything may be committed.

    Yields the database's name. People: `User.objects.get(email="lea@demo.example")`; the password of all is
    `reporting.demo.words.PASSWORD`.
    """
    server, _broker = servers
    with _own_copy(server, _demo_template(server)) as demo:
        with closing(server.connect(demo.name)) as connection, connection.cursor() as cursor:
            cursor.execute("UPDATE rows_installation SET clock_offset = %s - clock_timestamp()", [DEMO_AT])
        yield demo.name


@pytest.fixture
def olist_db(servers, transactional_db, shared_data):
    """The funnel of Olist, imported as declared history, in a database of the test's own. Yields its folder of files."""
    server, _broker = servers
    from tests import olist

    folder = shared_data / "olist-funnel"
    with _own_copy(server, _olist_template(server, shared_data)):
        olist.keep_files(folder)
        yield folder


@pytest.fixture
def database_urls(servers, transactional_db) -> dict[str, str]:
    """Environment for a process of ours that shall work on this test's database and broker."""
    from smarketing.supervisor.postgres import APPLICATION, OWNER

    server, broker = servers
    name = _current["database"].name
    return {
        "DATABASE_URL": server.url(name, APPLICATION),
        "OWNER_DATABASE_URL": server.url(name, OWNER),
        "REDIS_URL": broker.url,
    }


@pytest.fixture
def owner(servers, db):
    """A connection as the database's owner, for planted faults."""
    from smarketing.supervisor.postgres import OWNER

    server, _broker = servers
    with closing(server.connect(_current["database"].name, OWNER)) as connection:
        yield connection


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real public data. Skips where it is absent; fails where SHARED_DATA names a missing folder."""
    named = os.environ.get("SHARED_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    if folder.is_dir():
        return folder
    if named:
        pytest.fail(f"SHARED_DATA names {named}, which is no folder")
    pytest.skip("no real data here: set SHARED_DATA to its folder")
