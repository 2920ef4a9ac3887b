"""A rep's morning for journeys: a signed definition, a persona with its message, leads handed over with promises."""

from datetime import timedelta

from leads.handoffs import attempts, handing, routing, rules
from leads.models import Handoff, Lead, PersonaMatch, Pool, PoolMember, Qualification, Score
from personas.catalogue import ensure_catalogue
from personas.criteria import tree
from personas.definitions import persona_services, services
from smarketing.agreements import services as agreements
from smarketing.calendars import services as calendars
from smarketing.rows import clock
from tests.leads import facts
from tests.people import PASSWORD, person

LEADS = (
    ("Marie", "Dubois", "Head of Marketing", "Acme", 120, "A2", 42, "first", "+33 4 72 00 11 22"),
    ("Paul", "Nguyen", "CEO", "Orféo", 80, "B1", 70, "attempts", "+33 1 44 55 66 77"),
    ("Ana", "Silva", "Sales director", "Vela", 310, "A1", 400, "first", ""),
    ("Karim", "Benali", "CMO", "Solvo", 45, "B1", -30, "first", "+33 6 11 22 33 44"),
    ("Jeanne", "Martin", "Marketing manager", "Compagnie générale des eaux du Nord", 60, "A2", 60 * 50, "attempts", ""),
)


class Day:
    """`lea` owes five leads, one waits in the pool; everything ends now."""

    def __init__(self):
        self.at = clock.now()
        self.lea, self.paul = person("lea", "rep"), person("paul", "rep")
        self.boss = person("bo", "manager", "sales", signs=True)
        self.claire = person("claire", "manager", "marketing", signs=True)
        ensure_catalogue()
        spec = calendars.starter_spec(at=self.at) | {
            "windows": {str(d): [["00:00", "23:59"]] for d in range(1, 8)},
            "holidays": [],
        }
        calendars.create_version(name="France", spec=spec, by=self.boss, at=self.at - timedelta(days=90))
        self._language()
        self.pool = Pool.objects.create(name="Lyon")
        for rep in (self.lea, self.paul):
            PoolMember.objects.create(pool=self.pool, rep=rep, weight=0)
        self.handoffs = [self._hand(*row) for row in LEADS]
        self.pooled = self._hand("Zoé", "Petit", "Director", "Nova", 20, "B1", 300, "first", "", take=False)

    def _language(self) -> None:
        at = self.at - timedelta(days=30)
        persona = persona_services.create_persona(
            name="Maud, DirMkt", by=self.claire, at=at, rules={},
            story={"say": "Two hours a week of reporting: show the closed loop on her own campaigns.",
                   "objections": "Budget is decided in spring.", "avoid": "Prices by mail."},
        )  # fmt: skip
        self.persona = persona
        self.line = services.create_line(name="France B2B", by=self.claire, at=at)
        body = tree.empty_body() | {"mandatory": []}
        body["fit"]["items"] = [
            {"key": "role", "points": 45, "when": {"field": "lead.function", "op": "is_set"}},
            {"key": "size", "points": 35, "when": {"field": "company.employees", "op": "between", "value": [50, 500]}},
        ]
        body["engagement"]["items"] = [
            {"key": "price", "points": 20, "each": True, "cap": 40,
             "when": {"event": {"kind": "page", "page": {"op": "like", "value": "/tarifs"}}, "within": 30}},
        ]  # fmt: skip
        services.save_draft(line=self.line, body=body, revision=0, by=self.claire, at=at)
        paper = services.propose(line=self.line, by=self.claire, at=at, effective_at=at)
        for who in (self.claire, self.boss):
            agreements.sign(paper=paper, by=who, at=at, password=PASSWORD)
        self.version = self.line.versions.get()

    def _hand(self, first, last, function, company, people, grade, minutes, label, phone, take=True) -> Handoff:
        born = self.at - timedelta(days=20)
        at = self.at - timedelta(hours=26)
        firm = facts.company(born, name=company, industry="SaaS", employees=people)
        pk = facts.lead(
            born, first_name=first, last_name=last, function=function, company=firm, phone=phone, country="FR",
            email=f"{first.lower()}.{last.lower()}@{company.split()[0].lower()}.example",
        )  # fmt: skip
        for hours, page in ((0.4 if first == "Marie" else 30, "/customers/stories"), (50, "/tarifs"), (70, "/tarifs")):
            facts.event(pk, "page", self.at - timedelta(hours=hours), page=page)
        qualification = Qualification.objects.create(
            lead_id=pk,
            line=self.line,
            version=self.version,
            effective_at=at,
            recorded_at=at,
            cause="grade",
            grade=grade,
        )
        Score.objects.create(
            lead_id=pk, line=self.line, version=self.version, fit=80, engagement=40, grade=grade,
            contributions=[45, 35, 0, 40, 0], mql=True, effective_at=at,
        )  # fmt: skip
        PersonaMatch.objects.create(lead_id=pk, persona=self.persona.persona, version=self.persona)
        handoff = handing.hand_over(
            lead=Lead.objects.get(pk=pk), line=self.line, gate="immediate", by=None, at=at, qualification=qualification
        )
        if take:
            routing.reassign(handoff=handoff, rep=self.lea, by=self.boss, at=at + timedelta(minutes=1))
        if label == "attempts":
            attempts.log(
                handoff=handoff, by=self.lea, at=self.at - timedelta(hours=23), channel="call", outcome="no_answer",
                note="Rings through; assistant says after 14:00.",
            )  # fmt: skip
        rules.set_promises([(handoff.pk, self.at + timedelta(minutes=minutes), label)])
        return handoff
