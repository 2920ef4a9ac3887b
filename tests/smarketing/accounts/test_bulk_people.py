"""Many people changed or switched off at once: who may not be changed so stays as they are, by name."""

import pytest

from smarketing.accounts.models import AuditEntry, Team, User
from smarketing.notify import kinds, mails
from smarketing.notify.models import Mail
from smarketing.rows import clock
from smarketing.web.once import new_key
from tests.leads.handoffs.desk import Desk
from tests.people import client_of, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return person("Ada", "administrator")


def test_team_role_and_language_are_set_and_whoever_does_not_fit_is_named(ada):
    north = Team.objects.create(name="North", side="sales")
    mia, lea, paul = person("Mia", "marketer"), person("Lea", "rep"), person("Paul", "rep")
    client, everybody = client_of(ada), [one.pk for one in (mia, lea, paul)]
    assert "3 people" in client.get("/settings/people/change/?" + "&".join(f"pick={pk}" for pk in everybody)).text
    assert (
        "Fill at least one field"
        in client.post("/settings/people/change/", {"pick": everybody, "once": new_key()}).text
    )
    said = {"pick": everybody, "team": str(north.pk), "language": "fr", "once": new_key()}
    page = client.post("/settings/people/change/", said, follow=True).text
    assert "2 people changed." in page and "Mia: The team belongs to the other side." in page
    assert set(User.objects.filter(team=north, language="fr")) == {lea, paul}
    assert AuditEntry.objects.filter(verb="settings.people", subject="user").count() == 2
    page = client.post(
        "/settings/people/change/", {"pick": [ada.pk], "position": "viewer", "once": new_key()}, follow=True
    ).text
    assert "Ada: This is the last administrator" in page and User.objects.get(pk=ada.pk).role == "administrator"


def test_people_are_switched_off_except_oneself_and_whoever_owes(ada):
    desk = Desk()
    desk.hand("lea")
    gone = person("Gone", "viewer", is_active=False)
    client, picked = client_of(ada), [ada.pk, desk.lea.pk, desk.paul.pk, gone.pk]
    asked = client.get("/settings/people/off/?" + "&".join(f"pick={pk}" for pk in picked)).text
    assert "2 people" in asked and "Ada: that is you" in asked and "Gone: may not sign in already" in asked
    page = client.post("/settings/people/off/", {"pick": picked, "once": new_key()}, follow=True).text
    assert "1 person switched off." in page and "lea: first hand on: 1 owed handoff" in page.replace("’", "'")
    active = User.objects.filter(is_active=True)
    assert desk.lea in active and ada in active and desk.paul not in active
    assert client_of(desk.boss).get("/settings/people/off/?all=1").status_code == 403


def test_people_are_found_by_role_side_team_and_whether_they_may_sign_in(ada):
    north = Team.objects.create(name="North", side="sales")
    person("Léa", "rep", team=north)
    person("Mia", "marketer", is_active=False)
    person("Bo", "manager", "sales", signs=True)
    client = client_of(ada)
    for query, names in (
        ("position=manager-sales", ["Bo"]), ("side=sales", ["Bo", "Léa"]), (f"team={north.pk}", ["Léa"]), ("active=no", ["Mia"]),
        ("signs=yes", ["Bo"]), ("q=lea", ["Léa"]), ("position=nonsense", ["Ada", "Bo", "Léa", "Mia"]),
    ):  # fmt: skip
        assert [one.name for one in client.get(f"/settings/people/?{query}").context["table"].objects] == names, query


def test_mails_given_up_are_sent_again_and_the_others_are_left(ada, settings):
    from smarketing.jobs.models import Outbox

    settings.EMAIL_HOST = "mail.example"
    failed, waiting = [
        mails.send(kind="test", to=f"{n}@x.example", language="en", at=clock.now(), write=kinds.test_letter)
        for n in range(2)
    ]
    Outbox.objects.filter(pk=failed.outbox).update(attempts=99, error="550 no such box")
    client = client_of(ada)
    for query, found in (
        ("state=failed", [failed]),
        ("state=waiting", [waiting]),
        ("state=sent", []),
        ("kind=test", [waiting, failed]),
    ):
        assert list(client.get(f"/settings/mails/?{query}").context["table"].objects) == found, query
    assert "1 mail given up" in client.get("/settings/mails/again/?all=1").text
    page = client.post("/settings/mails/again/", {"pick": [failed.pk, waiting.pk], "once": new_key()}, follow=True).text
    assert "1 mail is on its way." in page and "(1@x.example): on its way" in page
    assert (
        not mails.has_failed(Mail.objects.get(pk=failed.pk))
        and AuditEntry.objects.get(verb="mails.again").subject_id == failed.pk
    )
