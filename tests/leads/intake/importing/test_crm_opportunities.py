"""A pipeline with products, sales teams and companies beside it: loaded as it stands, every figure from the measures API.

The cleaning, all of it: the product `GTXPro` is found in the list of products as `GTX Pro` (they differ in a space: the
importer shows such repairs in the dry run), and the sector `technolgy` is said to be `technology` in the mapping.
"""

import csv
import json
import random
from collections import Counter
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from statistics import median

import pytest

from leads.intake.importing import mapping, reader, service
from leads.intake.importing.sniff import sniff
from leads.models import Company, Deal
from smarketing.measures import engine
from smarketing.rows.clock import now
from tests.people import person
from tests.scale import WHOLE

from .conftest import counts

pytestmark = pytest.mark.django_db(transaction=True)
EVER = "from=2016-01-01&to=2040-01-01"
GROUPS = {
    "by_agent": "deal.x_sales_agent",
    "by_manager": "deal.x_manager",
    "by_regional_office": "deal.x_regional_office",
    "by_product": "deal.x_product",
    "by_sector": "company.industry",
}
# The one group without any deal that ended: deals that name no company are all open. Measures of ends do not list it.
NOTHING_ENDED = {"by_sector": ""}
# Figure of expected.json -> (measure, its date, stat, digits it was rounded to).
FIGURES = {
    "opportunities": ("deals", "opened", "", None),
    "won": ("won", "won", "", None),
    "lost": ("lost", "won", "", None),
    "open": ("deals_open", "opened", "", None),
    "win_rate": ("win_rate", "won", "", 6),
    "won_value": ("revenue", "won", "", 0),
    "avg_won_value": ("average_deal", "won", "", 2),
    "median_cycle_days_won": ("cycle", "won", "median", 4),
    "mean_cycle_days_won": ("cycle", "won", "mean", 4),
    "median_cycle_days_lost": ("cycle_lost", "won", "median", 4),
}


@pytest.fixture
def folder(shared_data):
    return shared_data / "crm-opportunities"


@pytest.fixture
def loaded(folder):
    """Returns the import of the pipeline."""
    taken = take_in(folder)
    assert counts(taken) == (8800, 0, 0, 0)
    return taken


def take_in(folder):
    """The four files in the order in which they look each other up. Returns the import of the pipeline."""
    accounts = folder / "accounts.csv"
    said = {"columns": mapping.propose("companies", reader.header(accounts, sniff(accounts)))}
    said["values"] = {"sector": {"technolgy": "technology"}}
    assert counts(service.run(path=accounts, at=now, mapping=said, kind="companies")) == (85, 0, 0, 0)
    assert counts(service.run(path=folder / "products.csv", at=now)) == (7, 0, 0, 0)
    assert counts(service.run(path=folder / "sales_teams.csv", at=now)) == (35, 0, 0, 0)
    return service.run(path=folder / "sales_pipeline.csv", at=now)


def test_every_figure_comes_out_of_the_measures(folder, loaded, client):
    assert loaded.report["repairs"] == [["x_product", "GTXPro", "GTX Pro", 1480]]
    expected = json.loads((folder / "expected.json").read_text())
    client.force_login(person("Ada", "manager", "sales"))
    for name in FIGURES:
        assert (name, figure(client, name, "")["total"]) == (name, plain(expected["overall"][name], name))
        for group, dimension in GROUPS.items():
            wanted = {key: plain(one[name], name) for key, one in expected[group].items()}
            found = figure(client, name, dimension)
            assert (name, group, holds(found, wanted, NOTHING_ENDED.get(group))) == (name, group, wanted)
            assert name not in ("opportunities", "open") or set(wanted) <= set(found), "deals of no company are deals"
            assert group != "by_agent" or set(wanted) <= set(found), "people without deals stand there with nothing"
        if name not in ("opportunities", "open"):
            for group, period in (("by_close_quarter", "quarter"), ("by_close_month", "month")):
                wanted = {
                    key.replace("Q", "-Q"): plain(one[name], name)
                    for key, one in expected[group].items()
                    if name in one
                }
                assert (name, group, holds(figure(client, name, period), wanted)) == (name, group, wanted)
    months = figure(client, "opportunities", "month", "from=2016-01-01&to=2018-01-01")
    assert {key: value for key, value in months.items() if key != "total"} == {
        key: str(value) for key, value in expected["opportunities_engaged_per_month"].items()
    }
    parents = hierarchy(folder)
    assert sum(n for n, _won in parents.values()) == expected["quirks"]["subsidiaries"]
    told = Company.objects.exclude(attributes__x_subsidiary_of=None).values_list(
        "attributes__x_subsidiary_of", flat=True
    )
    assert Counter(told) == {parent: n for parent, (n, _won) in parents.items()}
    won = figure(client, "won_value", "company.x_subsidiary_of")
    assert holds(won, parents) == {parent: str(value) for parent, (_n, value) in parents.items()}
    again = service.run(path=folder / "sales_pipeline.csv", at=now)
    assert counts(again) == (0, 0, 8800, 0) and Deal.objects.count() == 8800


def plain(value, name):
    """A reference figure as its digits stand."""
    if value is None:
        return None
    digits = FIGURES[name][3]
    return str(value) if digits is None else rounded(Decimal(str(value)), digits)


def rounded(value, digits):
    return str(value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN))


def figure(client, name, by, span=EVER):
    """{group: figure} and "total" as the API gives them, rounded as the reference is."""
    measure, date, stat, digits = FIGURES[name]
    query = f"{span}&date={date}" + (f"&by={by}" if by else "") + (f"&stat={stat}" if stat else "")
    answer = client.get(f"/api/v1/measures/{measure}/?{query}")
    assert answer.status_code == 200, answer.content
    body = answer.json()

    def shown(value):
        return value if value is None or digits is None else rounded(Decimal(str(value)), digits)

    found = {next(iter(row["group"].values())): shown(row["value"]) for row in body["rows"]}
    return {
        key: str(value) if digits is None else value
        for key, value in {**found, "total": shown(body["total"]["value"])}.items()
    }


def holds(found, wanted, nothing=None):
    """What the API says of the groups of the reference; one that it does not list is missing, not 0, except `nothing`."""
    empty = {key: value for key, value in wanted.items() if key == nothing and value in (None, "0", "0.00")}
    return {key: found.get(key, empty.get(key, "missing")) for key in wanted}


def hierarchy(folder):
    """{parent company: (subsidiaries, revenue of their won deals)}, counted from the files as they stand."""
    with (folder / "accounts.csv").open(newline="") as handle:
        parents = {row["account"]: row["subsidiary_of"] for row in csv.DictReader(handle) if row["subsidiary_of"]}
    found = {parent: [0, 0] for parent in parents.values()}
    for parent in parents.values():
        found[parent][0] += 1
    with (folder / "sales_pipeline.csv").open(newline="") as handle:
        for row in csv.DictReader(handle):
            if row["deal_stage"] == "Won" and row["account"] in parents:
                found[parents[row["account"]]][1] += int(row["close_value"])
    return found


@pytest.mark.sized
def test_a_mutated_copy_changes_every_figure_as_plain_python_counts_it(folder, tmp_path):
    mutated(folder, tmp_path, random.Random(11))
    assert counts(take_in(tmp_path))[1:] == (0, 0, 0)
    plainly = told(tmp_path)
    was = told(folder)
    groups = list({"": "", **GROUPS, "by_close_quarter": "quarter"}.items())
    for number, name in enumerate(FIGURES):
        for group, dimension in groups if WHOLE else groups[number % 3 :: 3]:
            found = exact(name, dimension)
            wanted = {
                key: value for key, rows in grouped(plainly, group, name).items() if (value := reckon(name, rows))
            }
            assert (name, group, found) == (name, group, wanted)
        assert reckon(name, was) != reckon(name, plainly), "a copy that says the same proves nothing"


def mutated(folder, copy, chance) -> None:
    """Some rows of the pipeline, of agents renamed, companies and products exchanged, ends turned round and amounts invented."""
    new = {row["sales_agent"]: f"{chance.getrandbits(40):010x}" for row in table(folder / "sales_teams.csv")}
    teams = [row | {"sales_agent": new[row["sales_agent"]]} for row in table(folder / "sales_teams.csv")]
    accounts, products = table(folder / "accounts.csv"), table(folder / "products.csv")
    sectors = [row["sector"] for row in accounts]
    chance.shuffle(sectors)
    write(copy / "accounts.csv", [row | {"sector": one} for row, one in zip(accounts, sectors, strict=True)])
    write(copy / "products.csv", products)
    write(copy / "sales_teams.csv", teams)
    names = [row["account"] for row in accounts]
    kept = [row for row in table(folder / "sales_pipeline.csv") if not chance.randrange(6 if WHOLE else 15)]
    chance.shuffle(kept)
    for row in kept:
        row["sales_agent"] = new[row["sales_agent"]]
        row["account"] = row["account"] and chance.choice(names)
        row["product"] = chance.choice([*(one["product"] for one in products), "GTXPro"])
        if row["close_date"]:
            row["deal_stage"] = chance.choice(["Won", "Won", "Lost"])
            row["close_value"] = str(chance.randrange(30, 9000)) if row["deal_stage"] == "Won" else "0"
            opened = date.fromisoformat(row["engage_date"]) - timedelta(days=chance.randrange(5))
            row["engage_date"] = opened.isoformat()
    write(copy / "sales_pipeline.csv", kept)


def table(path) -> list[dict[str, str]]:
    with path.open(newline="") as handle:
        return list(csv.DictReader(handle))


def write(path, rows) -> None:
    with path.open("w", newline="") as handle:
        writer = csv.DictWriter(handle, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


# --- the figures once more, in plain Python: nothing of the product is used
def told(folder) -> list[dict[str, str]]:
    """The rows of the pipeline with what the other files say of them, repaired as the reference says."""
    teams = {row["sales_agent"]: row for row in table(folder / "sales_teams.csv")}
    sectors = {
        row["account"]: row["sector"].replace("technolgy", "technology") for row in table(folder / "accounts.csv")
    }
    return [
        row | {
            "by_agent": row["sales_agent"], "by_manager": teams[row["sales_agent"]]["manager"], "by_sector": sectors.get(row["account"], ""),
            "by_regional_office": teams[row["sales_agent"]]["regional_office"], "by_product": row["product"].replace("GTXPro", "GTX Pro"),
        }
        for row in table(folder / "sales_pipeline.csv")
    ]  # fmt: skip


def grouped(rows, group, name) -> dict[str, list]:
    """Rows by group, "total" of all; by quarter of their close those that closed."""
    found = {"total": rows}
    for row in rows:
        if group == "by_close_quarter":
            key = f"{row['close_date'][:4]}-Q{(int(row['close_date'][5:7]) + 2) // 3}" if row["close_date"] else None
        else:
            key = row.get(group)
        if key is not None and (group != "by_close_quarter" or name not in ("opportunities", "open")):
            found.setdefault(key, []).append(row)
    return found


def reckon(name, rows):
    won, lost = ([row for row in rows if row["deal_stage"] == stage] for stage in ("Won", "Lost"))
    days = {
        key: [(date.fromisoformat(row["close_date"]) - date.fromisoformat(row["engage_date"])).days for row in some]
        for key, some in (("won", won), ("lost", lost))
    }
    value = sum(int(row["close_value"]) for row in won)
    return {
        "opportunities": lambda: len(rows), "won": lambda: len(won), "lost": lambda: len(lost),
        "open": lambda: len(rows) - len(won) - len(lost), "won_value": lambda: value,
        "win_rate": lambda: Fraction(len(won), len(won) + len(lost)) if won else 0,
        "avg_won_value": lambda: Fraction(value, len(won)) if won else 0,
        "median_cycle_days_won": lambda: median(days["won"]) if won else 0,
        "mean_cycle_days_won": lambda: Fraction(sum(days["won"]), len(won)) if won else 0,
        "median_cycle_days_lost": lambda: median(days["lost"]) if lost else 0,
    }[name]()  # fmt: skip


# ---


def exact(name, by) -> dict:
    """{group: exact figure} and "total" of a measure; groups of nothing are left out. Deals that are open are of no quarter."""
    measure, dated, stat, _digits = FIGURES[name]
    if by == "quarter" and name in ("opportunities", "open"):
        by = ""
    found = engine.answer(
        measure, by=(by,) if by else (), date=dated, stat=stat, first=date(2016, 1, 1), until=date(2040, 1, 1)
    )
    groups = {row.group[by]: row.value for row in found.rows if row.value} if by else {}
    return groups | {"total": found.total.value}
