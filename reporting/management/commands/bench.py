import json
import os
import shutil
import subprocess
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from smarketing import env

SIZES = {"small": (100_000, 2_000_000), "full": (1_000_000, 20_000_000), "tiny": (5_000, 100_000)}
FOLDER = Path(settings.DATA).parent / "bench"
SMALL = 2_000  # leads of a company that brings what is measured along
LEAN = ("imports", "clocks", "months")


ROUNDS = 5
PARTS = (
    "night", "arrival", "clocks", "months", "preview", "pages", "lists", "queue", "search", "ingestion", "imports", "scores", "attribution", "loop",
)  # fmt: skip
AGAIN = ("months", "pages", "lists", "queue", "search", "attribution", "loop")


class Command(BaseCommand):
    help = "Measure the house on a company of its own: ratios inside one run, goals printed, never asserted."
    requires_system_checks: list = []

    def add_arguments(self, parser):
        parser.add_argument("--size", choices=SIZES, default=os.environ.get("SIZE") or "small")
        parser.add_argument("--leads", type=int)
        parser.add_argument("--events", type=int)
        parser.add_argument(
            "--only", choices=PARTS, help="measure one part; loop and lists only so, for they want what sales did"
        )
        parser.add_argument("--plans", action="store_true", help="print the plan of each page's slowest query")
        parser.add_argument("--keep", action="store_true", help="leave the company there, to be measured with --again")
        parser.add_argument("--again", action="store_true", help=f"measure a kept company ({', '.join(AGAIN)} only)")
        parser.add_argument(
            "--growth", action="store_true", help="measure a tenth, ten times its leads, and their events too"
        )
        parser.add_argument("--inside", action="store_true", help="this process runs on the bench's own database")

    def handle(self, *args, size, leads, events, only, plans, inside, keep, again, growth, **options):
        if again and only not in AGAIN:
            raise CommandError(f"A kept company is measured with --only {', '.join(AGAIN)}.")
        counts = SIZES[size]
        if growth:
            sys.exit(self._growth(leads or counts[0], events or counts[1], sys.argv[1:]))
        if not inside:
            sys.exit(self._outside(sys.argv[1:], keep, again))
        few = (
            "clocks",
            "months",
            "search",
            "imports",
            "queue",
            "attribution",
            "arrival",
        )  # parts that need no events of their own
        fewer = 1000 if only in few and not events else None
        self._measure(leads or counts[0], events or counts[1], plans, only, fewer, again)

    def _growth(self, leads: int, events: int, asked: list[str]) -> int:
        """The bench on three companies, then how each cost grew from one to the next."""
        from reporting.bench import growth

        companies, sheets = growth.sizes(leads, events), []
        asked = [one for one in asked if one not in ("--growth", "--keep")]
        for some in companies:
            code = self._outside([*asked, "--leads", str(some[0]), "--events", str(some[1])], False, False)
            if code:
                return code
            sheets.append(json.loads((FOLDER / "bench.json").read_text())["lines"])
        lines = growth.grown(sheets)
        for text in growth.spoken(lines, companies):
            self._say(text)
        self._say(json.dumps([asdict(one) for one in lines], ensure_ascii=False))
        return 0

    def _outside(self, asked: list[str], keep: bool, again: bool) -> int:
        """Start a cluster of its own, run the bench inside it, stop and (without `keep`) delete it."""
        from smarketing.supervisor.postgres import APPLICATION, OWNER, Server, prepare

        if not again:
            shutil.rmtree(FOLDER, ignore_errors=True)
        server = Server(FOLDER)
        self._say(f"Starting a database for the bench in {os.path.relpath(FOLDER, env.ROOT)}…")
        server.start()
        try:
            prepare(server)
            environment = os.environ | {
                "DATABASE_URL": server.url("smarketing", APPLICATION),
                "OWNER_DATABASE_URL": server.url("smarketing", OWNER),
                "SMARKETING_DATA": str(FOLDER),
                "SMARKETING_SECRET_KEY": "only-for-the-bench-" + "b" * 40,
            }
            return subprocess.run([sys.executable, "manage.py", *asked, "--inside"], env=environment).returncode
        finally:
            server.stop()
            if not keep:
                shutil.rmtree(FOLDER / "postgres", ignore_errors=True)

    def _measure(
        self, leads: int, touches: int, plans: bool, only: str | None, few: int | None, again: bool = False
    ) -> None:
        events = few or touches
        from reporting.bench import (
            crediting,
            listing,
            looping,
            measure,
            owing,
            replaying,
            searching,
        )
        from reporting.bench import pages as every_page
        from reporting.bench.stopwatch import Sheet

        call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
        call_command("collectstatic", verbosity=0, interactive=False)
        stage = None if again else self._made(leads, events, only)
        leads, events = self._kept() if again else (leads, events)
        sheet = Sheet(self._say)
        self._say("Measured:")
        pages = only in (None, "pages")
        if only in (None, "night", "arrival"):
            self._judged(sheet, stage, leads, only)
        if pages:
            measure.queue_page(sheet)
        if only in (None, "preview"):
            replaying.measure(sheet, stage, leads)
        if not only or only == "ingestion":
            measure.ingestion(sheet)
        if pages or only == "search":
            searching.searches(sheet)
        if only in (None, "queue"):
            owing.measured(sheet, self._say)
        if pages:
            every_page.pages(sheet, plans, self._say)
        if asked_alone := {"loop": looping.loop, "lists": listing.lists}.get(only or ""):
            asked_alone(sheet)
        self._last(sheet, stage, leads, only, again)
        if only in (None, "attribution"):
            crediting.measure(sheet, touches)
        said = {"at": datetime.now(UTC).isoformat(), "leads": leads, "events": events, "lines": sheet.lines}
        path = Path(settings.DATA) / "bench.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(said, indent=1, ensure_ascii=False))
        self._say(json.dumps(said, ensure_ascii=False))

    def _made(self, leads: int, events: int, only: str | None):
        """The company measured."""
        from reporting.bench import company, handed
        from smarketing.rows import clock

        self._say(f"A company of {leads:,} leads and {events:,} events:")
        _plan, stage = company.make(
            min(leads, SMALL) if only in LEAN else leads, events, clock.now(), self._say, worked=only in ("pages", "lists", "queue", "loop"),
            months=24 if only == "months" else 18,
            clauses=handed.CLAUSES if only == "months" else (),
        )  # fmt: skip
        return stage

    def _kept(self) -> tuple[int, int]:
        """How many leads and events the company has that was kept."""
        from leads.models import Event, Lead

        counts = Lead.objects.count(), Event.objects.count()
        self._say("A company of {:,} leads and {:,} events, kept:".format(*counts))
        return counts

    def _judged(self, sheet, stage, leads: int, only: str | None) -> None:
        """What the judge does in a night, and with a fact that arrives."""
        from reporting.bench import arriving, measure, ordinary

        if only != "arrival":
            full = measure.full(sheet, stage, leads)
            measure.history(sheet, ordinary.begins(), stage)
            ordinary.measure(sheet, full)
            measure.event_to_queue(sheet)
        arriving.measure(sheet, stage, taken_up=only != "arrival")

    def _last(self, sheet, stage, leads: int, only: str | None, again: bool) -> None:
        """What adds much to the company, and so is measured last."""
        from reporting.bench import importing, promises, rescoring

        if only in (None, "imports"):
            importing.imports(sheet, leads)
        if only in (None, "clocks"):
            promises.measure(sheet, leads)
        if only in (None, "clocks", "months"):
            promises.months(sheet, leads, kept=again)
        if only in (None, "scores"):
            rescoring.measure(sheet, stage, ROUNDS)

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
