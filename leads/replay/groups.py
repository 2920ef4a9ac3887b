"""A replay by persona, source, campaign, rep in charge or company size: which group each lead is in now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.measures.dimensions import PERSONA
from leads.scoring.sql import fetch

from .months import Figures, Ints, Record, against, closed, figures

BY = {
    "persona": gettext_lazy("persona"),
    "source": gettext_lazy("source"),
    "campaign": gettext_lazy("campaign"),
    "rep": gettext_lazy("rep in charge"),
    "size": gettext_lazy("company size"),
}
SIZES = ((1, 9), (10, 49), (50, 249), (250, 999), (1000, None))  # employees
_BAND = " ".join(
    f"WHEN c.employees >= {low}{f' AND c.employees <= {high}' if high else ''} THEN '{low}-{high or ''}'"
    for low, high in SIZES
)
_SQL = {
    "persona": f"SELECT l.id, {PERSONA} FROM leads_lead l WHERE l.id = ANY(%(ids)s)",
    "source": "SELECT l.id, l.source FROM leads_lead l WHERE l.id = ANY(%(ids)s)",
    "campaign": "SELECT l.id, coalesce(nullif(g.name, ''), g.key) FROM leads_lead l JOIN leads_campaign g ON g.id = l.campaign_id"
    " WHERE l.id = ANY(%(ids)s)",
    "rep": "SELECT DISTINCT ON (s.lead_id) s.lead_id, CASE WHEN (SELECT count(*) FROM accounts_user o WHERE o.name = u.name) > 1"
    " THEN u.name || ' #' || u.id ELSE u.name END FROM leads_handoffstate s JOIN accounts_user u ON u.id = s.rep_id"
    " WHERE s.line_id = %(line)s AND s.lead_id = ANY(%(ids)s) ORDER BY s.lead_id, s.handoff_id DESC",
    "size": f"SELECT l.id, CASE {_BAND} ELSE '' END FROM leads_lead l JOIN leads_company c ON c.id = l.company_id"
    " WHERE l.id = ANY(%(ids)s)",
}  # fmt: skip


@dataclass(frozen=True)
class Group:
    """`key`: "" for leads of no group. Figures of the closed months; `gained`, `lost`, `kept`: leads, None without a record."""

    key: str
    draft: Figures
    was: Figures
    gained: int | None
    lost: int | None
    kept: int | None


def of_leads(leads: Sequence[int] | Ints, by: str, line_id: int) -> Mapping[int, str]:
    """Lead -> its group; those of no group are left out. KeyError for an unknown `by`."""
    return dict(fetch(_SQL[by], {"ids": list(map(int, leads)), "line": line_id}))


def within(leads: Sequence[int] | Ints, by: str, group: str, line_id: int) -> list[int]:
    """Those leads that are in a group ("": in none)."""
    found = of_leads(leads, by, line_id)
    return [lead for lead in map(int, leads) if (found.get(lead) or "") == group]


def table(record: Record, by: str, line_id: int) -> list[Group]:
    """The closed months by group, the largest first."""
    draft, was, both = closed(record, record.draft), closed(record, record.was), against(record)
    everybody = np.union1d(draft.lead, was.lead)
    found = of_leads(everybody, by, line_id)
    names = np.array([found.get(int(lead)) or "" for lead in everybody], object)

    def inside(leads: Ints, key: str) -> Ints:
        return names[np.searchsorted(everybody, leads)] == key if len(leads) else np.zeros(0, bool)

    out = []
    for key in dict.fromkeys(names.tolist()):
        ours, theirs = (figures(side.where(inside(side.lead, key))) for side in (draft, was))
        counts = (int(inside(one, key).sum()) for one in (both.gained, both.lost, both.kept)) if both else (None,) * 3
        out.append(Group(key, ours, theirs, *counts))
    return sorted(out, key=lambda one: (-one.draft.mql, -one.was.mql, one.key))


def named(by: str, key: str) -> str:
    """A group as people read it."""
    if not key:
        return _("none")
    if by != "size":
        return key
    low, _dash, high = key.partition("-")
    return (
        _("%(low)s to %(high)s employees") % {"low": low, "high": high}
        if high
        else _("%(low)s employees or more") % {"low": low}
    )
