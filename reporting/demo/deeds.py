"""Deeds of sales into the tables: attempts, decisions, stage moves, deals, each with its audit line, at its own instant.

What is written is what the services would have written then; states, stages and clocks are derived from it afterwards.
"""

import json
from collections import defaultdict
from datetime import timedelta

import numpy as np
from django.db import connection

from leads.models import Stage, StageMove
from smarketing.accounts.models import User

from .bulk import copy, ids
from .plan import Plan
from .work import RECYCLED, Deeds, Sale, Verdict

BLINK = timedelta(milliseconds=40)
ALONG = (Stage.SUBSCRIBER, Stage.LEAD, Stage.MQL, Stage.SAL, Stage.SQL, Stage.OPPORTUNITY, Stage.CUSTOMER)
STAGE_OF = {"accept": Stage.SAL, "qualify": Stage.SQL}


def write(plan: Plan, deeds: Deeds, people: dict[str, User]) -> dict[str, int]:
    """Add everything. Returns how many of each."""
    who = {key: user.pk for key, user in people.items()}
    audit: list[tuple] = []
    made = {
        "attempts": _tries(deeds, who, audit),
        "decisions": _verdicts(deeds, who, audit),
        "deals": _sales(deeds, who, audit),
        "moves": _moves(deeds, who),
    }
    audit.sort(key=lambda row: (row[0], row[3]))
    _copy("accounts_auditentry", ("at", "user_id", "verb", "subject", "subject_id", "detail"), audit)
    return made


def _tries(deeds: Deeds, who: dict[str, int], audit: list) -> int:
    tries = sorted(deeds.tries, key=lambda one: (one.at, one.handoff.pk))
    number = ids("leads_attempt_id_seq", len(tries)).tolist()
    rows, notes, back = [], [], []
    for pk, one in zip(number, tries, strict=True):
        rep = who[one.handoff.rep]
        rows.append((pk, one.handoff.pk, one.handoff.lead, rep, one.channel, one.outcome, None, *_thrice(one.at)))
        detail = {"attempt": pk, "channel": one.channel, "outcome": one.outcome}
        audit.append((one.at, rep, "attempts.log", "handoff", one.handoff.pk, json.dumps(detail)))
        if one.note:
            notes.append((pk, one.note))
        if one.undone:
            back.append(("attempt", pk, rep, "", *_thrice(one.undone)))
            audit.append((one.undone, rep, "facts.correct", "attempt", None, json.dumps({"count": 1, "ids": [pk]})))
    columns = ("id", "handoff_id", "lead_id", "rep_id", "channel", "outcome", "next_step_on", *_DATED)
    _copy("leads_attempt", columns, rows)
    _copy("leads_attemptnote", ("attempt_id", "text"), notes)
    _copy("leads_correction", ("subject", "subject_id", "by_id", "reason", *_DATED), back)
    return len(rows)


def _verdicts(deeds: Deeds, who: dict[str, int], audit: list) -> int:
    verdicts = sorted(deeds.verdicts, key=lambda one: (one.at, one.handoff.pk))
    number = ids("leads_decision_id_seq", len(verdicts)).tolist()
    rows, resets = [], []
    for pk, one in zip(number, verdicts, strict=True):
        rep = who[one.handoff.rep]
        rows.append((pk, one.handoff.pk, one.kind, one.reason, one.evidence, one.return_on, rep, *_thrice(one.at)))
        said = {"decision": pk} | {k: str(v) for k, v in (("reason", one.reason), ("return_on", one.return_on)) if v}
        audit.append((one.at, rep, f"handoffs.{one.kind}", "handoff", one.handoff.pk, json.dumps(said)))
        if recycles(one):
            resets.append((one.handoff.lead, one.handoff.pk, *_thrice(one.at)))
    columns = ("id", "handoff_id", "kind", "reason", "evidence", "return_on", "by_id", *_DATED)
    _copy("leads_decision", columns, rows)
    for sale in _lost(deeds):
        resets.append((sale.handoff.lead, sale.handoff.pk, *_thrice(sale.closed_at)))
    resets.sort(key=lambda row: row[2:])
    _copy("leads_engagementreset", ("lead_id", "handoff_id", *_DATED), resets)
    return len(rows)


def _sales(deeds: Deeds, who: dict[str, int], audit: list) -> int:
    sales = sorted(deeds.sales, key=lambda one: (one.at, one.handoff.pk))
    number = ids("leads_deal_id_seq", len(sales)).tolist()
    rows, changes, contacts = [], [], []
    for pk, one in zip(number, sales, strict=True):
        rep, title, amount = who[one.handoff.rep], f"{one.handoff.company or 'Licence'} {one.at:%Y}", str(one.amount)
        rows.append((pk, one.at, one.at + BLINK, False, False, None, "{}", "", one.handoff.lead, title, one.state, amount,
                     one.closed_at, False, one.reason, one.return_on, one.steps[-1][0] if one.steps else "", one.handoff.pk, rep))  # fmt: skip
        opened = {"title": title, "state": "open", "amount": amount, "rep": rep}
        changes += [_change(pk, name, value, one.at, rep) for name, value in opened.items()]
        audit.append((one.at, rep, "deals.open", "deal", pk, json.dumps({"lead": one.handoff.lead, "amount": amount})))
        contacts.append((pk, one.handoff.lead, "decides", rep, *_thrice(one.at)))
        for step, when in one.steps:
            changes.append(_change(pk, "step", step, when, rep))
            audit.append((when, rep, "deals.step", "deal", pk, json.dumps({"step": step})))
        if one.closed_at:
            closed = {"state": one.state, "closed_at": one.closed_at.isoformat(), "closed_day_only": False}
            closed |= {"reason": one.reason} if one.reason else {}
            closed |= {"return_on": one.return_on.isoformat()} if one.return_on else {}
            changes += [_change(pk, name, value, one.closed_at, rep) for name, value in closed.items()]
            verb = "deals.win" if one.state == "won" else "deals.lose"
            audit.append((one.closed_at, rep, verb, "deal", pk, json.dumps({"amount": amount})))
    _copy("leads_deal", ("id", "created_at", "recorded_at", "day_only", "declared", "imported_by_id", "attributes", "key",
          "lead_id", "title", "state", "amount", "closed_at", "closed_day_only", "reason", "return_on", "step", "handoff_id", "rep_id"), rows)  # fmt: skip
    changes.sort(key=lambda row: (row[4], row[1]))
    columns = ("subject", "subject_id", "field", "value", *_DATED, "day_only", "by_id", "imported_by_id", "source")
    _copy("leads_attributechange", columns, changes)
    _copy("leads_dealcontact", ("deal_id", "lead_id", "role", "by_id", *_DATED), contacts)
    return len(rows)


def _change(pk: int, name: str, value, at, by: int) -> tuple:
    return ("deal", pk, name, json.dumps(value, ensure_ascii=False), *_thrice(at), False, by, None, "hand")


def _moves(deeds: Deeds, who: dict[str, int]) -> int:
    """Stage moves that follow from decisions and deals, numbered after those the judge wrote."""
    wanted: dict[int, list[tuple]] = defaultdict(list)
    for one in deeds.verdicts:
        wanted[one.handoff.lead].append((one.at, 0, _stage_after(one), one.kind, one.handoff))
    for sale in deeds.sales:
        wanted[sale.handoff.lead].append((sale.at, 1, Stage.OPPORTUNITY, "deal", sale.handoff))
        if sale.state == "won":
            wanted[sale.handoff.lead].append((sale.closed_at, 2, Stage.CUSTOMER, "deal", sale.handoff))
        elif sale.state == "lost":
            wanted[sale.handoff.lead].append((sale.closed_at, 2, Stage.RECYCLED, "lost", sale.handoff))
    last = StageMove.objects.filter(lead__in=wanted).order_by("lead_id", "-number").distinct("lead_id")
    standing = {lead: (number, to) for lead, number, to in last.values_list("lead_id", "number", "to_stage")}
    rows = []
    for lead in sorted(wanted):
        number, stage = standing.get(lead, (0, ""))
        for at, _rank, to, cause, handoff in sorted(wanted[lead], key=lambda one: one[:2]):
            if to == stage or (to in ALONG and stage in ALONG and ALONG.index(to) < ALONG.index(stage)):
                continue
            number += 1
            rows.append((lead, number, stage, str(to), cause, handoff.pk, who[handoff.rep], *_thrice(at)))
            stage = str(to)
    columns = ("lead_id", "number", "from_stage", "to_stage", "cause", "handoff_id", "by_id", *_DATED)
    _copy("leads_stagemove", columns, rows)
    return len(rows)


def _stage_after(one: Verdict) -> str:
    return STAGE_OF.get(one.kind) or (Stage.RECYCLED if recycles(one) else Stage.DISQUALIFIED)


def recycles(one: Verdict) -> bool:
    """Whether a lead may come back after this decision."""
    return one.kind in ("refuse", "return") and one.reason in RECYCLED


def recycled(deeds: Deeds) -> list[int]:
    """Leads that begin a new cycle: given back with a reason that lets them come again, or their deal lost."""
    back = {one.handoff.lead for one in deeds.verdicts if recycles(one)}
    return sorted(back | {one.handoff.lead for one in _lost(deeds)})


def _lost(deeds: Deeds) -> list[Sale]:
    return [one for one in deeds.sales if one.state == "lost"]


def backdate() -> None:
    """Acts that the judge took over past months were recorded then, not on the day of the seed.

    The guard of acts lets nobody but the tables' owner do this: it runs on the owner's connection.
    """
    from django.db import connections

    owner = connections["owner"] if "owner" in connections.databases else connection
    with owner.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT set_config('smarketing.erasing', 'on', true)")
        for table, at in BACKDATED:
            known = "" if table in ("leads_qualification", "leads_hold") else f", known_at = {at} + interval '40 ms'"
            cursor.execute(
                f"UPDATE {table} SET recorded_at = {at} + interval '40 ms'{known} WHERE recorded_at > {at} + interval '1 s'"
            )
        cursor.execute("COMMIT")


BACKDATED = (
    ("leads_qualification", "effective_at"),
    ("leads_hold", "occurred_at"),
    ("leads_handoff", "occurred_at"),
    ("leads_assignment", "occurred_at"),
    ("leads_routing", "occurred_at"),
    ("leads_stagemove", "occurred_at"),
)
_DATED = ("occurred_at", "recorded_at", "known_at")


def _thrice(at) -> tuple:
    return at, at + BLINK, at + BLINK


def _copy(table: str, columns: tuple[str, ...], rows: list[tuple]) -> None:
    if rows:
        values = [np.array(column, object) for column in zip(*rows, strict=True)]
        copy(table, dict(zip(columns, values, strict=True)))
