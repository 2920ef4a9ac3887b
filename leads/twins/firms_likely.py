"""Which companies may be one, and why: found by the night over all of them.

Names are compared without case, accents, signs and legal form ("Acme S.A." is "acme"); domains without what follows the last
dot; people's mail addresses by their domain, those that everybody has left out. What more than FEW companies share tells
nobody apart, and is left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy

from leads.handoffs.records import PUBLIC_MAIL
from leads.models import Company, CompanyPair
from smarketing.jobs.models import Run

from .pairs import Pairs

FEW = 5
NEAR = 0.6  # similarity of two names from which one may be the other, mistyped
BEGUN = 4  # letters that two names written nearly alike begin with
CROWD = 50  # companies whose names begin alike: beyond, they are not held against each other
REASONS = {
    "domain": gettext_lazy("same domain"),
    "name": gettext_lazy("same name, legal form left out"),
    "mail": gettext_lazy("their people write from one domain"),
    "site": gettext_lazy("same domain under another ending"),
    "name_near": gettext_lazy("nearly the same name"),
}
WEIGHTS = {"domain": 100, "name": 60, "mail": 60, "site": 40, "name_near": 30}
FORMS = (
    "sa", "sas", "sasu", "sarl", "eurl", "sci", "scop", "snc", "selarl", "ste", "societe", "groupe", "group", "holding", "gmbh", "ag",
    "kg", "ltd", "limited", "llc", "inc", "corp", "corporation", "co", "company", "plc", "bv", "nv", "srl", "spa", "sl", "oy", "ab", "as",
)  # fmt: skip
_ENDING = r"(\.(co|com|org|net|gouv|asso))?\.[a-z]+$"
_PAIRS = """
SELECT g.ids[1] AS first, u.id AS second, '{reason}' AS reason
FROM (SELECT array_agg(id ORDER BY id) AS ids FROM {table} WHERE {by} <> '' GROUP BY {by} HAVING count(*) BETWEEN 2 AND %(few)s) g,
  unnest(g.ids[2:]) u(id)
"""
_KEEP = f"""
WITH f AS MATERIALIZED (
  SELECT id, lower(domain) AS domain,
    CASE WHEN domain LIKE '%%____.%%' THEN regexp_replace(lower(domain), '{_ENDING}', '') ELSE '' END AS site,
    btrim(regexp_replace(regexp_replace(' ' || replace(leads_plain(name), '.', '') || ' ', '[^a-z0-9]+', ' ', 'g'),
      '( ({"|".join(FORMS)})(?= ))+', '', 'g')) AS name
  FROM leads_company c WHERE root_id IS NULL
    AND NOT EXISTS (SELECT FROM leads_correction k WHERE k.subject = 'company' AND k.subject_id = c.id)),
m AS MATERIALIZED (
  SELECT DISTINCT l.company_id AS id, split_part(lower(l.email), '@', 2) AS mail FROM leads_lead l JOIN f ON f.id = l.company_id
  WHERE l.root_id IS NULL AND NOT l.erased AND l.email LIKE '%%_@_%%' AND split_part(lower(l.email), '@', 2) <> ALL(%(public)s)),
crowd AS MATERIALIZED (
  SELECT left(name, {BEGUN}) AS begun FROM f WHERE length(name) > {BEGUN} GROUP BY 1 HAVING count(*) BETWEEN 2 AND {CROWD}),
pairs AS (
  {_PAIRS.format(reason="domain", table="f", by="domain")}
  UNION ALL {_PAIRS.format(reason="name", table="f", by="name")}
  UNION ALL {_PAIRS.format(reason="mail", table="m", by="mail")}
  UNION ALL SELECT p.* FROM ({_PAIRS.format(reason="site", table="f", by="site")}) p JOIN f a ON a.id = p.first JOIN f b ON b.id = p.second
    WHERE a.domain <> b.domain
  UNION ALL
  SELECT a.id, b.id, 'name_near' FROM crowd JOIN f a ON left(a.name, {BEGUN}) = crowd.begun
  JOIN f b ON left(b.name, {BEGUN}) = crowd.begun AND b.id > a.id AND b.name <> a.name
    AND abs(length(a.name) - length(b.name)) <= 3 AND similarity(a.name, b.name) >= %(near)s),
found AS MATERIALIZED (
  SELECT first, second, array_agg(reason ORDER BY reason) AS reasons,
    sum(CASE reason {" ".join(f"WHEN '{key}' THEN {weight}" for key, weight in WEIGHTS.items())} END)::int AS weight
  FROM (SELECT DISTINCT * FROM pairs) p GROUP BY 1, 2),
gone AS (
  DELETE FROM leads_companypair m WHERE m.state = 'open'
    AND NOT EXISTS (SELECT FROM found f WHERE f.first = m.first_id AND f.second = m.second_id))
INSERT INTO leads_companypair (first_id, second_id, reasons, weight, state)
SELECT first, second, reasons, weight, 'open' FROM found ORDER BY 1, 2
ON CONFLICT (first_id, second_id) DO UPDATE SET weight = excluded.weight, reasons = excluded.reasons
WHERE leads_companypair.reasons <> excluded.reasons
"""


PAIRS = Pairs(CompanyPair, "company", "companypair")


@dataclass(frozen=True)
class Twin:
    """A company that may be the same, and why (keys of REASONS)."""

    company: Company
    reasons: list[str]

    @property
    def why(self) -> list[str]:
        return [str(REASONS[one]) for one in self.reasons]


@transaction.atomic
def find(run: Run | None = None) -> int:
    """Look through all companies (a step of the night). Returns the suggestions added or changed."""
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, {"few": FEW, "near": NEAR, "public": list(PUBLIC_MAIL)})
        return cursor.rowcount


def _living():
    standing = Company.objects.standing().living().order_by().values("pk")
    return CompanyPair.objects.filter(first__in=standing, second__in=standing)


def waiting():
    """Pairs that nobody has decided on, of companies that stand for themselves."""
    return _living().filter(state=CompanyPair.State.OPEN).select_related("first", "second")


def apart():
    """Pairs of companies that were said to be two, the latest first."""
    rows = _living().filter(state=CompanyPair.State.DISMISSED).select_related("first", "second", "by")
    return rows.order_by("-decided_at", "-pk")


def of(company: Company) -> Sequence[Twin]:
    """Companies that may be this one, the surest first."""
    rows = waiting().filter(Q(first=company) | Q(second=company)).order_by("-weight", "pk")
    return [Twin(one.second if one.first_id == company.pk else one.first, one.reasons) for one in rows]


def between(one: Company, other: Company) -> CompanyPair | None:
    """The open suggestion that these two are one."""
    return waiting().filter(first__in=[one, other], second__in=[one, other]).first()
