"""Goal 4: five models of attribution over the deals won, against DuckDB over the same touches in Parquet; and one deal anew.

Touches and won deals are written as the projection and the columns hold them: drawn, not judged. No time counts before the sums by
campaign agree (DuckDB reckons in floating point and does not round to cents: within a cent a deal).
"""

import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
from django.db import connection, transaction

from leads.models import Campaign, Deal, TouchMark
from reporting.credit import reckoned, settings
from reporting.demo import seed
from smarketing.measures import engine
from smarketing.rows import fence

from .stopwatch import Sheet, seconds, timed

MODELS = ("first", "last", "linear", "u", "decay")
CAMPAIGNS, SHARE, MONTHS = 40, 0.031, 24
_TOUCHES = """
INSERT INTO leads_touch (via, fact_id, lead_id, campaign_id, occurred_at, recorded_at)
SELECT 1, -n, ids[1 + floor(power(hashint4(n)::float8 / 4294967296 + 0.5, 3) * cardinality(ids))::int],
  campaigns[1 + ((hashint4(n + 7)::bigint & 2147483647) %% cardinality(campaigns))::int],
  %(at)s::timestamptz - make_interval(secs => (hashint4(n + 3)::bigint & 2147483647)::float8 / 2147483647 * 86400 * %(days)s),
  %(at)s::timestamptz - interval '1 day'
FROM generate_series(%(low)s::int, %(high)s::int) n,
  (SELECT array_agg(id ORDER BY id) AS ids FROM leads_lead WHERE root_id IS NULL AND NOT erased) l,
  (SELECT array_agg(id ORDER BY id) AS campaigns FROM leads_campaign) c
"""
_DEALS = """
INSERT INTO leads_deal (created_at, recorded_at, day_only, declared, attributes, key, lead_id, title, state, amount, closed_at, closed_day_only, reason, step)
SELECT closed - interval '30 days', %(at)s::timestamptz - interval '2 days', false, false, '{}', 'bench-' || id, id, '', 'won',
  100 + (hashint8(id)::bigint & 1048575) / 100.0, closed, false, '', ''
FROM (SELECT id, %(at)s::timestamptz - make_interval(secs => (hashint8(id + 5)::bigint & 2147483647)::float8 / 2147483647 * 86400 * %(days)s) AS closed
  FROM leads_lead WHERE root_id IS NULL AND NOT erased AND (hashint8(id + 11)::bigint & 1023) < 1024 * %(share)s) l
"""
_R = """
WITH t AS (SELECT d.deal, d.amount, t.campaign, t.moment, d.won - t.moment AS age FROM '{folder}/deals.parquet' d
  JOIN '{folder}/touches.parquet' t ON t.lead = d.lead AND t.moment <= d.won AND t.moment >= d.won - {look_back} * 86400),
w AS (SELECT *, row_number() OVER o AS n, count(*) OVER (PARTITION BY deal) AS k, pow(2, -age / ({half_life} * 86400.0)) AS p,
  sum(pow(2, -age / ({half_life} * 86400.0))) OVER (PARTITION BY deal) AS whole FROM t WINDOW o AS (PARTITION BY deal ORDER BY moment, campaign))
SELECT campaign, sum(CASE WHEN n = 1 THEN amount ELSE 0 END) AS first, sum(CASE WHEN n = k THEN amount ELSE 0 END) AS last,
  sum(amount / k) AS linear,
  sum(amount * CASE WHEN k = 1 THEN 1.0 WHEN k = 2 THEN 0.5 WHEN n = 1 OR n = k THEN 0.4 ELSE 0.2 / (k - 2) END) AS u,
  sum(amount * p / whole) AS decay FROM w GROUP BY campaign ORDER BY campaign
"""


def measure(sheet: Sheet, touches: int, rounds: int = 5) -> None:
    at = fence.cutoff()
    _draw(touches, at)
    asked = {
        "first": (at - timedelta(days=30 * MONTHS)).date(),
        "until": (at + timedelta(days=1)).date(),
        "date": "won",
        "cutoff": at,
    }
    version = settings.Settings()
    with tempfile.TemporaryDirectory(prefix="bench-credit-") as name:
        folder = Path(name)
        _parquet(folder)
        base = duckdb.connect()
        base.execute("SET threads = 2")
        sql = _R.format(folder=folder, look_back=version.look_back, half_life=version.half_life)
        theirs = {row[0]: dict(zip(MODELS, row[1:], strict=True)) for row in base.execute(sql).fetchall()}
        ours, deals = _credit(asked, version)
        _agree(sheet, theirs, ours, deals)
        reference, its = timed(lambda: base.execute(sql).fetchall(), rounds)
    took, ours_ = timed(lambda: _credit(asked, version), rounds)
    sheet.add("credit_r", f"R: DuckDB, five models, {deals:,} deals, {touches:,} touches", reference, "s")
    sheet.add("credit", "five models of attribution, from the projection, to the cent", took, "s")
    sheet.add("credit_ratio", "five models ÷ R", took / reference, "×", "≤ 5", took <= 5 * reference)
    sheet.add("credit_r_processor", "R, processor (two threads)", its, "s")
    sheet.add("credit_processor", "five models, processor (with the database)", ours_, "s")
    sheet.add("credit_ratio_processor", "five models ÷ R, processor", ours_ / its, "×")
    month = {**asked, "first": (at - timedelta(days=31)).date()}
    sheet.add(
        "credit_month", "the same for the deals of a month", seconds(lambda: _credit(month, version), rounds), "s"
    )


def _draw(touches: int, at: datetime) -> None:
    """Touches and won deals, unless a kept company has them."""
    if Deal.objects.filter(key__startswith="bench-").exists():
        return
    for number in range(Campaign.objects.count(), CAMPAIGNS):
        Campaign.objects.create(created_at=at, recorded_at=at, key=f"bench-{number}", name=f"Bench {number}")
    days, step = 30 * MONTHS, 2_000_000
    with connection.cursor() as cursor:
        for low in range(1, touches + 1, step):
            with transaction.atomic():
                cursor.execute(_TOUCHES, {"at": at, "days": days, "low": low, "high": min(low + step - 1, touches)})
        cursor.execute(_DEALS, {"at": at, "days": days - 200, "share": SHARE})
    for table in ("leads_touch", "leads_deal"):
        seed.analyze(f"VACUUM (ANALYZE) {table}")  # as autovacuum leaves them: the index alone answers
    TouchMark.objects.update_or_create(one=True, defaults={"through": at, "rules": 0})


def _parquet(folder: Path) -> None:
    texts = {
        "touches": "SELECT lead_id AS lead, campaign_id AS campaign, floor(extract(epoch FROM occurred_at))::bigint AS moment FROM leads_touch WHERE lead_id IS NOT NULL",
        "deals": "SELECT id AS deal, lead_id AS lead, amount, floor(extract(epoch FROM closed_at))::bigint AS won FROM leads_deal WHERE key LIKE 'bench-%'",
    }
    engine_ = duckdb.connect()
    for name, sql in texts.items():
        plain = folder / f"{name}.csv"
        with connection.cursor() as cursor, plain.open("w") as handle:
            cursor.copy_expert(f"COPY ({sql}) TO STDOUT CSV HEADER", handle)
        order = " ORDER BY lead, moment" if name == "touches" else ""
        engine_.execute(
            f"COPY (SELECT * FROM read_csv('{plain}'){order}) TO '{folder / name}.parquet' (FORMAT parquet)"
        )
        plain.unlink()


def _credit(asked: dict, version: settings.Settings) -> tuple[dict[int, dict[str, int]], int]:
    """(cents by campaign and model, deals) as the page reckons them."""
    reckoning = reckoned.reckon(engine.ask("revenue_attributed", **asked), version)
    found: dict[int, dict[str, int]] = {}
    for model in MODELS:
        for campaign, cents in reckoning.sums(model).items():
            if campaign:
                found.setdefault(campaign, dict.fromkeys(MODELS, 0))[model] = cents
    return found, reckoning.won


def _agree(sheet: Sheet, theirs: dict, ours: dict, deals: int) -> None:
    worst = max(
        (abs(float(theirs[pk][model]) - ours.get(pk, {}).get(model, 0) / 100) for pk in theirs for model in MODELS),
        default=0,
    )
    same = bool(theirs) and worst <= 0.01 * max(deals, 1)
    sheet.add(
        "credit_same", "largest difference of a campaign's sum, DuckDB and ours", worst, "", "≤ 1 cent/deal", same
    )
