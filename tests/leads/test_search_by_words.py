"""What a search finds is what a plain reading of all words finds, whichever way it is looked up and sorted."""

from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from leads.models import Company, Lead, querysets, search
from smarketing.web import tables
from tests.people import client_of, person
from tests.scale import examples

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
SAID = {"created_at": AT, "recorded_at": AT, "day_only": False, "declared": False, "attributes": {}}
WORDS = ("ana", "anatole", "bo", "bob", "li", "lina", "martin", "martina", "smartins", "conseil", "conseils", "reseau")
ASKED = (*WORDS, "m", "b", "an", "mart", "artin", "seil", "eau", "tole", "mar", "x", "nobody")
PEOPLE = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(WORDS), st.integers(-1, 2)), min_size=1, max_size=9)
FIRMS = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=2).map(" ".join), min_size=3, max_size=3)
TEXT = st.lists(st.sampled_from(ASKED), min_size=1, max_size=3).map(" ".join)


def holds(words: set[str], typed: str, begins: bool) -> bool:
    """Whether one of these words is what was typed: as it stands where it is short, else at its beginning, or within."""
    if len(typed) <= search.SHORT and not begins:
        return typed in words
    return any(word.startswith(typed) or (len(typed) >= search.MIDDLE and typed in word) for word in words)


def plainly(people, text: str) -> list[int]:
    """Places of the people who are found, by a reading of every word of each."""
    typed = text.split()

    def found(all_begin: bool) -> list[int]:
        asked = [(word, all_begin or 0 < place == len(typed) - 1) for place, word in enumerate(typed)]
        return [n for n, words in enumerate(people) if all(holds(words, word, begins) for word, begins in asked)]

    return found(False) or found(True)


def made(people, firms) -> list[set[str]]:
    """These people and companies; the words of each person and their company, in the order of their keys."""
    rows = Company.objects.bulk_create([Company(name=name, **SAID) for name in firms])
    Lead.objects.bulk_create(
        [
            Lead(first_name=first, last_name=last, company=rows[at] if at >= 0 else None, **SAID)
            for first, last, at in people
        ]
    )
    return [{first, last, *(firms[at].split() if at >= 0 else ())} for first, last, at in people]


@given(PEOPLE, FIRMS, TEXT)
@example([("ana", "li", 0), ("lina", "bo", 1)], ["bob", "martin", "conseil"], "li x")
@example([("ana", "martin", 0), ("bob", "martina", 0)], ["conseils", "li", "bo"], "seil artin")
@pytest.mark.sized
@settings(max_examples=examples(40), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whoever_holds_every_word_is_found_by_each_of_the_ways_there_are(db, people, firms, text):
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        words = made(people, firms)
        keys = list(Lead.objects.order_by("pk").values_list("pk", flat=True))
        expected = {keys[n] for n in plainly(words, text)}
        for most, some, few in ((search.MOST, 200, False), (search.MOST, 0, False), (0, 0, False), (0, 0, True)):
            patch.setattr(search, "MOST", most)
            patch.setattr(querysets, "FEW", some)
            for alone, each in ((True, 0), (False, 0), (False, 5_000)):
                patch.setattr(querysets, "EACH", each)
                found = Lead.objects.found_by(text, few=few, alone=alone)
                ways = [found.rows, *(found.sorted_by(sort) for sort in ("plain_name", "created_at", "source"))]
                for way in ways:
                    assert set(way.values_list("pk", flat=True)) == expected, (most, some, few, alone, each)
        transaction.set_rollback(True)


@given(PEOPLE, FIRMS, TEXT)
@pytest.mark.sized
@settings(max_examples=examples(8), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_the_list_shows_the_same_rows_in_the_same_order_however_they_are_read(db, people, firms, text):
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        client = client_of(person("mia", "marketer"))
        words = made(people, firms)
        keys = list(Lead.objects.order_by("pk").values_list("pk", flat=True))
        expected = {keys[n] for n in plainly(words, text)}
        for sort in ("name", "-name", "created", "-stage", "source"):
            ways = []
            for most, few, patience in ((search.MOST, 200, 10_000), (search.MOST, 0, 10_000), (0, 0, 10_000)):
                patch.setattr(search, "MOST", most)
                patch.setattr(querysets, "FEW", few)
                patch.setattr(tables, "PATIENCE", patience)
                shown = client.get(f"/leads/?q={quote(text)}&sort={sort}").context
                ways.append([row.pk for row in shown["table"].objects])
                assert shown["near"] or set(ways[-1]) == expected, (sort, most, few)
            assert ways == [ways[0]] * len(ways), (sort, ways)
        transaction.set_rollback(True)
