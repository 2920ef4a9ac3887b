"""What leads tell the common language: how its texts meet them, and what stands beside its lines, personas and papers."""

from leads.scoring import stored
from personas import hooks
from smarketing.web import slots

from . import disagreements, observed, persona_deals, proven, replays, trying
from .matches import count_matches, estimate_matches


def register() -> None:
    """Answer what personas ask (`personas.hooks`), fill the places of their pages."""
    hooks.count_matches.append(count_matches)
    hooks.estimate_matches.append(estimate_matches)
    hooks.weigh.append(proven.weigh)
    hooks.stand.append(observed.stand)
    hooks.backlogs.append(observed.backlog)
    hooks.observe.append(observed.observe)
    hooks.stored_values.append(stored.values)
    slots.fill("definition.months", replays.in_studio, 10)
    slots.fill("definition.brief", replays.brief, 10)
    slots.fill("definition.brief", trying.in_studio, 20)
    slots.fill("criterion.said", disagreements.beside_criterion)
    slots.fill("persona.evidence", persona_deals.evidence)
