"""A clause broken down by team, rep, persona, source and tier: the parts add up to the whole, and each opens its rows."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.handoffs import states
from sla import breakdown, derive, follow, splits
from sla.figures import Volume
from sla.pages import shown as shown_words
from smarketing.accounts.models import Team
from tests.leads import facts
from tests.people import client_of, person
from tests.sla.contracts import (
    ACCEPTANCE,
    ATTEMPTS,
    FIRST,
    REASONS,
    VOLUME,
    attempt,
    contract,
    decide,
    handoff,
    paris,
    sign,
    signers,
)

NOVEMBER = date(2026, 11, 1)
EVENING = paris(2026, 11, 23, 19)
CLAUSES = [VOLUME, ACCEPTANCE, FIRST, ATTEMPTS, REASONS]


@pytest.fixture
def november(db):
    of = contract()
    sign(of, CLAUSES, NOVEMBER, at=paris(2026, 10, 28, 10))
    return of


def shown(of, at=EVENING):
    derive.catch_up(at)
    return follow.month(of, NOVEMBER, at, at)


def added(lines, key):
    return sum(line.counts.get(key, 0) for line in lines)


def whole(row):
    figure = row.figure
    if isinstance(figure, Volume):
        return {breakdown.COUNTED: figure.count}
    return {"met": figure.met, "missed": figure.missed, "pending": figure.pending, "excluded": figure.excluded}


def test_reps_of_two_teams_stand_with_their_own_counts(november):
    lyon = Team.objects.create(name="Lyon", side="sales")
    lea, karim = person("lea", "rep", team=lyon), person("karim", "rep")
    for n, rep in enumerate((lea, lea, karim, None)):
        made = handoff(paris(2026, 11, 10, 9 + n), rep=rep)
        if n < 2:
            attempt(made, made.occurred_at + timedelta(hours=1), by=lea)
    month = shown(november)
    by_rep = breakdown.of(month, month.row("6.1"), "rep", signers()[0])
    assert {line.name: (line.settled, line.share) for line in by_rep} == {
        "lea": (2, 1), "karim": (1, 0), "in the pool": (1, 0),
    }  # fmt: skip
    by_team = breakdown.of(month, month.row("5.1"), "team", signers()[0])
    assert [(line.name, line.counts) for line in by_team] == [
        ("Lyon", {"counted": 2}), ("in no team", {"counted": 2}),
    ]  # fmt: skip


def test_a_rep_reads_their_own_line_and_the_others_in_one(november):
    lea, karim = person("lea", "rep"), person("karim", "rep")
    for n in range(3):
        handoff(paris(2026, 11, 10, 9 + n), rep=(lea, karim, karim)[n])
    month = shown(november)
    lines = breakdown.of(month, month.row("5.1"), "rep", lea)
    assert [(line.name, line.size, line.where is None) for line in lines] == [
        ("lea", 1, False), ("the others", 2, True),
    ]  # fmt: skip


def test_terms_that_group_grades_into_tiers_are_broken_down_by_these(november):
    month = shown(november)
    hot = FIRST | {"params": {"tiers": [{"grades": ["A1", "A2"], "target": "2"}]}}
    body = month.terms.body | {"clauses": [hot]}
    for grade in ("A1", "A2", ""):
        handoff(paris(2026, 11, 10, 9), grade=grade)
    month = shown(november)
    month.terms.body = body
    first, last = breakdown.of(month, month.row("5.1"), "tier", signers()[0])
    assert (first.name, first.size, first.where) == ("A1, A2", 2, {"grade": ("A1", "A2")})
    assert (last.name, last.size) == ("without a grade", 1)


DEEDS = st.lists(
    st.tuples(
        st.integers(0, 27), st.integers(8, 19), st.sampled_from(["", "lea", "karim"]), st.sampled_from(["web", "fair", ""]),
        st.sampled_from(["", "attempt", "late", "refuse", "return", "undo", "reassign", "merge"]),
    ),
    min_size=1, max_size=9,
)  # fmt: skip


def live(deeds) -> None:
    """A month as drawn: handoffs, what was done with each, corrections, another rep, merges."""
    people = {name: person(name, "rep") for name in ("lea", "karim")}
    made = []
    for day, hour, rep, source, deed in deeds:
        at = paris(2026, 11, 1, hour) + timedelta(days=day)
        one = handoff(at, rep=people.get(rep))
        if source:
            facts.change("lead", one.lead_id, "source", source, at)
        later = at + timedelta(hours=1)
        if deed in ("attempt", "late"):
            attempt(one, at + timedelta(hours=1 if deed == "attempt" else 90), by=people["lea"])
        elif deed in ("refuse", "return"):
            decide(one, deed, later, "not_target" if day % 2 else "")
        elif deed == "undo":
            facts.correct("handoff", one.pk, later)
        elif deed == "reassign":
            one.assignments.create(
                rep=people["karim"], how="hand", occurred_at=later, recorded_at=later, known_at=later
            )
        elif deed == "merge" and made:
            facts.merge(one.lead_id, made[0].lead_id, later)
        made.append(one)
    states.derive([one.pk for one in made])


def check(of, some=tuple(breakdown.BY)) -> None:
    month = shown(of)
    for row in month.rows:
        for by in some:
            lines = breakdown.of(month, row, by, signers()[0])
            assert all(line.where is not None for line in lines), (row.clause.key, by, lines)
            for key, n in whole(row).items():
                assert added(lines, key) == n, (row.clause.key, by, key)


@pytest.mark.invariant("I11")
@pytest.mark.parametrize("examples", [2, pytest.param(60, marks=pytest.mark.trust)])
def test_the_parts_add_up_to_the_whole_whatever_happened(november, examples):
    @settings(deadline=None, max_examples=examples, suppress_health_check=list(HealthCheck))
    @given(DEEDS, st.sampled_from([("rep", "source"), ("team", "persona"), ("tier", "rep")]))
    def hold(deeds, some):
        with transaction.atomic():
            live(deeds)
            check(november, some)
            transaction.set_rollback(True)

    hold()


@pytest.mark.invariant("I11", mutant="groups of a cut-off of their own")
def test_parts_counted_at_another_cut_off_than_the_whole_would_be_noticed(november, monkeypatch):
    """Mutant: the groups are asked a day earlier than the figure."""
    handoff(paris(2026, 11, 23, 10))
    apart = splits._apart

    def early(measure, key, asked, *beside):
        return apart(measure, key, {**asked, "cutoff": asked["cutoff"] - timedelta(days=1)}, *beside)

    monkeypatch.setattr(splits, "_apart", early)
    with pytest.raises(AssertionError):
        check(november, ("source",))


def test_every_number_of_a_breakdown_opens_as_many_rows(november):
    for n in range(4):
        one = handoff(paris(2026, 11, 10, 9 + n), rep=person(f"rep{n % 2}", "rep") if n < 2 else None)
        if n % 2:
            attempt(one, one.occurred_at + timedelta(hours=1))
    client = client_of(signers()[0])
    page = client.get(reverse("sla:month", args=["2026-11"]), {"clause": "5.1", "by": "rep"}).content.decode()
    table = page.split('class="table table-sm by-table"')[1].split("</table>")[0]
    assert "in the pool" in table
    for url in (part.split('"')[0].replace("&amp;", "&") for part in table.split('href="')[1:]):
        assert client.get(url).status_code == 200, url


def test_a_share_of_nothing_is_none():
    assert breakdown.Line("x", {"pending": 3}).share is None
    assert breakdown.Line("x", {"met": 1, "missed": 2}).share == Fraction(1, 3)


def test_a_line_says_only_the_promises_waived_on_its_own_leads(november):
    lea, karim = person("lea", "rep"), person("karim", "rep")
    for n, rep in enumerate((lea, karim)):
        handoff(paris(2026, 11, 10, 9 + n), rep=rep)
    month = shown(november)
    row = month.row("6.1")
    row = replace(row, figure=replace(row.figure, waived=1))
    mine, theirs = breakdown.Line("Léa", {"waived": 1}, {"rep": ("1",)}), breakdown.Line("Karim", {}, {"rep": ("2",)})
    said = [[text for text, _url in shown_words._group(month, row, one)["apart"]] for one in (mine, theirs)]
    assert said == [["1 waived"], []]
