"""Each request is told once, under an id, without a personal value."""

import json
import logging
import subprocess
import sys
from io import StringIO

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from django.test import Client

from smarketing.accounts.models import User
from smarketing.web import logs
from tests.ground import ROOT
from tests.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines():
    """What is logged meanwhile, as JSON objects."""
    said = logs.config(json=True)
    formatter = said["formatters"]["line"]
    handler = logging.StreamHandler(stream := StringIO())
    kind = formatter.pop("()")
    handler.setFormatter(kind(**formatter))
    root = logging.getLogger("smarketing")
    root.addHandler(handler)
    kept, root.level = root.level, logging.INFO
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(kept)


def test_a_request_is_one_line_with_its_page_status_time_and_person(lines):
    client = Client()
    ann = person("Ann", "rep")
    client.force_login(ann)
    answer = client.get("/queue/?q=ann%40secret.example")
    (line,) = [one for one in lines() if one["event"] == "request"]
    assert (line["page"], line["method"], line["status"], line["person"]) == ("leads:queue", "GET", 200, ann.pk)
    assert line["request"] == answer["X-Request-ID"] and line["ms"] > 0
    assert "secret" not in json.dumps(line)


def test_the_proxy_s_id_is_kept_and_a_hostile_one_is_not(lines):
    client = Client()
    assert client.get("/healthz", headers={"X-Request-ID": "proxy-1234567890"})["X-Request-ID"] == "proxy-1234567890"
    for hostile in ("a" * 65, "short", "line\tbreak-123", 'quote"-123456'):
        assert client.get("/healthz", headers={"X-Request-ID": hostile})["X-Request-ID"] != hostile
    assert lines() == []  # health checks are not told


def test_what_a_database_says_of_a_row_is_not_logged(lines):
    address = "-".join(("canary", "7c1@secret.example"))
    try:
        with transaction.atomic():
            User.objects.create_user(address, "x" * 12, name="Ben", role="rep", side="neither")
    except IntegrityError:
        logging.getLogger("smarketing.trial").exception("refused")
    (line,) = lines()
    assert "IntegrityError" in line["exception"] and "DETAIL: (cut)" in line["exception"]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT %s::date", [address])
    except DataError:
        logging.getLogger("smarketing.trial").exception("refused")
    quoted = lines()[-1]
    assert "invalid input syntax for type date: (cut)" in quoted["exception"]
    assert "canary-7c1" not in json.dumps([line, quoted])


@pytest.mark.parametrize("form", ["text", "json"])
def test_processes_log_in_the_form_that_the_environment_says(form):
    program = (
        "import os, django; django.setup(); import logging; logging.getLogger('smarketing.x').warning('told %s', 7)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True,
        env={**__import__("os").environ, "SMARKETING_LOG": form, "DJANGO_SETTINGS_MODULE": "smarketing.settings"},
    )  # fmt: skip
    last = done.stderr.strip().splitlines()[-1]
    if form == "json":
        said = json.loads(last)
        assert (said["event"], said["level"], said["logger"]) == ("told 7", "warning", "smarketing.x")
    else:
        assert "told 7" in last and "warning" in last and not last.startswith("{")
