"""A person's own sessions, and the rule of sign-in an administrator sets. Views only translate."""

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from smarketing.rows import clock
from smarketing.web import exports, lists
from smarketing.web.once import once
from smarketing.web.tables import Deed, Table

from . import factors, sessions
from . import lists as rows_of
from .forms import SignInForm
from .models import User
from .policy import needs


@lists.listed("accounts:sessions", gettext_lazy("Sessions"))
@needs("profile.edit")
def session_list(request: HttpRequest) -> HttpResponseBase:
    here = getattr(getattr(request, "session", None), "session_key", "")  # a worker that writes a file has none
    rows = sessions.standing(request.user)
    table = Table(
        rows_of.own_sessions(request, here), rows, request.GET, "-seen", caption=_("Sessions"),
        exports=exports.Export("sessions", "lists.export", "sign-in"),
        deeds=[Deed(_("End…"), reverse("accounts:sessions_some_end"), "box-arrow-right")],
    )  # fmt: skip
    return lists.answer(request, table, "accounts/sessions.html", {"others": rows.exclude(session_key=here).exists()})


@needs("profile.edit")
@require_POST
def session_end(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(UserSession, user=request.user, pk=pk).end()
    messages.success(request, _("Signed out there."))
    return redirect("accounts:sessions")


@needs("profile.edit")
@require_POST
def sessions_end(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    n = sessions.end_others(request.user, request.session.session_key)
    messages.success(request, ngettext("%(n)s session ended.", "%(n)s sessions ended.", n) % {"n": n})
    return redirect("accounts:sessions")


@needs("settings.people")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Of whom a second factor is required."""
    form = SignInForm(request.POST or None, initial={"second_factor": factors.rule().second_factor})
    if request.method == "POST" and form.is_valid():
        factors.save_rule(by=request.user, at=clock.now(), **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("accounts:sign_in")
    without = [user for user in User.objects.filter(is_active=True).order_by("name") if not factors.has_factor(user)]
    return render(request, "accounts/sign_in.html", {"form": form, "without": without})


@needs("settings.people")
@require_POST
@once
def factors_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """For somebody who lost phone and codes."""
    user = get_object_or_404(User, pk=pk)
    factors.remove(user=user, by=request.user, at=clock.now())
    messages.success(request, _("Removed: %(name)s signs in with the password only.") % {"name": user.name})
    return redirect("accounts:person", pk)
