"""Which leads may be one person, and why: found by the night over all of them, asked at once for one.

They are compared as `intake.likeness` says; within one company names written nearly alike count too. What more than FEW
leads share (the mailbox or the switchboard of a company) tells nobody apart, and is left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from leads.intake import by_hand
from leads.intake.likeness import CALLED, COLUMNS, HAS_MAIL, HAS_PHONE, NEAR, NUMBER
from leads.models import Lead, MergeSuggestion
from smarketing.jobs.models import Run

from .pairs import Pairs

FEW = 5
PEOPLE = 200  # companies larger than this: names are only compared letter by letter
REASONS = {
    "email": _("same e-mail address"),
    "phone": _("same telephone number"),
    "name_company": _("same name in the same company"),
    "name_near": _("nearly the same name in the same company"),
    "said": _("named as a duplicate by sales"),
}
_PAIRS = """
SELECT g.ids[1] AS first, u.id AS second, '{reason}' AS reason
FROM (SELECT array_agg(id ORDER BY id) AS ids FROM l WHERE {which} GROUP BY {by} HAVING count(*) BETWEEN 2 AND %(few)s) g,
  unnest(g.ids[2:]) u(id)
"""
_CALLED = f"""
SELECT p.first, p.second, p.reason FROM ({{pairs}}) p JOIN l a ON a.id = p.first JOIN l b ON b.id = p.second
WHERE {CALLED}
"""
_FOUND = f"""
l AS MATERIALIZED (
  SELECT {COLUMNS}
  FROM leads_lead WHERE root_id IS NULL AND NOT erased),
small AS (SELECT company_id FROM l WHERE company_id IS NOT NULL GROUP BY 1 HAVING count(*) BETWEEN 2 AND %(people)s),
pairs AS (
  {_PAIRS.format(reason="email", which=HAS_MAIL.format(""), by="mail")}
  UNION ALL {_CALLED.format(pairs=_PAIRS.format(reason="phone", which=HAS_PHONE.format(""), by=NUMBER.format("")))}
  UNION ALL {_PAIRS.format(reason="name_company", which="whole AND company_id IS NOT NULL", by="company_id, name")}
  UNION ALL
  SELECT a.id, b.id, 'name_near' FROM l a JOIN small s ON s.company_id = a.company_id
  JOIN l b ON b.company_id = a.company_id AND b.id > a.id AND b.whole AND b.name <> a.name
    AND abs(length(a.name) - length(b.name)) <= 3 AND similarity(a.name, b.name) >= %(near)s
  WHERE a.whole),
found AS MATERIALIZED (
  SELECT first, second, array_agg(reason ORDER BY reason) AS reasons,
    sum(CASE reason WHEN 'email' THEN 100 WHEN 'name_near' THEN 30 ELSE 60 END)::int AS weight
  FROM pairs GROUP BY 1, 2)
"""
_KEEP = f"""
WITH {_FOUND}, gone AS (
  DELETE FROM leads_mergesuggestion m WHERE m.state = 'open' AND NOT 'said' = ANY(m.reasons)
    AND NOT EXISTS (SELECT FROM found f WHERE f.first = m.first_id AND f.second = m.second_id))
INSERT INTO leads_mergesuggestion (first_id, second_id, reasons, weight, state)
SELECT first, second, reasons, weight, 'open' FROM found ORDER BY 1, 2
ON CONFLICT (first_id, second_id) DO UPDATE SET weight = excluded.weight,
  reasons = excluded.reasons || array(SELECT unnest(leads_mergesuggestion.reasons) INTERSECT SELECT 'said')::varchar[]
WHERE array_remove(leads_mergesuggestion.reasons, 'said') <> excluded.reasons
"""


_LIVING = {
    f"{one}__{name}": value for one in ("first", "second") for name, value in (("root_id", None), ("erased", False))
}


PAIRS = Pairs(MergeSuggestion, "lead", "mergesuggestion")


@dataclass(frozen=True)
class Twin:
    """A lead that may be the same person, and why (keys of REASONS)."""

    lead: Lead
    reasons: list[str]

    @property
    def why(self) -> list[str]:
        return [str(REASONS[one]) for one in self.reasons]


@transaction.atomic
def find(run: Run | None = None) -> int:
    """Look through all leads (a step of the night). Returns the suggestions added or changed."""
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, {"few": FEW, "people": PEOPLE, "near": NEAR})
        return cursor.rowcount


def waiting():
    """Suggestions that nobody has decided on, of leads that still stand for themselves, the surest first."""
    rows = MergeSuggestion.objects.filter(state=MergeSuggestion.State.OPEN, **_LIVING)
    return rows.select_related("first__company", "second__company")


def apart():
    """Pairs of living leads that were said to be two people, the latest first."""
    rows = MergeSuggestion.objects.filter(state=MergeSuggestion.State.DISMISSED, **_LIVING)
    return rows.select_related("first", "second", "by").order_by("-decided_at", "-pk")


def of(lead: Lead) -> Sequence[Twin]:
    """Leads that may be the same person as this one: what the night found, and whoever has the address since."""
    found: dict[int, list[str]] = {}
    for pk in by_hand.same_email(lead.email, lead.pk):
        found[pk] = ["email"]
    rows = MergeSuggestion.objects.filter(Q(first=lead) | Q(second=lead))
    for one in rows.order_by("-weight", "pk"):
        other = one.second_id if one.first_id == lead.pk else one.first_id
        if one.state == MergeSuggestion.State.DISMISSED:
            found.pop(other, None)
        else:
            found[other] = one.reasons
    people = Lead.objects.living().select_related("company").in_bulk(list(found))
    return [Twin(people[pk], reasons) for pk, reasons in found.items() if pk in people]
