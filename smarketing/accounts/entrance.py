"""The page behind an invitation's link: whoever holds it sets name, password and language, and is in."""

from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from smarketing.rows import clock

from . import invitations, languages
from .forms import AcceptForm
from .models import User
from .people import PeopleError
from .policy import needs


@needs("public")
@never_cache
@sensitive_post_parameters("password", "again")
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """The form; a link used, taken back, expired or never made says so, and what to do next."""
    found = invitations.find(secret)
    why = found.closed(clock.now()) if found else "unknown"
    if why:
        return _shut(request, found, why)
    if not _chose_language(request):
        translation.activate(languages.effective(found.language))
    form = AcceptForm(request.POST or None, initial={"language": translation.get_language()})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            password_validation.validate_password(data["password"], User(email=found.email, name=data["name"]))
            user = invitations.accept(
                invitation=found,
                at=clock.now(),
                name=data["name"],
                password=data["password"],
                language=data["language"],
            )
        except ValidationError as weak:
            form.add_error("password", weak)
        except invitations.Closed as closed:
            return _shut(request, found, closed.why)
        except PeopleError as refusal:
            form.add_error(None, str(refusal))
        else:
            return perform_login(request, user)
    context = {"form": form, "invitation": found, "position": invitations.position(found)}
    return render(request, "accounts/accept.html", context)


def _shut(request: HttpRequest, found, why: str) -> HttpResponse:
    answer = {"why": why, "invitation": found}
    return render(request, "accounts/accept_shut.html", answer, status=404 if why == "unknown" else 410)


def _chose_language(request: HttpRequest) -> bool:
    return settings.LANGUAGE_COOKIE_NAME in request.COOKIES or request.user.is_authenticated
