"""The machine of decisions, walked through whole: no way leads to refused or returned without a reason, its evidence and a version."""

import re
from collections.abc import Callable
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.db import transaction

from leads.handoffs import attempts, decisions, evidence, handing, problems, reasons, stages
from leads.handoffs.rules import body_of
from leads.models import Decision, Handoff, HandoffState, Lead
from leads.rights import contests
from personas import starters
from smarketing.rows import clock
from smarketing.rows.fence import open_fence
from tests.leads import definitions, facts
from tests.leads.handoffs.desk import Desk
from tests.people import person

pytestmark = pytest.mark.django_db
SHAPES = {
    reasons.CRITERION: r"(fit|must|never|field):.+", reasons.FIELD: r"field:.+", reasons.RECORD: r"lead:\d+\??",
    reasons.ATTEMPTS: r"attempts:\d+", "": r"",
}  # fmt: skip


class Walk:
    """One handoff, and everything that people and programs may do to it, with and without what is asked for."""

    def __init__(self, *, whole: bool = False):
        """`whole`: each reason with each evidence after each attempt, else one for each way a reason may go."""
        self.desk, self.now = Desk(), clock.now()
        definitions.version(starters.body("b2b"), self.now - timedelta(days=30), on=self.desk.line)
        self.ines = person("ines", "marketer")
        self.handoff = self.desk.hand("lea", at=self.now - timedelta(hours=5))
        self.other = facts.lead(self.now - timedelta(days=9))
        self.clock, self.seen, self.edges = 0, set(), 0
        criterion = evidence.choices(reasons.CRITERION, self.handoff)[0][0]
        field = evidence.choices(reasons.FIELD, self.handoff)[0][0]
        proofs = ("", criterion, field, str(self.other), "nonsense")
        codes = ("", "FIT-SIZE", "DATA-BAD", "REL-DUP", "REACH-NONE", "INT-NONE", "OPP-OUT", "NO-SUCH")
        self.deeds: dict[str, Callable[[], Any]] = {
            "accept": lambda: decisions.accept(**self.how()),
            "try": lambda: attempts.log(channel="call", outcome="no_answer", **self.how()),
            "need": lambda: decisions.qualify(**self.how()),
            "undo": lambda: decisions.undo(decision=self.last(), by=self.desk.boss, at=self.at(), reason="a mistake"),
            "withdraw": lambda: handing.withdraw([self.handoff.pk], reason="undone", by=None, at=self.at(), fence=open_fence()),
            "uphold": self.uphold,
        }  # fmt: skip
        if not whole:
            del self.deeds["try"]
        few = (("", ""), ("FIT-SIZE", ""), ("FIT-SIZE", criterion), ("REACH-NONE", ""), ("OPP-OUT", ""))
        for code, proof in product(codes, proofs) if whole else few:
            given = {"reason": code, "evidence": proof}
            self.deeds[f"refuse {code} {proof}"] = lambda given=given: decisions.refuse(**given, **self.how())
            self.deeds[f"return {code} {proof}"] = lambda given=given: decisions.give_back(**given, **self.how())

    def at(self):
        """A working day later each time, so that attempts count."""
        self.clock += 1
        return self.now + timedelta(days=self.clock)

    def how(self) -> dict[str, Any]:
        return {"handoff": Handoff.objects.get(pk=self.handoff.pk), "by": self.desk.boss, "at": self.at()}

    def last(self) -> Decision:
        found = Decision.objects.filter(handoff=self.handoff).order_by("pk").last()
        if found is None:
            raise problems.Refusal("nothing was decided")
        return found

    def uphold(self) -> None:
        last, at = self.last(), self.at()
        made = contests.contest(decision=last, text="No.", proof="story", by=self.ines, at=last.occurred_at)
        contests.rule(to=made, kind="upheld", text="Yes.", by=self.desk.boss, at=at)

    def state(self) -> tuple:
        """What may be done next hangs on this alone."""
        row = HandoffState.objects.get(pk=self.handoff.pk)
        lead = Lead.objects.get(pk=self.handoff.lead_id)
        last = Decision.objects.filter(handoff=self.handoff).order_by("pk").last()
        overruled = contests.standing().ruled("upheld").exists()
        return (
            row.state,
            bool(row.rep_id),
            min(row.attempts, 3),
            lead.stage,
            lead.opted_out,
            last and last.kind,
            overruled,
        )

    def go(self) -> list[str]:
        """Every state that can be reached, every deed tried in each. Returns what is wrong."""
        wrong: list[str] = []
        if self.state() in self.seen:
            return wrong
        self.seen.add(self.state())
        for name, deed in self.deeds.items():
            here = self.clock
            with transaction.atomic():
                try:
                    with transaction.atomic():
                        deed()
                        self.edges += 1
                except (problems.Refusal, problems.NotYours, stages.NotAllowed):
                    pass
                else:
                    wrong += [f"{name}: {fault}" for fault in self.faults()] or self.go()
                transaction.set_rollback(True)
            self.clock = here
        return wrong

    def faults(self) -> list[str]:
        out = []
        promised = body_of(Handoff.objects.get(pk=self.handoff.pk))["attempts"]
        for one in Decision.objects.filter(kind__in=("refuse", "return")):
            reason = reasons.known().get(one.reason)
            if reason is None or one.kind not in reason.acts:
                out.append("no reason")
            elif not re.fullmatch(SHAPES[reason.evidence], one.evidence):
                out.append(f"no evidence for {one.reason}")
            elif reason.evidence == reasons.ATTEMPTS and int(one.evidence.partition(":")[2]) < promised:
                out.append("too few attempts")
            if one.version_id is None or one.by_id is None:
                out.append("no version")
        closed = HandoffState.objects.filter(state__in=("refused", "returned"), reason="")
        return out + ["closed without a reason"] * closed.count()


@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.trust)])
def test_no_way_leads_to_refused_or_returned_without_reason_evidence_and_version(whole):
    walk = Walk(whole=whole)
    assert walk.go() == []
    reached = {state[0] for state in walk.seen}
    assert reached == {"assigned", "accepted", "refused", "returned", "converted", "withdrawn", "pooled"}
    assert not whole or (len(walk.seen) > 20 and walk.edges > 100)


@pytest.mark.parametrize("fault", ["evidence", "version"])
def test_a_decision_that_asks_for_no_evidence_or_names_no_version_is_noticed(monkeypatch, fault):
    walk = Walk(whole=True)
    if fault == "evidence":
        monkeypatch.setattr(decisions.proofs, "check", lambda *args, **more: "")
    else:
        monkeypatch.setattr(decisions.queries, "version_in_force", lambda *args: None)
    walk.deeds = {name: deed for name, deed in walk.deeds.items() if name.startswith(("refuse FIT", "refuse REL"))}
    assert walk.go() != []
