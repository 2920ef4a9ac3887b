"""The program that counts a month again from its two files, and the page of the month, say the same; planted faults are found."""

import csv
import io
import json
import random
import re
import subprocess
import sys
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import partial
from pathlib import Path

import pytest
from django.db import connection
from django.urls import reverse

from leads.handoffs import states
from leads.measures import outcomes, populations
from leads.models import Handoff, Hold, PersonaMatch, Qualification
from personas.definitions import persona_services
from sla import counting, derive, evidence, first_tries, follow, handover, mandatory, took
from sla.figures import Volume
from sla.kinds import params, periods
from sla.models import Pause
from sla.terms import next_month
from smarketing.calendars import services as calendars
from smarketing.calendars.models import CalendarVersion
from smarketing.measures import registry
from smarketing.rows import clock
from tests.audit import audit
from tests.leads import definitions, facts
from tests.people import client_of, person
from tests.sla.contracts import (
    ACCEPTANCE,
    ATTEMPTS,
    DECISION,
    FIELDS,
    FIRST,
    HAND_OVER,
    REASONS,
    REVENUE,
    SQL_RATE,
    VOLUME,
    WON,
    attempt,
    contract,
    decide,
    handoff,
    paris,
    pause,
    sign,
    signers,
    waive,
)
from tests.sla.test_results import win

NOVEMBER, DECEMBER = date(2025, 11, 1), date(2025, 12, 1)
CLAUSES = [VOLUME, ACCEPTANCE, SQL_RATE, FIRST, ATTEMPTS, DECISION, REASONS, WON, REVENUE]
MORE = [
    {"key": "5.1.a", "kind": "mql_volume", "target": "3", "share": None, "params": {"where": {"grade": ["A1", "B1"]}}},
    {"key": "5.1.b", "kind": "mql_volume", "target": "3", "share": None, "params": {"where": {"persona": ["Maud"]}}},
    {
        "key": "5.1.c",
        "kind": "mql_volume",
        "target": "3",
        "share": None,
        "params": {"where": {"source": ["web", "fair"]}},
    },
    FIELDS,
    HAND_OVER,
    {"key": "6.6", "kind": "outcome", "target": "5", "share": "80", "params": {}},
    {"key": "5.1.q", "kind": "mql_volume", "target": "20", "share": None, "params": {"period": "quarter"}},
    {"key": "5.2.q", "kind": "acceptance", "target": "60", "share": None, "params": {"period": "quarter"}},
    {"key": "6.1.q", "kind": "first_attempt", "target": "4", "share": "80", "params": {"period": "quarter"}},
    {"key": "7.2.y", "kind": "revenue", "target": "90000", "share": None, "params": {"period": "year"}},
]
HOLDS = (None, None, "pace", "cool_down", "mandatory")
GRADES = ("A1", "B1", "C3", "")
TIERS = [{"grades": ["A1"], "target": "2"}, {"grades": ["C3"], "target": None}]
SAID = ("not_target", "REL-CUST", "FIT-IND", "later", "")
DEEDS = (
    "idle", "tried", "tried", "reached", "replied", "late", "accept", "refuse", "refuse early", "return", "qualify", "withdraw", "expire", "sold",
    "merge", "undo", "undo attempt", "again", "reassign", "told late",
)  # fmt: skip


def special_days() -> CalendarVersion:
    """A calendar with half days, a holiday that is worked and a day that is not."""
    at = paris(2025, 9, 1)
    spec = calendars.starter_spec(at=at, zone="Europe/Paris", country="FR")
    half = [["09:00", "12:00"]]
    spec["special"] = {
        "2025-11-11": half,
        "2025-11-24": half,
        "2025-11-17": [],
        "2025-11-29": [["10:00", "13:00"]],
        "2025-12-24": half,
    }
    return calendars.create_version(name="With special days", spec=spec, by=None, at=at)


class World:
    """A month drawn from a seed: terms changed inside it, leads handed over, worked, given back, handed over again, merged."""

    def __init__(self, seed: int, size: int = 14):
        self.draw = random.Random(seed)
        self.of, self.reps, self.made = contract(), [person(f"rep{n}", "rep") for n in range(2)], []
        self.cutoff = (
            paris(2025, 11, self.draw.choice((12, 23, 30))) if seed % 2 else paris(2025, 12, self.draw.randrange(2, 20))
        )
        tiers = [one | {"params": one["params"] | {"tiers": TIERS}} if one is FIRST else one for one in CLAUSES]
        said = {"exclusions": {"reasons": ["REL-CUST"], "force_majeure": True}} if seed % 4 == 3 else {}
        works = special_days() if seed % 2 == 0 else None
        sign(self.of, [*tiers, *MORE], date(2025, 10, 1), at=paris(2025, 9, 25), using=works, **said)
        if seed % 3:
            changed = [
                {**one, "target": {"5.1": "7", "6.1": "6", "6.2": "2"}.get(one["key"], one["target"])}
                | ({"share": str(self.draw.choice((50, 75)))} if one["share"] else {})
                for one in [*CLAUSES[: self.draw.choice((7, 9))], *MORE]
            ]
            sign(self.of, changed, date(2025, 11, self.draw.randrange(5, 25)), at=paris(2025, 11, 1), using=works)
        self.persona = persona_services.create_persona(name="Maud", story={}, rules={}, by=None, at=paris(2025, 9, 1))
        self.version = definitions.version(definitions.simple(), paris(2025, 9, 1), on=self.of.line)
        for _n in range(size):
            self.live()
        states.derive([one.pk for one in self.made])

    def at(self) -> datetime:
        return paris(2025, 10, 20, self.draw.randrange(0, 24), self.draw.randrange(60)) + timedelta(
            days=self.draw.randrange(41)
        )

    def live(self) -> None:
        at, deed = self.at(), self.draw.choice(DEEDS)
        lead = self.lead(at)
        rep, dated = self.draw.choice([*self.reps, None]), self.draw.random() < 0.15
        grade = self.draw.choice(GRADES)
        on = (
            at.astimezone(clock.zone()).replace(hour=0, minute=0) if dated else at
        )  # a date without a time is stored as its start
        one = handoff(on, rep=rep, day_only=dated, grade=grade, lead=lead, qualification=self.qualify(lead, at))
        self.made.append(one)
        later = one.occurred_at + timedelta(minutes=self.draw.randrange(30, 60 * 24 * 6))
        self.deed(deed, one, later)

    def lead(self, at: datetime) -> int:
        """A lead of which some is known before it is handed over, some later, some wrongly."""
        known = {"email": "somebody@example.test"} if self.draw.random() < 0.8 else {}
        made = facts.lead(at - timedelta(days=self.draw.randrange(1, 5)), **known)
        for field, values in (
            ("phone", ("+33 1", "")),
            ("source", ("web", "fair", "mail")),
            ("source", ("web", "mail")),
        ):
            if self.draw.random() < 0.7:
                told = at + timedelta(hours=self.draw.randrange(-40, 15))
                pk = facts.change("lead", made, field, self.draw.choice(values), told)
                if self.draw.random() < 0.2:
                    facts.correct("attributechange", pk, told + timedelta(hours=self.draw.randrange(1, 60)))
        if self.draw.random() < 0.5:
            PersonaMatch.objects.create(lead_id=made, persona=self.persona.persona, version=self.persona)
        return made

    def qualify(self, lead: int, at: datetime) -> Qualification | None:
        """When the lead qualified, and what held it up; another one beside it that nobody handed over."""
        found = []
        for who in (lead, facts.lead(at)) if self.draw.random() < 0.8 else ():
            since = at - timedelta(hours=self.draw.choice((0, 1, 3, 20, 70)), minutes=5)
            made = Qualification.objects.create(
                lead_id=who, line=self.of.line, version=self.version, effective_at=since, recorded_at=since, cause="grade", grade="A1"
            )  # fmt: skip
            if reason := self.draw.choice(HOLDS):
                Hold.objects.create(qualification=made, reason=reason, occurred_at=since, recorded_at=since)
            found.append(made)
        return found[0] if found else None

    def deed(self, deed: str, one: Handoff, at: datetime) -> None:
        reason = self.draw.choice(SAID)
        self.work(deed, one, at)
        if deed in ("accept", "refuse", "qualify", "withdraw", "expire"):
            decide(one, deed, at, reason if deed == "refuse" else "")
        elif deed == "refuse early":
            decide(one, "refuse", one.occurred_at + timedelta(minutes=20), reason)
        elif deed in ("return", "again"):
            decide(one, "return", at + timedelta(days=2), reason)
        elif deed == "undo":
            facts.correct("handoff", one.pk, at)
        elif deed == "reassign":
            one.assignments.create(rep=self.reps[0], how="hand", occurred_at=at, recorded_at=at, known_at=at)
        self.beyond(deed, one, at)
        if self.draw.random() < 0.3:
            begins = one.occurred_at + timedelta(hours=self.draw.randrange(1, 40))
            held = pause(one, begins, begins + timedelta(hours=self.draw.randrange(1, 90)))
            if self.draw.random() < 0.3:
                ends = begins + (held.until - begins) / 2
                Pause.objects.create(
                    handoff=one, reason=held.reason, ends=held, until=ends, occurred_at=ends, recorded_at=ends
                )
        if self.draw.random() < 0.2:
            waive(
                one,
                self.draw.choice(("6.1", "6.2", "5.5")),
                one.occurred_at + timedelta(hours=self.draw.randrange(1, 60)),
            )

    def beyond(self, deed: str, one: Handoff, at: datetime) -> None:
        """What reaches past the handoff itself."""
        if deed == "again":
            self.again(one, at + timedelta(days=4))
        elif deed == "sold":
            win(one, at, str(self.draw.randrange(100, 9000)))
        elif deed == "merge" and len(self.made) > 1:
            facts.merge(one.lead_id, self.made[0].lead_id, at)

    def work(self, deed: str, one: Handoff, at: datetime) -> None:
        if deed in ("tried", "late", "reached", "replied", "undo attempt", "told late", "return", "again"):
            known = self.cutoff + timedelta(hours=1) if deed == "told late" else None
            outcome = deed if deed in ("reached", "replied") else "no_answer"
            done = [
                attempt(one, at + timedelta(hours=n * self.draw.randrange(1, 30)), outcome=outcome, known=known)
                for n in range(self.draw.randrange(1, 5))
            ]
            if deed == "undo attempt":
                facts.correct("attempt", done[0].pk, at + timedelta(days=1))

    def again(self, one: Handoff, at: datetime) -> None:
        """Recycled: the same lead is handed over once more."""
        made = Handoff.objects.create(
            lead_id=one.lead_id,
            line=one.line,
            gate="manual",
            rules=one.rules,
            occurred_at=at,
            recorded_at=at,
            known_at=at,
        )
        self.made.append(made)
        states.derive([made.pk])

    def files(self) -> audit.Books:
        """Both files as they are given, read by the program."""
        out = io.StringIO()
        rows = csv.writer(out)
        rows.writerow(evidence.HEAD)
        rows.writerows(evidence.facts(self.of, self.cutoff))
        found = list(csv.DictReader(io.StringIO(out.getvalue())))
        return audit.Books(json.loads(evidence.terms_text(self.of, self.cutoff)), found)

    def page(self, first: date = NOVEMBER) -> dict[str, dict]:
        derive.catch_up(self.cutoff)
        month = follow.month(self.of, first, self.cutoff, self.cutoff)
        return {row.clause.key: said(month, row) for row in month.rows}


def said(month, row) -> dict:
    """A row of the page, with its parts by the number of their terms, and how soon first attempts came."""
    parts = {"parts": {part.number: plain(part.figure) for part in row.parts}} if row.parts else {}
    return plain(row.figure) | {"took": first_tries.of(month, row.clause.key)} | parts


def plain(figure) -> dict:
    if isinstance(figure, Volume):
        return {
            "count": Fraction(figure.count),
            "target": figure.target,
            "line": figure.line,
            "forecast": figure.forecast,
        }
    return {
        "met": figure.met, "missed": figure.missed, "pending": figure.pending, "excluded": figure.excluded,
        "waived": figure.waived, "promised": figure.promised,
    }  # fmt: skip


def differences(counted: dict, page: dict) -> dict:
    """The page shows parts where terms changed; the program counts them always."""
    as_shown = {
        key: one if "parts" in page.get(key, ()) else {name: one[name] for name in one if name != "parts"}
        for key, one in counted.items()
    }
    return {key: (as_shown.get(key), page.get(key)) for key in {*counted, *page} if as_shown.get(key) != page.get(key)}


def count(world: World, first: date = NOVEMBER) -> dict:
    return audit.Month(world.files(), first).figures()


SEEDS = [*range(3), *(pytest.param(seed, marks=pytest.mark.trust) for seed in range(3, 24))]


@pytest.mark.invariant("I11")
@pytest.mark.parametrize("seed", SEEDS)
def test_whoever_counts_the_two_files_again_finds_the_figures_of_the_page(db, seed):
    world = World(seed)
    assert differences(count(world), world.page()) == {}
    if world.cutoff > paris(2025, 12, 1):  # the last month of the quarter and of the year
        assert differences(count(world, DECEMBER), world.page(DECEMBER)) == {}


def _repeated_count_too(patch) -> None:
    wrong = registry.find("mql").__class__
    made = registry.find("mql")
    fault = wrong(
        **{
            **{f: getattr(made, f) for f in made.__dataclass_fields__},
            "population": partial(populations.handoffs, which="true"),
        }
    )
    patch.setitem(registry._MEASURES, "mql", fault)


def _taken_back_counts(patch) -> None:
    there = outcomes.not_corrected("handoff", "h")
    patch.setattr(outcomes, "NUMBERED", outcomes.NUMBERED.replace(there, "true"))


def _returns_never_count(patch) -> None:
    patch.setattr(populations.reasons, "faults", lambda: ("none", "nor"))


def _targets_are_not_weighed(patch) -> None:
    patch.setattr(counting, "target_of", lambda parts, days: max(target for target, _days in parts))


def _left_out_count_as_broken(patch) -> None:
    right = counting.Counting.promises

    def wrong(self, months):
        found = right(self, months)
        for by_terms in found.states.values():
            for counts in by_terms.values():
                counts["missed"], counts["excluded"] = counts["missed"] + counts["excluded"], 0
        return found

    patch.setattr(counting.Counting, "promises", wrong)


def _paced_backlogs_are_excused(patch) -> None:
    patch.setattr(handover, "EXCUSED", (*handover.EXCUSED, "pace"))


def _fields_may_be_filled_in_later(patch) -> None:
    right = mandatory._EMPTY
    wrong = re.sub(r"v.known_at <= h.known_at\s+AND v.occurred_at <= .* END", "true", right)
    assert wrong != right
    patch.setattr(mandatory, "_EMPTY", wrong)


def _every_persona_counts(patch) -> None:
    patch.setattr(params, "population", lambda said: {})


def _parts_count_nothing(patch) -> None:
    right = counting.Counting.share

    def wrong(self, first, clause, counts, until=None):
        return right(self, first, clause, counts if until is None else {}, until)

    patch.setattr(counting.Counting, "share", wrong)


def _parts_have_every_day_of_the_month(patch) -> None:
    right = counting.Counting.volume

    def wrong(self, first, parts, key, counted, until=None):
        whole = [(terms, first, next_month(first)) for terms, _a, _b in parts]
        return right(self, first, parts if until is None else whole, key, counted, until)

    patch.setattr(counting.Counting, "volume", wrong)


def _minutes_are_told_as_hours(patch) -> None:
    patch.setattr(took, "HOUR", 60_000_000)


def _quarters_begin_with_each_month(patch) -> None:
    patch.setitem(periods.MONTHS, periods.QUARTER, 1)


FAULTS = {
    "a quarter counted from the month on": (_quarters_begin_with_each_month, "5.1.q"),
    "a backlog that is paced counted as an excuse": (_paced_backlogs_are_excused, "5.5"),
    "fields filled in after the hand-over counted": (_fields_may_be_filled_in_later, "5.4"),
    "clauses of a persona counted over all": (_every_persona_counts, "5.1.b"),
    "repeated handoffs counted as first ones": (_repeated_count_too, "5.1"),
    "handoffs taken back counted": (_taken_back_counts, "5.1"),
    "returns for fit or data not counted": (_returns_never_count, "5.2"),
    "targets of a split month not weighed": (_targets_are_not_weighed, "5.1"),
    "promises left out counted as broken": (_left_out_count_as_broken, "6.1"),
    "parts of a promise left empty": (_parts_count_nothing, "6.1"),
    "parts of a volume over the whole month": (_parts_have_every_day_of_the_month, "5.1"),
    "minutes to a first attempt told as hours": (_minutes_are_told_as_hours, "6.1"),
}


@pytest.fixture
def made_for_faults(db):
    """A month in which each fault shows."""
    world = World(1, size=1)
    world.cutoff = paris(2025, 11, 30)
    one, two, three, four = (handoff(paris(2025, 11, 3 + n, 9)) for n in range(4))
    attempt(one, paris(2025, 11, 3, 10))
    decide(one, "return", paris(2025, 11, 4, 10), "FIT-IND")
    world.again(one, paris(2025, 11, 10, 9))
    facts.correct("handoff", two.pk, paris(2025, 11, 5))
    for name in ("email", "phone"):
        facts.change("lead", four.lead_id, name, "x", paris(2025, 11, 20))
    held = Qualification.objects.create(
        lead_id=facts.lead(paris(2025, 11, 1)), line=world.of.line, version=world.version, effective_at=paris(2025, 11, 4, 9),
        recorded_at=paris(2025, 11, 4, 9), cause="grade", grade="A1",
    )  # fmt: skip
    Hold.objects.create(qualification=held, reason="pace", occurred_at=held.effective_at, recorded_at=held.effective_at)
    decide(three, "refuse", paris(2025, 11, 5, 9, 30), "not_target")
    states.derive([one.pk, two.pk, three.pk, four.pk])
    return world


@pytest.mark.invariant("I11", mutant="a planted fault of a measure")
@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_of_the_product_is_found(made_for_faults, monkeypatch, fault):
    counted = count(made_for_faults)
    assert differences(counted, made_for_faults.page()) == {}
    plant, clause = FAULTS[fault]
    plant(monkeypatch)
    assert clause in differences(counted, made_for_faults.page())


def test_a_text_that_was_changed_after_signing_stops_the_count(db):
    world = World(2, size=0)
    said = json.loads(evidence.terms_text(world.of, world.cutoff))
    said["terms"][0]["text"] = said["terms"][0]["text"].replace("200", "100")
    with pytest.raises(SystemExit, match="does not fit its digest"):
        audit.Books(said, [])


def test_the_program_needs_nothing_but_python_and_stays_short():
    path = Path(audit.__file__)
    source = path.read_text("utf-8")
    names = {line.split()[1].split(".")[0] for line in source.splitlines() if line.startswith(("import ", "from "))}
    assert names <= set(sys.stdlib_module_names) and len(source.splitlines()) <= 300


def test_the_files_come_from_the_page_and_the_program_reads_them(db, tmp_path):
    world = World(0, size=5)
    client = client_of(signers()[0])
    for name, route in (("terms.json", "sla:evidence_terms"), ("facts.csv", "sla:evidence_facts")):
        answer = client.get(reverse(route, args=[world.of.pk, "2025-11"]))
        assert answer.status_code == 200
        (tmp_path / name).write_bytes(b"".join(answer.streaming_content) if answer.streaming else answer.content)
    asked = [sys.executable, audit.__file__, tmp_path / "terms.json", tmp_path / "facts.csv", "2025-11"]
    said = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=False)
    assert said.returncode == 0 and said.stdout.startswith("5.1 count "), said.stderr
    assert "lead1@" not in (tmp_path / "facts.csv").read_text("utf-8")  # ids and instants only
    assert connection.vendor == "postgresql"
