"""Signing in with a second factor, in a real browser: an app's codes, and a passkey of the device."""

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import expect

from tests.people import PASSWORD, person
from tests.smarketing.accounts.test_sign_in import code_of

from . import access

pytestmark = pytest.mark.django_db(transaction=True)


def is_sound(page, language: str) -> None:
    assert access.problems(page) == []
    expect(page.locator("h1")).to_have_count(1)
    assert page.locator("html").get_attribute("lang") == language


def type_password(page) -> None:
    """The page that asks for the password again before a change of the account."""
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form button[type=submit]").first.click()


def sign_in(page, user) -> None:
    page.locator("[name=login]").fill(user.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form button[type=submit]").first.click()


@pytest.mark.parametrize(
    ("language", "theme", "width"), [("fr", "dark", 390), pytest.param("en", "light", 1440, marks=pytest.mark.trust)]
)
def test_an_app_is_added_and_its_code_asked_for_at_sign_in(visit, language, theme, width):
    rita = person("rita", "rep", language=language)
    kind = {"language": language, "theme": theme, "width": width}
    page = visit(rita, "/accounts/2fa/totp/activate/", **kind)
    is_sound(page, language)
    type_password(page)
    page.wait_for_url("**/totp/activate/")
    is_sound(page, language)
    secret = page.locator("main code").inner_text()
    page.locator("[name=code]").fill(code_of(secret))
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/recovery-codes/")
    is_sound(page, language)
    recovery = page.locator(".codes li").first.inner_text()
    for path in ("/accounts/2fa/", "/accounts/2fa/recovery-codes/generate/", "/accounts/2fa/totp/deactivate/"):
        page.goto(path)
        is_sound(page, language)

    guest = visit(None, "/accounts/login/", **kind)
    is_sound(guest, language)
    sign_in(guest, rita)
    guest.wait_for_url("**/2fa/authenticate/")
    is_sound(guest, language)
    guest.locator("[name=code]").fill(recovery)
    guest.locator("main form button[type=submit]").first.click()
    guest.wait_for_url("**/queue/")


@pytest.mark.parametrize(
    ("language", "theme", "width"), [("en", "dark", 390), pytest.param("fr", "light", 1440, marks=pytest.mark.trust)]
)
def test_a_passkey_is_added_and_signs_in_alone(visit, live_server, language, theme, width):
    rita = person("rita", "rep", language=language)
    page = visit(rita, "/accounts/2fa/webauthn/add/", language=language, theme=theme, width=width)
    key = page.context.new_cdp_session(page)
    key.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    key.send("WebAuthn.addVirtualAuthenticator", {"options": device})
    here = page.url.replace("127.0.0.1", "localhost")  # passkeys belong to a name, never to a number
    page.context.add_cookies([one | {"domain": "localhost"} for one in page.context.cookies()])
    page.goto(here)
    type_password(page)
    page.wait_for_url("**/webauthn/add/")
    is_sound(page, language)
    page.locator("[name=name]").fill("Mon téléphone")
    page.locator("[name=passwordless]").check()
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url(lambda url: not url.endswith("/add/"))
    is_sound(page, language)
    kept = Authenticator.objects.get(type="webauthn")
    page.goto(here.replace("/add/", "/"))
    is_sound(page, language)
    for path in (f"keys/{kept.pk}/edit/", f"keys/{kept.pk}/remove/"):
        page.goto(here.replace("/add/", f"/{path}"))
        is_sound(page, language)

    page.context.clear_cookies()
    page.goto(here.split("/accounts/")[0] + "/accounts/login/")
    page.locator("#passkey_login").click()
    page.wait_for_url("**/queue/")
    assert page.problems == []
