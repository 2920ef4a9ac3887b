"""What sales did in the bench's company: leads handed over, tried, decided, sold, drawn and played like the demo's.

Nobody is judged for it: that would take longer than all the rest. Stages, states and clocks are derived from what is written.
"""

from collections.abc import Callable

import numpy as np
from django.db import transaction

from leads.handoffs import rules, stages, states
from reporting.demo import deeds, seed, words, work
from reporting.demo.bulk import copy, ids, times
from reporting.demo.crowd import SECOND, Crowd
from reporting.demo.plan import DAY_US, Plan, instant
from reporting.demo.setting import Stage
from sla import derive as clocks
from sla.models import SlaDirty
from smarketing.calendars import services as calendars

SHARE = 0.06  # of the leads were handed over once
WAITING = 0.3  # of the handoffs of the last days wait in the pool
DAYS = 3
AFTER = 25  # days from a lead's birth to its handoff, on average
GRADES = ("A1", "A2", "B1")


def play(plan: Plan, stage: Stage, people: Crowd, leads: np.ndarray, say: Callable[[str], None]) -> None:
    """Hand over leads (`leads`: the ids of `people`) and play what became of it up to the plan's present."""
    with seed.phase(say, "sales played"), transaction.atomic():
        handed = _hand_over(plan, stage, people, leads)
        axis = calendars.axis(stage.contract.terms.get().calendar)
        deeds.write(plan, work.play(plan, axis, [one for one in handed if one.rep]), stage.people)
    with seed.phase(say, f"states of {len(handed)} handoffs, stages, clocks"):
        states.derive([one.pk for one in handed])
        stages.rebuild({one.lead for one in handed})
        clocks.rebuild(plan.at)
        SlaDirty.objects.all().delete()


def _hand_over(plan: Plan, stage: Stage, people: Crowd, leads: np.ndarray) -> list[work.Handed]:
    dice, count = plan.dice("bench sales"), len(leads)
    known = [n for n, buyer in enumerate(words.BUYERS) if buyer.key in work.DOOR]  # whom the play knows
    wanted = np.sort(dice.choice(np.flatnonzero(np.isin(people.buyer, known)), round(SHARE * count), replace=False))
    at = people.born[wanted] + (dice.exponential(AFTER, len(wanted)) * DAY_US).astype(np.int64) + 60 * SECOND
    some = (at < plan.now) & (people.opted_out[wanted] < 0)
    order = np.argsort(at[some], kind="stable")
    wanted, at = wanted[some][order], at[some][order]
    reps = sorted(key for key, user in stage.people.items() if user.role == "rep")
    rep = np.array(reps, object)[dice.integers(0, len(reps), len(at))]
    rep[(at > plan.now - DAYS * DAY_US) & (dice.random(len(at)) < WAITING)] = ""
    handoff = _acts(stage, leads[wanted], at, rep, np.array(GRADES, object)[dice.integers(0, len(GRADES), len(at))])
    campaigns = [one.key for one in words.CAMPAIGNS] + [""]
    return [
        work.Handed(
            pk=int(pk), lead=int(leads[number]), at=instant(when), rep=who, buyer=words.BUYERS[people.buyer[number]].key,
            campaign=campaigns[people.campaign[number]],
            employees=int(people.companies.employees[company]) if company >= 0 else 1,
            company=people.companies.name[company] if company >= 0 else "",
        )
        for pk, number, when, who, company in zip(handoff, wanted, at, rep, people.company[wanted], strict=True)
    ]  # fmt: skip


def _acts(stage: Stage, lead: np.ndarray, at: np.ndarray, rep: np.ndarray, grade: np.ndarray) -> np.ndarray:
    """Qualifications, handoffs, assignments and the first stage moves. Returns the ids of the handoffs."""
    line, version = stage.line.pk, stage.version.pk
    qualified, handoff = ids("leads_qualification_id_seq", len(at)), ids("leads_handoff_id_seq", len(at))
    then = dict.fromkeys(("occurred_at", "recorded_at", "known_at"), times(at))
    before = times(at - 30 * SECOND)
    copy("leads_qualification", {
        "id": qualified, "lead_id": lead, "line_id": line, "version_id": version, "cycle": 0, "effective_at": before,
        "recorded_at": before, "cause": "grade", "grade": grade,
    })  # fmt: skip
    copy("leads_handoff", {
        "id": handoff, "lead_id": lead, "line_id": line, "qualification_id": qualified, "version_id": version,
        "rules_id": rules.in_force(line, instant(at[-1])).pk, "gate": "immediate", "day_only": False, "grade": grade, **then,
    })  # fmt: skip
    copy("leads_assignment", {
        "handoff_id": handoff, "rep_id": [stage.people[one].pk if one else None for one in rep],
        "pool_id": [None if one else stage.pool.pk for one in rep], "how": "turn", "reason": "", **then,
    })  # fmt: skip
    copy("leads_stagemove", {
        "lead_id": lead, "number": 1, "from_stage": "", "to_stage": "mql", "cause": "qualified",
        **dict.fromkeys(("occurred_at", "recorded_at", "known_at"), before),
    })  # fmt: skip
    return handoff
