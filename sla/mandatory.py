"""Whether the fields that the terms call mandatory were filled in when a lead was handed over, as known at that instant."""

from dataclasses import replace

from leads.measures import populations
from leads.measures.values import not_corrected
from smarketing.measures.question import Question
from smarketing.measures.registry import Population

# The mandatory fields of the terms in force on the local day of the handoff; no row where they name none.
_NAMED = """ CROSS JOIN LATERAL (SELECT cl.params -> 'fields' AS names FROM sla_termsspan ts
    JOIN sla_clause cl ON cl.terms_id = ts.terms_id AND cl.kind = 'mandatory_fields'
    JOIN sla_terms tm ON tm.id = ts.terms_id AND tm.published_at <= %(cutoff)s
  WHERE ts.line_id = h.line_id AND ts.first <= {day} AND (ts.until IS NULL OR {day} < ts.until)
  ORDER BY cl."order" LIMIT 1) mf"""
# The latest value by then, of the lead or of the nearest one merged into it by then, is empty.
_EMPTY = f"""EXISTS (SELECT FROM jsonb_array_elements_text(mf.names) f(name) WHERE coalesce((
  SELECT v.value #>> '{{{{}}}}' FROM (SELECT h.lead_id AS id, 0 AS steps UNION ALL SELECT s.lead_id, s.steps FROM leads_mergedspan s
      WHERE s.root_id = h.lead_id AND s.since <= h.known_at AND (s.until IS NULL OR s.until > h.known_at)) m
    JOIN leads_attributechange v ON v.subject_id = m.id
  WHERE v.subject = 'lead' AND v.field = f.name AND v.known_at <= h.known_at
    AND v.occurred_at <= h.occurred_at + CASE WHEN h.day_only THEN interval '1 day' ELSE interval '0' END
    AND {not_corrected("attributechange", "v").replace("%(cutoff)s", "h.recorded_at")}
  ORDER BY m.steps, v.occurred_at DESC, v.recorded_at DESC, v.id DESC LIMIT 1), '') = '')""".replace("{{}}", "{}")


def handed(question: Question, only: str = "true") -> Population:
    """Handoffs made under terms that name mandatory fields; a hit had every one of them. Erased leads are left out: what
    they had is not known any more."""
    base = populations.handoffs(question)
    named = _NAMED.format(day=question.day("h.occurred_at", "h.day_only"))
    alive = "NOT EXISTS (SELECT FROM leads_lead el WHERE el.id = h.lead_id AND el.erased)"
    return replace(
        base, source=base.source + named, where=(*base.where, alive, only.format(empty=_EMPTY)), hit=f"NOT {_EMPTY}"
    )


def lacking(question: Question) -> Population:
    """Those that lacked one."""
    return handed(question, "{empty}")
