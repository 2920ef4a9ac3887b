"""The steps of day one are read from the data, shown to whoever may do the next one, and gone when all are done."""

import pytest

from smarketing.accounts.models import User
from smarketing.rows.models import Installation
from smarketing.start import steps
from tests.people import person


@pytest.fixture
def company(db):
    Installation.objects.create(kind="live", company="Acmé")


def following(user) -> str:
    return next((one.step.key for one in steps.checklist(user).rows if one.following), "")


def test_each_role_is_shown_the_first_open_step_that_is_theirs(company):
    ada, mia = person("Ada", "administrator"), person("mia", "marketer")
    boss, rep, guest = person("bo", "manager", "sales"), person("lea", "rep"), person("vi", "viewer")
    assert [following(one) for one in (ada, mia, boss, guest)] == ["people", "personas", "routing", ""]
    assert following(rep) == ""


def test_a_step_is_done_when_the_data_say_so(company):
    ada = person("Ada", "administrator")
    person("claire", "manager", "marketing", signs=True)
    assert following(ada) == "people"
    person("hugo", "manager", "sales", signs=True)
    assert following(ada) == "reps"
    User.objects.filter(name="hugo").update(is_active=False)
    assert following(ada) == "people"


def test_a_step_of_others_is_shown_without_a_link(company):
    shown = {one.step.key: one for one in steps.checklist(person("Ada", "administrator")).rows}
    assert shown["people"].url and not shown["contract"].url


def test_today_shows_the_steps_and_their_next_one_opens(company, client):
    for user in (person("Ada", "administrator"), person("mia", "marketer"), person("bo", "manager", "sales")):
        client.force_login(user)
        page = client.get("/today/").content.decode()
        assert 'aria-current="step"' in page
        for one in steps.checklist(user).rows:
            if one.url:
                assert client.get(one.url).status_code == 200, one.step.key


def test_who_has_nothing_to_do_reads_what_others_do_next(company, client):
    client.force_login(person("lea", "rep"))
    assert "What others do next: Invite people of both sides." in client.get("/today/").content.decode()


def test_nothing_is_shown_when_every_step_is_done(demo_db):
    for user in User.objects.filter(is_active=True):
        assert steps.checklist(user) == steps.Checklist([])
