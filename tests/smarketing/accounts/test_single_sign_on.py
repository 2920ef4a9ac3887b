"""Sign-on by the company's identity provider: a real one on this machine, as OpenID Connect says."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from django.test import Client

from smarketing.accounts.models import User
from tests.people import person

pytestmark = pytest.mark.django_db
CLIENT = "smarketing"


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        here = self.server.issuer
        if self.path.startswith("/.well-known/"):
            names = ("authorization", "token", "userinfo")
            self.say({"issuer": here, "jwks_uri": f"{here}/keys"} | {f"{n}_endpoint": f"{here}/{n}" for n in names})
        elif self.path == "/userinfo":
            self.say(self.server.person)
        else:
            self.say({"keys": []})

    def do_POST(self):
        sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.server.asked.append(sent)
        claims = {
            "iss": self.server.issuer,
            "aud": CLIENT,
            "sub": self.server.person["sub"],
            "exp": 9_999_999_999,
            "iat": 1,
        }
        if sent.get("code") != ["good"]:
            return self.say({"error": "invalid_grant"}, 400)
        self.say({"access_token": "t", "token_type": "Bearer", "id_token": jwt.encode(claims, "k" * 32)})

    def say(self, body, status=200):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *words):
        pass


@pytest.fixture
def provider(settings):
    """A running provider that our settings name; `person` is who signs on there."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    server.issuer, server.asked = f"http://127.0.0.1:{server.server_port}", []
    server.person = {"sub": "42", "email": "rita@example.test", "email_verified": True}
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    app = {"provider_id": "company", "name": "Acmé ID", "client_id": CLIENT, "secret": "s"}
    app["settings"] = {"server_url": server.issuer}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
    settings.FORM_TARGETS = [server.issuer]
    yield server
    server.shutdown()
    server.server_close()


def sign_on(browser, code="good"):
    """From the button to the answer of our callback."""
    there = urlsplit(browser.post("/accounts/oidc/company/login/?process=login")["Location"])
    state = parse_qs(there.query)["state"][0]
    return browser.get("/accounts/oidc/company/login/callback/", {"code": code, "state": state})


def test_an_invited_person_signs_on_and_lands_at_home(provider):
    person("rita", "rep")
    browser = Client()
    page = browser.get("/accounts/login/")
    assert "Sign on with Acmé ID" in page.content.decode() and provider.issuer in page["Content-Security-Policy"]
    assert sign_on(browser)["Location"] == "/"
    assert browser.get("/profile/").status_code == 200
    assert "code_verifier" in provider.asked[0]


@pytest.mark.parametrize(
    "claims", [{"email": "mallory@example.test"}, {"email_verified": False}, {"email_verified": None}]
)
def test_nobody_is_made_and_no_unproved_address_is_believed(provider, claims):
    person("rita", "rep")
    provider.person |= claims
    browser = Client()
    answer = sign_on(browser)
    assert "Nobody signs up here" in answer.content.decode()
    assert browser.get("/profile/").status_code == 302 and User.objects.count() == 1


def test_a_person_switched_off_does_not_sign_on(provider):
    person("rita", "rep", is_active=False)
    browser = Client()
    sign_on(browser)
    assert browser.get("/profile/").status_code == 302


def test_a_refused_code_or_foreign_state_leads_back_with_words(provider):
    person("rita", "rep")
    browser = Client()
    answer = sign_on(browser, code="stolen")
    assert (
        answer["Location"] == "/accounts/login/"
        and "Sign-on did not work" in browser.get("/accounts/login/").content.decode()
    )
    foreign = Client().get("/accounts/oidc/company/login/callback/", {"code": "good", "state": "made-up"})
    assert foreign.status_code in (302, 401) and browser.get("/profile/").status_code == 302


def test_without_a_provider_there_is_no_button_and_no_address(client):
    assert "Sign on with" not in client.get("/accounts/login/").content.decode()
    assert client.post("/accounts/oidc/company/login/").status_code == 404
