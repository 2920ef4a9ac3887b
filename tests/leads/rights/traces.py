"""Where a string may be left, read as bytes: tables, a real dump, files, logs, pages; in whatever form it may stand."""

import base64
import html
import io
import json
import logging
import re
import subprocess
import unicodedata
import zipfile
from pathlib import Path
from urllib.parse import quote, quote_plus

from django.conf import settings as conf
from django.contrib.sessions.models import Session
from django.db import connection

from smarketing.supervisor.postgres import SUPERUSER, binaries
from smarketing.web import logs

from . import canary

ALL = canary.STRINGS | canary.MORE


def forms(said: str) -> set[bytes]:
    """In lower case: as it is, without accents, as JSON, HTML and addresses write it, in hexadecimal digits; a telephone
    number by its digits. As it is: in base64, wherever it begins in a longer text."""
    low = said.lower()
    bare = "".join(one for one in unicodedata.normalize("NFD", low) if not unicodedata.combining(one))
    plain = {low, bare, json.dumps(low)[1:-1], html.escape(low), quote(low), quote_plus(low), low.replace("'", "''")}
    hexes = {one.encode().hex() for one in (said, low, bare)}
    digits = re.sub(r"\D", "", said)
    numbers = {digits, digits[2:]} if len(digits) > 8 else set()
    return {one.lower().encode() for one in plain | hexes | numbers}


def in_base64(said: str) -> set[bytes]:
    """The part of its base64 that does not depend on what stands before and after."""
    found = set()
    for text in {said, said.lower()}:
        for lead in range(3):
            code = base64.b64encode(b"\0" * lead + text.encode())
            whole = (len(text.encode()) + lead) // 3 * 4
            found.add(code[0 if lead == 0 else 4 : whole])
    return found


def left(text: str | bytes) -> set[str]:
    """Which of the canary's strings stand in a text, in whatever form."""
    data = text.encode() if isinstance(text, str) else text
    low = data.lower()
    return {
        name
        for name, said in ALL.items()
        if any(form in low for form in forms(said)) or any(form in data for form in in_base64(said))
    }


def tables() -> str:
    """Every row of every table as text."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace"
        )
        out = []
        for (name,) in cursor.fetchall():
            cursor.execute(f'SELECT string_agg(t::text, chr(10)) FROM "{name}" t')
            out.append(cursor.fetchone()[0] or "")
        return "\n".join(out)


def dump(server, database: str) -> bytes:
    """What pg_dump writes of the whole database, and the sessions, which are packed."""
    command = [str(binaries() / "pg_dump"), "--no-owner", "-h", str(server.sockets), "-U", SUPERUSER, database]
    done = subprocess.run(command, capture_output=True, check=True)
    return done.stdout + repr([one.get_decoded() for one in Session.objects.all()]).encode()


def media() -> bytes:
    """Names and contents of all files, packed ones unpacked."""
    out = []
    for path in conf.MEDIA_ROOT.rglob("*") if conf.MEDIA_ROOT.exists() else ():
        if path.is_file():
            out += [path.name.encode(), path.read_bytes(), *_unpacked(path)]
    return b"\n".join(out)


def _unpacked(path: Path) -> list[bytes]:
    if not zipfile.is_zipfile(path):
        return []
    with zipfile.ZipFile(path) as archive:
        return [archive.read(name) for name in archive.namelist()]


class Log:
    """Everything that processes would write to their log, from the quietest line on, as lines and as JSON."""

    def __init__(self):
        self.stream = io.StringIO()
        self.handlers = []
        for form in (True, False):
            handler = logging.StreamHandler(self.stream)
            said = dict(logs.config(form)["formatters"]["line"])
            handler.setFormatter(said.pop("()")(**said))
            self.handlers.append(handler)

    def __enter__(self) -> "Log":
        root = logging.getLogger()
        self._level = root.level
        for handler in self.handlers:
            root.addHandler(handler)
        root.setLevel(logging.INFO)
        return self

    def __exit__(self, *_problem) -> None:
        root = logging.getLogger()
        for handler in self.handlers:
            root.removeHandler(handler)
        root.setLevel(self._level)

    @property
    def text(self) -> str:
        return self.stream.getvalue()


class ServerLog:
    """What the database server writes to its own log from now on."""

    def __init__(self, server):
        self.path = server.log
        self.start = self.path.stat().st_size

    @property
    def text(self) -> bytes:
        with self.path.open("rb") as file:
            file.seek(self.start)
            return file.read()
