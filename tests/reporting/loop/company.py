"""A company small enough to count by hand: leads, campaigns, handoffs of eight months with all that may become of them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.db import transaction

from leads.intake import facts as intake
from leads.models import Assignment, Attempt, Decision, Handoff, Spend
from personas.models import DefinitionLine
from tests.leads import facts
from tests.people import person

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
UNTIL = START + timedelta(days=240)
REASONS = (("FIT-SIZE", "fit:size"), ("FIT-ROLE", "fit:trade"), ("DATA-BAD", "field:lead.phone"), ("TIME-LATER", ""))


def stamps(at: datetime) -> dict:
    return {"occurred_at": at, "recorded_at": at, "known_at": at}


class Company:
    """`number` leads handed over five days apart on one definition line; 0: nobody yet."""

    def __init__(self, number: int = 48):
        self.line = DefinitionLine.objects.create(name="France B2B")
        self.reps = [person(f"Rep {letter}", "rep") for letter in "AB"]
        if number:
            self._live(number)

    def _live(self, number: int) -> None:
        self.campaigns = {name: self._campaign(name) for name in ("fair", "webinar")}
        self.leads = [self._lead(n) for n in range(number)]
        self.handoffs = [self._handoff(n, lead) for n, lead in enumerate(self.leads)]
        self._again()
        facts.merge(self.leads[6], self.leads[9], START + timedelta(days=100))
        self.deal(None, self._lead(number), START + timedelta(days=33), "won", 12)

    def _campaign(self, name: str) -> int:
        with transaction.atomic():
            born = intake.Birth(START, {"key": name, "name": name.title()})
            pk = intake.create_campaigns([born], origin=intake.Origin())[0]
        for month in range(3):
            at = START + timedelta(days=30 * month)
            Spend.objects.create(campaign_id=pk, amount=Decimal("100.10") + month, spent_on=at.date(), **stamps(at))
        return pk

    def _lead(self, n: int) -> int:
        at = START + timedelta(days=5 * n - 2)
        name = ("fair", "webinar", "")[n % 3]
        more = {"campaign": self.campaigns[name]} if name else {}
        return facts.lead(
            at, source=("web", "mail", "")[n % 3 if n % 4 else 2], country="FR" if n % 2 else "BE", **more
        )

    def _handoff(self, n: int, lead: int) -> Handoff:
        at = START + timedelta(days=5 * n, hours=n % 5)
        made = self.hand(lead, at, grade=("A1", "B2", "C3")[n % 3])
        if n % 6 == 0:
            self.decide(made, at + timedelta(hours=3), "refuse", *REASONS[n // 6 % 3])
        elif n % 6 < 5:
            self.attempt(made, at + timedelta(minutes=(3, 20, 45, 130, 900, 4000)[n // 2 % 6]), n)
            self._after(made, lead, at, n)
        return made

    def _after(self, made: Handoff, lead: int, at: datetime, n: int) -> None:
        if n % 4 == 0:
            self.decide(made, at + timedelta(days=6), "return", *REASONS[n // 4 % 4])
        elif n % 3:
            self.decide(made, at + timedelta(days=2 + n % 5), "qualify")
        if n % 3 == 1:
            self.deal(made, lead, at + timedelta(days=9), ("won", "lost", "open")[n % 2 if n % 5 else 2], 20 + n % 40)

    def _again(self) -> None:
        for n in range(0, len(self.leads), 12):
            at = START + timedelta(days=5 * n + 70)
            again = self.hand(self.leads[n], at, grade="A2")
            self.attempt(again, at + timedelta(hours=2), n)
            self.deal(again, self.leads[n], at + timedelta(days=8), "won" if n else "open", 15)

    def hand(self, lead: int, at: datetime, grade: str = "A1") -> Handoff:
        made = Handoff.objects.create(lead_id=lead, line=self.line, gate="immediate", grade=grade, **stamps(at))
        Assignment.objects.create(handoff=made, rep=self.reps[lead % 2], how="turn", **stamps(at))
        return made

    def decide(self, made: Handoff, at: datetime, kind: str, reason: str = "", evidence: str = "") -> None:
        Decision.objects.create(handoff=made, kind=kind, reason=reason, evidence=evidence, **stamps(at))

    def attempt(self, made: Handoff, at: datetime, n: int) -> None:
        outcome = "reached" if n % 3 else "no_answer"
        Attempt.objects.create(
            handoff=made, lead_id=made.lead_id, rep=self.reps[n % 2], channel="call", outcome=outcome, **stamps(at)
        )

    def deal(self, made: Handoff | None, lead: int, at: datetime, state: str, days: int) -> None:
        values = {"state": state, "amount": f"{1000 + days}.25"}
        if state != "open":
            values["closed_at"] = (at + timedelta(days=days)).isoformat()
        fixed = {"lead_id": lead} | ({"handoff_id": made.pk} if made else {})
        with transaction.atomic():
            intake.create_deals([intake.Birth(at, values, fixed=fixed)], origin=intake.Origin(history=True))
