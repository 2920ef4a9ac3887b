"""The words by which people and companies are found follow every edit, merge and erasure; mistakes are forgiven."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.intake import words
from leads.models import Company, Lead, LeadWords, Word, search
from leads.models.spelling import distance, mistakes, within
from tests.leads import facts

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def found(text: str, **asked) -> set[str]:
    return {str(lead) for lead in Lead.objects.searched(text, **asked)}


def sorted_as(lead: int) -> tuple:
    return LeadWords.objects.values_list("name", "created_at").get(pk=lead)


def said(lead: int) -> set[str]:
    return set(LeadWords.objects.get(pk=lead).words.replace("'", "").split())


def dictionary() -> set[str]:
    return set(Word.objects.values_list("word", flat=True))


@pytest.fixture
def ada() -> int:
    firm = facts.company(AT, name="Société Électrique 3M", domain="elec-3m.example")
    return facts.lead(AT, first_name="Ada", last_name="d’Artagnan", email="ada.dart77@elec-3m.example", company=firm)


def test_words_are_those_of_name_address_and_company_without_case_and_accents(ada):
    assert said(ada) == {
        "ada", "d", "artagnan", "dart77", "dart", "elec", "3m", "m", "example",
        "=societe", "=electrique", "=3m", "=m", "=elec", "=example",
    }, "a word with digits is also kept without them"  # fmt: skip
    for text in (
        "ADA",
        "artag",
        "d'art",
        "dart77",
        "société ada",
        "electri",
        "ada.dart77@elec-3m.example",
        "3m",
        "3M ada",
    ):
        assert found(text) == {"Ada d’Artagnan"} == found(text, few=True), text
    for text in ("ada nobody", "dart78", "m3", "%", "tagnan ada x"):
        assert found(text) == set() == found(text, few=True), text
    assert found("societe 3m", personal=False) == {"Ada d’Artagnan"} and found("ada", personal=False) == set()


@given(
    st.text(
        st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cs"])
        | st.sampled_from("aé7@.-_ ’'ß½"),
        max_size=60,
    )
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_words_read_in_fewer_steps_are_those_of_the_parts_of_the_stems(db, text):
    with connection.cursor() as cursor:
        cursor.execute("SELECT leads_words(%(t)s) = array_to_tsvector(leads_parts(leads_stems(%(t)s)))", {"t": text})
        assert cursor.fetchone() == (True,)


@pytest.mark.parametrize("place", ["company", "campaign"])
def test_no_lead_is_born_with_or_given_a_company_or_a_campaign_that_there_is_not(ada, place):
    """The same for many at once: one that names nothing spoils them all, as a constraint would."""
    at = {"created_at": AT, "recorded_at": AT, "day_only": False, "declared": False, "attributes": {}}
    for act in (
        lambda: Lead.objects.bulk_create([Lead(**at), Lead(**at, **{f"{place}_id": 987654321})]),
        lambda: Lead.objects.filter(pk=ada).update(**{f"{place}_id": 987654321}),
    ):
        with pytest.raises(IntegrityError, match="that there is not"), transaction.atomic():
            act()
    Lead.objects.bulk_create([Lead(**at)])
    Lead.objects.filter(pk=ada).update(stage="mql", **{f"{place}_id": None})


def test_a_word_is_found_in_the_middle_of_another_from_four_letters_on(ada):
    assert found("tagnan") == {"Ada d’Artagnan"} and found("tag") == set()
    assert [one.name for one in Company.objects.searched("ectriq")] == ["Société Électrique 3M"]


def test_short_words_find_who_holds_them_as_a_word_before_who_begins_so():
    for name in ("Li", "Lindon", "Wu-Meyer", "Wulf"):
        facts.lead(AT, first_name="Jo", last_name=name)
    assert found("li") == {"Jo Li"} and found("WU") == {"Jo Wu-Meyer"} and found("l") == {"Jo Li", "Jo Lindon"}
    assert found("jo l") == {"Jo Li", "Jo Lindon"}, "the last of several words may be unfinished"
    assert found("l jo") == {"Jo Li", "Jo Lindon"}


def test_words_follow_edits_of_the_lead_and_of_its_company(ada):
    firm = Lead.objects.get(pk=ada).company_id
    facts.change("lead", ada, "last_name", "Byron", AT)
    facts.change("company", firm, "name", "Moteurs Réunis", AT)
    assert found("byron reunis") == {"Ada Byron"} and found("artagnan") == set() == found("electrique")
    other = facts.company(AT, name="Quartz")
    facts.change("lead", ada, "company", other, AT)
    assert found("byron quartz") == {"Ada Byron"} and found("moteurs") == set()
    assert {"byron", "moteurs", "reunis", "quartz"} <= dictionary()


def test_beside_the_words_stand_the_name_as_it_is_sorted_and_the_creation(ada):
    assert sorted_as(ada) == ("d'artagnan ada", AT)
    facts.change("lead", ada, "last_name", "Éon", AT)
    assert sorted_as(ada) == ("eon ada", AT)
    LeadWords.objects.update(name="wrong")
    assert words.keep() == 1 and sorted_as(ada)[0] == "eon ada"
    assert Lead.objects.by_name().get(pk=ada).plain_name == "eon ada"


def test_who_was_merged_or_erased_is_found_no_more_and_comes_back_with_the_merge_undone(ada):
    for gone, back in (({"root_id": ada + 1}, {"root_id": None}), ({"erased": True}, {"erased": False})):
        Lead.objects.filter(pk=ada).update(**gone)
        assert found("artagnan") == set() and not LeadWords.objects.filter(pk=ada).exists()
        Lead.objects.filter(pk=ada).update(**back)
        assert found("artagnan") == {"Ada d’Artagnan"}


def test_nothing_is_written_where_no_name_changes(ada):
    with connection.cursor() as cursor:
        cursor.execute("SELECT xmin::text, ctid::text FROM leads_leadwords")
        before = cursor.fetchall()
        Lead.objects.update(stage="mql", phone="1")
        facts.change("company", Lead.objects.get(pk=ada).company_id, "industry", "Steel", AT)
        cursor.execute("SELECT xmin::text, ctid::text FROM leads_leadwords")
        assert cursor.fetchall() == before


def test_what_was_mangled_is_mended_by_the_night_and_by_a_rebuild(ada):
    good, known = said(ada), dictionary()
    LeadWords.objects.update(words="'wrong'")
    assert words.keep() == 1 and words.keep() == 0 and said(ada) == good
    Word.objects.filter(word="artagnan").delete()
    Word.objects.bulk_create([Word(word="nobody"), Word(word="ada")])
    assert words.tidy() == 3 and words.tidy() == 0 and dictionary() == known
    assert sorted(Word.objects.values_list("word", flat=True)) == sorted(known)
    LeadWords.objects.all().delete()
    assert words.rebuild() == 1 and said(ada) == good and dictionary() == known


def test_names_of_any_length_and_kind_are_taken(ada):
    odd = ["é" * 3000, "x " * 3000, "'; DROP TABLE leads_word; --", "\\' :* & | !", "李小龍", "👩‍💻"]
    for name in odd:
        facts.lead(AT, first_name=name)
    assert len(Lead.objects.searched("e" * 200)) == 1 and found("李小龍") == {"李小龍"} and found("👩‍💻") == set()
    assert found("drop table") == {odd[2]}


def test_a_mistyped_word_is_replaced_and_the_right_ones_stay(ada):
    facts.lead(AT, first_name="Ida", last_name="Artaud")
    near = {str(lead) for lead in Lead.objects.written_nearly("ada artagnna").rows}
    assert near == {"Ada d’Artagnan"}
    assert {str(lead) for lead in Lead.objects.written_nearly("aad artagnna").rows} == {"Ada d’Artagnan"}
    assert [one.name for one in Company.objects.written_nearly("elctrique")] == ["Société Électrique 3M"]
    assert Lead.objects.written_nearly("zqxwvk").is_empty and Lead.objects.written_nearly(" %").is_empty


def test_beyond_the_most_that_are_listed_leads_are_asked_one_by_one_for_the_same_rows(ada, monkeypatch):
    facts.lead(AT, first_name="Ada", last_name="Other")
    listed = found("ada")
    monkeypatch.setattr(search, "MOST", 0)
    assert found("ada") == listed == {"Ada d’Artagnan", "Ada Other"}
    many = Lead.objects.found_by("ada", alone=True)
    assert {str(lead) for lead in many.gathered} == listed and {str(lead) for lead in many.some} <= listed


def test_looking_for_what_was_meant_takes_no_longer_than_it_may(ada, monkeypatch):
    monkeypatch.setattr(search, "_NEAR", "SELECT %(word)s, pg_sleep(2)")
    monkeypatch.setattr(search, "_PATIENCE", 20)
    assert list(search.nearly("artagnna")) == []
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


def test_a_beginning_that_very_many_words_share_finds_them_all(monkeypatch):
    monkeypatch.setattr(search, "_FORMS", 1)
    for name in ("Marin", "Martin", "Marie7"):
        facts.lead(AT, last_name=name)
    assert (
        found("mar") == {"Marin", "Martin", "Marie7"} and found("mart") == {"Martin"} and found("marie") == {"Marie7"}
    )


WORDS = st.text("abc", min_size=1, max_size=6)


@given(WORDS, WORDS)
def test_the_distance_of_two_words_is_that_of_the_steps_between_them(one, other):
    far = distance(one, other)
    assert far == distance(other, one) and (far == 0) is (one == other)
    assert abs(len(one) - len(other)) <= far <= max(len(one), len(other))
    assert distance(one + "x", other + "x") <= far and distance("x" + one, one) == 1


def plain_distance(one: str, other: str) -> int:
    """Every step of every way."""
    rows = [list(range(len(other) + 1))]
    for i, letter in enumerate(one, 1):
        rows.append([i])
        for j, sign in enumerate(other, 1):
            cost = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (letter != sign))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == sign:
                cost = min(cost, rows[i - 2][j - 2] + 1)
            rows[i].append(cost)
    return rows[-1][-1]


@given(st.text("abc", max_size=9), st.text("abc", max_size=9), st.integers(0, 3))
@settings(max_examples=300)
def test_what_is_told_up_to_a_limit_is_the_distance_up_to_it(one, other, most):
    far = plain_distance(one, other)
    assert distance(one, other) == far and within(one, other, most) == min(far, most + 1)


def test_neighbours_that_changed_places_are_one_mistake():
    assert distance("dubois", "dubios") == 1 and distance("abc", "acb") == 1 and distance("ab", "xy") == 2
    assert mistakes("noel") == 1 and mistakes("dubois") == 2
