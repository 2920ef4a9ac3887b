"""An invitation lets one person in, once, for a week; whatever else is done with its link says what to do next."""

import threading
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from smarketing.accounts import invitations, people
from smarketing.accounts.models import AuditEntry, Invitation, Team, User
from smarketing.notify.models import Mail
from smarketing.rows import clock
from tests.people import PASSWORD, person

REP = {"email": "zoe@example.test", "role": "rep", "side": "sales", "language": "fr"}
ANSWERS = {"name": "Zoé Petit", "language": "fr", "password": PASSWORD, "again": PASSWORD}


@pytest.fixture
def admin(db):
    return person("Ada", "administrator")


def invite(by, **fields):
    return invitations.invite(by=by, at=clock.now(), **REP | fields)


def path(link: str) -> str:
    return "/" + link.partition("://")[2].partition("/")[2]


def test_the_link_makes_the_person_that_was_invited_and_signs_them_in(admin, client):
    team = Team.objects.create(name="North", side="sales")
    made, link = invite(admin, team_id=team.pk, signs=True)
    page = client.get(path(link))
    assert page.headers["Content-Language"] == "fr" and "no-store" in page.headers["Cache-Control"]
    answer = client.post(path(link), ANSWERS)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    zoe = User.objects.get(name="Zoé Petit")
    assert (zoe.email, zoe.role, zoe.side, zoe.team, zoe.signs, zoe.language) == (
        "zoe@example.test", "rep", "sales", team, True, "fr",
    )  # fmt: skip
    assert zoe.check_password(PASSWORD) and client.get("/profile/").status_code == 200
    made.refresh_from_db()
    assert made.person == zoe
    assert list(AuditEntry.objects.order_by("pk").values_list("verb", "detail__done")) == [
        ("settings.people", "invited"), ("settings.people", "added"), ("invitation.accept", None),
    ]  # fmt: skip


def test_the_secret_is_kept_nowhere_and_the_mail_is_in_the_readers_language(admin):
    _made, link = invite(admin)
    secret = link.rstrip("/").rpartition("/")[2]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_invitation AS t WHERE t::text LIKE %s", [f"%{secret}%"])
        assert cursor.fetchone() == (0,)
    mail = Mail.objects.get()
    assert mail.address == "zoe@example.test" and "Ada vous invite" in mail.text


def test_a_link_used_twice_says_so_and_leads_to_the_sign_in_page(admin, client):
    _made, link = invite(admin)
    client.post(path(link), ANSWERS)
    other = Client(headers={"accept-language": "en"})
    for answer in (other.get(path(link)), other.post(path(link), ANSWERS | {"name": "Mallory"})):
        page = answer.content.decode()
        assert answer.status_code == 410 and "was used already" in page and "/accounts/login/" in page
    assert User.objects.count() == 2


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Ask Ada for a new link"), ("fr", "Demandez un nouveau lien à Ada")]
)
def test_an_expired_link_names_whom_to_ask(admin, language, said):
    _made, link = invite(admin)
    Invitation.objects.update(expires_at=clock.now())
    page = Client(headers={"accept-language": language}).get(path(link))
    assert (
        page.status_code == 410 and said in page.content.decode() and "mailto:Ada@example.test" in page.content.decode()
    )


def test_a_link_taken_back_or_replaced_opens_nothing(admin, client):
    made, link = invite(admin)
    newer = invitations.renew(invitation=made, by=admin, at=clock.now())
    assert client.post(path(link), ANSWERS).status_code == 404
    invitations.revoke(invitation=made, by=admin, at=clock.now())
    assert client.post(path(newer), ANSWERS).status_code == 410
    assert User.objects.count() == 1
    with pytest.raises(invitations.Closed):
        invitations.renew(invitation=made, by=admin, at=clock.now())


def test_an_expired_one_gets_a_new_week(admin, client):
    made, _link = invite(admin)
    Invitation.objects.update(expires_at=clock.now() - timedelta(days=1))
    link = invitations.renew(invitation=made, by=admin, at=clock.now())
    assert client.get(path(link)).status_code == 200


def test_nobody_is_invited_twice_nor_when_they_are_here(admin):
    invite(admin)
    with pytest.raises(people.PeopleError, match="invited already"):
        invite(admin, email="ZOE@example.test")
    with pytest.raises(people.PeopleError, match="is here already"):
        invite(admin, email="ada@EXAMPLE.test")
    with pytest.raises(people.PeopleError, match="does not exist on this side"):
        invite(admin, email="x@example.test", side="marketing")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"password": "short", "again": "short"}, "too short"),
        ({"again": "another sentence"}, "The two passwords differ"),
        ({"password": "zoe@example.test", "again": "zoe@example.test"}, "too similar"),
        ({"name": ""}, "This field is required"),
    ],
)
def test_what_was_typed_wrong_is_said_at_its_field_and_the_rest_is_kept(admin, typed, said):
    _made, link = invite(admin, language="en")
    page = Client().post(path(link), ANSWERS | {"name": "Zoé Kept"} | typed).content.decode()
    assert said in page and (typed.get("name") == "" or "Zoé Kept" in page)
    assert not User.objects.filter(role="rep").exists()


@pytest.mark.django_db(transaction=True)
def test_of_many_who_use_one_link_at_once_one_is_let_in():
    admin = person("Ada", "administrator")
    made, _link = invite(admin)
    said, gate = [], threading.Barrier(8)

    def enter(number):
        gate.wait()
        try:
            invitations.accept(invitation=made, at=clock.now(), name=f"Zoé {number}", password=PASSWORD, language="fr")
            said.append("in")
        except invitations.Closed as closed:
            said.append(closed.why)
        finally:
            connection.close()

    threads = [threading.Thread(target=enter, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["in"] + ["used"] * 7 and User.objects.filter(role="rep").count() == 1


def test_the_page_shows_the_link_once_and_lists_the_invitation(admin, client):
    client.force_login(admin)
    form = {"email": "Zoe@example.test", "position": "rep", "language": "fr"}
    link = client.post("/settings/people/invite/", form).context["link"]
    listed = client.get("/settings/people/invitations/").content.decode()
    assert "zoe@example.test" in listed and path(link) not in listed and not Mail.objects.exists()
    made = Invitation.objects.get()
    newer = client.post(f"/settings/people/invitations/{made.pk}/link/", {"mail": "on"})
    assert newer.context["link"] != link and Mail.objects.count() == 1
    client.post(f"/settings/people/invitations/{made.pk}/revoke/")
    assert "zoe@example.test" not in client.get("/settings/people/invitations/").content.decode()


def test_several_are_invited_at_once_each_by_a_link_of_their_own(admin, client):
    client.force_login(admin)
    invitations.invite(by=admin, at=clock.now(), email="here@example.test", role="rep", side="sales", language="en")
    asked = "Zoé <Zoe@example.test>, max@example.test; zoe@example.test\nhere@example.test"
    page = client.post("/settings/people/invite/", {"email": asked, "position": "rep", "language": "fr"})
    made = Invitation.objects.exclude(email="here@example.test").order_by("pk")
    assert [one.email for one in made] == ["zoe@example.test", "max@example.test"]
    links = [page.context["link"], *(address for _one, address in page.context["further"])]
    assert len(set(links)) == 2 and all(link in page.text for link in links)
    assert "here@example.test is not invited" in page.text
    for wrong in ("nobody", "a@x.example, b@", ""):
        assert (
            client.post("/settings/people/invite/", {"email": wrong, "position": "rep", "language": "fr"})
            .context["form"]
            .errors["email"]
        )
    again = client.post("/settings/people/invite/", {"email": "max@example.test", "position": "rep", "language": "fr"})
    assert "invited already" in again.text and Invitation.objects.count() == 3


@pytest.mark.parametrize("role", ["rep", "marketer", "viewer", "manager"])
def test_only_an_administrator_invites(db, client, role):
    admin = person("Ada", "administrator")
    made, _link = invite(admin)
    client.force_login(person("pat", role, "sales" if role == "manager" else None))
    for place in ("invite/", f"invitations/{made.pk}/link/", f"invitations/{made.pk}/revoke/", f"{admin.pk}/reset/"):
        assert client.post(f"/settings/people/{place}").status_code == 403


def test_the_command_prints_a_link_that_works(db, client):
    out = StringIO()
    call_command("invite", "max@example.test", role="manager", side="sales", language="en", stdout=out)
    client.post(path(out.getvalue().strip()), ANSWERS)
    user = User.objects.get(email="max@example.test")
    assert (user.role, user.side) == ("manager", "sales") and not Mail.objects.exists()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"email": "no-address", "role": "rep"}, "not an e-mail address"),
        ({"email": "x@example.test", "role": "manager"}, "say the side"),
        ({"email": "x@example.test", "role": "rep", "side": "marketing"}, "does not exist"),
        ({"email": "x@example.test", "role": "rep", "team": "Nowhere"}, "no team"),
    ],
)
def test_the_command_says_what_is_wrong(db, given, said):
    with pytest.raises(CommandError, match=said):
        call_command("invite", given.pop("email"), stdout=StringIO(), **given)


def test_an_administrator_makes_a_link_for_a_new_password_that_works_once(admin, client):
    rep = person("Rita", "rep", language="en")
    client.force_login(admin)
    link = client.post(f"/settings/people/{rep.pk}/reset/").context["link"]
    assert AuditEntry.objects.latest("pk").detail == {"done": "reset link"}
    reader = Client()
    form = reader.get(path(link), follow=True)
    target = form.redirect_chain[-1][0]
    reader.post(target, {"password1": "a brand new sentence", "password2": "a brand new sentence"})
    rep.refresh_from_db()
    assert rep.check_password("a brand new sentence")
    again = Client().get(path(link), follow=True).content.decode()
    assert "was used already" in again
