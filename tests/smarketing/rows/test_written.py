"""Statements written once: asked again with other values they say what the queryset says, and nothing of whoever asked first."""

from datetime import UTC, date, datetime

import pytest
from django.db.models import Q

from smarketing.accounts.models import Deputy, User
from smarketing.rows import kept
from smarketing.rows.written import Written
from tests.people import person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("still")]


def named(*, who: int):
    return User.objects.filter(pk=who).values_list("name")


def test_the_words_are_written_once_and_the_values_are_those_of_the_question():
    one, other, written = person("ann", "rep"), person("bob", "rep"), []
    asked = Written(lambda *, who: written.append(who) or named(who=who), who=int)
    assert [asked.rows(who=who.pk) for who in (one, other, one)] == [[("ann",)], [("bob",)], [("ann",)]]
    assert asked.rows(who=None) == [] and len(written) == 1
    kept.forget_all()
    assert asked.rows(who=one.pk) == [("ann",)] and len(written) == 2


def test_each_shape_has_its_words():
    person("ann", "rep"), person("max", "marketer")
    asked = Written(lambda role: User.objects.filter(role=role).values_list("name"))
    assert (asked.rows("rep"), asked.rows("marketer")) == ([("ann",)], [("max",)])


def test_what_is_fixed_stays_as_it_was_written_percent_signs_included():
    ann = person("100 % ann", "rep")
    asked = Written(lambda *, who: User.objects.filter(pk=who, name__contains="100 %").values_list("name"), who=int)
    extra = Written(
        lambda *, who: User.objects.filter(pk=who).extra(where=["name LIKE '%%ann'"]).values_list("name"), who=int
    )
    assert asked.rows(who=ann.pk) == extra.rows(who=ann.pk) == [("100 % ann",)]


def test_a_value_may_stand_in_many_places_and_in_what_is_put_around():
    ann, joined = person("ann", "rep"), datetime(2026, 3, 10, 9, tzinfo=UTC)
    User.objects.update(joined_at=joined)
    asked = Written(
        lambda *, who, at: User.objects.filter(Q(pk=who) | Q(pk=who, joined_at__lt=at)).values_list("joined_at"),
        around="SELECT count(*), %(who)s FROM ({}) found(joined) WHERE joined <= %(at)s",
        who=int,
        at=datetime,
    )
    assert asked.rows(who=ann.pk, at=joined) == [(1, ann.pk)]
    days = Written(lambda *, day: Deputy.objects.filter(first__lte=day).values_list("pk"), day=date)
    assert days.rows(day=date(2026, 3, 10)) == []


def test_several_querysets_are_one_statement_and_those_that_find_nothing_none():
    person("ann", "rep"), person("max", "marketer")
    arms = lambda: [User.objects.none().values_list("name"), *(User.objects.filter(role=one).values_list("name") for one in ("rep", "marketer"))]  # noqa: E731  # fmt: skip
    assert sorted(Written(arms).rows()) == [("ann",), ("max",)]
    assert Written(lambda: User.objects.none().values_list("name")).rows() == []


def test_planted_fault_a_value_that_is_looked_at_while_the_words_are_written_is_not_asked():
    """Why `values` are only compared: what is computed from a stand-in is fixed, and finds nothing of anybody."""
    ann = person("ann", "rep")
    looked_at = Written(
        lambda *, who: User.objects.filter(pk=who + 0 if who > 0 else who - 1).values_list("name"), who=int
    )
    assert named(who=ann.pk).get() == ("ann",) and looked_at.rows(who=ann.pk) == []
