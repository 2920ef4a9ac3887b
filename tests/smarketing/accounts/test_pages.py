"""Pages of people: each opens for its roles, says what is wrong, and works without JavaScript."""

import pytest

from smarketing.accounts.models import AuditEntry, Team, Token, User
from smarketing.agreements import services
from smarketing.rows import clock
from smarketing.rows.models import Installation
from tests.people import PASSWORD, person

PAGES = ["/settings/", "/profile/", "/papers/", "/settings/people/", "/settings/people/invite/", "/settings/teams/"]
PAGES += ["/settings/keys/", "/settings/audit/", "/settings/mails/"]
OPEN = {
    "administrator": set(PAGES),
    "manager": {"/settings/", "/profile/", "/papers/", "/settings/audit/"},
    "marketer": {"/settings/", "/profile/", "/papers/"},
    "rep": {"/settings/", "/profile/", "/papers/"},
    "viewer": {"/settings/", "/profile/", "/papers/"},
}


@pytest.fixture
def admin(db, client):
    user = person("Ada", "administrator")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return user


def enter(client, user):
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return user


@pytest.mark.django_db
@pytest.mark.parametrize("role", OPEN)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_page_opens_for_its_roles_and_no_other(client, role, language):
    enter(client, person("Pat", role, "sales" if role == "manager" else None, language=language))
    opened = {page for page in PAGES if client.get(page).status_code == 200}
    assert opened == OPEN[role]


@pytest.mark.django_db
def test_nobody_signed_in_is_sent_to_sign_in_and_nobody_may_sign_up(client):
    for page in PAGES:
        assert client.get(page).headers["Location"].startswith("/accounts/login/?next=/")
    client.post("/accounts/signup/", {"email": "x@example.test", "password1": PASSWORD, "password2": PASSWORD})
    assert not User.objects.exists()


@pytest.mark.django_db
def test_a_person_signs_in_with_their_address(client):
    person("Anna", "marketer", language="fr")
    answer = client.post("/accounts/login/", {"login": "Anna@example.test", "password": PASSWORD})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert client.get("/profile/").headers["Content-Language"] == "fr"


def test_a_refused_change_is_said_on_the_form_and_changes_nothing(admin, client):
    form = {"name": "Ada", "email": admin.email, "position": "viewer", "language": "en"}
    answer = client.post(f"/settings/people/{admin.pk}/", form)
    assert "This is the last administrator" in answer.content.decode()
    assert User.objects.get().role == "administrator"


def test_a_person_switched_off_is_signed_out_at_once_and_for_good(admin, client, client_of):
    rita = person("Rita", "rep")
    other = client_of(rita)
    assert other.get("/profile/").status_code == 200
    client.post(f"/settings/people/{rita.pk}/leave/")
    assert other.get("/profile/").status_code == 302
    client.post(f"/settings/people/{rita.pk}/return/")
    assert User.objects.get(pk=rita.pk).is_active and other.get("/profile/").status_code == 302


@pytest.fixture
def client_of():
    from django.test import Client

    def make(user):
        client = Client()
        enter(client, user)
        return client

    return make


def test_a_missing_person_is_404(admin, client):
    assert client.get("/settings/people/999/").status_code == 404


def test_a_team_is_added_and_changed(admin, client):
    client.post("/settings/teams/", {"name": "North", "side": "sales"})
    team = Team.objects.get()
    client.post(f"/settings/teams/{team.pk}/", {"name": "Nord", "side": "sales"})
    assert Team.objects.get().name == "Nord"


def test_a_secret_is_shown_once_and_revoked_by_a_button(admin, client):
    form = {"kind": "api", "name": "board", "user": admin.pk, "scopes": ["measures.read"], "expires_on": "2099-01-31"}
    secret = client.post("/settings/keys/", form).context["secret"]
    page = client.get("/settings/keys/").content.decode()
    token = Token.objects.get()
    assert secret not in page and token.prefix in page
    client.post(f"/settings/keys/{token.pk}/revoke/")
    assert Token.objects.get().revoked_at


def test_an_api_token_without_a_person_or_scope_is_refused_on_the_form(admin, client):
    answer = client.post("/settings/keys/", {"kind": "api", "name": "board"})
    assert set(answer.context["form"].errors) == {"user", "scopes"} and not Token.objects.exists()


def test_the_audit_log_is_filtered(admin, client):
    client.post("/settings/teams/", {"name": "North", "side": "sales"})
    client.post("/settings/keys/", {"kind": "write", "name": "site"})
    assert {e.verb for e in client.get("/settings/audit/").context["table"].objects} == {
        "settings.people",
        "settings.keys",
    }
    found = client.get("/settings/audit/", {"verb": "settings.keys", "user": admin.pk}).context["table"].objects
    assert [e.subject for e in found] == ["token"]
    assert not client.get("/settings/audit/", {"since": "2999-01-01"}).context["table"].objects
    assert client.get("/settings/audit/", {"since": "no date", "page": "x"}).status_code == 200


@pytest.mark.django_db
def test_language_and_theme_are_kept_with_the_person_and_in_a_cookie(client):
    user = enter(client, person("Rita", "rep"))
    answer = client.post("/profile/language/", {"language": "fr"}, headers={"referer": "http://testserver/profile/"})
    assert (answer.headers["Location"], answer.cookies["django_language"].value) == ("http://testserver/profile/", "fr")
    client.post("/profile/theme/", {"theme": "dark"})
    user.refresh_from_db()
    assert (user.language, user.theme) == ("fr", "dark")


@pytest.mark.django_db
def test_language_switches_before_sign_in(client):
    client.post("/profile/language/", {"language": "fr"})
    assert client.get("/accounts/login/").headers["Content-Language"] == "fr"


@pytest.mark.django_db
@pytest.mark.parametrize("place", ["https://elsewhere.test/", "//elsewhere.test", "javascript:alert(1)"])
def test_no_switch_sends_anybody_to_another_site(client, place):
    for address, data in (("/profile/language/", {"language": "fr"}), ("/profile/theme/", {"theme": "dark"})):
        answer = client.post(address, data | {"next": place}, headers={"referer": place})
        assert answer.headers["Location"] == "/"


@pytest.mark.django_db
def test_an_unknown_language_or_theme_is_400_and_get_is_405(client):
    assert client.post("/profile/language/", {"language": "de"}).status_code == 400
    assert client.post("/profile/theme/", {"theme": "pink"}).status_code == 400
    assert client.get("/profile/language/").status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "status"), [("demo", 302), ("live", 404), (None, 404)])
def test_the_person_switch_exists_in_a_demo_only(client, kind, status):
    if kind:
        Installation.objects.create(kind=kind, company="Acme")
    rep = person("Rita", "rep")
    assert client.post("/demo/person/", {"person": rep.pk}).status_code == status
    assert client.get("/profile/").status_code == (200 if kind == "demo" else 302)


@pytest.mark.django_db
def test_the_switch_becomes_no_one_switched_off_or_missing(client):
    Installation.objects.create(kind="demo", company="Acme")
    gone = person("Gil", "viewer", is_active=False)
    for who in (gone.pk, 999, "", "x", "1" * 40):
        assert client.post("/demo/person/", {"person": who}).status_code == 404


@pytest.mark.django_db
def test_both_sides_sign_on_the_page_of_a_paper(client):
    people = [person("Anna", "manager", "marketing", signs=True), person("Bruno", "manager", "sales", signs=True)]
    paper = services.propose(kind="minutes", line="minutes:1", body={"é": 1}, by=people[0], at=clock.now())
    for user in people:
        enter(client, user)
        wrong = client.post(f"/papers/{paper.pk}/sign/", {"password": "guess"}, follow=True)
        assert "This is not your password" in wrong.content.decode()
        client.post(f"/papers/{paper.pk}/sign/", {"password": PASSWORD})
    page = client.get(f"/papers/{paper.pk}/").content.decode()
    assert services.both_signed_at(paper) and paper.sha256 in page and "nothing was altered" in page
    assert "sign-" not in page  # nothing left to sign
    assert AuditEntry.objects.filter(verb="minutes.sign").count() == 2


@pytest.mark.django_db
def test_a_viewer_reads_a_paper_and_signs_none(client):
    paper = services.propose(kind="minutes", line="minutes:1", body={}, by=None, at=clock.now())
    enter(client, person("Vera", "viewer"))
    assert client.get(f"/papers/{paper.pk}/").status_code == 200
    assert client.post(f"/papers/{paper.pk}/sign/", {"password": PASSWORD}).status_code == 403
