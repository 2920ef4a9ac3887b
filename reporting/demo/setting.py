"""The demo's stage: people, teams, pool, personas, the signed definition, calendar and contract, through the services."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password

from leads.handoffs import calling_rules
from leads.models import CallingRule, Pool, PoolMember
from personas.catalogue import add_custom
from personas.criteria.words import french_spaces
from personas.definitions import persona_care, persona_evidence, persona_services
from personas.definitions import services as definitions
from personas.glossary import queries as glossary_queries
from personas.glossary import services as glossary_services
from personas.models import DefinitionLine, DefinitionVersion, FieldDef, Persona, PersonaVersion
from sla import terms
from sla.models import Contract
from smarketing.accounts.audit import record
from smarketing.accounts.models import Team, User
from smarketing.accounts.people import POSITIONS
from smarketing.agreements import services as agreements

from . import stories, words
from .plan import Plan, midnight

MORNING = timedelta(hours=10)  # papers are proposed and signed by day
VOLUME = 170 / 24_000  # MQL a month promised, per lead of the plan


@dataclass
class Stage:
    """Who and what the demo plays with. `personas`: key of the buyer → its persona's id."""

    people: dict[str, User]
    pool: Pool
    personas: dict[str, int]
    line: DefinitionLine
    version: DefinitionVersion
    contract: Contract | None = None

    @property
    def reps(self) -> list[User]:
        return [user for user in self.people.values() if user.role == "rep"]


def people(at: datetime) -> dict[str, User]:
    """Teams, the named people, all with the demo's password."""
    teams = {name: Team.objects.create(name=name, side=side) for name, side in words.TEAMS}
    password = make_password(words.PASSWORD, salt="smarketingdemo")
    made = {}
    for key, name, position, team, signs, language in words.PEOPLE:
        role, side, _label = POSITIONS[position]
        made[key] = User.objects.create(
            email=f"{key}@demo.example", name=name, role=role, side=side, team=teams.get(team), signs=signs,
            language=language, password=password,
        )  # fmt: skip
        record(None, "settings.people", "user", made[key].pk, at, done="added", role=role, side=side)
    return made


def signins(made: dict[str, User]) -> None:
    """One sign-in per role, where the start prints it from."""
    folder = Path(settings.DATA) / "run"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "signins"
    path.touch(mode=0o600)
    seen: dict[tuple, User] = {}
    for user in made.values():
        seen.setdefault((user.role, user.side if user.role == "manager" else ""), user)
    lines = [f"{' '.join(filter(None, key)):<20} {user.email:<22} {words.PASSWORD}" for key, user in seen.items()]
    path.write_text("\n".join(lines) + "\n")


def pool(reps: list[User]) -> Pool:
    made = Pool.objects.create(name="France", order=1)
    for rep in reps:
        PoolMember.objects.create(pool=made, rep=rep, weight=2 if rep.email.startswith(words.DEMO_REP) else 1, cap=400)
    return made


def calling(plan: Plan, who: dict[str, User]) -> None:
    """The lawful hours of France as they were read, not switched on: the demo's people work at any hour."""
    said = dict(calling_rules.FRANCE) | {"reach": CallingRule.Reach.NOBODY}
    calling_rules.save(rule=None, by=who["hugo"], at=midnight(plan.first) - timedelta(days=12) + MORNING, **said)


def language(plan: Plan, who: dict[str, User]) -> tuple[dict[str, int], DefinitionLine, DefinitionVersion]:
    """Personas and the definition, published and signed by both sides days before the first lead."""
    at = midnight(plan.first) - timedelta(days=12) + MORNING
    add_custom(subject="lead", name="x_landing_page", type="text", label="landing page")
    FieldDef.objects.filter(key="lead.x_landing_page").update(label_fr="page d’arrivée", article_fr="la")
    versions = {}
    for buyer in (one for one in words.BUYERS if one.key):
        versions[buyer.key] = persona_services.create_persona(
            name=buyer.name, story=stories.story(buyer.key), by=who["ines"], at=at, negative=buyer.negative,
            rules={"field": "lead.function", "op": "one_of", "value": list(buyer.functions)},
        )  # fmt: skip
    versions[words.GROWING] = persona_services.create_persona(
        name="Margaux", story=stories.story(words.GROWING), by=who["ines"], at=at, rules=words.GROWING_RULES
    )
    _talks(versions, who, at)
    line = definitions.create_line(name="MQL France", by=who["ines"], at=at)
    body = definition({key: version.pk for key, version in versions.items()})
    definitions.save_draft(line=line, body=body, revision=0, by=who["ines"], at=at + timedelta(days=1))
    paper = definitions.propose(line=line, by=who["ines"], at=at + timedelta(days=2))
    _sign(paper, who, at + timedelta(days=3))
    return {key: version.persona_id for key, version in versions.items()}, line, line.versions.get()


# Days from today on which a persona is to be read again; the student's review is overdue.
REVIEWS = {"claire": 9, "paul": 47, "nadia": 110, "margaux": 74, "student": -6}


def _talks(versions: dict[str, PersonaVersion], who: dict[str, User], at: datetime) -> None:
    """The interviews on which the personas stand."""
    for talk in stories.TALKS:
        persona_evidence.add(
            persona=versions[talk.persona].persona, held_on=(at - timedelta(days=talk.days)).date(), interviewer=who[talk.by],
            source=talk.source, quote=french_spaces(talk.quote), consented=bool(talk.quote), by=who["ines"], at=at,
        )  # fmt: skip


def reviews(plan: Plan, personas: dict[str, int], who: dict[str, User]) -> None:
    """Every persona was read again half a year ago, and is to be read again some time."""
    for key, pk in personas.items():
        day = plan.today + timedelta(days=REVIEWS[key])
        at = midnight(day - timedelta(days=182)) + MORNING
        persona_care.reviewed(persona=Persona.objects.get(pk=pk), next_on=day, by=who["ines"], at=at)


def glossary(plan: Plan, who: dict[str, User]) -> None:
    """The words that both sides signed first, and a sentence that a rep has written since and nobody has signed yet."""
    at = midnight(plan.first) - timedelta(days=13) + MORNING
    _sign(glossary_services.propose(by=who["ines"], at=at), who, at + timedelta(hours=1))
    reached = glossary_queries.written("reached")
    said = {lang: replace(reached.text(lang), sentence=text) for lang, text in words.REACHED.items()}
    later = midnight(plan.today - timedelta(days=4)) + MORNING
    glossary_services.write(term=replace(reached, texts=said), revision=0, by=who["hugo"], at=later)


def contract(
    plan: Plan, line: DefinitionLine, who: dict[str, User], more: Sequence[Mapping[str, Any]] = ()
) -> Contract:
    """Calendar of France and a contract of three clauses (and `more`), whole in its sections, signed before its first day."""
    from smarketing.calendars import services as calendars

    at = midnight(plan.first) - timedelta(days=6) + MORNING
    spec = calendars.starter_spec(at=at)
    version = calendars.create_version(name="France", spec=spec, by=who["alex"], at=at)
    made = Contract.objects.create(name="France", line=line)
    body = terms.starter(version, plan.first)
    body["clauses"][0]["target"] = str(max(1, round(VOLUME * plan.leads)))
    body["clauses"][2]["share"] = "85"
    body["clauses"] += more
    body["parties"] |= {
        "contact_marketing": who["claire"].pk,
        "contact_sales": who["hugo"].pk,
        "sponsor": who["nora"].pk,
    }
    body["meetings"] |= {"owner": who["hugo"].pk}
    terms.save_draft(contract=made, body=body, revision=0, by=who["hugo"], at=at)
    paper = terms.propose(contract=made, by=who["hugo"], at=at + timedelta(days=1))
    _sign(paper, who, at + timedelta(days=2))
    if not made.terms.exists():
        terms.publish(paper, at + timedelta(days=2, hours=3))
    return made


def _sign(paper, who: dict[str, User], at: datetime) -> None:
    agreements.sign(paper=paper, by=who["claire"], at=at, password=words.PASSWORD)
    agreements.sign(paper=paper, by=who["hugo"], at=at + timedelta(hours=3), password=words.PASSWORD)


# --- the definition


def _page(op: str, value: str, within: int) -> dict:
    return {"event": {"kind": "page", "page": {"op": op, "value": value}}, "within": within}


def _item(key: str, points: int, when: dict, **rest) -> dict:
    return {"key": key, "points": points, "cap": None, "each": False, "decay": None, "when": when} | rest


def definition(versions: dict[str, int]) -> dict:
    """The body that both sides signed: who they are, what they did, never students, always a demo request."""
    fit = [
        _item("claire", 35, {"persona": versions["claire"]}),
        _item("paul", 32, {"persona": versions["paul"]}),
        _item("nadia", 32, {"persona": versions["nadia"]}),
        _item("size", 25, {"field": "company.employees", "op": "between", "value": [50, 500]}),
        _item("small", 10, {"field": "company.employees", "op": "between", "value": [10, 49]}),
        _item("trade", 20, {"field": "company.industry", "op": "one_of", "value": ["Software", "Services", "Manufacturing"]}),
        _item("country", 15, {"field": "lead.country", "op": "one_of", "value": ["FR", "BE", "CH"]}),
    ]  # fmt: skip
    steps = {"kind": "steps", "steps": [[30, 500_000], [90, 0]]}
    engagement = [
        _item("pricing", 15, _page("like", "/pricing", 30), each=True, cap=45),
        _item("stories", 8, _page("like", "/customers", 30), each=True, cap=16),
        _item("clicks", 5, {"event": {"kind": "mail_click"}, "within": 30}, each=True, cap=20),
        _item("webinar", 20, {"event": {"kind": "webinar"}}, decay=steps),
        _item("guide", 10, {"event": {"kind": "download"}}, decay=steps),
        _item("gone", -30, {"event": {"kind": "unsubscribe"}}),
    ]
    return {
        "fit": {"bands": [75, 50, 25], "cap": 100, "items": fit},
        "engagement": {"bands": [75, 50, 25], "cap": 100, "items": engagement},
        "must": [{"field": "lead.email", "op": "is_set"}],
        "never": [{"persona": versions["student"]}, {"field": "lead.opted_out", "op": "is", "value": True}],
        "mql": ["A1", "A2", "B1"],
        "direct": [{"event": {"kind": "demo"}, "within": 30}],
        "hysteresis": 0, "cooldown_days": 60, "pace": 15, "mandatory": ["lead.email"],
    }  # fmt: skip
