"""Campaigns, touches and deals at chosen days, as intake would have written them then."""

from datetime import UTC, date, datetime, timedelta
from itertools import count

from leads.models import Campaign, Deal, DealContact, Spend
from leads.touches import store
from smarketing.measures import engine
from tests.leads import facts

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
LATER = datetime(2026, 12, 1, tzinfo=UTC)
YEAR = {"first": date(2026, 1, 1), "until": date(2027, 1, 1)}
_keys = count(1)


def at(day: float) -> datetime:
    return START + timedelta(days=day)


def campaign(key: str, at_=START, **values) -> Campaign:
    one = Campaign.objects.create(created_at=at_, recorded_at=at_)
    for name, value in {"key": key, "name": key.capitalize(), **values}.items():
        facts.change("campaign", one.pk, name, value, at_)
    return Campaign.objects.get(pk=one.pk)


def touch(lead, to, day, known=None, **more):
    return facts.event(lead, "page", at(day), known or at(day), campaign=to, **more)


def deal(lead, amount, day, opened=None, state="won", contacts=(), known=None, **values) -> int:
    """A deal of `lead`, closed on a day (None: open), opened before."""
    born = at(day if opened is None else opened)
    one = Deal.objects.create(created_at=born, recorded_at=known or born, lead_id=lead)
    closed = {"closed_at": at(day).isoformat()} if state != "open" else {}
    for name, value in {"key": f"d{next(_keys)}", "state": state, "amount": amount, **closed, **values}.items():
        if value is not None:
            facts.change(
                "deal", one.pk, name, value, max(born, at(day)) if name != "key" else born, known or max(born, at(day))
            )
    for contact in contacts:
        DealContact.objects.create(
            deal=one, lead_id=contact, role="uses", occurred_at=born, recorded_at=born, known_at=born
        )
    return one.pk


def spend(to, amount, day) -> Spend:
    return Spend.objects.create(
        campaign=to, amount=amount, spent_on=at(day).date(), occurred_at=at(day), recorded_at=at(day), known_at=at(day)
    )


def revenue(model="", **asked) -> dict[str, float]:
    """Revenue by campaign key under a model."""
    key = f"attributed:{model}" if model else "revenue_attributed"
    found = engine.answer(key, by=("campaign",), **{"cutoff": LATER, "date": "won", **YEAR, **asked})
    return {row.group["campaign"]: float(row.value) for row in found.rows}


def total(key, **asked):
    found = engine.answer(key, **{"cutoff": LATER, **YEAR, **asked})
    return found.total


def projected() -> None:
    store.advance(LATER)
