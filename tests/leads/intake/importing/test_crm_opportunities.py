"""A pipeline with products, sales teams and companies beside it: loaded as it stands, every figure from the measures API.

The cleaning, all of it: the product `GTXPro` is found in the list of products as `GTX Pro` (they differ in a space: the
importer shows such repairs in the dry run), and the sector `technolgy` is said to be `technology` in the mapping.
"""

import csv
import json
from collections import Counter
from decimal import ROUND_HALF_EVEN, Decimal

import pytest

from leads.intake.importing import mapping, reader, service
from leads.intake.importing.sniff import sniff
from leads.models import Company, Deal
from smarketing.rows.clock import now
from tests.people import person

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
    """The four files in the order in which they look each other up. Returns the import of the pipeline."""
    accounts = folder / "accounts.csv"
    said = {"columns": mapping.propose("companies", reader.header(accounts, sniff(accounts)))}
    said["values"] = {"sector": {"technolgy": "technology"}}
    assert counts(service.run(path=accounts, at=now, mapping=said, kind="companies")) == (85, 0, 0, 0)
    assert counts(service.run(path=folder / "products.csv", at=now)) == (7, 0, 0, 0)
    assert counts(service.run(path=folder / "sales_teams.csv", at=now)) == (35, 0, 0, 0)
    return service.run(path=folder / "sales_pipeline.csv", at=now)


def test_every_figure_comes_out_of_the_measures(folder, loaded, client):
    assert counts(loaded) == (8800, 0, 0, 0)
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
