"""What other rooms asked to be told, inside the transaction of the facts. Registered from `LeadsConfig.ready()` or above.

Intake knows nothing of scoring, handoffs or books: it calls these lists. A hook writes in the same transaction and
reads nothing that it has not been given or locked.

events(rows: list[NewEvent], fence)           new events that have a lead: add them to the behaviour ledger
joins(pairs: list[(visitor_id, lead_id)], fence)  first join of a visitor: its earlier events now belong to the lead
taken_back(event_ids: list[int], fence)       events corrected: add negative ledger rows
attempts(ids: list[int], fence)               new attempts of sales: add them to the behaviour ledger
attempts_back(ids: list[int], fence)          attempts corrected: add negative ledger rows
handed(rows: list[Handed], origin: facts.Origin, fence)  handoffs that a file says really happened: make those missing
handoffs(handoff_ids: list[int], fence)       handoffs that have new facts: derive their state
lent(lead_ids: set[int], fence)               facts of other leads count for these from now on, or no more: count them anew
merged(lead_ids: set[int], fence)             leads merged, or a merge of theirs taken back: derive their handoffs anew
deals(deal_ids: list[int], fence)             deals opened, won, lost or edited: stage moves, states of their handoffs
undone(one: Import | None, leads: list[int], handoffs: list[int], by, at, fence)  an import is undone, or (None) one lead
                                              taken back: `handoffs` go with it, and `leads` that were there before get
                                              back the stage they had
closed_months(first: date, last: date) -> set[date]   first days of months whose book is closed (declared history)
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Handed:
    """A handoff brought by a file: "became MQL on". No version, no score, gate imported."""

    lead_id: int
    line_id: int
    occurred_at: datetime
    day_only: bool


events: list[Callable] = []
joins: list[Callable] = []
taken_back: list[Callable] = []
attempts: list[Callable] = []
attempts_back: list[Callable] = []
lent: list[Callable] = []
handed: list[Callable] = []
handoffs: list[Callable] = []
merged: list[Callable] = []
deals: list[Callable] = []
undone: list[Callable] = []
closed_months: list[Callable[[date, date], set[date]]] = []
