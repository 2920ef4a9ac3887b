"""Dimensions that are not attributes: source, campaign, company, stage, rep, grade, persona, reason."""

from collections.abc import Callable, Iterable, Mapping

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from leads.handoffs import reasons
from leads.models import Campaign, Decision, Handoff, Stage
from personas.criteria import priority
from smarketing.accounts.models import Side, User
from smarketing.measures.question import Question
from smarketing.measures.registry import Dimension
from smarketing.rows.kept import inside, once

from . import sayings
from .offered import Offered
from .outcomes import left_out
from .values import campaign, value

STAGE = (
    "coalesce((SELECT sm.to_stage FROM leads_stagemove sm WHERE sm.lead_id = l.id AND sm.recorded_at <= %(cutoff)s"
    " ORDER BY sm.number DESC LIMIT 1), 'lead')"
)
CAMPAIGN = f"coalesce(nullif({value('campaign', 'key')}, ''), {value('campaign', 'name')})"
# The programme: the campaign at the top of the tree, as known at the cut-off, merged ones being those that they count with; a
# campaign alone is its own.
PARENT = {name: f"nullif({value('campaign', 'parent', name)}, '')::bigint" for name in ("g", "g2")}
PROGRAMME = f"""(SELECT coalesce(nullif({value("campaign", "key", "gt")}, ''), {value("campaign", "name", "gt")})
  FROM (SELECT {PARENT["g"]} AS id) above{campaign("above.id", "g2")} CROSS JOIN LATERAL (SELECT {PARENT["g2"]} AS id) top{campaign("top.id", "g3")}
  JOIN leads_campaign gt ON gt.id = coalesce(g3.id, g2.id, g.id))"""
RESEMBLED = (
    "leads_personamatch pm JOIN personas_persona p ON p.id = pm.persona_id WHERE pm.lead_id = l.id AND NOT p.retired"
)
# A lead counts under one persona: of those it resembles the first in the agreed order (`personas.criteria.priority`).
PERSONA = f"(SELECT p.name FROM {RESEMBLED} ORDER BY p.place, p.id LIMIT 1)"
HOW_MANY = f"(SELECT CASE count(*) WHEN 0 THEN 'none' WHEN 1 THEN 'one' ELSE 'several' END FROM {RESEMBLED})"
RESEMBLES = {priority.NONE: _("no persona"), priority.ONE: _("one persona"), priority.SEVERAL: _("several personas")}
DECIDED = {
    "accepted": _("accepted"),
    "refused": _("refused"),
    "undecided": _("undecided"),
    "expired": _("expired"),
    "withdrawn": _("withdrawn"),
    "merged": _("merged"),
}


def _named(names: Mapping[str, object]):
    return lambda text: names.get(text, text)


@once
def _campaigns() -> dict[str, str]:
    """Key -> name, of all campaigns that have both; of two of a key the first."""
    named = Campaign.objects.exclude(key="").exclude(name="")
    return dict(named.order_by("-pk").values_list("key", "name"))


def _campaign(key: str) -> str:
    """The name of the campaign of this key; a campaign without a key is counted by its name already."""
    if inside():
        return _campaigns().get(key, key)
    return Campaign.objects.filter(key=key).exclude(name="").values_list("name", flat=True).first() or key


SHARED = {
    "source": Dimension("source", _("source"), value("lead", "source")),
    "campaign": Dimension("campaign", _("campaign"), CAMPAIGN, show=_campaign),
    "programme": Dimension("programme", _("programme"), PROGRAMME, show=_campaign),
    "channel": Dimension("channel", _("channel"), value("campaign", "channel")),
    "persona": Dimension("persona", _("persona"), PERSONA),
    "resembles": Dimension("resembles", _("personas resembled"), HOW_MANY, show=_named(RESEMBLES)),
    "stage": Dimension("stage", _("stage"), STAGE, show=_named(dict(Stage.choices))),
    "country": Dimension("country", _("country"), value("lead", "country")),
    "company": Dimension("company", _("company"), value("company", "name")),
}


def names(people: Iterable[User]) -> Mapping[int, str]:
    """Person -> what measures call them: the name, with the number where several are called so."""
    often: dict[str, int] = {name: n for name, n in User.objects.values_list("name").annotate(n=Count("pk"))}
    return {one.pk: f"{one.name} #{one.pk}" if often[one.name] > 1 else one.name for one in people}


def _own_name(user) -> str:
    return names([user])[user.pk]


# As `names` says it.
OFTEN = "ARRAY(SELECT x.name FROM accounts_user x GROUP BY x.name HAVING count(*) > 1)"
REP = f"""(SELECT CASE WHEN u.name = ANY({OFTEN}) THEN u.name || ' #' || u.id ELSE u.name END
  FROM accounts_user u WHERE u.id = rr.rep_id)"""
# Under which version of which definition it was made an MQL; blank where by hand or brought by a file.
VERSION = """(SELECT x.name || ' v' || dv.number FROM leads_qualification q JOIN personas_definitionversion dv ON dv.id = q.version_id
  JOIN personas_definitionline x ON x.id = dv.line_id WHERE q.id = h.qualification_id)"""
HANDOFF = {
    "line": Dimension("line", _("definition"), "(SELECT x.name FROM personas_definitionline x WHERE x.id = h.line_id)"),
    "line_id": Dimension("line_id", _("definition (number)"), "h.line_id::text"),
    "rep": Dimension("rep", _("rep in charge"), REP, own=_own_name),
    "team": Dimension(
        "team",
        _("team"),
        "(SELECT t.name FROM accounts_user u JOIN accounts_team t ON t.id = u.team_id WHERE u.id = rr.rep_id)",
    ),
    "grade": Dimension("grade", _("grade"), "h.grade"),
    "version": Dimension("version", _("version of the definition"), VERSION),
    "gate": Dimension("gate", _("gate"), "h.gate", show=_named(dict(Handoff.Gate.choices))),
}
ORDER = {
    "order": Dimension("order", _("first or repeated"), "CASE WHEN n.is_first THEN 'first' ELSE 'repeated' END",
                       show=_named({"first": _("first"), "repeated": _("repeated")})),
}  # fmt: skip
OUTCOME = {
    "decided": Dimension("decided", _("first decision"), "o.decided", show=_named(DECIDED)),
    "reason": Dimension("reason", _("reason"), "CASE WHEN o.decided = 'refused' OR o.returned IS NOT NULL THEN o.reason END", show=reasons.label),
}  # fmt: skip

LEFT_OUT = {"yes": _("left out of the acceptance rate"), "no": _("counted")}


def agreed() -> Dimension:
    """Whether the rules of a handoff leave its reason out of the acceptance rate."""
    return Dimension(
        "left_out",
        _("in the acceptance rate"),
        f"CASE WHEN {left_out()} THEN 'yes' ELSE 'no' END",
        show=_named(LEFT_OUT),
    )


HOW = {"said": _("said"), "shown": _("shown by work"), "skipped": _("skipped, inferred from the next step")}
STEPS = {
    "accepted_how": Dimension("accepted_how", _("how it was accepted"), "CASE WHEN o.accepted_at IS NOT NULL THEN o.accepted_how END", show=_named(HOW)),
    "sql_how": Dimension("sql_how", _("how the need was confirmed"), "CASE WHEN o.sql_at IS NOT NULL THEN o.sql_how END", show=_named(HOW)),
}  # fmt: skip
# Time from the handoff to the first attempt; a handoff dated by its day only has none.
DELAYS = (("0-5", 5, _("within 5 min")), ("5-30", 30, _("5 to 30 min")), ("30-60", 60, _("30 to 60 min")),
          ("1h-4h", 240, _("1 to 4 h")), ("4h-24h", 1440, _("4 to 24 h")), ("24h-", None, _("after more than 24 h")))  # fmt: skip
_MINUTES = "extract(epoch FROM t.at - h.occurred_at) / 60"
_DELAY = " ".join(f"WHEN {_MINUTES} <= {top} THEN '{key}'" for key, top, _label in DELAYS if top)
DELAY = Dimension(
    "delay", _("time to the first attempt"), f"CASE WHEN h.day_only THEN '' {_DELAY} ELSE '24h-' END",
    show=_named({key: label for key, _top, label in DELAYS}),
)  # fmt: skip
# Dimensions of handoffs with an attempt that a higher app adds: `(question) → Dimension` (the hours of the contract).
of_tried_more: list[Callable[[Question], Dimension]] = []
_CRITERION = "v.evidence ~ '^(fit|must|never|engagement):'"

MATURE = 90  # days after which a handoff that is not SQL is not waited for
COURSES = {
    "sql": _("became SQL"),
    "ended": _("ended without a need confirmed"),
    "late": _("no need confirmed in 90 days"),
    "open": _("still open"),
}


def course(question: Question) -> Dimension:
    """How far the way of a handoff to SQL has gone by the cut-off."""
    age = f"'{question.last_day}'::date - {question.day('h.occurred_at', 'h.day_only')}"
    return Dimension(
        "course", _("way to SQL"),
        "CASE WHEN o.sql_at IS NOT NULL THEN 'sql' WHEN o.ended OR n.lead_id <> h.lead_id THEN 'ended'"
        f" WHEN {age} >= {MATURE} THEN 'late' ELSE 'open' END",
        show=_named(COURSES),
    )  # fmt: skip


_PEOPLE = ("lead", "company", "campaign")


def of_leads(question: Question) -> Offered:
    """Dimensions of rows that are leads."""
    return Offered(SHARED, _PEOPLE)


def of_handoffs(question: Question) -> Offered:
    """Dimensions of rows that are handoffs: the lead's, the handoff's, the rep in charge."""
    return Offered({**SHARED, **HANDOFF}, _PEOPLE)


def of_made(question: Question) -> Offered:
    """Dimensions of handoffs counted one by one: also whether it was the lead's first."""
    return of_handoffs(question).more(ORDER)


def of_outcomes(question: Question) -> Offered:
    """Dimensions of handoffs seen with what became of them; whether a reason is left out, where that is asked."""
    asked = {"left_out": agreed()} if "left_out" in (*question.by, *question.where) else {}
    return of_made(question).more({**OUTCOME, **STEPS, "course": course(question), **asked})


def of_tried(question: Question) -> Offered:
    """Dimensions of handoffs with an attempt: also how soon it was made, and what higher apps know."""
    return of_made(question).more(
        {"delay": DELAY} | {one.key: one for one in (make(question) for make in of_tried_more)}
    )


def of_since(question: Question, start: str, day_only: str) -> Offered:
    """Dimensions of a cohort's wins: also how many calendar months after its own month they came."""

    def month(instant: str, alone: str) -> str:
        day = question.day(instant, alone)
        return f"(extract(year FROM {day}) * 12 + extract(month FROM {day}))"

    since = f"greatest({month('w.closed_at', 'w.closed_day_only')} - {month(start, day_only)}, 0)::int::text"
    return of_deals(question).more({"months_since": Dimension("months_since", _("months since the handoff"), since)})


def of_turned_down(question: Question) -> Offered:
    """Dimensions of refusals and returns, one by one."""
    said = Dimension("reason", _("reason"), "v.reason", show=reasons.label)
    criterion = Dimension(
        "criterion", _("criterion contradicted"), f"CASE WHEN {_CRITERION} THEN v.evidence END", show=sayings.criterion
    )
    kind = Dimension("decision", _("decision"), "v.kind", show=_named(dict(Decision.Kind.choices)))
    return of_made(question).more({"reason": said, "criterion": criterion, "decision": kind})


def of_deals(question: Question) -> Offered:
    """Dimensions of rows that are, or may have, a deal, under its primary lead."""
    return Offered({**SHARED, **HANDOFF}, (*_PEOPLE, "deal"))


def of_leads_and_deals(question: Question) -> Offered:
    """Dimensions of leads and of the first deal that each won."""
    return Offered(SHARED, (*_PEOPLE, "deal"))


def of_spend(question: Question) -> Offered:
    """Dimensions of money spent: the campaign's."""
    return Offered({key: SHARED[key] for key in ("campaign", "programme", "channel")}, ("campaign",))


def of_time(question: Question) -> Offered:
    """Dimensions of hours worked: the campaign's, and whose they were."""
    return of_spend(question).more({"side": Dimension("side", _("side"), "ts.side", show=_named(dict(Side.choices)))})
