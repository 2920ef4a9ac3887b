"""A person's own: profile, language, theme; and the person switch of the demo."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from smarketing.rows import clock

from . import demo, languages, people
from .forms import ProfileForm
from .models import User
from .policy import needs

YEAR = 365 * 24 * 3600
THEME_COOKIE = "theme"


@needs("profile.edit")
def profile(request: HttpRequest) -> HttpResponse:
    user = request.user
    form = ProfileForm(request.POST or None, initial={name: getattr(user, name) for name in people.OWN})
    if request.method == "POST" and form.is_valid():
        people.change_own(user=user, at=clock.now(), **form.cleaned_data)
        translation.activate(user.language)
        messages.success(request, _("Saved."))
        return _remember(redirect("accounts:profile"), user.language, user.theme)
    position = people.POSITIONS[people.position_of(user)][2]
    return render(request, "accounts/profile.html", {"form": form, "position": position})


@needs("public")
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Switch the language: kept with the person when signed in, and in a cookie for the sign-in page."""
    chosen = request.POST.get("language")
    if chosen not in languages.offered():
        return HttpResponseBadRequest(f"language: {', '.join(languages.offered())}")
    if request.user.is_authenticated:
        people.change_own(user=request.user, at=clock.now(), language=chosen)
    return _remember(redirect(_back(request)), chosen, None)


@needs("public")
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Switch the theme, in the same way."""
    chosen = request.POST.get("theme")
    if chosen not in dict(User._meta.get_field("theme").choices):
        return HttpResponseBadRequest("theme: auto, light, dark")
    if request.user.is_authenticated:
        people.change_own(user=request.user, at=clock.now(), theme=chosen)
    return _remember(redirect(_back(request)), None, chosen)


@needs("demo.switch")
@require_POST
def demo_switch(request: HttpRequest) -> HttpResponse:
    """Become another person of the demo company; a live company has no such page."""
    if not demo.is_demo() or not request.POST.get("person", "").isdecimal():
        raise Http404
    user = get_object_or_404(User, pk=request.POST["person"], is_active=True)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return redirect(_back(request, "/"))


def _back(request: HttpRequest, default: str | None = None) -> str:
    """Where to return: `next` of the form or the page before, never another site."""
    for address in (request.POST.get("next"), default or request.headers.get("Referer")):
        if address and url_has_allowed_host_and_scheme(
            address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        ):
            return address
    return "/"


def _remember(answer: HttpResponse, language: str | None, theme: str | None) -> HttpResponse:
    cookie = {"max_age": YEAR, "samesite": "Lax", "secure": settings.SESSION_COOKIE_SECURE}
    if language:
        answer.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, **cookie)
    if theme:
        answer.set_cookie(THEME_COOKIE, theme, **cookie)
    return answer
