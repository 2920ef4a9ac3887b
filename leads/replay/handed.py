"""A replay's MQLs passed to sales under the draft, as if it had taken effect on the first of the twelve months."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from leads.handoffs import holds
from leads.judging.catch_up import NIGHT
from leads.scoring import days
from leads.scoring.timeline.pull import us

from . import lives
from .became import Became
from .passing import Asking, Rules, passed
from .walk import Firsts

DAY = 86_400_000_000


def of(
    body: Mapping[str, Any], found: Firsts, real: Became, start: datetime, cutoff: datetime
) -> list[tuple[int, int]]:
    """Of each MQL of a replay (instant of its handoff or 0, what holds it: `passing`)."""
    askings = asked(found, real, us(start))
    new = sorted({one.lead for one in askings if one.handed is None})
    wanted = set(new)
    held = lives.read(new, body.get("mandatory") or (), cutoff, real.lent)
    mine = [one for one in askings if one.lead in wanted]
    fates = dict(zip(mine, passed(mine, held, rules(body, start, cutoff)), strict=True))
    return [fates.get(one, (one.handed or 0, 0)) for one in askings[: len(found)]]


def asked(found: Firsts, real: Became, start: int) -> list[Asking]:
    """A row each, and behind them what else the same leads were handed over for before the draft began."""
    before = {key: us(at) for key, at in real.handed.items() if us(at) < start}
    keys = zip(found.lead.tolist(), found.cycle.tolist(), found.at.tolist(), strict=True)
    rows = [
        Asking(lead, cycle, at, before.pop((lead, cycle), None) if at < start else None) for lead, cycle, at in keys
    ]
    leads = {one.lead for one in rows}
    return rows + [Asking(lead, cycle, at, at) for (lead, cycle), at in sorted(before.items()) if lead in leads]


def rules(body: Mapping[str, Any], start: datetime, cutoff: datetime) -> Rules:
    """Cool-down, pace, and the nights of the business days on which it lets through."""
    here, works = days.here(), holds.business_days()
    nights = [at + NIGHT for at in here.midnights(start - timedelta(days=1), cutoff) if works(here.of(at))]
    instants = [us(at) for at in nights if start <= at <= cutoff]
    return Rules(us(start), instants, int(body.get("pace") or 0), int(body.get("cooldown_days") or 0) * DAY)
