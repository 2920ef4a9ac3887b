"""Contracts, handoffs and deeds at chosen instants, for tests."""

from datetime import UTC, date, datetime, timedelta
from itertools import count

from leads.handoffs import rules, states
from leads.models import Attempt, Decision, Handoff
from personas.models import DefinitionLine
from sla import derive
from sla import terms as terms_service
from sla.models import Contract, Pause, Terms, Waiver, WaiverAnswer
from smarketing.agreements import services as agreements
from smarketing.calendars import services as calendars
from smarketing.calendars.models import CalendarVersion
from tests.leads import facts
from tests.people import PASSWORD, person

_names = count(1)
VOLUME = {"key": "5.1", "kind": "mql_volume", "target": "200", "share": None, "params": {}}
FIRST = {"key": "6.1", "kind": "first_attempt", "target": "4", "share": "90", "params": {}}
ATTEMPTS = {"key": "6.2", "kind": "min_attempts", "target": "3", "share": "90", "params": {"days": 10}}

ACCEPTANCE = {"key": "5.2", "kind": "acceptance", "target": "60", "share": None, "params": {}}
SQL_RATE = {"key": "5.3", "kind": "sql_rate", "target": "20", "share": None, "params": {}}
REASONS = {"key": "6.4", "kind": "reasons", "target": "100", "share": None, "params": {}}
WON = {"key": "7.1", "kind": "won", "target": "5", "share": None, "params": {}}
REVENUE = {"key": "7.2", "kind": "revenue", "target": "50000", "share": None, "params": {}}
OUTCOME = {"key": "6.5", "kind": "outcome", "target": "20", "share": "90", "params": {}}
HAND_OVER = {"key": "5.5", "kind": "hand_over", "target": "2", "share": "95", "params": {}}
FIELDS = {
    "key": "5.4",
    "kind": "mandatory_fields",
    "target": "90",
    "share": None,
    "params": {"fields": ["email", "phone"]},
}
DECISION = {"key": "6.3", "kind": "decision", "target": "2", "share": "90", "params": {}}


def paris(*parts, **more) -> datetime:
    """A wall time in Paris in winter."""
    return datetime(*parts, tzinfo=UTC, **more) - timedelta(hours=1)


def line(name: str = "MQL") -> DefinitionLine:
    return DefinitionLine.objects.get_or_create(name=name)[0]


def calendar(zone: str = "Europe/Paris", country: str = "FR", at=None, first: str = "2024-01-01") -> CalendarVersion:
    """Laid out from `first` on: each test writes its axis anew, and a third of the rows are enough for years of handoffs."""
    at = at or datetime(2026, 1, 2, tzinfo=UTC)
    spec = calendars.starter_spec(at=at, zone=zone, country=country) | {"first": first}
    return calendars.create_version(name=f"Calendar {zone} {country}", spec=spec, by=None, at=at)


def signers():
    """The two managers who sign."""
    from smarketing.accounts.models import User

    found = [User.objects.filter(email=f"{name}@example.test").first() for name in ("claire", "hugo")]
    return (
        found[0] or person("claire", "manager", "marketing", signs=True),
        found[1] or person("hugo", "manager", "sales", signs=True),
    )


def contract(name: str = "France 2026", on=None) -> Contract:
    found = Contract.objects.filter(name=name).first()
    marketing, _sales = signers()
    return found or terms_service.create_contract(
        name=name, line=on or line(), by=marketing, at=datetime(2026, 1, 2, tzinfo=UTC)
    )


def sign(of: Contract, clauses, starts: date, ends: date | None = None, *, at: datetime, using=None, **more) -> Terms:
    """Terms signed by both sides at `at`, whatever they promise: also those of one side only, which nobody may propose. `more`:
    what else their body says."""
    marketing, sales = signers()
    body = {
        "calendar": (using or calendar()).pk, "starts_on": starts.isoformat(),
        "ends_on": ends and ends.isoformat(), "clauses": list(clauses), **more,
    }  # fmt: skip
    terms_service.save_draft(contract=of, body=body, revision=of.draft.revision, by=marketing, at=at)
    of.refresh_from_db()
    paper = agreements.propose(kind=terms_service.PAPER, line=f"contract:{of.pk}", body=body, by=marketing, at=at)
    agreements.sign(paper=paper, by=marketing, at=at, password=PASSWORD)
    agreements.sign(paper=paper, by=sales, at=at, password=PASSWORD)
    return Terms.objects.get(paper=paper)


def handoff(
    at: datetime,
    *,
    on=None,
    day_only: bool = False,
    known=None,
    rep=None,
    grade: str = "",
    lead=None,
    qualification=None,
) -> Handoff:
    """A lead passed on by hand at an instant; a new one unless `lead` says which."""
    made = Handoff.objects.create(
        lead_id=lead or facts.lead(at, known=known, email=f"lead{next(_names)}@example.test"), line=on or line(), gate="manual",
        rules=rules.in_force(on or line(), at), day_only=day_only, occurred_at=at, recorded_at=known or at, grade=grade,
        known_at=known or at, qualification=qualification,
    )  # fmt: skip
    if rep:
        made.assignments.create(rep=rep, how="turn", occurred_at=at, recorded_at=at, known_at=at)
    states.derive([made.pk])
    return made


def attempt(on: Handoff, at: datetime, *, by=None, outcome: str = "no_answer", known=None) -> Attempt:
    made = Attempt.objects.create(
        handoff=on, lead_id=on.lead_id, rep=by or rep(), channel="call", outcome=outcome, occurred_at=at,
        recorded_at=known or at, known_at=known or at,
    )  # fmt: skip
    states.derive([on.pk])
    return made


def decide(on: Handoff, kind: str, at: datetime, reason: str = "", known=None, by=None) -> Decision:
    made = Decision.objects.create(
        handoff=on, kind=kind, reason=reason, by=by, occurred_at=at, recorded_at=known or at, known_at=known or at
    )
    states.derive([on.pk])
    return made


def pause(on: Handoff, since: datetime, until: datetime, *, recorded=None, reason: str = "prospect") -> Pause:
    """A pause as the service writes it."""
    made = Pause.objects.create(
        handoff=on, reason=reason, occurred_at=since, until=until, recorded_at=recorded or since, by=None
    )
    derive.mark([on.pk])
    return made


def waive(on: Handoff, key: str, at: datetime) -> Waiver:
    """A waiver asked by sales to which marketing consented."""
    marketing, sales = signers()
    made = Waiver.objects.create(
        handoff=on, clause_key=key, side="sales", reason="incident", by=sales, occurred_at=at, recorded_at=at
    )
    WaiverAnswer.objects.create(waiver=made, kind="consent", by=marketing, occurred_at=at, recorded_at=at)
    derive.mark([on.pk])
    return made


def rep():
    from smarketing.accounts.models import User

    return User.objects.filter(email="lea@example.test").first() or person("lea", "rep")
