"""Dimensions that are not attributes: source, campaign, company, stage, rep, grade, persona, order of a handoff."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from smarketing.accounts.models import User
from smarketing.measures.question import Question
from smarketing.measures.registry import Dimension

from .values import attributes, not_corrected, value

STAGE = (
    "coalesce((SELECT sm.to_stage FROM leads_stagemove sm WHERE sm.lead_id = l.id AND sm.recorded_at <= %(cutoff)s"
    " ORDER BY sm.number DESC LIMIT 1), 'lead')"
)
CAMPAIGN = f"coalesce(nullif({value('campaign', 'key')}, ''), {value('campaign', 'name')})"
PERSONA = (
    "(SELECT p.name FROM leads_personamatch pm JOIN personas_persona p ON p.id = pm.persona_id"
    " WHERE pm.lead_id = l.id ORDER BY pm.persona_id LIMIT 1)"
)
REPS = """(SELECT id, CASE WHEN count(*) OVER (PARTITION BY name) > 1 THEN name || ' #' || id ELSE name END AS name
  FROM accounts_user)"""
# Rep in charge of each handoff at the cut-off.
CHARGED = f"""(SELECT DISTINCT ON (a.handoff_id) a.handoff_id, a.rep_id FROM leads_assignment a
  WHERE a.recorded_at <= %(cutoff)s AND {not_corrected("assignment", "a")} ORDER BY a.handoff_id, a.occurred_at DESC, a.id DESC)"""


def _own_name(user) -> str:
    twice = User.objects.filter(name=user.name).count() > 1
    return f"{user.name} #{user.pk}" if twice else user.name


SHARED = {
    "source": Dimension("source", _("source"), value("lead", "source")),
    "campaign": Dimension("campaign", _("campaign"), CAMPAIGN),
    "channel": Dimension("channel", _("channel"), value("campaign", "channel")),
    "stage": Dimension("stage", _("stage"), STAGE),
    "persona": Dimension("persona", _("persona"), PERSONA),
    "country": Dimension("country", _("country"), value("lead", "country")),
    "company": Dimension("company", _("company"), value("company", "name")),
}
REP = Dimension("rep", _("rep in charge"), "(SELECT u.name FROM reps u WHERE u.id = rep_id)", own=_own_name)
HANDOFF = {
    "line": Dimension(
        "line", _("definition"), "(SELECT dl.name FROM personas_definitionline dl WHERE dl.id = h.line_id)"
    ),
    "line_id": Dimension("line_id", _("definition (number)"), "h.line_id::text"),
    "grade": Dimension("grade", _("grade"), "h.grade"),
    "gate": Dimension("gate", _("gate"), "h.gate"),
}


def of_leads(question: Question) -> Mapping[str, Dimension]:
    """Dimensions of rows that are leads."""
    return {**SHARED, **attributes("lead", "company", "campaign")}


def of_handoffs(question: Question) -> Mapping[str, Dimension]:
    """Dimensions of rows that are handoffs: the lead's, the handoff's, the rep in charge."""
    return {**of_leads(question), **HANDOFF, "rep": REP}


def of_deals(question: Question) -> Mapping[str, Dimension]:
    """Dimensions of rows that are deals, under their primary lead."""
    return {**of_handoffs(question), **attributes("deal")}


def of_spend(question: Question) -> Mapping[str, Dimension]:
    """Dimensions of money spent: the campaign's."""
    return {**{key: SHARED[key] for key in ("campaign", "channel")}, **attributes("campaign")}
