"""The embedded servers start by either way, keep what was committed through a kill, and refuse what they cannot read."""

import os
import shutil
import signal
import tempfile
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest
import redis

from smarketing.supervisor.broker import Broker
from smarketing.supervisor.errors import CannotStart
from smarketing.supervisor.postgres import APPLICATION, OWNER, SUPERUSER, Server, prepare

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root has a choice of ways")


@pytest.fixture
def folder():
    """A short path that everybody may pass: the way "nobody" needs it."""
    one = Path(tempfile.mkdtemp(prefix="smk-"))
    one.chmod(0o755)
    yield one
    shutil.rmtree(one, ignore_errors=True)


@pytest.fixture
def server(folder, request):
    one = Server(folder, forced_way=getattr(request, "param", ""))
    yield one
    one.stop()


def ask(server: Server, sql: str):
    with closing(server.connect("smarketing")) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else None


@ROOT_ONLY
@pytest.mark.parametrize("server", ["unshare", "nobody"], indirect=True)
def test_as_root_the_database_runs_as_somebody_without_rights_by_either_way(server):
    try:
        server.start()
    except CannotStart:
        if server.way.name == "unshare":
            pytest.skip("user namespaces are refused here")
        raise
    prepare(server)
    assert ask(server, "SELECT 1") == [(1,)]
    assert server.folder.joinpath("postgres.way").read_text() == server.way.name


def test_what_was_committed_survives_a_kill_and_the_next_start_makes_nothing_anew(server):
    server.start()
    prepare(server)
    ask(server, "CREATE TABLE kept AS SELECT 7 AS n")
    os.killpg(server.child.pid, signal.SIGKILL)
    server.child.wait()
    server.start()
    prepare(server)
    assert ask(server, "SELECT n FROM kept") == [(7,)]


def test_data_of_another_version_are_never_started_on(server):
    server.start()
    server.stop()
    (server.data / "PG_VERSION").write_text("14\n")
    with pytest.raises(CannotStart, match=r"written by PostgreSQL 14.*pg_dump"):
        server.start()


def test_a_long_path_still_gets_a_socket(folder):
    deep = folder / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    one = Server(deep)
    try:
        one.start()
        with closing(one.connect("postgres")) as connection, connection.cursor() as cursor:
            cursor.execute("SHOW listen_addresses")
            assert cursor.fetchone() == ("",)
        assert len(str(one.sockets)) < 90
    finally:
        one.stop()
        shutil.rmtree(one.sockets, ignore_errors=True)


def test_the_broker_keeps_its_list_through_a_kill(folder):
    broker = Broker(folder)
    broker.start()
    try:
        redis.Redis(unix_socket_path=str(broker.socket)).rpush("bell", "a", "b")
        time.sleep(1.2)  # appended to its file every second
        os.killpg(broker.child.pid, signal.SIGKILL)
        broker.child.wait()
        broker.start()
        assert redis.Redis(unix_socket_path=str(broker.socket)).lrange("bell", 0, -1) == [b"a", b"b"]
    finally:
        with suppress(redis.RedisError):
            broker.stop()


@pytest.mark.invariant("I19", mutant="the server logs as PostgreSQL does by itself")
def test_the_server_s_own_log_holds_no_value_of_what_it_refused(servers):
    server = servers[0]

    def refused(user: str, word: str, *settings: str) -> bool:
        """Whether the server's log tells the word of a row, a value and a statement that were refused."""
        start = server.log.stat().st_size
        with closing(server.connect("postgres", user)) as link, link.cursor() as cursor:
            for setting in settings:
                cursor.execute(f"SET {setting}")
            cursor.execute("CREATE TEMPORARY TABLE one (mail text UNIQUE)")
            for _turn in range(2):
                with suppress(Exception):
                    cursor.execute("INSERT INTO one VALUES (%s)", [word])
            if user != SUPERUSER:
                with suppress(Exception):
                    cursor.execute("SELECT %s::date", [word])
        with server.log.open("rb") as log:
            log.seek(start)
            return word.encode() in log.read()

    assert not any(refused(user, f"discreet-{user}@x.example") for user in (APPLICATION, OWNER, SUPERUSER))
    assert refused(SUPERUSER, "loud@x.example", "log_error_verbosity = 'default'")
    assert refused(SUPERUSER, "louder@x.example", "log_min_error_statement = 'error'")
