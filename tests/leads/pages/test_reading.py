"""Who sees which leads, and how they are found."""

from datetime import UTC, datetime

import pytest

from leads.models import Company, Lead
from leads.models.querysets import NO_SOURCE
from tests.leads import facts
from tests.people import person

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def names(found) -> list[str]:
    return sorted(str(lead) for lead in found)


@pytest.fixture
def people():
    acme = facts.company(NOW, name="L’Œuvre & Cie", domain="oeuvre.example")
    facts.lead(NOW, first_name="Éloïse", last_name="d’Artagnan", email="eloise@a.example", company=acme)
    facts.lead(NOW, first_name="Çağla", last_name="O'Brien", email="cagla@b.example", source="organic")
    facts.lead(NOW, first_name="Marie", last_name="100%_Dubois", email="marie@c.example")
    return Lead.objects.all()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("eloise", ["Éloïse d’Artagnan"]),
        ("ÉLOÏSE", ["Éloïse d’Artagnan"]),
        ("d'artagnan", ["Éloïse d’Artagnan"]),
        ("çagla", ["Çağla O'Brien"]),
        ("o’brien", ["Çağla O'Brien"]),
        ("oeuvre", ["Éloïse d’Artagnan"]),
        ("œuvre artagnan", ["Éloïse d’Artagnan"]),
        ("b.example", ["Çağla O'Brien"]),
        ("%_", []),
        ("100%_dub", ["Marie 100%_Dubois"]),
        ("\\", []),
        ("artagnan obrien", []),
        ("\x00eloise", ["Éloïse d’Artagnan"]),
    ],
)
def test_search_knows_no_case_accent_or_kind_of_apostrophe(people, words, found):
    assert names(people.searched(words)) == found


def test_without_personal_values_only_companies_are_searched(people):
    assert names(people.searched("eloise", personal=False)) == []
    assert names(people.searched("oeuvre", personal=False)) == ["Éloïse d’Artagnan"]
    assert [str(one) for one in Company.objects.searched("L'OEUVRE")] == ["L’Œuvre & Cie"]


def test_names_are_sorted_without_case_and_accents(people):
    assert [lead.first_name for lead in people.by_name().order_by("plain_name")] == ["Marie", "Éloïse", "Çağla"]


def test_a_blank_source_can_be_asked_for(people):
    assert names(people.from_source("organic")) == ["Çağla O'Brien"]
    assert len(people.from_source(NO_SOURCE)) == 2


def test_everybody_but_a_rep_sees_every_lead(people):
    for role, side in (("marketer", None), ("manager", "sales"), ("administrator", None), ("viewer", None)):
        assert Lead.objects.visible_to(person(f"{role}", role, side)).count() == 3
    assert Lead.objects.visible_to(person("Rosa", "rep")).count() == 0
