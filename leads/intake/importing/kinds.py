"""Kind of import -> the module that classifies and applies its rows: one row each, named as in `targets.KINDS`."""

from types import ModuleType

from . import (
    attempts,
    campaigns,
    changes,
    companies,
    contacts,
    deals,
    details,
    events,
    handoffs,
    leads,
    lists,
    merges,
    optouts,
    spend,
)

_KINDS: dict[str, ModuleType] = {
    "leads": leads,
    "companies": companies,
    "deals": deals,
    "contacts": contacts,
    "attempts": attempts,
    "handoffs": handoffs,
    "events": events,
    "details": details,
    "campaigns": campaigns,
    "spend": spend,
    "optouts": optouts,
    "merges": merges,
    "changes": changes,
    "products": lists,
    "team": lists,
    "stages": lists,
}


def of(kind: str) -> ModuleType:
    return _KINDS[kind]
