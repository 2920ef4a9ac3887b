"""Settings: people, their invitations, teams. Views only translate."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from smarketing.notify import mails
from smarketing.rows import clock
from smarketing.web.once import once

from . import invitations, people, resets
from .forms import InviteForm, PersonForm, TeamForm
from .models import Invitation, Team, User
from .policy import needs


@needs("settings.people")
def people_list(request: HttpRequest) -> HttpResponse:
    everybody = User.objects.select_related("team").order_by("-is_active", "side", "role", "name")
    rows = [(user, people.POSITIONS[people.position_of(user)][2]) for user in everybody]
    at = clock.now()
    waiting = Invitation.objects.waiting().select_related("by", "team").order_by("-created_at")
    invited = [(one, invitations.position(one), one.closed(at)) for one in waiting]
    return render(request, "accounts/people.html", {"rows": rows, "invited": invited})


@needs("settings.people")
@never_cache
def invite(request: HttpRequest) -> HttpResponse:
    """The form, then the one-time link, shown this once."""
    form = InviteForm(request.POST or None, initial={"language": request.user.language, "mail": mails.has_server()})
    if request.method == "POST" and form.is_valid():
        try:
            made, link = invitations.invite(by=request.user, at=clock.now(), **form.fields_for_service())
        except people.PeopleError as refusal:
            form.add_error(None, str(refusal))
        else:
            return _link_page(request, made, link, form.cleaned_data["mail"])
    return render(request, "accounts/invite.html", {"form": form, "server": mails.has_server()})


@needs("settings.people")
@require_POST
@never_cache
def invitation_renew(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Invitation, pk=pk)
    mail = "mail" in request.POST
    try:
        link = invitations.renew(invitation=found, by=request.user, at=clock.now(), mail=mail)
    except invitations.Closed:
        messages.error(request, _("This invitation was used or taken back meanwhile."))
        return redirect("accounts:people")
    found.refresh_from_db()
    return _link_page(request, found, link, mail)


@needs("settings.people")
@require_POST
@once
def invitation_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    invitations.revoke(invitation=get_object_or_404(Invitation, pk=pk), by=request.user, at=clock.now())
    messages.success(request, _("Taken back: its link opens nothing any more."))
    return redirect("accounts:people")


@needs("settings.people")
def person_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    form = PersonForm.of(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            people.change_person(user=user, by=request.user, at=clock.now(), **form.fields_for_service())
        except people.PeopleError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("accounts:people")
    return render(request, "accounts/person.html", {"form": form, "person": user})


@needs("settings.people")
@require_POST
@never_cache
def person_reset(request: HttpRequest, pk: int) -> HttpResponse:
    """A one-time link by which the person sets a new password, shown this once."""
    user = get_object_or_404(User, pk=pk, is_active=True)
    link = resets.make_link(user=user, by=request.user, at=clock.now())
    return render(request, "accounts/link_once.html", {"person": user, "link": link})


@needs("settings.people")
def teams(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    team = get_object_or_404(Team, pk=pk) if pk else None
    form = TeamForm(request.POST or None, initial={"name": team.name, "side": team.side} if team else None)
    if request.method == "POST" and form.is_valid():
        try:
            people.save_team(by=request.user, at=clock.now(), team=team, **form.cleaned_data)
        except people.PeopleError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("accounts:teams")
    rows = Team.objects.prefetch_related("user_set").order_by("side", "name")
    return render(request, "accounts/teams.html", {"rows": rows, "form": form, "team": team})


def _link_page(request: HttpRequest, invitation: Invitation, link: str, mailed: bool) -> HttpResponse:
    context = {"invitation": invitation, "link": link, "mailed": mailed, "server": mails.has_server()}
    return render(request, "accounts/link_once.html", context)
