"""Real input under a contract signed for the past: 200 MQL a month judge December 2017 kept at 200, broken at 199."""

from datetime import date

from leads.models import Handoff, HandoffRules
from sla import derive, follow
from smarketing.calendars import services as calendars
from smarketing.rows import clock
from tests.leads import facts
from tests.olist import LINE
from tests.reporting import olist_truth as truth
from tests.sla.contracts import FIRST, VOLUME, contract, line, paris, sign


def months(of, at) -> dict[str, tuple[int, str]]:
    derive.catch_up(at)
    reader = follow.Reader(of, at, at)
    found = {}
    for first in [date(2017, month, 1) for month in range(6, 13)] + [date(2018, month, 1) for month in range(1, 6)]:
        figure = reader.month(first).row("5.1").figure
        found[f"{first:%Y-%m}"] = (figure.count, figure.state)
    return found


def test_december_2017_is_kept_at_200_and_broken_at_199(olist_db):
    at = clock.now()
    spec = calendars.starter_spec(at=at, zone="America/Sao_Paulo", country="BR")
    brazil = calendars.create_version(name="Brazil", spec=spec, by=None, at=at)
    of = contract("Olist", line(LINE))
    signed = sign(of, [VOLUME, FIRST], date(2017, 6, 1), at=at, using=brazil)
    assert signed.retrospective
    assert not HandoffRules.objects.filter(contract=f"contract:{of.pk}").exists()
    found = months(of, at)
    assert found["2017-12"] == (200, "kept")
    printed = truth.expected(olist_db)["sla_demo_200_mql_per_month"]
    assert {month: state == "kept" for month, (_count, state) in found.items()} == {
        month: one["met"] for month, one in printed.items() if month in found
    }
    one = Handoff.objects.filter(occurred_at__gte=paris(2017, 12, 10), occurred_at__lt=paris(2017, 12, 20)).first()
    facts.correct("handoff", one.pk, clock.now())
    assert months(of, clock.now())["2017-12"] == (199, "broken")
