"""Each request in the person's language, and nothing without sign-in unless it is declared so."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone, translation

from smarketing.rows import clock

from .policy import PUBLIC, VERBS, WRITE_KEY, declared_verb, sign_in_answer

# Views of libraries that guard themselves. Everything else declares a verb.
SELF_GUARDED = ("allauth.account.", "allauth.mfa.", "django.contrib.staticfiles.")
MACHINES = ("/static/", "/api/", "/v1/", "/healthz", "/readyz", "/metrics")


class PersonLanguage:
    """Signed in: the person's language. Before: cookie, then Accept-Language (Django's LocaleMiddleware).

    Instants are shown in the installation's zone.
    """

    def __init__(self, get_response: Callable):
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        if not request.path.startswith(MACHINES):
            timezone.activate(clock.zone())
            if request.user.is_authenticated:
                translation.activate(request.user.language)
                request.LANGUAGE_CODE = request.user.language
        answer = self.get_response(request)
        answer.headers.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
        return answer


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


def self_guarded(view: Callable) -> bool:
    """Whether a library's view guards itself."""
    return f"{view.__module__}.".startswith(SELF_GUARDED)
