"""Companies that rows name are looked up once for all chunks of an import, and what changed meanwhile is noticed."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from django.db import transaction

from leads.intake import companies, facts
from leads.intake.importing import firms
from leads.models import Company
from smarketing.rows.fence import open_fence

pytestmark = pytest.mark.django_db
AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
FIELDS = [("company.name", "name"), ("company.domain", "domain"), ("company.country", "country")]


@pytest.fixture
def one():
    return SimpleNamespace()


def look(one):
    """The companies of one chunk of this import."""
    return firms.Firms(SimpleNamespace(one=one, fields=lambda _prefix: FIELDS))


def make(*said):
    with transaction.atomic():
        fence = open_fence()
        return companies.find_or_create(list(said), AT, origin=facts.Origin(), fence=fence)


def rename(pk, name):
    with transaction.atomic():
        fence = open_fence()
        facts.record_changes(
            [facts.Change("company", pk, "name", name, fence.recorded_at)], origin=facts.Origin(), fence=fence
        )


ACME, SITE, NOBODY = ("Acme  Ltd", "", ""), ("", "https://www.site.example/", ""), ("", "", "")


def test_companies_are_known_by_name_or_domain_and_new_ones_are_counted(one):
    acme, site = make({"name": "Acme Ltd"}, {"name": "Site", "domain": "site.example"})
    new = []
    said = [ACME, NOBODY, ("New", "", ""), SITE, ACME, ("New", "", ""), ("Newer", "", "")]
    assert look(one).numbers(said, new) == [str(acme), "\\N", "-1", str(site), str(acme), "-1", "-2"]
    assert new == [("New", "", ""), ("Newer", "", "")]


def test_a_later_chunk_compares_what_was_found_and_looks_up_nothing(one, django_assert_num_queries):
    acme, site = make({"name": "Acme Ltd"}, {"name": "Site", "domain": "site.example"})
    look(one).numbers([ACME, SITE], [])
    with django_assert_num_queries(1):
        assert look(one).numbers([SITE, ACME], []) == [str(site), str(acme)]


def test_a_company_renamed_between_two_chunks_is_another_one(one):
    acme, site = make({"name": "Acme Ltd"}, {"name": "Site", "domain": "site.example"})
    look(one).numbers([ACME, SITE], [])
    rename(acme, "Bolt")
    new = []
    assert look(one).numbers([ACME, SITE], new) == ["-1", str(site)] and new == [ACME]
    (again,) = make({"name": "Acme Ltd"})
    assert look(one).numbers([ACME], []) == [str(again)] and Company.objects.count() == 3


def test_a_company_of_which_a_row_says_more_is_filled_once(one):
    (acme,) = make({"name": "Acme Ltd"})
    more = ("Acme Ltd", "", "France")
    assert look(one).numbers([more], []) == ["-1"]
    make({"name": "Acme Ltd", "country": "France"})
    assert look(one).numbers([more], []) == [str(acme)]


def test_who_forgot_to_compare_would_join_the_renamed_company(one, monkeypatch):
    """The planted fault: what was found is believed for ever."""
    (acme,) = make({"name": "Acme Ltd"})
    look(one).numbers([ACME], [])
    rename(acme, "Bolt")
    monkeypatch.setattr(firms, "_STILL", "SELECT 1 WHERE %s::bigint[] IS NULL AND %s::text[] IS NULL")
    assert look(one).numbers([ACME], []) == [str(acme)]
