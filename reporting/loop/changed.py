"""Why a number is another one than it was: the same question at two cut-offs, row by row, each with its cause.

A row came in, went, or counts otherwise (it hits now, its amount is another one). The cause is what became known of its lead
(or campaign) in between: a merge, a correction, a fact; where nothing did, only time went by.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from leads.models import Campaign, Lead
from smarketing.accounts.policy import may
from smarketing.measures import engine, statement
from smarketing.measures.question import Question, Refusal

CAME, WENT, OTHERWISE = "came", "went", "otherwise"
WAYS = {CAME: _("came in"), WENT: _("went"), OTHERWISE: _("counts differently")}
# Which of several causes is told first: what came is first of all new, the rest was first of all merged or corrected.
FIRST = {CAME: ("added", "merged", "corrected", "value"), WENT: ("merged", "corrected", "value", "added"),
         OTHERWISE: ("merged", "corrected", "added", "value")}  # fmt: skip
CAUSES = {
    "merged": _("merged"), "corrected": _("corrected"), "added": _("fact added"), "value": _("value changed"), "time": _("time went by"),
}  # fmt: skip
MOST = 50  # rows listed
_KNOWN = "t.recorded_at > %(then)s AND t.recorded_at <= %(now)s"
# What became known of which lead, cause by cause, the weightiest first. `{known}`: recorded between the two cut-offs.
_LEADS: Mapping[str, tuple[str, ...]] = {
    "merged": ("SELECT t.loser_id FROM leads_merge t WHERE {known}", "SELECT t.root_id FROM leads_merge t WHERE {known}",
               "SELECT m.loser_id FROM leads_correction t JOIN leads_merge m ON m.id = t.subject_id WHERE t.subject = 'merge' AND {known}",
               "SELECT m.root_id FROM leads_correction t JOIN leads_merge m ON m.id = t.subject_id WHERE t.subject = 'merge' AND {known}"),
    "corrected": (
        "SELECT h.lead_id FROM leads_correction t JOIN leads_handoff h ON h.id = t.subject_id WHERE t.subject = 'handoff' AND {known}",
        "SELECT h.lead_id FROM leads_correction t JOIN leads_decision d ON d.id = t.subject_id JOIN leads_handoff h ON h.id = d.handoff_id"
        " WHERE t.subject = 'decision' AND {known}",
        "SELECT a.lead_id FROM leads_correction t JOIN leads_attempt a ON a.id = t.subject_id WHERE t.subject = 'attempt' AND {known}",
        "SELECT h.lead_id FROM leads_correction t JOIN leads_assignment a ON a.id = t.subject_id JOIN leads_handoff h ON h.id = a.handoff_id"
        " WHERE t.subject = 'assignment' AND {known}",
        "SELECT t.subject_id FROM leads_correction t WHERE t.subject = 'lead' AND {known}",
        "SELECT d.lead_id FROM leads_correction t JOIN leads_deal d ON d.id = t.subject_id WHERE t.subject = 'deal' AND {known}",
        "SELECT v.subject_id FROM leads_correction t JOIN leads_attributechange v ON v.id = t.subject_id"
        " WHERE t.subject = 'attributechange' AND v.subject = 'lead' AND {known}",
    ),
    "added": (
        "SELECT t.lead_id FROM leads_handoff t WHERE {known}",
        "SELECT h.lead_id FROM leads_decision t JOIN leads_handoff h ON h.id = t.handoff_id WHERE {known}",
        "SELECT t.lead_id FROM leads_attempt t WHERE {known}",
        "SELECT h.lead_id FROM leads_assignment t JOIN leads_handoff h ON h.id = t.handoff_id WHERE {known}",
        "SELECT t.lead_id FROM leads_deal t WHERE t.lead_id IS NOT NULL AND {known}", "SELECT t.id FROM leads_lead t WHERE {known}",
    ),
    "value": (
        "SELECT t.subject_id FROM leads_attributechange t WHERE t.subject = 'lead' AND {known}",
        "SELECT d.lead_id FROM leads_attributechange t JOIN leads_deal d ON d.id = t.subject_id WHERE t.subject = 'deal' AND d.lead_id IS NOT NULL AND {known}",
    ),
}  # fmt: skip
_CAMPAIGNS: Mapping[str, tuple[str, ...]] = {
    "corrected": (
        "SELECT s.campaign_id FROM leads_correction t JOIN leads_spend s ON s.id = t.subject_id WHERE t.subject = 'spend' AND {known}",
    ),
    "added": ("SELECT t.campaign_id FROM leads_spend t WHERE {known}",),
}


@dataclass(frozen=True)
class Moved:
    """One row that moved: how, why, and by how much of the number (None where it is no sum)."""

    way: str
    cause: str
    linked: int | None
    before: Any
    after: Any
    name: str = ""
    url: str = ""

    @property
    def way_word(self) -> Any:
        return WAYS[self.way]

    @property
    def cause_word(self) -> Any:
        return CAUSES[self.cause]


@dataclass(frozen=True)
class Change:
    """A number then and now, with all that moved: how many by way and cause, and the first of them."""

    then: engine.Answer
    now: engine.Answer
    counts: Mapping[tuple[str, str], int]
    rows: list[Moved]


def change(question: Question, then: datetime, user: Any) -> Change:
    """A question's answer at its own cut-off beside that at an earlier one. Refusal for a number made of others."""
    if engine.resolve(question).combine is not None:
        raise Refusal("made_of_others", "This number is made of others: look at each of them.")
    earlier = replace(question, cutoff=min(then, question.cutoff))
    causes = _causes(earlier.cutoff, question.cutoff, _is_of_campaigns(question))
    moved = _moved(_rows(earlier), _rows(question), causes)
    counts: dict[tuple[str, str], int] = {}
    for one in moved:
        counts[one.way, one.cause] = counts.get((one.way, one.cause), 0) + 1
    before, after = (engine.answered(one, *engine.figures(engine.resolve(one), one)) for one in (earlier, question))
    return Change(before, after, counts, _named(moved[:MOST], user, _is_of_campaigns(question)))


def _is_of_campaigns(question: Question) -> bool:
    link = engine.resolve(question).population(question).link
    return bool(link) and link[0] == "leads:campaign"


def _rows(question: Question) -> dict[int, tuple[bool, Any, int | None]]:
    """Key → (hit, value, lead or campaign) of every counted row."""
    measure = engine.resolve(question)
    linked = "g.id" if _is_of_campaigns(question) else "l.id"  # a deal's row opens the deal: its cause is its lead's
    built = statement.build(measure, question, {"linked": linked})
    found = statement.run(f"WITH {built.counted} SELECT key, hit, value, linked FROM counted", built.params)
    return {key: (bool(hit), value, linked) for key, hit, value, linked in found}


def _moved(then: Mapping[int, tuple], now: Mapping[int, tuple], causes: Mapping[int, set[str]]) -> list[Moved]:
    found = []
    for key in {*then, *now}:
        before, after = then.get(key), now.get(key)
        if before is not None and after is not None and before[:2] == after[:2]:
            continue
        way = CAME if before is None else WENT if after is None else OTHERWISE
        linked = (after or before)[2]
        known = causes.get(linked, ())
        cause = next((one for one in FIRST[way] if one in known), "time")
        found.append(Moved(way, cause, linked, before and before[:2], after and after[:2]))
    ways, order = list(WAYS), list(CAUSES)
    return sorted(found, key=lambda one: (ways.index(one.way), order.index(one.cause), -(one.linked or 0)))


def _causes(then: datetime, now: datetime, campaigns: bool) -> dict[int, set[str]]:
    """Lead (or campaign) → what became known of it between two cut-offs."""
    found: dict[int, set[str]] = {}
    with connection.cursor() as cursor:
        for cause, queries in (_CAMPAIGNS if campaigns else _LEADS).items():
            for sql in queries:
                cursor.execute(sql.format(known=_KNOWN), {"then": then, "now": now})
                for (pk,) in cursor.fetchall():
                    found.setdefault(pk, set()).add(cause)
    if not campaigns:  # what became known of a lead that stands under another one moves that one's rows
        for pk, root in Lead.objects.filter(pk__in=list(found), root_id__isnull=False).values_list("pk", "root_id"):
            found.setdefault(root, set()).update(found[pk])
    return found


def _named(rows: Iterable[Moved], user: Any, campaigns: bool) -> list[Moved]:
    """The rows with their page, where this person may open it."""
    rows = list(rows)
    ids, personal = {one.linked for one in rows if one.linked}, may(user, "leads.personal")
    if campaigns:
        names = {
            one.pk: (str(one), reverse("leads:campaign", args=[one.pk])) for one in Campaign.objects.filter(pk__in=ids)
        }
    else:
        names = {
            one.pk: (_called(one, personal), reverse("leads:lead", args=[one.pk]))
            for one in Lead.objects.visible_to(user).filter(pk__in=ids)
        }
    return [
        replace(one, name=names.get(one.linked, ("", ""))[0], url=names.get(one.linked, ("", ""))[1]) for one in rows
    ]


def _called(lead: Lead, personal: bool) -> str:
    return (f"{lead.first_name} {lead.last_name}".strip() if personal else "") or _("lead %(number)s") % {
        "number": lead.pk
    }


def difference(change: Change) -> Fraction | None:
    """Now − then; None where one of them is nothing."""
    values = change.then.total.value, change.now.total.value
    return None if None in values else Fraction(values[1]) - Fraction(values[0])
