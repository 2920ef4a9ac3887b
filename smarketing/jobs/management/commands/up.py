"""`python manage.py up`: the whole portal in one command."""

import os
import signal
import sys
import time
from pathlib import Path

from django.core.management.base import BaseCommand

from smarketing import env
from smarketing.supervisor.errors import CannotStart
from smarketing.supervisor.portal import Portal


class Command(BaseCommand):
    help = "Start database, broker, pages, worker, beat and bell; stop them all on Ctrl-C."
    requires_system_checks: list = []

    def add_arguments(self, parser):
        parser.add_argument("--company", action="store_true", help="an empty company of your own (var/company)")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args, company: bool, port: int, **options):
        self.stopping = False
        for sign in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sign, self._stop)
        started = time.monotonic()
        portal = Portal(self._folder(company), demo=not company, port=port, say=self._say)
        try:
            portal.start()
            self._welcome(portal, time.monotonic() - started)
            portal.watch(lambda: self.stopping)
        except CannotStart as problem:
            self._say(
                f"\nsmarketing cannot start: {problem}" if not portal.children else f"\nsmarketing stops: {problem}"
            )
            portal.stop()
            sys.exit(1)
        except KeyboardInterrupt:
            pass
        self._say("Stopping…")
        portal.stop()
        self._say("Stopped. Your data is kept.")

    def _folder(self, company: bool) -> Path:
        given = os.environ.get("SMARKETING_DATA")
        folder = Path(given) if given else Path("var/company" if company else "var/demo")
        return folder if folder.is_absolute() else env.ROOT / folder

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def _stop(self, *_signal) -> None:
        if self.stopping:
            return
        self.stopping = True
        raise KeyboardInterrupt

    def _welcome(self, portal: Portal, seconds: float) -> None:
        self._say(f"\nsmarketing is running at {portal.address} (started in {seconds:.0f} s)\n")
        signins = portal.data / "run" / "signins"
        if signins.exists():
            self._say(signins.read_text().rstrip())
        self._say("\nCtrl-C stops it. Logs are in " + os.path.relpath(portal.data / "log") + ".")
