"""Commands that need the database of a portal that is stopped."""

import os
import subprocess
import sys

from django.conf import settings
from django.core.management.base import CommandError

from smarketing.supervisor.lock import server_of
from smarketing.supervisor.postgres import APPLICATION, OWNER


def again_with_server() -> int:
    """Start the database of the stopped portal, run this very command again, stop it. Returns the command's exit code.

    CommandError where there is no company; CannotStart where the database does not start, or the portal runs.
    """
    if not (settings.DATA / "postgres").exists():
        raise CommandError(f"There is no company in {settings.DATA}.")
    with server_of(settings.DATA) as server:
        urls = {
            "DATABASE_URL": server.url("smarketing", APPLICATION),
            "OWNER_DATABASE_URL": server.url("smarketing", OWNER),
        }
        return subprocess.run([sys.executable, *sys.argv], env=os.environ | urls).returncode
