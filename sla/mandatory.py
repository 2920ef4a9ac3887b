"""Whether the fields that the terms call mandatory were filled in when a lead was handed over, as known at that instant."""

import json
from dataclasses import replace
from typing import Any

from leads.measures import populations
from smarketing.measures.question import Question
from smarketing.measures.registry import Population

from .models import Clause

# The latest value by then, of the lead or of the nearest one merged into it by then, is empty. Each is looked up by itself: measures
# run without nested loops, and a join in here would read every change of every lead for each handoff.
_EMPTY = """EXISTS (SELECT FROM jsonb_array_elements_text(mf.names) f(name) WHERE coalesce((SELECT x.said ->> 3 FROM (
    SELECT m.steps, (SELECT jsonb_build_array(extract(epoch FROM v.occurred_at), extract(epoch FROM v.recorded_at), v.id, coalesce(v.value #>> '{}', ''))
      FROM leads_attributechange v WHERE v.subject = 'lead' AND v.subject_id = m.id AND v.field = f.name AND v.known_at <= h.known_at
        AND v.occurred_at <= h.occurred_at + CASE WHEN h.day_only THEN interval '1 day' ELSE interval '0' END
        AND (SELECT count(*) FROM leads_correction k WHERE k.subject = 'attributechange' AND k.subject_id = v.id
          AND k.recorded_at <= h.recorded_at) = 0
      ORDER BY v.occurred_at DESC, v.recorded_at DESC, v.id DESC LIMIT 1) AS said
    FROM (SELECT h.lead_id AS id, 0 AS steps UNION ALL SELECT s.lead_id, s.steps FROM leads_mergedspan s
      WHERE s.root_id = h.lead_id AND s.since <= h.known_at AND (s.until IS NULL OR s.until > h.known_at)) m) x
  WHERE x.said IS NOT NULL ORDER BY x.steps, x.said DESC LIMIT 1), '') = '')"""


def handed(question: Question, only: str = "true") -> Population:
    """Handoffs made under terms that name mandatory fields; a hit had every one of them. Erased leads are left out: what
    they had is not known any more."""
    base = populations.handoffs(question)
    names, given = _named(question)
    alive = "NOT EXISTS (SELECT FROM leads_lead el WHERE el.id = h.lead_id AND el.erased)"
    return replace(
        base, source=f"{base.source} CROSS JOIN LATERAL (SELECT {names} AS names) mf", params={**base.params, **given},
        where=(*base.where, "mf.names IS NOT NULL", alive, only.format(empty=_EMPTY)), hit=f"NOT {_EMPTY}",
    )  # fmt: skip


def lacking(question: Question) -> Population:
    """Those that lacked one."""
    return handed(question, "{empty}")


def _named(question: Question) -> tuple[str, dict[str, Any]]:
    """SQL of the mandatory fields of the terms in force on the local day of a handoff h, NULL where they name none; its
    parameters."""
    day = question.day("h.occurred_at", "h.day_only")
    found = Clause.objects.filter(
        kind="mandatory_fields", terms__span__isnull=False, terms__published_at__lte=question.cutoff
    )
    first: dict[int, Clause] = {}
    for clause in found.select_related("terms__span").order_by("terms", "order"):
        first.setdefault(clause.terms_id, clause)
    whens = ""
    given: dict[str, Any] = {}
    for n, clause in enumerate(first.values()):
        span = clause.terms.span
        given |= {
            f"mf{n}_line": span.line_id,
            f"mf{n}_first": span.first,
            f"mf{n}_names": json.dumps(clause.params["fields"]),
        }
        ends = ""
        if span.until is not None:
            given[f"mf{n}_until"], ends = span.until, f" AND {day} < %(mf{n}_until)s"
        whens += f" WHEN h.line_id = %(mf{n}_line)s AND {day} >= %(mf{n}_first)s{ends} THEN %(mf{n}_names)s::jsonb"
    return (f"CASE{whens} END" if whens else "NULL::jsonb"), given
