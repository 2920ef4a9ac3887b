"""Values of leads, companies, campaigns and deals as known at a cut-off, in SQL; and the dimensions made of them.

The columns hold what is known now. Only a subject whose values changed (or were corrected) after the cut-off is read
from its AttributeChange rows, by the same law of the latest; so is a lead merged with others after it.
"""

import re

from django.utils.functional import lazy

from leads.intake.columns import OWN_WAY, TABLES
from leads.intake.importing.lists import JOINS
from leads.models import ListItem
from personas.catalogue import CUSTOM
from personas.models import FieldDef
from smarketing.measures.registry import Dimension
from smarketing.rows.kept import once
from smarketing.web.language import active_language

LISTS = {attribute: name for name, attribute in JOINS.items()}
TYPES = {FieldDef.Type.NUMBER, FieldDef.Type.MONEY}
NUMERIC = "'^-?[0-9]{1,30}([.][0-9]{1,30})?$'"
# Values that name one person: grouping by them opens people, so it needs that right.
IDENTIFYING = {"lead.email", "lead.first_name", "lead.last_name", "lead.phone", "lead.birth_date", "deal.title"}
ALIAS = {"lead": "l", "company": "c", "campaign": "g", "deal": "d"}

NOT_CORRECTED = (
    "NOT EXISTS (SELECT FROM leads_correction k WHERE k.subject = '{0}' AND k.subject_id = {1}.id"
    " AND k.recorded_at <= %(cutoff)s)"
)
LATE = """(SELECT subject, subject_id FROM leads_attributechange WHERE recorded_at > %(cutoff)s
  UNION SELECT a.subject, a.subject_id FROM leads_correction k JOIN leads_attributechange a ON a.id = k.subject_id
  WHERE k.subject = 'attributechange' AND k.recorded_at > %(cutoff)s
  UNION SELECT 'lead', root_id FROM leads_mergedspan WHERE since > %(cutoff)s OR until > %(cutoff)s
  UNION SELECT 'lead', s.root_id FROM leads_mergedspan s JOIN leads_attributechange a
    ON a.subject = 'lead' AND a.subject_id = s.lead_id WHERE a.recorded_at > %(cutoff)s
  UNION SELECT 'lead', s.root_id FROM leads_correction k JOIN leads_attributechange a ON a.id = k.subject_id
    JOIN leads_mergedspan s ON a.subject = 'lead' AND s.lead_id = a.subject_id
  WHERE k.subject = 'attributechange' AND k.recorded_at > %(cutoff)s)"""
# The leads whose values hold for a lead at the cut-off, the nearest first (`leads.intake.columns`).
TOGETHER = """(SELECT {0}.id, 0 AS steps UNION ALL SELECT s.lead_id, s.steps FROM leads_mergedspan s
  WHERE s.root_id = {0}.id AND s.since <= %(cutoff)s AND (s.until IS NULL OR s.until > %(cutoff)s))"""
MERGED = f"""MATERIALIZED (WITH RECURSIVE step AS (
    SELECT m.loser_id, m.root_id FROM leads_merge m WHERE m.recorded_at <= %(cutoff)s AND {NOT_CORRECTED.format("merge", "m")}
  ), walk AS (SELECT loser_id, root_id, 1 AS deep FROM step
    UNION ALL SELECT w.loser_id, s.root_id, w.deep + 1 FROM walk w JOIN step s ON s.loser_id = w.root_id WHERE w.deep < 50)
  SELECT DISTINCT ON (loser_id) loser_id, root_id FROM walk ORDER BY loser_id, deep DESC)"""
# The same of campaigns.
SAME = MERGED.replace("leads_merge ", "leads_campaignmerge ").replace(
    "k.subject = 'merge'", "k.subject = 'campaignmerge'"
)
CTES = {"late": f"MATERIALIZED {LATE}", "merged": MERGED, "same": SAME}


def not_corrected(subject: str, alias: str) -> str:
    """A condition: this fact was not taken back by the cut-off."""
    return NOT_CORRECTED.format(subject, alias)


def value(subject: str, field: str, alias: str = "") -> str:
    """SQL text of a field's value as known at the cut-off; NULL or '' when blank."""
    alias = alias or ALIAS[subject]
    known = TABLES[subject][1].get(field)
    if known is None and not CUSTOM.fullmatch(field):
        raise KeyError(f"{subject} has no field {field}")
    now = f"{alias}.{known.name}::text" if known else f"{alias}.attributes ->> '{field}'"
    together = subject == "lead" and field != OWN_WAY
    whose = TOGETHER.format(alias) if together else f"(SELECT {alias}.id, 0 AS steps)"
    then = (
        f"(SELECT v.value #>> '{{}}' FROM {whose} m JOIN leads_attributechange v ON v.subject_id = m.id"
        f" WHERE v.subject = '{subject}' AND v.field = '{field}' AND v.recorded_at <= %(cutoff)s"
        f" AND v.occurred_at <= %(cutoff)s AND {not_corrected('attributechange', 'v')}"
        " ORDER BY m.steps, v.occurred_at DESC, v.recorded_at DESC, v.id DESC LIMIT 1)"
    )
    changed = f"(SELECT x.subject_id FROM late x WHERE x.subject = '{subject}')"
    return f"(CASE WHEN {alias}.id IN {changed} THEN {then} ELSE {now} END)"


def belongs(company: str = "", name: str = "g") -> str:
    """Joins from a lead (l) to its company (c) and campaign (g). `company`: SQL of the id of another one that wins; `name`: of
    the campaign's join, where g is another campaign."""
    firm = f"{value('lead', 'company')}::bigint"
    firm = f"coalesce({company}, {firm})" if company else firm
    return (
        f" LEFT JOIN leads_company c ON c.id = {firm}"
        f" CROSS JOIN LATERAL (SELECT {value('lead', 'campaign')}::bigint AS id) nm" + campaign("nm.id", name)
    )


def campaign(number: str, name: str = "g") -> str:
    """Joins from the id of a campaign to the one that it counts with (g)."""
    same = f" LEFT JOIN same s{name} ON s{name}.loser_id = {number}"
    return f"{same} LEFT JOIN leads_campaign {name} ON {name}.id = coalesce(s{name}.root_id, {number})"


BELONGS = belongs()


def number(text: str) -> str:
    """SQL numeric of a text; NULL when it is no number."""
    return f"(CASE WHEN {text} ~ {NUMERIC} THEN ({text})::numeric END)"


def people(lead_id: str, company: str = "", few: bool = False, name: str = "g") -> str:
    """Joins from an id of a lead to the lead that stands for it (l), its company (c) and campaign (g); see `belongs`.

    `few`: of all leads so few are asked for that each is looked up, instead of reading all of them.
    """
    root = f"coalesce(mg.root_id, {lead_id})"
    lead = (
        f" LEFT JOIN LATERAL (SELECT * FROM leads_lead WHERE id = {root} OFFSET 0) l ON true"
        if few
        else f" LEFT JOIN leads_lead l ON l.id = {root}"
    )
    return f" LEFT JOIN merged mg ON mg.loser_id = {lead_id}{lead}" + belongs(company, name)


@once
def attributes(*subjects: str) -> dict[str, Dimension]:
    """A dimension for every field of these subjects, custom ones included, that does not name a person."""
    found = {}
    for row in FieldDef.objects.filter(subject__in=subjects).order_by("key"):
        if row.key in IDENTIFYING or (row.personal and row.subject in ("lead", "company") and not row.column):
            continue
        if re.fullmatch(r"(lead|deal|campaign|company)\.(created|closed)", row.key):
            continue
        found[row.key] = Dimension(row.key, label_of(row), _text(row), listed=_listed(row))
    return found


def _listed(row: FieldDef):
    """Values that are shown also where nothing counts: the lines of the list that a deal's attribute names."""
    name = LISTS.get(row.name) if row.subject == "deal" else None
    return (lambda: ListItem.objects.filter(list=name).values_list("key", flat=True)) if name else None


def label_of(row: FieldDef):
    """The field's name in the language of whoever looks."""
    return lazy(lambda: row.label_fr if active_language() == "fr" else row.label_en, str)()


def _text(row: FieldDef) -> str:
    text = value(row.subject, row.name)
    if row.type in TYPES:
        return f"(CASE WHEN {text} ~ {NUMERIC} THEN trim_scale(({text})::numeric)::text ELSE {text} END)"
    return text
