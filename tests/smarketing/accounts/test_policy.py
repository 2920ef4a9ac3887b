"""Deny by default: every view declares a verb, every verb is in the table, every role gets what the table says."""

from types import ModuleType, SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import RequestFactory, override_settings
from django.urls import URLPattern, get_resolver, path
from rest_framework.decorators import api_view
from rest_framework.views import APIView

from smarketing.accounts.authentication import HasVerb
from smarketing.accounts.middleware import SignInRequired, self_guarded
from smarketing.accounts.policy import EVERY_ROLE, PUBLIC, VERBS, WRITE_KEY, declared_verb, may, needs
from tests.people import SIDES

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def views(patterns, prefix=""):
    """(address, view) of every pattern, includes opened."""
    for pattern in patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield address, pattern.callback
        else:
            yield from views(pattern.url_patterns, address)


def undeclared(patterns) -> list[str]:
    """Addresses whose view declares no verb of the table, or an API view that does not ask for it."""
    out = []
    for address, view in views(patterns):
        if self_guarded(view):
            continue
        cls = getattr(view, "cls", None)
        asked = cls is None or HasVerb in cls.permission_classes
        allowed = [m for m in METHODS if cls is None or hasattr(cls, m.lower())] if cls else ["GET"]
        if not asked or any(declared_verb(view, method) not in VERBS for method in allowed or ["GET"]):
            out.append(address)
    return out


def plain(request):
    return HttpResponse("in")


class Api(APIView):
    def get(self, request):
        return HttpResponse("in")


@pytest.mark.invariant("I18")
def test_every_address_declares_a_verb():
    assert undeclared(get_resolver().url_patterns) == []


@pytest.mark.invariant("I18", mutant="a view without a verb")
def test_a_planted_undeclared_view_is_found():
    class Declared(Api):
        verb = "measures.read"

    class Unasked(Declared):
        permission_classes = []

    class Half(Declared):
        verb = {"GET": "measures.read"}

        def post(self, request):
            return HttpResponse()

    planted = [
        path("good/", needs("today.view")(plain)),
        path("good/api/", Declared.as_view()),
        path("good/function/", needs("measures.read")(api_view(["GET"])(plain))),
        path("plain/", plain),
        path("api/", Api.as_view()),
        path("unasked/", Unasked.as_view()),
        path("half/", Half.as_view()),
    ]
    assert undeclared(planted) == ["plain/", "api/", "unasked/", "half/"]


def test_an_unknown_verb_is_refused_when_the_view_is_made():
    with pytest.raises(KeyError):
        needs("leads.veiw")


def user(role, side=None):
    side = SIDES.get(role, side or "") if side is None else side
    return SimpleNamespace(is_authenticated=True, is_active=True, role=role, side=side, language="en")


PEOPLE = [user("marketer"), user("rep"), user("manager", "marketing"), user("manager", "sales")]
PEOPLE += [user("administrator"), user("viewer")]


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("who", PEOPLE, ids=lambda u: f"{u.role}-{u.side}")
def test_a_view_lets_in_exactly_the_roles_of_the_table(verb, who):
    request = RequestFactory().get("/x/")
    request.user = who
    expected = VERBS[verb] is PUBLIC or bool(VERBS[verb] & {who.role, f"{who.role}:{who.side}"})
    assert may(who, verb) is expected
    if VERBS[verb] is WRITE_KEY:
        return
    if expected:
        assert needs(verb)(plain)(request).content == b"in"
    else:
        with pytest.raises(PermissionDenied):
            needs(verb)(plain)(request)


def test_the_table_says_what_the_roles_are_for():
    """The sentences of the security page, written out a second time."""
    may_do = {f"{who.role} {who.side}".strip(): {verb for verb in VERBS if may(who, verb)} for who in PEOPLE}
    for director in ("viewer", "administrator"):
        assert not may_do[director] & {
            "definition.sign",
            "contract.sign",
            "month.close",
            "handoffs.work",
            "papers.sign",
        }
    assert "leads.personal" not in may_do["viewer"]
    assert "settings.people" in may_do["administrator"]
    assert all("settings.people" not in verbs for who, verbs in may_do.items() if who != "administrator")
    assert "handoffs.work" in may_do["rep sales"] and "handoffs.work" not in may_do["marketer marketing"]
    assert {who for who, verbs in may_do.items() if "month.close" in verbs} == {"manager marketing", "manager sales"}
    assert {who for who, verbs in may_do.items() if "leads.erase" in verbs} == {"administrator"}


def test_every_entry_of_the_table_names_real_roles():
    names = EVERY_ROLE | {"anyone", "write key", "manager:marketing", "manager:sales"}
    assert all(roles <= names and roles for roles in VERBS.values())


def test_nobody_and_somebody_switched_off_may_do_only_what_is_public():
    off = user("administrator")
    off.is_active = False
    for who in (AnonymousUser(), off):
        assert {verb for verb in VERBS if may(who, verb)} == {v for v, roles in VERBS.items() if roles is PUBLIC}


def asked(view, who, address="/x/", **headers):
    request = RequestFactory().get(address, headers=headers)
    request.user = who
    return SignInRequired(None).process_view(request, view, (), {})


def test_somebody_not_signed_in_is_sent_to_the_sign_in_page_and_back():
    answer = asked(needs("today.view")(plain), AnonymousUser(), "/queue/?page=2")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=/queue/%3Fpage%3D2")


def test_a_program_not_signed_in_gets_401_not_a_page():
    assert asked(plain, AnonymousUser(), "/api/v1/measures/").status_code == 401


def test_a_fragment_asked_for_after_signing_out_reloads_the_page():
    answer = asked(plain, AnonymousUser(), **{"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Refresh"]) == (401, "true")


def test_a_view_without_a_verb_is_shut_even_to_an_administrator():
    with pytest.raises(PermissionDenied):
        asked(plain, user("administrator"))


def test_a_public_view_is_open():
    assert asked(needs("public")(plain), AnonymousUser()) is None


@pytest.mark.django_db
def test_the_middleware_stands_between_the_world_and_an_undeclared_view(client):
    module = ModuleType("planted")
    module.urlpatterns = [*get_resolver().url_patterns, path("planted/", plain)]
    with override_settings(ROOT_URLCONF=module):
        assert client.get("/planted/").status_code == 302
