"""Which rules of a persona hold for a lead, which persona counts, and what it would need to resemble one: done, it does."""

from datetime import timedelta

import pytest

from leads.evidence import resembles
from leads.judging import resembling
from leads.models import Lead, PersonaMatch
from leads.pages import warmth
from personas.definitions import persona_order
from personas.definitions.persona_services import create_persona, create_version
from personas.models import Persona, PersonaOrder
from smarketing.jobs import nightly
from smarketing.jobs.models import Run
from smarketing.measures import engine
from smarketing.rows import clock
from tests.leads import facts
from tests.people import client_of, person

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
FRENCH = {"field": "lead.country", "op": "is", "value": "FR"}
HEAD = {"field": "lead.function", "op": "one_of", "value": ["CMO", "Head of Marketing"]}
LARGE = {"field": "company.employees", "op": "at_least", "value": 50}


@pytest.fixture
def now():
    return clock.now() - DAY


def described(now, name, rules):
    return create_persona(name=name, story={"pitch": f"Say {name}"}, rules=rules, by=None, at=now)


def people(now):
    """A French head of marketing in a small company, and somebody of whom nothing is known."""
    firm = facts.company(now - DAY, name="Acme", employees=20)
    return facts.lead(now - DAY, country="FR", function="CMO", company=firm), facts.lead(now - DAY)


def matched():
    """The runs that were asked for, done."""
    for run in Run.objects.filter(job=resembling.JOB, state="running").order_by("pk"):
        assert nightly.go_on(run.pk).state == "done"
    return set(PersonaMatch.objects.values_list("lead_id", "persona__name"))


def test_the_parts_are_told_in_both_languages_and_personal_ones_only_to_whom_may_see(now):
    marie, _other = people(now)
    described(now, "Claire", {"all": [FRENCH, HEAD, LARGE]})
    (one,) = resembles.of(Lead.objects.get(pk=marie), clock.now())
    assert (one.membership.met, one.membership.of, one.holds, one.counts) == (2, 3, False, False)
    assert [(line.words, line.holds) for line in one.lines("en")] == [
        ("country is exactly FR", True), ("function is CMO or Head of Marketing", True), ("the company’s headcount is at least 50", False),
    ]  # fmt: skip
    assert one.lines("fr")[2].words == "l’effectif de l’entreprise est d’au moins 50"
    assert [line.words for line in one.lines("en", personal=False)] == [
        "country is exactly FR",
        "the company’s headcount is at least 50",
    ]


def test_the_page_says_which_counts_and_what_is_missing_of_the_others(now):
    marie, other = people(now)
    described(now, "French", FRENCH)
    described(now, "Heads", HEAD)
    described(now, "Web", {"all": [FRENCH, {"field": "lead.source", "op": "is", "value": "web"}]})
    mia = person("Mia", "marketer")
    text = " ".join(client_of(mia).get(f"/leads/{marie}/").text.split())
    assert text.count("this one counts") == 1 and text.index("this one counts") < text.index(
        "comes after it in the order"
    )
    assert "1 persona not resembled" in text and "1 of 2, missing: source is exactly web" in text
    assert "3 personas not resembled" in client_of(mia).get(f"/leads/{other}/").text
    mia.language = "fr"
    mia.save()
    text = " ".join(client_of(mia).get(f"/leads/{marie}/").text.split())
    assert "1 persona auquel il ne ressemble pas" in text and "il manque" in text and "c’est lui qui compte" in text


def test_what_is_needed_makes_it_one_and_nothing_less(now):
    _marie, other = people(now)
    version = described(
        now, "Claire", {"all": [FRENCH, {"none": [HEAD]}, {"field": "lead.source", "op": "is", "value": "web"}]}
    )
    lead = Lead.objects.get(pk=other)
    found = resembles.needed(lead, version, clock.now())
    assert found.proven and [{wish.field for wish in said} for said in found.sets] == [{"lead.country", "lead.source"}]
    for wish in found.sets[0]:
        assert not resembles.of(lead, clock.now())[0].holds
        facts.change("lead", other, wish.field.partition(".")[2], wish.value, now)
    assert resembles.of(lead, clock.now())[0].holds
    assert resembles.needed(lead, version, clock.now()).sets == ((),)


def test_of_several_the_first_in_the_agreed_order_counts_in_words_figures_and_pages(now):
    marie, _other = people(now)
    first, second = described(now, "French", FRENCH), described(now, "Heads", HEAD)
    assert matched() == {(marie, "French"), (marie, "Heads")}
    lead = Lead.objects.get(pk=marie)

    def counting():
        span = {"first": clock.today(now) - 9 * DAY, "until": clock.today() + DAY}
        by = {row.group["persona"]: row.n for row in engine.answer("leads", by=("persona",), **span).rows}
        (said,) = [one.version.persona.name for one in resembles.of(lead, clock.now()) if one.counts]
        assert by == {said: 1, "": 1} and warmth.persona(lead)["say"] == f"Say {said}"
        many = {row.group["resembles"]: row.n for row in engine.answer("leads", by=("resembles",), **span).rows}
        assert many == {"several": 1, "none": 1}
        return said

    assert counting() == "French"
    assert persona_order.agree(order=[second.persona_id, first.persona_id], by=None, at=now)
    assert not persona_order.agree(order=[second.persona_id, first.persona_id], by=None, at=now)
    assert counting() == "Heads" and PersonaOrder.objects.count() == 1
    with pytest.raises(persona_order.Disordered):
        persona_order.agree(order=[second.persona_id], by=None, at=now)
    Persona.objects.filter(name="Heads").update(retired=True)
    assert persona_order.order() == [first.persona_id]


def test_other_rules_are_matched_with_every_lead_by_a_run_of_their_own(now):
    marie, other = people(now)
    version = described(now, "Claire", FRENCH)
    assert matched() == {(marie, "Claire")} and Run.objects.count() == 1
    create_version(persona=version.persona, story={"role": "Other words"}, rules=FRENCH, by=None, at=now)
    assert Run.objects.count() == 1
    create_version(
        persona=version.persona, story={}, rules={"field": "lead.country", "op": "is_not_set"}, by=None, at=now
    )
    assert matched() == {(other, "Claire")} and Run.objects.count() == 2
