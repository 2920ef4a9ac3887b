"""A contract with a broken promise in a closed month, and people of both sides who meet over it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from reporting.books import services
from reporting.meetings import planning, resolutions
from sla import derive
from sla.models import Contract
from smarketing.accounts.models import User
from tests.people import person
from tests.sla.contracts import FIRST, VOLUME, attempt, contract, handoff, paris, sign, signers

OCTOBER = date(2025, 10, 1)
NOW = datetime(2025, 11, 6, 9, tzinfo=UTC)
MEETS = datetime(2025, 11, 12, 9, tzinfo=UTC)


def stand(monkeypatch, at: datetime = NOW) -> None:
    """The clock of the house stands still at this instant, whose news are told."""
    from smarketing.notify import notices
    from smarketing.rows import clock

    monkeypatch.setattr(notices, "NEWS", timedelta(days=36_500))
    monkeypatch.setattr(clock, "now", lambda: at)
    monkeypatch.setattr(clock, "today", lambda moment=None: (moment or at).astimezone(ZoneInfo("Europe/Paris")).date())


def october(*, close: bool = True) -> Contract:
    """Two of four first attempts came too late: clause 6.1, 90 % within four hours, is broken."""
    of = contract()
    sign(of, [{**VOLUME, "target": "4"}, FIRST], OCTOBER, at=paris(2025, 9, 25))
    for n in range(4):
        made = handoff(paris(2025, 10, 14, 9, n))
        attempt(made, made.occurred_at + timedelta(hours=1 if n < 2 else 26))
    derive.catch_up(NOW)
    if close:
        services.close_month(contract=of, month=OCTOBER, by=signers()[0], at=NOW)
    return of


def both() -> list[User]:
    return list(signers())


def when(at: datetime = MEETS, **more) -> planning.When:
    return planning.When(**{"month": OCTOBER, "starts_at": at, "minutes": 60, "place": "Room 2", **more})


def meeting(of: Contract, at: datetime = NOW, people=None, **more):
    return planning.plan(contract=of, when=when(**more), people=people or both(), by=signers()[0], at=at)


def figure(**more) -> resolutions.Figure:
    return resolutions.Figure(
        **{"measure": "first_attempt_in_time", "where": {"contract": "France 2026"}, "target": Decimal(90), **more}
    )


def five(side: str) -> list[User]:
    """Five people of a side."""
    role = {"marketing": "marketer", "sales": "rep"}[side]
    return [person(f"{side}{n}", role) for n in range(5)]
