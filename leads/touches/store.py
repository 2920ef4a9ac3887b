"""The projection of touches: kept up to a mark, read beside the facts that came after it, made again from nothing.

A touch is an event that names a campaign, an event whose link fits a rule, or a campaign written on a lead. What was taken
back, merged or joined is asked when touches are read: the projection is of facts alone.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime

from django.db import connection, transaction

from leads.models import LinkRules, Touch, TouchMark

from .utm import KEYS, like

EVENT, LINK, VALUE = Touch.Via.EVENT, Touch.Via.LINK, Touch.Via.VALUE
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_KNOWN = "e.recorded_at > %(after)s AND e.recorded_at <= %(until)s"
_WHO = "e.lead_id, CASE WHEN e.lead_id IS NULL THEN e.visitor_id END"
_UTM = {key: f"lower(btrim(coalesce(p.properties ->> 'utm_{key}', '')))" for key in KEYS}
_FITS = " AND ".join(f"(r.{key} = '' OR {_UTM[key]} LIKE r.{key})" for key in KEYS)
# What makes a touch: (via, fact, lead, visitor, campaign, occurred, recorded), of facts recorded in (after, until].
ARMS = {
    EVENT: f"""SELECT {EVENT:d}, e.id, {_WHO}, e.campaign_id, e.occurred_at, e.recorded_at FROM leads_event e
      WHERE {_KNOWN} AND e.campaign_id IS NOT NULL AND (e.lead_id IS NOT NULL OR e.visitor_id IS NOT NULL)""",
    LINK: f"""SELECT {LINK:d}, e.id, {_WHO}, m.campaign_id, e.occurred_at, e.recorded_at
      FROM leads_event e JOIN leads_eventpayload p ON p.event_id = e.id
      CROSS JOIN LATERAL (SELECT r."to" AS campaign_id FROM jsonb_to_recordset(%(rules)s::jsonb)
          AS r(place int, source text, medium text, campaign text, content text, term text, "to" bigint)
        WHERE {_FITS} ORDER BY r.place LIMIT 1) m
      WHERE {_KNOWN} AND e.campaign_id IS NULL AND (e.lead_id IS NOT NULL OR e.visitor_id IS NOT NULL)""",
    VALUE: f"""SELECT {VALUE:d}, e.id, e.subject_id, NULL::bigint, (e.value #>> '{{}}')::bigint, e.occurred_at, e.recorded_at
      FROM leads_attributechange e
      WHERE {_KNOWN} AND e.subject = 'lead' AND e.field = 'campaign' AND jsonb_typeof(e.value) = 'number'""",
}
COLUMNS = "via, fact_id, lead_id, visitor_id, campaign_id, occurred_at, recorded_at"
_ADD = f"INSERT INTO leads_touch ({COLUMNS}) SELECT * FROM ({{}}) t ({COLUMNS}){{}} ORDER BY lead_id, visitor_id, occurred_at ON CONFLICT DO NOTHING"


def rules_at(cutoff: datetime) -> LinkRules | None:
    """The version of the link rules that was the newest by a cut-off."""
    return LinkRules.objects.filter(recorded_at__lte=cutoff).order_by("-number").first()


def written(rules: LinkRules | None) -> str:
    """Rules as the arm of links reads them: patterns of LIKE, in their order."""
    body = rules.body if rules else []
    rows = [
        {"place": place, "to": rule["to"], **{key: like(rule.get(key, "")) for key in KEYS}}
        for place, rule in enumerate(body)
        if any(rule.get(key) for key in KEYS)
    ]
    return json.dumps(rows)


@transaction.atomic
def advance(cutoff: datetime) -> int:
    """Project what was recorded up to a cut-off of the fence. Other rules than before: all links anew. Returns rows added."""
    TouchMark.objects.get_or_create(one=True, defaults={"through": NEVER})
    mark = TouchMark.objects.select_for_update().get()
    rules = rules_at(cutoff)
    number, added = (rules.number if rules else 0), 0
    if number != mark.rules:
        Touch.objects.filter(via=LINK).delete()
        added += _add(LINK, NEVER, mark.through, rules)
    if cutoff > mark.through:
        for via in ARMS:
            added += _add(via, mark.through, cutoff, rules)
    TouchMark.objects.update(through=max(cutoff, mark.through), rules=number)
    return added


@transaction.atomic
def rebuild() -> int:
    """Make the projection again from nothing but facts, up to the mark it has. Returns how many rows."""
    mark = TouchMark.objects.select_for_update().first()
    Touch.objects.all().delete()
    if mark is None:
        return 0
    rules = LinkRules.objects.filter(number=mark.rules).first()
    return sum(_add(via, NEVER, mark.through, rules) for via in ARMS)


def again(leads: Iterable[int], visitors: Iterable[int]) -> None:
    """Make the touches of these anew: something about them was erased."""
    mark = TouchMark.objects.first()
    who, whose = sorted(set(leads)), sorted(set(visitors))
    Touch.objects.filter(lead__in=who).delete()
    Touch.objects.filter(lead=None, visitor__in=whose).delete()
    if mark is None:
        return
    rules = LinkRules.objects.filter(number=mark.rules).first()
    for via in ARMS:
        _add(via, NEVER, mark.through, rules, " WHERE t.lead_id = ANY(%(who)s)", who=who)


def _add(via: int, after: datetime, until: datetime, rules: LinkRules | None, which: str = "", **more) -> int:
    if via == LINK and not (rules and rules.body):
        return 0
    with connection.cursor() as cursor:
        params = {"after": after, "until": until, "rules": written(rules), **more}
        cursor.execute(_ADD.format(ARMS[Touch.Via(via)], which), params)
        return cursor.rowcount
