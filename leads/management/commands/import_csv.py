import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from leads.intake.importing import reports, service
from leads.intake.importing.reasons import sentence
from leads.intake.importing.targets import KINDS
from smarketing.accounts.models import User
from smarketing.rows.clock import now


class Command(BaseCommand):
    help = "Import a CSV, TSV or XLSX file of any kind (auto: told from its columns). Repeatable; killed midway, it goes on."

    def add_arguments(self, parser):
        parser.add_argument("kind", choices=("auto", *KINDS))
        parser.add_argument("file", type=Path)
        parser.add_argument("--map", type=Path, help="mapping (JSON); without it columns are recognised by their names")
        parser.add_argument("--history", action="store_true", help="declared history: known when it happened")
        parser.add_argument("--dry-run", action="store_true", help="check and report, write nothing")
        parser.add_argument("--by", help="e-mail of the person who imports")
        parser.add_argument("--rejected", type=Path, help="write the rejected rows to this file")

    def handle(self, *args, kind, file, **options):
        by = User.objects.filter(email__iexact=options["by"]).first() if options["by"] else None
        if options["by"] and by is None:
            raise CommandError(f"there is nobody with the address {options['by']}")
        try:
            mapping = json.loads(options["map"].read_text("utf-8-sig")) if options["map"] else None
            one = service.run(
                kind="" if kind == "auto" else kind,
                path=file,
                mapping=mapping,
                history=options["history"],
                dry=options["dry_run"],
                by=by,
                at=now,
            )
        except OSError as problem:
            raise CommandError(f"{problem.filename}: {problem.strerror}") from None
        except ValueError as problem:
            code = getattr(problem, "code", "")
            raise CommandError(
                sentence(code, problem.params) if code else f"the mapping is no JSON: {problem}"
            ) from None
        self._tell(one)
        if options["rejected"]:
            options["rejected"].write_text("".join(reports.rejected_file(one)), encoding="utf-8", newline="")
        if one.state not in ("done", "checked"):
            raise CommandError(" ".join(reports.problems(one)) or one.report.get("fault", one.state))

    def _tell(self, one) -> None:
        report = reports.report(one)
        counts = report["done"] or report["expected"] or {}
        words = ", ".join(f"{number} {name}" for name, number in counts.items())
        self.stdout.write(
            f"{one.filename}: {report['rows']} rows; {'would be ' if one.dry else ''}{words or one.state}"
        )
        for column in report["columns"]:
            span = f", {column['min']} … {column['max']}" if column["min"] is not None else ""
            to = f" → {column['target']} ({column['type']})" if column["target"] else " left out"
            self.stdout.write(f"  {column['name']}{to}: {column['blank']} blank, {column['distinct']} distinct{span}")
        if report["persons"]["both"]:
            self.stdout.write(f"  {len(report['persons']['both'])} persons stand in two roles")
        if one.report.get("warned"):
            self.stdout.write(f"  {one.report['warned']} rows come in without some of their cells")
        for error in report["errors"][:10]:
            where = f", {error['column']}" if error["column"] else ""
            self.stdout.write(f"  line {error['line']}{where}: {error['reason']} {error['cell'][:60]!r}")
