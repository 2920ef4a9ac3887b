"""I2: what was acknowledged is in the table, whatever is killed while clients send."""

import base64
import http.client
import json
import threading
import time
import uuid
from datetime import UTC, datetime

import pytest

from .company import company

pytestmark = pytest.mark.trust
SECONDS, CLIENTS = 6.0, 3


def _send(port: int, key: str, ids: list[str]) -> bool:
    """Whether this batch was acknowledged."""
    now = datetime.now(UTC).isoformat()
    rows = [
        {"type": "track", "event": "Form Submitted", "anonymousId": f"a{n}", "messageId": one, "timestamp": now}
        for n, one in enumerate(ids)
    ]
    body = json.dumps({"batch": rows, "sentAt": now})
    headers = {"Authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode()}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("POST", "/v1/batch", body, headers)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _loss(application: str) -> tuple[int, int]:
    """(acknowledged, of them missing) after killing pages and database under load, twice."""
    with company() as one:
        key = one.manage(
            "shell", "-v", "0", "-c",
            "from smarketing.accounts import tokens; from smarketing.rows.clock import now;"
            "print(tokens.issue(kind='write', name='site', by=None, at=now())[1])",
        ).split()[-1]  # fmt: skip
        one.start_web(application)
        acknowledged, stop = [set() for _ in range(CLIENTS)], threading.Event()

        def client(mine: set[str]) -> None:
            while not stop.is_set():
                ids = [str(uuid.uuid4()) for _ in range(5)]
                for _try in range(2):  # a client that heard nothing sends the same again
                    if _send(one.port, key, ids):
                        mine.update(ids)
                        break
                    time.sleep(0.05)

        threads = [threading.Thread(target=client, args=(mine,)) for mine in acknowledged]
        for thread in threads:
            thread.start()
        for _round in range(2):
            time.sleep(SECONDS / 2)
            one.kill_web()
            one.kill_database()
            one.server.start()
            one.start_web(application)
        time.sleep(1)
        stop.set()
        for thread in threads:
            thread.join()
        time.sleep(1)
        return _missing(one, set().union(*acknowledged))


def _missing(one, sent: set[str]) -> tuple[int, int]:
    import hashlib

    kept = {bytes(key) for (key,) in one.rows("SELECT key FROM leads_eventkey")}
    torn = "SELECT count(*) FROM leads_eventkey k FULL JOIN leads_event e ON e.id = k.event_id WHERE e.id IS NULL OR k.key IS NULL"
    assert one.rows(torn) == [(0,)]  # keys and events came together or not at all
    return len(sent), sum(hashlib.sha256(one.encode()).digest()[:16] not in kept for one in sent)


@pytest.mark.invariant("I2")
def test_what_was_acknowledged_is_kept_through_killed_pages_and_database():
    acknowledged, missing = _loss("smarketing.wsgi")
    assert acknowledged > 200 and missing == 0


@pytest.mark.invariant("I2", mutant="reply before commit")
def test_replying_before_the_commit_would_lose_events():
    acknowledged, missing = _loss("tests.trust.hasty_wsgi")
    assert acknowledged > 200 and missing > 0
