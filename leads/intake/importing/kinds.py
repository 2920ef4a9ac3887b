"""Kind of import -> the module that classifies and applies its rows."""

from types import ModuleType

from . import campaigns, deals, events, leads, spend

_KINDS: dict[str, ModuleType] = {
    "leads": leads,
    "events": events,
    "deals": deals,
    "campaigns": campaigns,
    "spend": spend,
}


def of(kind: str) -> ModuleType:
    return _KINDS[kind]
