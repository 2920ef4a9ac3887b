"""Signing in: limits that hold in parallel, second factors, sessions, new passwords by mail."""

import time

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from django.test import Client

from smarketing.accounts import factors, limits, resets
from smarketing.accounts.models import AuditEntry
from smarketing.jobs import outbox
from smarketing.notify.models import Mail
from smarketing.rows import clock
from tests.people import PASSWORD, person
from tests.smarketing.notify.post import office
from tests.together import at_once

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXP"
LIMIT = 5


def app_of(user):
    """Give a person an authenticator app with a known secret."""
    return TOTP.activate(user, SECRET).instance


def code_of(secret: str = SECRET) -> str:
    """What an app with this secret shows now."""
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def sign_in(browser, user, password=PASSWORD):
    return browser.post("/accounts/login/", {"login": user.email, "password": password})


def checked(answers) -> int:
    """How many answers came from a real check, rather than from the limit."""
    return sum("Too many" not in answer and "many failed" not in answer for answer in answers)


class Everybody(limits.SharedCache):
    """The planted fault: a lock that lets everybody in."""

    def add(self, key, value, timeout=None, version=None):
        return True


CODES = "/accounts/2fa/authenticate/"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("factor", ["password", "code", "recovery code"])
def test_many_wrong_tries_at_once_get_as_many_checks_as_the_limit_says_and_then_not_even_the_right_one(factor):
    rita = person("rita", "rep")
    browsers, wrong, right = sixteen(rita, factor)
    assert 1 <= checked(at_once(16, lambda n: wrong(browsers[n]))) <= LIMIT
    refused, then = right(browsers[0]), browsers[0].get("/profile/")
    assert checked([refused]) == 0 and then.status_code == 302  # at the door still
    if factor == "recovery code":
        kept = RecoveryCodes(Authenticator.objects.get(user=rita, type="recovery_codes"))
        assert len(kept.get_unused_codes()) == 10  # refused, none was used up


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("factor", ["password", "recovery code"])
def test_a_lock_that_lets_everybody_in_would_be_noticed(settings, factor):
    settings.CACHES = {"default": settings.CACHES["default"] | {"BACKEND": f"{__name__}.Everybody"}}
    browsers, wrong, _right = sixteen(person("rita", "rep"), factor)
    assert any(checked(at_once(16, lambda n: wrong(browsers[n]))) > LIMIT for _round in range(3))


def sixteen(user, factor):
    """(browsers where this factor is asked, a wrong try of it, the right one): each takes a browser, gives the page."""
    browsers = [Client() for _number in range(16)]
    if factor == "password":
        said = "a wrong guess", PASSWORD
        return browsers, *(lambda browser, one=one: sign_in(browser, user, one).content.decode() for one in said)
    app_of(user)
    said = "000000", code_of()
    if factor == "recovery code":
        said = "00000000", RecoveryCodes.activate(user).get_unused_codes()[0]
    for browser in browsers:
        assert sign_in(browser, user)["Location"].startswith(CODES)
    return browsers, *(lambda browser, one=one: browser.post(CODES, {"code": one}).content.decode() for one in said)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_add_one_key_one_succeeds_even_where_an_old_one_expired():
    from django.core.cache import cache

    cache.set("lock", 1, 0.05)
    time.sleep(0.1)
    assert sorted(at_once(12, lambda number: cache.add("lock", number, 10))) == [False] * 11 + [True]
    assert cache.add("other", 1) and not cache.add("other", 2) and cache.get("other") == 1


def test_other_people_sign_in_while_one_address_is_shut():
    rita, paul = person("rita", "rep"), person("Paul", "rep")
    for _try in range(LIMIT + 1):
        sign_in(Client(), rita, "a wrong guess")
    assert sign_in(Client(), rita).status_code == 200 and sign_in(Client(), paul).status_code == 302


@pytest.mark.parametrize(("language", "said"), [("en", "Forgotten password"), ("fr", "Mot de passe oublié")])
def test_the_sign_in_page_offers_a_new_password_once_and_in_our_words(language, said):
    page = Client(headers={"accept-language": language}).get("/accounts/login/").content.decode()
    assert page.count(said) == 1 and "E-mail" in page and "placeholder" not in page


# --- second factors


def test_whoever_has_an_app_signs_in_with_its_code_and_no_secret_is_readable():
    rita = person("rita", "rep")
    kept = app_of(rita)
    assert SECRET not in str(kept.data)
    browser = Client()
    assert sign_in(browser, rita)["Location"].startswith("/accounts/2fa/authenticate/")
    assert browser.get("/profile/").status_code == 302
    assert browser.post("/accounts/2fa/authenticate/", {"code": code_of()})["Location"] == "/"
    assert browser.get("/profile/").status_code == 200


@pytest.mark.parametrize(("rule", "role", "owes"), [
    ("", "administrator", False), ("administrators", "administrator", True), ("administrators", "rep", False),
    ("everyone", "rep", True),
])  # fmt: skip
def test_the_rule_leads_whoever_owes_a_factor_to_it_and_nowhere_else(rule, role, owes):
    admin = person("Ada", "administrator")
    factors.save_rule(second_factor=rule, by=admin, at=clock.now())
    pat, browser = person("Pat", role), Client()
    browser.force_login(pat)
    answer = browser.get("/profile/")
    assert (answer.status_code == 302 and answer["Location"] == "/accounts/2fa/") is owes
    assert browser.get("/accounts/2fa/").status_code == 200
    app_of(pat)
    assert browser.get("/profile/").status_code == 200


@pytest.mark.parametrize(("language", "said"), [("en", "required of you"), ("fr", "vous est demandé")])
def test_it_is_said_why(language, said):
    factors.save_rule(second_factor="everyone", by=person("Ada", "administrator"), at=clock.now())
    browser = Client()
    browser.force_login(person("Pat", "rep", language=language))
    assert said in browser.get("/profile/", follow=True).content.decode()


def test_an_administrator_sets_the_rule_and_removes_lost_factors(client):
    admin, rita = person("Ada", "administrator"), person("rita", "rep")
    client.force_login(admin)
    app_of(rita)
    client.post(f"/settings/people/{rita.pk}/factors/")
    assert not Authenticator.objects.exists()
    assert AuditEntry.objects.latest("pk").detail["done"] == "second factors removed"
    client.post("/settings/sign-in/", {"second_factor": "everyone"})
    assert factors.is_owed(rita) and client.get("/settings/").status_code == 302  # their own rule binds them too


@pytest.mark.parametrize("role", ["rep", "marketer", "viewer", "manager"])
def test_nobody_else_does(client, role):
    client.force_login(person("pat", role, "sales" if role == "manager" else None))
    assert client.get("/settings/sign-in/").status_code == 403
    assert client.post("/settings/people/1/factors/").status_code == 403


# --- sessions


def test_sessions_are_listed_ended_one_by_one_or_all_but_this(client):
    rita = person("rita", "rep", language="en")
    phone, desk, here = (
        Client(headers={"user-agent": agent}) for agent in ("iPhone Safari", "Windows Firefox", "Linux Chrome")
    )
    for browser in (phone, desk, here):
        sign_in(browser, rita)
    page = here.get("/profile/sessions/").content.decode()
    assert all(agent in page for agent in ("Safari, iPhone", "Firefox, Windows", "Chrome, Linux"))
    one = UserSession.objects.get(user_agent__contains="iPhone")
    other = Client()
    other.force_login(person("Paul", "rep"))
    assert other.post(f"/profile/sessions/{one.pk}/end/").status_code == 404  # nobody ends another's
    here.post(f"/profile/sessions/{one.pk}/end/")
    assert phone.get("/profile/").status_code == 302 and desk.get("/profile/").status_code == 200
    here.post("/profile/sessions/end/")
    assert desk.get("/profile/").status_code == 302 and here.get("/profile/").status_code == 200


def test_a_changed_password_ends_the_other_sessions_and_a_mail_says_so():
    rita = person("rita", "rep", language="fr")
    phone, here = Client(), Client()
    for browser in (phone, here):
        sign_in(browser, rita)
    new = {"oldpassword": PASSWORD, "password1": "a brand new sentence", "password2": "a brand new sentence"}
    here.post("/accounts/password/change/", new)
    assert phone.get("/profile/").status_code == 302 and here.get("/profile/").status_code == 200
    assert Mail.objects.get().subject == "Votre mot de passe a été modifié"


# --- a new password by mail


def test_a_link_for_a_new_password_arrives_in_the_readers_language_and_works_once(settings):
    rita = person("rita", "rep", language="fr")
    with office(settings) as post:
        page = Client().post("/accounts/password/reset/", {"email": "RITA@example.test"}, follow=True)
        assert page.status_code == 200
        outbox.relay()
    (got,) = post.got
    text = got.get_body(("plain",)).get_content()
    link = next(line for line in text.splitlines() if line.startswith("http"))
    assert "nouveau mot de passe" in got["Subject"]
    browser, new = Client(), {"password1": "a brand new sentence", "password2": "a brand new sentence"}
    target = browser.get("/" + link.split("/", 3)[3], follow=True).redirect_chain[-1][0]
    browser.post(target, new)
    assert sign_in(Client(), rita, "a brand new sentence").status_code == 302
    again = Client().get("/" + link.split("/", 3)[3], follow=True)
    assert "token_fail" in again.context or "once" in again.content.decode()


def an_old_link(user, hours: float) -> str:
    """The path of a link made so many hours ago."""
    link, made = (
        resets.address("x-x"),
        int(default_token_generator._num_seconds(default_token_generator._now()) - hours * 3600),
    )
    token = default_token_generator._make_token_with_timestamp(user, made, default_token_generator.secret)
    return "/" + link.replace("/x-x/", f"/{user_pk_to_url_str(user)}-{token}/").split("/", 3)[3]


@pytest.mark.parametrize(
    ("language", "said", "onward"),
    [
        ("en", "its day is over", "Ask for another link"),
        ("fr", "sa journée est passée : il ne change plus rien", "Demander un autre lien"),
    ],
)
def test_a_link_whose_day_is_over_says_so_and_leads_to_another(language, said, onward):
    rita, browser = person("rita", "rep"), Client(headers={"accept-language": language})
    assert browser.get(an_old_link(rita, 23.9)).status_code == 302  # to the form
    page = Client(headers={"accept-language": language}).get(an_old_link(rita, 24.1), follow=True).content.decode()
    assert said in page and onward in page and "/accounts/password/reset/" in page and "password1" not in page


def test_a_form_opened_in_time_and_sent_too_late_changes_nothing_and_says_so(settings):
    rita, browser = person("rita", "rep", language="en"), Client(headers={"accept-language": "en"})
    form = browser.get(an_old_link(rita, 23.9))["Location"]
    assert "password1" in browser.get(form).content.decode()
    settings.PASSWORD_RESET_TIMEOUT = 23 * 3600  # the day ends meanwhile
    new = {"password1": "a brand new sentence", "password2": "a brand new sentence"}
    assert "its day is over" in browser.post(form, new).content.decode()
    assert sign_in(Client(), rita, new["password1"]).status_code == 200 and sign_in(Client(), rita).status_code == 302


def test_without_a_server_the_mail_waits_for_the_administrator_with_its_link(client):
    rita = person("rita", "rep")
    Client().post("/accounts/password/reset/", {"email": rita.email})
    mail = Mail.objects.get()
    client.force_login(person("Ada", "administrator"))
    assert "/accounts/password/reset/key/" in client.get(f"/settings/mails/{mail.pk}/").content.decode()


def test_an_address_that_nobody_has_gets_the_same_answer_and_no_mail():
    rita = person("rita", "rep")
    person("gil", "viewer", is_active=False)
    answers = [
        Client().post("/accounts/password/reset/", {"email": email})["Location"]
        for email in (rita.email, "nobody@example.test", "gil@example.test")
    ]
    assert len(set(answers)) == 1 and Mail.objects.get().person == rita
