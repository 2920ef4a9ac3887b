"""Real daily costs: every ratio equals the reference, as they came and on a copy mutated at test time.

The file is imported as it is; what it says of revenue becomes won deals of one lead per campaign, so that the return is the
product's own. The counts of leads and orders are too many to make: they divide the product's cost.
"""

import csv
import json
import random
from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction as F

import pytest

from leads.intake import facts
from leads.intake.facts import Birth, Origin
from leads.intake.importing import service
from leads.models import Campaign
from smarketing.measures import engine
from smarketing.rows.clock import now

pytestmark = pytest.mark.django_db(transaction=True)
FILE = "campaign_daily.csv"
MONTH = {"first": date(2021, 2, 1), "until": date(2021, 3, 1)}


def rows(path):
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def taken_in(path) -> None:
    """The costs by the importer; a lead per campaign, and a won deal per row with revenue."""
    mapping = {
        "columns": {"c_date": "day", "campaign_name": "campaign", "mark_spent": "amount"},
        "dates": "mdy",
        "make_missing": True,
    }
    one = service.run(kind="spend", path=path, mapping=mapping, history=False, at=now)
    assert one.state == "done" and one.report["done"]["rejected"] == 0, one.report
    by_name = {campaign.name.lower(): campaign.pk for campaign in Campaign.objects.all()}
    names = sorted(by_name)
    start = datetime(2021, 1, 5, tzinfo=UTC)
    made = facts.create_leads(
        [Birth(start, {"campaign": by_name[name]}) for name in names], origin=Origin(source="test")
    )
    leads = dict(zip(names, made, strict=True))
    births = []
    for row in rows(path):
        month, day, year = map(int, row["c_date"].split("/"))
        at = datetime(year, month, day, 12, tzinfo=UTC)
        values = {
            "state": "won",
            "amount": str(Decimal(row["revenue"]).quantize(Decimal("0.01"))),
            "closed_at": at.isoformat(),
            "key": row["id"],
        }
        births.append(Birth(at, values, fixed={"lead_id": leads[row["campaign_name"].lower()]}))
    facts.create_deals(births, origin=Origin(source="test"))


def printed(figure, text) -> bool:
    want = Decimal(str(text))
    return Decimal(round(F(figure) * 10**9)).scaleb(-9).quantize(want, rounding=ROUND_HALF_EVEN) == want


def counted(path) -> dict[str, dict[str, F]]:
    """What the file itself says by campaign, counted here in the plainest way."""
    found = defaultdict(lambda: defaultdict(F))
    for row in rows(path):
        for name in ("leads", "orders", "revenue", "mark_spent", "clicks"):
            found[row["campaign_name"].lower()][name] += F(row[name])
    return found


def answers(key) -> dict[str, F]:
    found = engine.answer(
        key, by=("campaign",), cutoff=engine.fence.cutoff(), **MONTH, **({} if key == "cost" else {"date": "won"})
    )
    return {row.group["campaign"].lower(): F(row.value) for row in found.rows if row.value is not None} | {
        "": F(found.total.value)
    }


def check(path) -> tuple[dict, dict]:
    """The product's figures against the file counted plainly."""
    cost, back, revenue = answers("cost"), answers("roi"), answers("revenue")
    plain = counted(path)
    assert set(cost) - {""} == set(plain)
    for name, said in plain.items():
        assert cost[name] == said["mark_spent"] and revenue[name] == said["revenue"]
        assert back[name] == (said["revenue"] - said["mark_spent"]) / said["mark_spent"]
    for key in ("revenue_attributed", "attributed:markov", "attributed:w"):
        assert answers(key)[""] == revenue[""]
        assert answers(key).keys() == revenue.keys()
    return cost, back


def test_every_ratio_equals_the_reference(shared_data):
    path = shared_data / "campaign-spend" / FILE
    want = json.loads((path.parent / "expected.json").read_text())
    taken_in(path)
    cost, back = check(path)
    plain = counted(path)
    for name, said in want["by_campaign"].items():
        assert printed(cost[name], said["spend"]) and printed(back[name], said["romi"])
        assert printed(cost[name] / plain[name]["leads"], said["cost_per_lead"])
        assert printed(cost[name] / plain[name]["orders"], said["cost_per_order"])
    whole = want["overall"]
    assert printed(cost[""], whole["spend"]) and printed(back[""], whole["romi"])
    assert printed(cost[""] / whole["leads"], whole["cost_per_lead"]) and printed(
        cost[""] / whole["orders"], whole["cost_per_order"]
    )
    assert sorted(name for name, value in back.items() if name and value < 0) == want["romi_negative_campaigns"]


def test_the_same_on_a_mutated_copy(shared_data, tmp_path):
    random_ = random.Random(7)
    kept = [row for row in rows(shared_data / "campaign-spend" / FILE) if random_.randrange(9)]
    new = {name: f"{random_.getrandbits(40):010x}" for name in sorted({row["campaign_name"].lower() for row in kept})}
    random_.shuffle(kept)
    for row in kept:
        row["campaign_name"] = new[row["campaign_name"].lower()]
        row["mark_spent"] = str(Decimal(row["mark_spent"]) + random_.randrange(500))
        row["revenue"] = str(Decimal(row["revenue"]) * random_.choice([1, 2]))
    path = tmp_path / FILE
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, kept[0].keys())
        writer.writeheader()
        writer.writerows(kept)
    taken_in(path)
    check(path)
