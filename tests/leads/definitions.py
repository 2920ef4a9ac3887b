"""Definitions in force at chosen instants, as if both sides had signed them then."""

import json
from datetime import datetime
from typing import Any

from personas.criteria import tree
from personas.models import DefinitionDraft, DefinitionLine, DefinitionVersion
from smarketing.agreements.models import Paper


def line(name: str = "MQL") -> DefinitionLine:
    made, new = DefinitionLine.objects.get_or_create(name=name)
    if new:
        DefinitionDraft.objects.create(line=made, body=tree.empty_body())
    return made


def version(body: dict[str, Any], at: datetime, effective_at: datetime | None = None, on=None) -> DefinitionVersion:
    """A published version of a line (default: "MQL")."""
    on = on or line()
    number = on.versions.count() + 1
    paper = Paper.objects.create(
        kind="definition", line=f"definition:{on.pk}", number=number, body=json.dumps(body), sha256="0" * 64,
        proposed_at=at,
    )  # fmt: skip
    return DefinitionVersion.objects.create(
        line=on, number=number, paper=paper, body=body, effective_at=effective_at or at, published_at=at
    )


def simple(**more: Any) -> dict[str, Any]:
    """French leads who looked at prices twice within 30 days are A1; 10 points a page, fading in steps."""
    page = {"kind": "page", "page": {"op": "like", "value": "/pricing"}}
    looked = {"key": "looked", "points": 30, "each": True, "cap": 90, "when": {"event": page}}
    looked["decay"] = {"kind": "steps", "steps": [[7, 500_000], [30, 0]]}
    french = {"key": "french", "points": 80, "when": {"field": "lead.country", "op": "is", "value": "FR"}}
    body = tree.empty_body()
    body["fit"]["items"], body["engagement"]["items"] = [french], [looked]
    body["engagement"]["bands"] = [60, 30, 10]
    asked = {"event": {"kind": "demo"}}
    return body | {"mql": ["A1"], "direct": [asked], "mandatory": []} | more
