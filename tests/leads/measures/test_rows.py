"""Every number opens its rows: as many as it says, at its cut-off, whatever was corrected, merged or reassigned since."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.handoffs import states
from leads.measures import changes, outcomes, since
from leads.models import Assignment, Attempt, Decision, Handoff, HandoffState, Merge
from personas.models import DefinitionLine
from smarketing.measures import engine, listing, registry
from smarketing.rows.models import Installation
from tests.leads import facts
from tests.people import person
from tests.scale import examples

NIGHT = datetime(2026, 3, 28, 20, tzinfo=UTC)  # the night loses an hour in Paris
PERIOD = {"first": date(2026, 3, 1), "until": date(2026, 5, 1)}
COUNTS = ("handoffs", "mql", "mql_repeated", "accepted", "refused", "undecided", "expired", "withdrawn", "merged",
          "turned_down", "leads")  # fmt: skip
NARROWED = (
    ("mql", "handed"),
    ("mql_repeated", "handed"),
    ("accepted", "decided"),
    ("refused", "decided"),
    ("returned", "decided"),
    ("reach", "handed"),
)
BY = ("month", "source", "rep", "grade", "stage", "decided", "day")
OFFSETS = st.integers(0, 3 * 86_400)
deeds = st.lists(
    st.tuples(
        st.sampled_from(["accept", "refuse", "return", "withdraw", "expire", "attempt", "assign", "undo", "source", "merge"]),
        st.integers(0, 5), OFFSETS, st.integers(0, 4),
    ),
    max_size=14,
)  # fmt: skip
worlds = st.tuples(st.lists(st.tuples(st.integers(0, 3), OFFSETS), min_size=1, max_size=6), deeds, OFFSETS)


def live(handoffs, happened, reps) -> None:
    """Handoffs of four leads, and deeds on them, each known when it happened."""
    line = DefinitionLine.objects.create(name=f"L{DefinitionLine.objects.count()}")
    leads = [facts.lead(NIGHT - timedelta(days=2), source=name) for name in ("web", "", "fair", "web")]
    made = [
        Handoff.objects.create(
            lead_id=leads[lead], line=line, gate="manual", grade="A1", **_at(NIGHT + timedelta(seconds=s))
        )
        for lead, s in handoffs
    ]
    done, gone = [], set()
    for kind, which, seconds, other in sorted(happened, key=lambda deed: deed[2]):
        at, one = NIGHT + timedelta(seconds=seconds), made[which % len(made)]
        if kind == "attempt":
            done.append(
                Attempt.objects.create(
                    handoff=one, lead_id=one.lead_id, rep=reps[0], channel="call", outcome="reached", **_at(at)
                )
            )
        elif kind == "assign":
            done.append(Assignment.objects.create(handoff=one, rep=reps[other % 2], how="manager", **_at(at)))
        elif kind == "undo" and done:
            fact = done.pop()
            facts.correct(fact._meta.model_name, fact.pk, at)
        elif kind == "source":
            facts.change("lead", one.lead_id, "source", "mail", at)
        elif kind == "merge" and one.lead_id not in gone and leads[other % 4] not in {one.lead_id, *gone}:
            gone.add(one.lead_id)
            Merge.objects.create(loser_id=one.lead_id, root_id=leads[other % 4], **_at(at))
        elif kind in ("accept", "refuse", "return", "withdraw", "expire"):
            done.append(
                Decision.objects.create(
                    handoff=one, kind=kind, reason="FIT-SIZE" if kind in ("refuse", "return") else "", **_at(at)
                )
            )


def _at(at: datetime) -> dict:
    return {"occurred_at": at, "recorded_at": at, "known_at": at}


@pytest.mark.invariant("I11")
@pytest.mark.django_db
@settings(max_examples=examples(12), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(worlds)
def test_rows_groups_and_first_decisions_add_up_to_the_number_at_any_cut_off(world):
    from django.db import transaction

    handoffs, happened, seconds = world
    with transaction.atomic():
        reps = [person(f"r{n}", "rep", email=f"r{n}-{len(handoffs)}@example.test") for n in (1, 2)]
        live(handoffs, happened, reps)
        for cutoff in (NIGHT + timedelta(seconds=seconds), NIGHT + timedelta(days=30)):
            asked = {**PERIOD, "cutoff": cutoff}
            totals = {}
            for key in COUNTS:
                totals[key] = engine.answer(key, **asked).total.value
                question = engine.ask(key, **asked)
                _columns, lines = listing.every(engine.resolve(question), question)
                found = list(lines)
                assert len(found) == len({line.key for line in found}) == totals[key]
                for by in BY:
                    if by in engine.dimensions(registry.find(key)) or by in registry.PERIODS:
                        assert sum(row.value for row in engine.answer(key, by=(by,), **asked).rows) == totals[key]
            assert totals["handoffs"] == totals["mql"] + totals["mql_repeated"]
            assert totals["handoffs"] == sum(totals[one] for one in COUNTS[3:9])
        transaction.set_rollback(True)


@pytest.mark.sized
@pytest.mark.django_db
@settings(max_examples=examples(6), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(worlds)
def test_following_only_the_leads_of_a_period_changes_no_figure(world):
    """Of a short period only those leads are looked up that count in it, of a longer one their rows are chosen out of all, of a long
    one all are read: the days of one are the others'."""
    from django.db import transaction

    handoffs, happened, seconds = world
    long = {"first": PERIOD["first"] - outcomes.SHORT, "until": PERIOD["until"]}
    with transaction.atomic():
        reps = [person(f"n{n}", "rep", email=f"n{n}-{len(handoffs)}@example.test") for n in (1, 2)]
        live(handoffs, happened, reps)
        asked = {"cutoff": NIGHT + timedelta(seconds=seconds)}
        for key, dated in NARROWED:
            days = engine.answer(key, date=dated, by=("day",), **asked, **long).rows
            told = {date.fromisoformat(row.group["day"]): row.n for row in days}
            for day in (NIGHT.date() + timedelta(days=n) for n in range(5)):
                one = engine.answer(key, date=dated, first=day, until=day + timedelta(days=1), **asked)
                assert one.total.n == told.get(day, 0), (key, dated, day)
            begins, two = (
                NIGHT.date() + timedelta(days=1),
                {"first": NIGHT.date(), "until": NIGHT.date() + timedelta(days=2)},
            )
            if key in changes.DATES:
                one = engine.answer(key, date=changes.DATES[key], **two, **asked)
                assert changes.counts(**two, **asked)[key] == one.total.n, key
            season = engine.answer(
                key, date=dated, first=begins, until=begins + outcomes.FEW + timedelta(days=1), **asked
            )
            assert season.total.n == sum(n for day, n in told.items() if day >= begins), (key, dated)
        transaction.set_rollback(True)


@pytest.mark.sized
@pytest.mark.django_db
@settings(max_examples=examples(8), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(worlds, OFFSETS)
def test_what_was_handed_over_since_a_cut_off_is_the_difference_of_two_answers(world, before):
    from django.db import transaction

    handoffs, happened, seconds = world
    then, now = sorted((NIGHT + timedelta(seconds=before), NIGHT + timedelta(seconds=seconds)))
    with transaction.atomic():
        reps = [person(f"s{n}", "rep", email=f"s{n}-{len(handoffs)}@example.test") for n in (1, 2)]
        live(handoffs, happened, reps)
        ids = Handoff.objects.order_by("pk").values_list("pk", flat=True)
        for pk in ids[1::3]:
            facts.correct("handoff", pk, then + (now - then) / 2)
        known = [engine.answer("handoffs", **PERIOD, cutoff=at).total.n for at in (then, now)]
        dates = dict.fromkeys((since.WON, since.REVENUE, since.REFUSED), "handed")
        assert since.moved(then, dates, **PERIOD, cutoff=now)[since.HANDED] == known[1] - known[0]
        transaction.set_rollback(True)


@pytest.mark.invariant("I11", mutant="the handoffs of merged leads are not looked up")
@pytest.mark.django_db
def test_the_first_handoff_of_a_merged_lead_makes_the_one_of_the_period_a_repeated_one(monkeypatch):
    later = NIGHT + timedelta(days=2)
    line = DefinitionLine.objects.create(name="L")
    loser, root = facts.lead(NIGHT), facts.lead(NIGHT)
    for lead, at in ((loser, NIGHT), (root, later)):
        Handoff.objects.create(lead_id=lead, line=line, gate="manual", grade="A1", **_at(at))
    Merge.objects.create(loser_id=loser, root_id=root, **_at(later))
    asked = {"first": later.date(), "until": later.date() + timedelta(days=1), "cutoff": later + timedelta(days=1)}
    assert [engine.answer(key, **asked).total.n for key in ("mql", "mql_repeated")] == [0, 1]
    with monkeypatch.context() as planted:
        planted.setattr(outcomes, "_FAMILY", "(SELECT x.lead_id FROM near x)")
        assert engine.answer("mql_repeated", **asked).total.n == 0


@pytest.mark.sized
@pytest.mark.django_db
@settings(max_examples=examples(12), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(worlds)
def test_first_decisions_are_those_of_the_state_of_each_handoff(world):
    """The measure reads the log in SQL, the state of a handoff is derived in Python: one law, two ways."""
    from django.db import transaction

    handoffs, happened, _seconds = world
    happened = [deed for deed in happened if deed[0] != "merge"]
    one_each = list({lead: (lead, s) for lead, s in handoffs}.values())
    with transaction.atomic():
        reps = [person(f"r{n}", "rep", email=f"s{n}-{len(handoffs)}@example.test") for n in (1, 2)]
        live(one_each, happened, reps)
        states.rebuild()
        asked = {**PERIOD, "cutoff": NIGHT + timedelta(days=30)}
        for key, said in (("accepted", "accept"), ("refused", "refuse")):
            assert engine.answer(key, **asked).total.value == HandoffState.objects.filter(first_decision=said).count()
        for key in ("expired", "withdrawn"):
            undecided = HandoffState.objects.filter(first_decision="", state=key)
            assert engine.answer(key, **asked).total.value == undecided.count()
        transaction.set_rollback(True)


@pytest.fixture
def three(db):
    line = DefinitionLine.objects.create(name="France B2B")
    for number in range(3):
        lead = facts.lead(NIGHT, first_name=f"Ann{number}", last_name="Other", source="web")
        Handoff.objects.create(lead_id=lead, line=line, gate="manual", **_at(NIGHT + timedelta(minutes=number)))


ADDRESS = "/numbers/mql/?from=2026-03-01&to=2026-05-01"


def test_the_page_says_number_formula_rows_and_what_came_since(three):
    browser = Client()
    browser.force_login(person("Maud", "marketer"))
    cutoff = (NIGHT + timedelta(seconds=90)).isoformat()
    page = browser.get(ADDRESS, {"cutoff": cutoff, "from": "2026-03-01", "to": "2026-05-01"}).content.decode()
    assert '<data value="2">2</data>' in page
    assert "First handoffs of a lead on a definition" in page
    assert "2 rows" in page
    assert "since then: +1" in page
    assert "Ann1 Other" in page


@pytest.mark.parametrize("key", ["mql", "count:lead.last_name", "count:lead.email"])
def test_a_viewer_sees_the_rows_without_the_people_and_a_rep_only_names_of_their_own(three, key):
    facts.change("lead", Handoff.objects.earliest("pk").lead_id, "email", "an@Other.example", NIGHT)
    browser, address = Client(), ADDRESS.replace("mql", key)
    for name, role, sees in (("Vera", "viewer", False), ("Lea", "rep", False), ("Maud", "marketer", True)):
        browser.force_login(person(name, role))
        page = browser.get(address).content.decode()
        assert ("1 row" if key == "count:lead.email" else "3 rows") in page
        assert ("Other" in page) is sees


def test_rows_are_exported_for_those_who_may_with_a_line_in_the_log(three):
    from smarketing.accounts.models import AuditEntry

    browser = Client()
    browser.force_login(person("Maud", "marketer"))
    answer = browser.get(f"{ADDRESS}&export=csv")
    assert len(b"".join(answer.streaming_content).decode().splitlines()) == 4
    assert AuditEntry.objects.filter(verb="leads.export").count() == 1
    browser.force_login(person("Lea", "rep"))
    assert browser.get(f"{ADDRESS}&export=csv").status_code == 404


def test_a_rep_sees_the_team_and_themselves_but_no_other_rep(three):
    lea, paul = person("Lea", "rep"), person("Paul", "rep")
    for number, one in enumerate(Handoff.objects.order_by("pk")):
        Assignment.objects.create(
            handoff=one, rep=(lea, paul)[number % 2], how="turn", **_at(NIGHT + timedelta(hours=1))
        )
    found = engine.answer("mql", by=("rep",), user=lea, **PERIOD)
    assert ([(row.group["rep"], row.value) for row in found.rows], found.total.value) == ([("Lea", 2)], 3)
    browser = Client()
    browser.force_login(lea)
    assert browser.get(f"{ADDRESS}&rep=Lea").status_code == 200
    assert browser.get(f"{ADDRESS}&rep=Paul").status_code == 400


@pytest.mark.parametrize("query", ["from=x&to=y", "from=2026-01-01&to=2026-02-01&by=shoe", "from=2026-01-01&to=2026-02-01&after=zzz"])  # fmt: skip
def test_a_wrong_address_is_explained(db, query):
    browser = Client()
    browser.force_login(person("Maud", "marketer"))
    found = browser.get(f"/numbers/mql/?{query}")
    assert found.status_code == 400
    assert b'role="alert"' in found.content
    assert browser.get("/numbers/nothing/").status_code == 404


@pytest.mark.parametrize("key", [measure.key for measure in registry.measures()])
def test_the_page_of_every_measure_opens_under_each_date(db, key):
    Installation.objects.get_or_create(company="Acme")
    browser = Client()
    browser.force_login(person("Maud", "marketer", language="fr"))
    for dated in registry.find(key).dates:
        assert (
            browser.get(
                f"/numbers/{key}/", {"from": "2026-01-01", "to": "2026-07-01", "date": dated, "by": "month"}
            ).status_code
            == 200
        )
