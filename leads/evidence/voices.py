"""The voice that reads a definition aloud: it knows the personas and campaigns that the definition names."""

from collections.abc import Mapping
from typing import Any

from leads.models import Campaign
from personas.criteria import tree
from personas.criteria.fields import Catalogue
from personas.criteria.sentence import Voice
from personas.definitions import queries


def of(body: Mapping[str, Any], catalogue: Catalogue, lang: str) -> Voice:
    """The voice that knows the personas and campaigns a definition names."""
    named = {cond["event"].get("campaign") for _p, cond in tree.conditions(body) if "event" in cond} - {None, ""}
    rows = Campaign.objects.filter(pk__in=[one for one in named if isinstance(one, int)])
    keys = Campaign.objects.filter(key__in=[one for one in named if isinstance(one, str)])
    campaigns = {row.pk: str(row) for row in rows} | {row.key: str(row) for row in keys}
    return Voice(lang, catalogue, queries.persona_names(lang), campaigns)
