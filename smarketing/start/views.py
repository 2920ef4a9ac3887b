"""The first page of an empty company. Views only translate."""

from allauth.account.utils import perform_login
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from smarketing.accounts.models import User
from smarketing.accounts.people import PeopleError
from smarketing.accounts.policy import needs
from smarketing.rows import clock
from smarketing.rows.models import Installation

from . import first
from .forms import StartForm

STATUS = {"unknown": 404, "begun": 410, "demo": 200}


@needs("public")
@never_cache
def door(request: HttpRequest) -> HttpResponse:
    """Where the code of the console is typed by whoever has lost its link."""
    if why := first.shut():
        return _shut(request, why)
    if code := request.GET.get("code", "").strip().rstrip("/").rpartition("/")[2]:
        return redirect("start:begin", code=code)
    return render(request, "start/door.html")


@needs("public")
@never_cache
@sensitive_post_parameters("password", "again")
def begin(request: HttpRequest, code: str) -> HttpResponse:
    """The form of an empty company; afterwards signed in, on the steps to the first handoff."""
    if why := first.shut(code):
        return _shut(request, why)
    form = StartForm(request.POST or None, initial=_usual())
    if request.method == "POST" and form.is_valid():
        try:
            user = _begin(code, form)
        except ValidationError as weak:
            form.add_error(None if hasattr(weak, "error_dict") else "password", weak)
        except first.Closed as closed:
            return _shut(request, closed.why)
        except PeopleError as refusal:
            form.add_error(None, str(refusal))
        else:
            return perform_login(request, user)
    return render(request, "start/begin.html", {"form": form})


def _begin(code: str, form: StartForm) -> User:
    data = form.fields_for_service()
    password_validation.validate_password(data["password"], User(email=data["email"], name=data["name"]))
    return first.begin(code=code, at=clock.now(), **data)


def _usual() -> dict:
    """What most companies leave as it is."""
    there = Installation.objects.get()
    return {
        "language": translation.get_language(), "country": there.country, "currency": there.currency, "zone": there.zone,
        "days": list("12345"), "hours": "09:00-18:00",
    }  # fmt: skip


def _shut(request: HttpRequest, why: str) -> HttpResponse:
    return render(request, "start/shut.html", {"why": why}, status=STATUS[why])
