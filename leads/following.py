"""What follows from facts: who is told of them inside their transaction, and who works off afterwards what waits."""

from smarketing.jobs import bell

from .handoffs import handing, hot, states, undoing
from .intake import hooks
from .judging import service, taking_up
from .scoring import backfill, company_days, ledger


def register() -> None:
    """Tell ledger, handoffs and judges of facts (`leads.intake.hooks`); let the bell drain what they leave."""
    hooks.events += [ledger.count_events, hot.tell]
    hooks.joins += [ledger.count_joins, hot.tell_joined]
    hooks.taken_back.append(ledger.take_back)
    hooks.attempts.append(ledger.count_attempts)
    hooks.attempts_back.append(ledger.take_back_attempts)
    hooks.lent.append(ledger.recount)
    hooks.handed.append(handing.import_handoffs)
    hooks.handoffs.append(states.derive)
    hooks.merged.append(states.merged)
    hooks.deals.append(handing.changed_deals)
    hooks.undone.append(undoing.undone)
    bell.register(backfill.drain, backfill.WAITING)
    bell.register(company_days.drain, company_days.WAITING)
    bell.register(taking_up.run, taking_up.WAITING)
    bell.register(service.sweep, service.WAITING)
