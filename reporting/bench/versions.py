"""Definitions of twelve and of forty criteria over what the bench's people say and do, published but in force only years from now:
nothing but the bench ever judges by them.
"""

from datetime import datetime, timedelta
from typing import Any

from leads.scoring import backfill, ledger
from personas.criteria import tree
from personas.definitions import services as definitions
from personas.models import DefinitionVersion
from reporting.demo import words
from reporting.demo.setting import Stage
from smarketing.agreements import services as agreements

FAR = timedelta(days=3650)
STEPS = {"kind": "steps", "steps": [[30, 500_000], [90, 0]]}
FADINGS = (
    STEPS,
    {"kind": "window", "days": 45},
    {"kind": "linear", "days": 60},
    {"kind": "steps", "steps": [[14, 400_000], [60, 0]]},
)
FIELDS = (
    {"field": "company.employees", "op": "between", "value": [50, 500]},
    {"field": "company.industry", "op": "one_of", "value": ["Software", "Services", "Manufacturing"]},
    {"field": "lead.country", "op": "one_of", "value": ["FR", "BE", "CH"]},
    {"field": "company.employees", "op": "between", "value": [10, 49]},
    {"field": "lead.country", "op": "one_of", "value": ["DE", "GB"]},
    {"field": "company.industry", "op": "one_of", "value": ["Health", "Education"]},
    {"field": "company.industry", "op": "one_of", "value": ["Retail", "Construction"]},
    {"field": "company.employees", "op": "between", "value": [501, 5000]},
)


def _pages() -> list[dict]:
    return [{"kind": "page", "page": {"op": "is", "value": page}} for page in words.PAGES]


def _acts() -> list[dict]:
    """Filters, those that a definition of twelve uses first."""
    kinds = [{"kind": kind} for kind in ("mail_click", "webinar", "download", "form", "unsubscribe", "demo")]
    like = [{"kind": "page", "page": {"op": "like", "value": page}} for page in ("/pricing", "/customers", "/blog")]
    return [*like, *kinds, *_pages(), {"kind": "mail_open"}, {"kind": "form", "form": "guide"}]


def body(criteria: int) -> dict:
    """A quarter of the criteria on fields, the others on acts: each time or the latest, in windows, by every way of fading."""
    one = tree.empty_body() | {"mandatory": [], "mql": ["A1", "A2", "B1"]}
    on_fields, acts = criteria // 4, _acts()
    for at in range(on_fields):
        some = [FIELDS[at % len(FIELDS)], *FIELDS[(at + 1) % len(FIELDS) :][: at // len(FIELDS)]]
        cond: dict[str, Any] = {"all": some} if len(some) > 1 else dict(some[0])
        one["fit"]["items"].append({"key": f"f{at}", "points": 10 + 5 * (at % 5), "when": cond})
    for at in range(criteria - on_fields):
        act, again = acts[at % len(acts)], at // len(acts)
        negative = act["kind"] == "unsubscribe"
        item = {"key": f"e{at}", "points": -20 if negative else 4 + 3 * (at % 6), "cap": 40, "each": at % 3 != 2}
        item["decay"] = FADINGS[1 if negative else (at + again) % len(FADINGS)]
        item["when"] = {"event": act} | ({"within": 30 + 15 * again} if at % 2 else {})
        one["engagement"]["items"].append(item)
    return one


def publish(stage: Stage, criteria: int, at: datetime) -> DefinitionVersion:
    """The version of so many criteria, its behaviours counted."""
    line = definitions.create_line(name=f"Bench {criteria}", by=None, at=at, body=body(criteria))
    paper = definitions.propose(line=line, by=stage.people["ines"], at=at + FAR, effective_at=at + 2 * FAR)
    for hours, who in enumerate(("claire", "hugo")):
        agreements.sign(
            paper=paper, by=stage.people[who], at=at + FAR + timedelta(hours=hours), password=words.PASSWORD
        )
    version = line.versions.get()
    backfill.run(ledger.ensure([version.body]), at=at)
    return version
