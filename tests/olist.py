"""The real funnel of Olist through the general importer, and copies of it mutated at test time."""

import csv
import json
import random
from pathlib import Path

from leads.intake.importing import service, staging
from leads.models import Import
from personas.models import DefinitionLine
from smarketing.rows.clock import now

LEADS, DEALS = "olist_marketing_qualified_leads_dataset.csv", "olist_closed_deals_dataset.csv"
MAPS = Path(__file__).parent / "leads" / "intake" / "importing" / "maps"
LINE = "MQL"


def import_olist(folder: Path) -> None:
    """Both files as declared history, for the definition line "MQL" (made when there is none)."""
    if not DefinitionLine.objects.exists():
        DefinitionLine.objects.create(name=LINE)
    for one in import_both(folder):
        assert one.state == "done", one.report
        assert one.report["done"]["rejected"] == 0, one.report


def keep_files(folder: Path) -> None:
    """Lay the two files where this test's imports keep theirs: the template's were kept by another test."""
    for one, name in zip(Import.objects.order_by("pk"), (LEADS, DEALS), strict=True):
        kept = staging.path_of(one)
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes((folder / name).read_bytes())


def import_both(folder: Path) -> list[Import]:
    """The two imports, leads first, without judging what became of them."""
    return [
        service.run(
            kind=kind, path=folder / name, mapping=json.loads((MAPS / f"olist_{kind}.json").read_text()), history=True,
            at=now,
        )
        for kind, name in (("leads", LEADS), ("deals", DEALS))
    ]  # fmt: skip


def read(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def mutated_copy(folder: Path, tmp_path: Path, seed: int) -> Path:
    """A copy with new ids, dates shifted by whole years, 37 random rows dropped and one origin renamed.

    The same rows, differently written: a dropped lead takes its deal with it.
    """
    random_ = random.Random(seed)
    leads, deals = read(folder, LEADS), read(folder, DEALS)
    for number in sorted(random_.sample(range(len(leads)), 37), reverse=True):
        del leads[number]
    kept = {row["mql_id"] for row in leads}
    deals = [row for row in deals if row["mql_id"] in kept]
    years = random_.choice([-3, -2, -1, 1, 2, 3])
    origin = random_.choice(sorted({row["origin"] for row in leads} - {""}))
    ids: dict[str, str] = {}
    for row in [*leads, *deals]:
        for name in ("mql_id", "seller_id", "sdr_id", "sr_id", "landing_page_id"):
            if row.get(name):
                row[name] = ids.setdefault(row[name], f"{random_.getrandbits(128):032x}")
        for name in ("first_contact_date", "won_date"):
            if row.get(name):
                row[name] = f"{int(row[name][:4]) + years:04d}{row[name][4:]}"
        if row.get("origin") == origin:
            row["origin"] = f"{origin} renamed"
    target = tmp_path / f"olist-{seed}"
    target.mkdir()
    for name, rows in ((LEADS, leads), (DEALS, deals)):
        with (target / name).open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, rows[0].keys(), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return target
