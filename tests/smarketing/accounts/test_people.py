"""People are added, changed and switched off, and the rules of roles and sides hold."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from smarketing.accounts import people
from smarketing.accounts.models import AuditEntry, Team, User
from tests.people import person

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def admin(db):
    return person("Ada", "administrator")


def add(admin, **fields):
    given = {"email": "Rémi@example.test", "name": "Rémi", "role": "rep", "side": "sales"} | fields
    return people.add_person(by=admin, at=AT, **given)


def test_somebody_added_may_sign_in_with_the_password_shown_once(admin):
    user, password = add(admin)
    assert user.check_password(password) and len(password) >= 16
    line = AuditEntry.objects.get()
    assert (line.user, line.subject_id, line.detail) == (
        admin,
        user.pk,
        {"done": "added", "role": "rep", "side": "sales"},
    )


@pytest.mark.parametrize(
    ("role", "side"), [("viewer", "sales"), ("marketer", "sales"), ("rep", "marketing"), ("rep", ""), ("manager", "")]
)
def test_a_role_exists_only_on_its_side(admin, role, side):
    with pytest.raises(people.PeopleError):
        add(admin, role=role, side=side)
    with pytest.raises(IntegrityError), transaction.atomic():  # nor by the back door
        person("x", role, side)


def test_two_people_never_share_an_address_whatever_its_case(admin):
    add(admin)
    with pytest.raises(people.PeopleError, match="e-mail"):
        add(admin, email="rémi@EXAMPLE.test")


def test_a_director_never_becomes_a_signer(admin):
    with pytest.raises(people.PeopleError, match="neither side"):
        add(admin, role="viewer", side="", signs=True)


def test_a_team_holds_people_of_its_side_only(admin):
    team = people.save_team(by=admin, at=AT, name="North", side="sales")
    user, _password = add(admin, team_id=team.pk)
    with pytest.raises(people.PeopleError, match="other side"):
        people.change_person(user=user, by=admin, at=AT, role="marketer", side="marketing")
    with pytest.raises(people.PeopleError, match="stays on its side"):
        people.save_team(by=admin, at=AT, name="North", side="marketing", team=team)
    assert Team.objects.get().side == "sales"


def test_the_last_administrator_stays(admin):
    for change in ({"is_active": False}, {"role": "viewer"}):
        with pytest.raises(people.PeopleError, match="last administrator"):
            people.change_person(user=admin, by=admin, at=AT, **change)
    person("Bea", "administrator")
    people.change_person(user=admin, by=admin, at=AT, is_active=False)
    assert not User.objects.get(pk=admin.pk).is_active


def test_a_change_names_its_fields_in_the_audit_and_no_personal_value(admin):
    user, _password = add(admin)
    people.change_person(user=user, by=admin, at=AT, name="Rémi Canari", email="canari@example.test", signs=True)
    detail = AuditEntry.objects.latest("pk").detail
    assert detail == {"done": "changed", "fields": ["email", "name", "signs"], "signs": True}


def test_no_change_leaves_no_line(admin):
    user, _password = add(admin)
    assert people.change_person(user=user, by=admin, at=AT, name=user.name) == []
    assert AuditEntry.objects.count() == 1


def test_nobody_changes_their_own_role(admin):
    with pytest.raises(ValueError, match="not changed here: role"):
        people.change_own(user=person("Rita", "rep"), at=AT, role="administrator")
