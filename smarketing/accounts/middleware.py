"""Each request in the person's language, and nothing without sign-in unless it is declared so."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from . import factors, here, languages, sessions
from .policy import PUBLIC, VERBS, WRITE_KEY, declared_verb, sign_in_answer

# Views of libraries that guard themselves. Everything else declares a verb.
SELF_GUARDED = (
    "allauth.account.", "allauth.mfa.", "allauth.socialaccount.", "django.contrib.staticfiles.",
)  # fmt: skip
MACHINES = ("/static/", "/api/", "/v1/", "/healthz", "/readyz", "/metrics")
READ = ("/api/docs/",)  # among the addresses of programs, and yet a page for people


class PersonLanguage:
    """Signed in: the person's language. Before: cookie, then Accept-Language (Django's LocaleMiddleware). What is not on
    offer gives way to the company's own.

    Instants are shown in the installation's zone.
    """

    def __init__(self, get_response: Callable):
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        if request.path.startswith(MACHINES) and not request.path.startswith(READ):
            answer = self.get_response(request)
        else:
            with here.kept() as installation:
                self._speak(request, ZoneInfo(installation.zone))
                answer = self.get_response(request)
        answer.headers.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
        return answer

    def _speak(self, request: HttpRequest, zone: ZoneInfo) -> None:
        timezone.activate(zone)
        signed_in = request.user.is_authenticated
        language = languages.effective(request.user.language if signed_in else translation.get_language())
        translation.activate(language)
        request.LANGUAGE_CODE = language
        if signed_in:
            sessions.note(request)


class SignInRequired:
    """Deny by default: a view without a verb is shut to everybody not signed in, and to everybody outside debugging."""

    def __init__(self, get_response: Callable):
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable, args, kwargs):
        if self_guarded(view) or hasattr(view, "cls"):  # API views: authentication.HasVerb, tokens included
            return None
        verb = declared_verb(view, request.method)
        roles = VERBS.get(verb, frozenset())
        if roles in (PUBLIC, WRITE_KEY) or (request.user.is_authenticated and roles):
            return None
        if request.user.is_authenticated:
            raise PermissionDenied("the view declares no verb")
        return sign_in_answer(request)


class SecondFactor:
    """Whoever owes a second factor sets it up before anything else; language, theme and signing out stay open."""

    OPEN = ("accounts:language", "accounts:theme", "accounts:demo_switch")

    def __init__(self, get_response: Callable):
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable, args, kwargs):
        if not request.user.is_authenticated or self_guarded(view):
            return None
        if request.path.startswith(MACHINES) or request.resolver_match.view_name in self.OPEN:
            return None
        if not factors.is_owed(request.user):
            return None
        messages.error(request, _("A second factor is required of you here: add a passkey or an app to go on."))
        return HttpResponseRedirect(reverse("mfa_index"))


def self_guarded(view: Callable) -> bool:
    """Whether a library's view guards itself."""
    return f"{view.__module__}.".startswith(SELF_GUARDED)
