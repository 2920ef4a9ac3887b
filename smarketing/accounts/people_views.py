"""Settings: people, their invitations, teams. Views only translate."""

from collections.abc import Sequence

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from smarketing.notify import mails
from smarketing.rows import clock
from smarketing.web import exports, lists
from smarketing.web.once import once
from smarketing.web.tables import Deed, Table, plain

from . import deputies, duties, factors, invitations, languages, people, resets
from . import lists as rows_of
from .forms import DeputyForm, InviteForm, PersonForm, TeamForm
from .models import Deputy, Invitation, Role, Team, User
from .policy import needs

ROWS = 20  # duties shown by name


@lists.listed("accounts:people", gettext_lazy("People"))
@needs("settings.people")
def people_list(request: HttpRequest) -> HttpResponseBase:
    form = rows_of.PeopleFilters(request.GET)
    rows = form.rows(User.objects.select_related("team").annotate(plain_name=plain("name")))
    table = Table(
        rows_of.PEOPLE, rows, request.GET, "name", form=form, caption=_("People"),
        exports=exports.Export("people", "people.export", "user"),
        deeds=[Deed(_("Change…"), reverse("accounts:people_change"), "pencil"),
               Deed(_("Switch off…"), reverse("accounts:people_off"), "person-x")],
    )  # fmt: skip
    return lists.answer(request, table, "accounts/people.html", {"tabs": _tabs("accounts:people")})


@lists.listed("accounts:invitations", gettext_lazy("Open invitations"))
@needs("settings.people")
def invitation_list(request: HttpRequest) -> HttpResponseBase:
    table = Table(
        rows_of.invited(request, clock.now()),
        Invitation.objects.waiting().select_related("by", "team"),
        request.GET,
        "-invited",
        caption=_("Open invitations"),
        deeds=[
            Deed(_("Invite again…"), reverse("accounts:invitations_again"), "send"),
            Deed(_("Take back…"), reverse("accounts:invitations_back"), "x-circle"),
        ],
        exports=exports.Export("invitations", "people.export", "invitation"),
        empty={
            "title": _("Nobody is invited."),
            "text": _("Whoever was invited and has not come yet is listed here."),
            "url": reverse("accounts:invite"),
            "action": _("Invite a person"),
        },
    )
    return lists.answer(request, table, "accounts/people.html", {"tabs": _tabs("accounts:invitations")})


def _tabs(here: str) -> list[tuple[str, str, bool]]:
    """(label, address, whether it is this one) of the two lists."""
    waiting = Invitation.objects.waiting().count()
    named = (("accounts:people", _("People")), ("accounts:invitations", f"{_('Open invitations')} ({waiting})"))
    return [(label, reverse(name), name == here) for name, label in named]


@needs("settings.people")
@never_cache
def invite(request: HttpRequest) -> HttpResponse:
    """The form, then the one-time links, shown this once; who could not be invited is named."""
    form = InviteForm(request.POST or None, initial=_asked(request))
    if request.method == "POST" and form.is_valid():
        made, refused = invitations.invite_many(by=request.user, at=clock.now(), **form.fields_for_service())
        if made:
            for email, why in refused:
                messages.warning(request, _("%(email)s is not invited: %(why)s") % {"email": email, "why": why})
            return _link_page(request, *made[0], form.cleaned_data["mail"], further=made[1:])
        for email, why in refused:
            form.add_error(None, f"{email}: {why}" if len(refused) > 1 else why)
    return render(request, "accounts/invite.html", {"form": form, "server": mails.has_server()})


def _asked(request: HttpRequest) -> dict:
    """How the form begins: `?position=` as the link that led here says; the first manager of a side signs for it."""
    position = request.GET.get("position", "")
    given = {"position": position, "signs": _first_to_sign(position)} if position in people.POSITIONS else {}
    return {"language": languages.default(), "mail": mails.has_server()} | given


def _first_to_sign(position: str) -> bool:
    role, side, _label = people.POSITIONS[position]
    return role == Role.MANAGER and not User.objects.filter(is_active=True, signs=True, side=side).exists()


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
        return redirect("accounts:invitations")
    found.refresh_from_db()
    return _link_page(request, found, link, mail)


@needs("settings.people")
@require_POST
@once
def invitation_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    invitations.revoke(invitation=get_object_or_404(Invitation, pk=pk), by=request.user, at=clock.now())
    messages.success(request, _("Taken back: its link opens nothing any more."))
    return redirect("accounts:invitations")


@needs("settings.people")
def person_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User.objects.select_related("team"), pk=pk)
    form, owing = PersonForm.of(user, request.POST or None), False
    if request.method == "POST" and form.is_valid():
        try:
            people.change_person(user=user, by=request.user, at=clock.now(), **form.fields_for_service())
        except people.Owing as owed:
            owing = True
            form.add_error(None, _("Before this change: %(owed)s to hand on.") % {"owed": owed})
        except people.Stale as stale:
            form.data = request.POST.copy()
            form.data["seen"] = people.as_seen(User.objects.get(pk=pk))
            form.add_error(None, str(stale))
        except people.PeopleError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("accounts:people")
    return render(request, "accounts/person.html", {"form": form, "owing": owing} | _about(user))


def _about(user: User, deputy_form: DeputyForm | None = None) -> dict:
    """What a person's page shows beside the form."""
    coming = user.deputies.to_come(clock.today()).select_related("deputy").order_by("first")
    return {
        "somebody": user,
        "position": people.POSITIONS[people.position_of(user)][2],
        "has_factor": factors.has_factor(user),
        "deputies": coming if user.signs else [],
        "deputy_form": (deputy_form or DeputyForm(signer=user)) if user.signs and user.is_active else None,
    }


@needs("settings.people")
def person_leave(request: HttpRequest, pk: int) -> HttpResponse:
    """What somebody owes, handed on; then the switch. Other answers than a redirect change nothing."""
    user = get_object_or_404(User, pk=pk, is_active=True)
    if request.method == "POST":
        try:
            people.change_person(user=user, by=request.user, at=clock.now(), is_active=False)
        except people.Owing as owed:
            messages.error(request, _("First hand on: %(owed)s.") % {"owed": owed})
        except people.PeopleError as refusal:
            messages.error(request, str(refusal))
        else:
            said = _("%(name)s is switched off: signed out everywhere, tokens revoked.") % {"name": user.name}
            messages.success(request, said)
            return redirect("accounts:people")
        return redirect("accounts:person_leave", pk)
    owed = [(one, n, one.said(n), one.rows(user, ROWS), one.heirs(user)) for one, n in duties.owed(user)]
    return render(request, "accounts/leave.html", {"somebody": user, "owed": owed, "rows": ROWS})


@needs("settings.people")
@require_POST
@once
def person_hand_on(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """Give all of one duty to somebody, or back to where it came from."""
    user, duty = get_object_or_404(User, pk=pk), duties.get(key)
    if duty is None:
        raise Http404
    chosen = request.POST.get("to", "")
    to = next((one for one in duty.heirs(user) if str(one.pk) == chosen), None)
    if chosen and to is None:
        messages.error(request, _("Choose who takes over."))
        return redirect("accounts:person_leave", pk)
    try:
        count = duties.hand_on(key=key, user=user, to=to, by=request.user, at=clock.now())
    except ValueError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Handed on: %(what)s.") % {"what": duty.said(count)})
    return redirect("accounts:person_leave", pk)


@needs("settings.people")
@require_POST
@once
def person_return(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    people.change_person(user=user, by=request.user, at=clock.now(), is_active=True)
    messages.success(request, _("%(name)s may sign in again.") % {"name": user.name})
    return redirect("accounts:person", pk)


@needs("settings.people")
def deputy_name(request: HttpRequest, pk: int) -> HttpResponse:
    """Name a deputy; what was wrong is said on the person's page."""
    user = get_object_or_404(User.objects.select_related("team"), pk=pk)
    if request.method != "POST":
        return redirect("accounts:person", pk)
    form = DeputyForm(request.POST, signer=user)
    if form.is_valid():
        try:
            deputies.name_deputy(signer=user, by=request.user, at=clock.now(), **form.cleaned_data)
        except people.PeopleError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("accounts:person", pk)
    return render(request, "accounts/person.html", {"form": PersonForm.of(user), "owing": False} | _about(user, form))


@needs("settings.people")
@require_POST
@once
def deputy_end(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Deputy, pk=pk)
    deputies.end_deputy(deputy=found, by=request.user, at=clock.now())
    messages.success(request, _("Ended: the deputy signs no longer."))
    return redirect("accounts:person", found.signer_id)


@needs("settings.people")
@require_POST
@never_cache
def person_reset(request: HttpRequest, pk: int) -> HttpResponse:
    """A one-time link by which the person sets a new password, shown this once."""
    user = get_object_or_404(User, pk=pk, is_active=True)
    link = resets.make_link(user=user, by=request.user, at=clock.now())
    return render(request, "accounts/link_once.html", {"somebody": user, "link": link})


@lists.listed("accounts:teams", gettext_lazy("Teams"))
@needs("settings.people")
def teams(request: HttpRequest, pk: int | None = None) -> HttpResponseBase:
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
    asked = rows_of.TeamFilters(request.GET)
    rows = Team.objects.prefetch_related("user_set").annotate(plain_name=plain("name"), people_n=Count("user"))
    table = Table(
        rows_of.TEAMS, asked.rows(rows), request.GET, "name", form=asked, caption=_("Teams"),
        exports=exports.Export("teams", "lists.export", "team"),
        empty={"title": _("No team yet."), "text": _("Teams group people of one side, for reading figures by team."),
               "url": "#team", "action": _("Add a team")},
    )  # fmt: skip
    return lists.answer(
        request,
        table,
        "accounts/teams.html",
        {"form": form, "team": team},
        home=reverse("accounts:teams") if team else "",
    )


def _link_page(
    request: HttpRequest,
    invitation: Invitation,
    link: str,
    mailed: bool,
    further: Sequence[tuple[Invitation, str]] = (),
) -> HttpResponse:
    context = {
        "invitation": invitation,
        "link": link,
        "mailed": mailed,
        "server": mails.has_server(),
        "further": further,
    }
    return render(request, "accounts/link_once.html", context)
