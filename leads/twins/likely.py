"""Which leads may be one person, and why: found by the night over all of them, asked at once for one.

They are compared as `intake.likeness` says; within one company names written nearly alike count too. What more than FEW
leads share (the mailbox or the switchboard of a company) tells nobody apart, and is left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from leads.intake import by_hand, corrections
from leads.intake.likeness import CALLED, COLUMNS, HAS_MAIL, HAS_PHONE, NEAR, NUMBER
from leads.models import Lead, MergeSuggestion
from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.jobs.models import Run

from .merge import Refusal

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


@transaction.atomic
def dismiss(*, suggestion: MergeSuggestion, by: User, at: datetime) -> None:
    """They are two people: not suggested again."""
    suggestion.state, suggestion.by, suggestion.decided_at = MergeSuggestion.State.DISMISSED, by, at
    suggestion.save(update_fields=["state", "by", "decided_at"])
    record(by, "lead.twins", "lead", suggestion.first_id, at, other=suggestion.second_id, reasons=suggestion.reasons)


@transaction.atomic
def dismiss_many(*, suggestions: Sequence[MergeSuggestion], by: User, at: datetime) -> int:
    """Each of these pairs is two people. Returns how many somebody else had not decided on meanwhile."""
    wanted = MergeSuggestion.objects.filter(
        pk__in=[one.pk for one in suggestions], state=MergeSuggestion.State.OPEN
    ).order_by("pk")
    rows = list(wanted.select_for_update())
    for one in rows:
        dismiss(suggestion=one, by=by, at=at)
    return len(rows)


def dismissed(*, by: User, when: datetime):
    """What `by` dismissed at that instant."""
    return MergeSuggestion.objects.filter(state=MergeSuggestion.State.DISMISSED, by=by, decided_at=when)


@transaction.atomic
def suggest_again(*, by: User, when: datetime, at: datetime) -> int:
    """Suggest again what `by` dismissed at `when`. Returns how many."""
    rows = list(dismissed(by=by, when=when).order_by("pk").select_for_update())
    for one in rows:
        one.state, one.by, one.decided_at = MergeSuggestion.State.OPEN, None, None
        one.save(update_fields=["state", "by", "decided_at"])
    if rows:
        record(by, "lead.twins_again", "lead", None, at, pairs=len(rows))
    return len(rows)


@transaction.atomic
def take_back(*, suggestion: MergeSuggestion, by: User, at: datetime, reason: str) -> None:
    """They may be one person after all: suggested again. Refusal for who may not by `intake.corrections`."""
    one = MergeSuggestion.objects.select_for_update().get(pk=suggestion.pk)
    if one.state != MergeSuggestion.State.DISMISSED:
        raise Refusal(str(_("This was taken back before.")))
    if found := corrections.hindrance("mergesuggestion", one, by=by, at=at, reason=reason):
        raise Refusal(found.said, found.field)
    one.state, one.by, one.decided_at = MergeSuggestion.State.OPEN, None, None
    one.save(update_fields=["state", "by", "decided_at"])
    record(by, "lead.twins_back", "lead", one.first_id, at, other=one.second_id, reason=reason[:200])
