"""Lists of people and their settings: columns and filters. Views only translate."""

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from smarketing.web import filters
from smarketing.web.columns import BLANK, Column, shown

from . import deeds, invitations, people, sessions
from .models import AuditEntry, Side, Team, Token, User

LANGUAGE = [*settings.LANGUAGES]
SIDES = Side.choices


# --- people

PEOPLE = (
    Column("name", gettext_lazy("Name"), sort="plain_name", head=True, nullable=False,
           url=lambda one: reverse("accounts:person", args=[one.pk])),
    Column("role", gettext_lazy("Role"), lambda one: people.POSITIONS[people.position_of(one)][2], sort="role"),
    Column("side", gettext_lazy("Side"), User.get_side_display, sort="side", extra=True),
    Column("team", gettext_lazy("Team"), "team.name", sort="team__name", nullable=True),
    Column("email", gettext_lazy("E-mail"), sort="email"),
    Column("signs", gettext_lazy("Signs"), sort="signs"),
    Column("language", gettext_lazy("Language"), User.get_language_display, sort="language", extra=True),
    Column("active", gettext_lazy("May sign in"), "is_active", sort="is_active"),
)  # fmt: skip


def _at_position(rows: QuerySet, key: str) -> QuerySet:
    role, side, _label = people.POSITIONS[key]
    return rows.filter(role=role, side=side)


class PeopleFilters(filters.Filters):
    q = filters.words(gettext_lazy("Name or e-mail"))
    position = filters.choice(gettext_lazy("Role"), [(key, label) for key, (_r, _s, label) in people.POSITIONS.items()])
    side = filters.choice(gettext_lazy("Side"), SIDES)
    team = filters.choice(gettext_lazy("Team"))
    active = filters.choice(gettext_lazy("May sign in"), filters.YES_NO)
    signs = filters.choice(gettext_lazy("Signs"), filters.YES_NO)
    language = filters.choice(gettext_lazy("Language"), LANGUAGE)
    further = ("signs", "language")
    asks = {
        "q": lambda rows, text: rows.filter(Q(name__unaccent__icontains=text) | Q(email__icontains=text)),
        "position": _at_position,
        "side": "side",
        "team": "team",
        "active": filters.yes("is_active"),
        "signs": filters.yes("signs"),
        "language": "language",
    }

    def __init__(self, data):
        super().__init__(data)
        self.offer("team", filters.named(Team.objects.order_by("name")))


# --- invitations


def invited(request: HttpRequest, at) -> list[Column]:
    """Open invitations; what may be done with each stands in its row."""

    def buttons(_value, one) -> str:
        return render_to_string("accounts/invitation_deeds.html", {"one": one}, request)

    def until(value, one) -> str:
        return _("expired") if one.closed(at) else shown(value)

    return [
        Column("email", gettext_lazy("E-mail"), sort="email", head=True),
        Column("role", gettext_lazy("Role"), invitations.position, sort="role"),
        Column("team", gettext_lazy("Team"), "team.name", sort="team__name", nullable=True),
        Column("by", gettext_lazy("Invited by"), lambda one: one.by.name if one.by else _("the system"), wide=True),
        Column("invited", gettext_lazy("Invited on"), "created_at", sort="created_at", align="nowrap", extra=True),
        Column("until", gettext_lazy("Works until"), "expires_at", sort="expires_at", align="nowrap", show=until),
        Column("deeds", "", lambda one: "", show=buttons),
    ]


# --- teams

TEAMS = (
    Column("name", gettext_lazy("Name"), sort="plain_name", head=True, nullable=False,
           url=lambda one: reverse("accounts:team", args=[one.pk]) + "#team"),
    Column("side", gettext_lazy("Side"), Team.get_side_display, sort="side"),
    Column("people", gettext_lazy("People"), lambda one: ", ".join(user.name for user in one.user_set.all())),
    Column("count", gettext_lazy("Headcount"), "people_n", sort="people_n", align="num", nullable=False, extra=True),
)  # fmt: skip


class TeamFilters(filters.Filters):
    side = filters.choice(gettext_lazy("Side"), SIDES)
    asks = {"side": "side"}


# --- tokens and keys

KINDS = {"api": gettext_lazy("API token"), "write": gettext_lazy("Write key")}


def _may(token: Token) -> str:
    return str(_("add events")) if token.kind == "write" else ", ".join(token.scopes)


def keys(request: HttpRequest, at) -> list[Column]:
    """Tokens and keys; the way to revoke one stands in its row."""

    def state(value, token: Token):
        if token.revoked_at:
            return _("revoked")
        return _("expired") if value and value <= at else shown(value)

    def button(_value, token: Token) -> str:
        return "" if token.revoked_at else render_to_string("accounts/key_deeds.html", {"token": token}, request)

    return [
        Column("name", gettext_lazy("Name"), sort="plain_name", head=True, nullable=False),
        Column("kind", gettext_lazy("Kind"), lambda token: KINDS[token.kind], sort="kind", extra=True),
        Column("prefix", gettext_lazy("Begins with"), show=lambda text, _one: format_html("<code>{}…</code>", text)),
        Column("person", gettext_lazy("Acts for"), "user.name", sort="user__name", nullable=True),
        Column("scopes", pgettext_lazy("rights of a token", "May"), _may),
        Column("until", gettext_lazy("Until"), "expires_at", sort="expires_at", align="nowrap", show=state),
        Column("used", gettext_lazy("Last used"), "last_used_at", sort="last_used_at", align="nowrap"),
        Column("issued", gettext_lazy("Issued"), "created_at", sort="created_at", align="nowrap", extra=True),
        Column("revoked", gettext_lazy("Revoked on"), "revoked_at", sort="revoked_at", align="nowrap", extra=True),
        Column("deeds", "", lambda token: "", show=button),
    ]


class KeyFilters(filters.Filters):
    kind = filters.choice(gettext_lazy("Kind"), KINDS.items())
    works = filters.choice(
        gettext_lazy("State"), [("yes", gettext_lazy("not revoked")), ("no", gettext_lazy("revoked"))]
    )
    asks = {"kind": "kind", "works": lambda rows, said: rows.filter(revoked_at__isnull=said == "yes")}


# --- sessions


def own_sessions(request: HttpRequest, here: str) -> list[Column]:
    """Where a person is signed in; `here`: the key of this very session."""

    def end(_value, one) -> str:
        said = {"one": one, "agent": sessions.agent(one.user_agent), "here": one.session_key == here}
        return render_to_string("accounts/session_deeds.html", said, request)

    return [
        Column("device", gettext_lazy("Device"), lambda one: sessions.agent(one.user_agent), head=True),
        Column("address", gettext_lazy("Address"), lambda one: str(one.ip), sort="ip"),
        Column("since", gettext_lazy("Since"), "created_at", sort="created_at", align="nowrap"),
        Column("seen", gettext_lazy("Last seen"), "last_seen_at", sort="last_seen_at", align="nowrap"),
        Column("deeds", "", lambda one: "", show=end),
    ]  # fmt: skip


# --- the audit log


def _details(_text, entry: AuditEntry) -> str:
    """Names in grey, values beside them."""
    pairs = ((key, str(value)) for key, value in entry.detail.items())
    return format_html_join(" · ", '<span class="text-body-secondary">{}</span> {}', pairs) or BLANK


AUDIT = (
    Column("when", gettext_lazy("When"), "at", sort="at", align="nowrap"),
    Column("person", gettext_lazy("Person"), lambda entry: str(entry.user or _("the system"))),
    Column("deed", gettext_lazy("Action"), lambda entry: deeds.deed(entry.verb),
           show=lambda said, entry: format_html('<span title="{}">{}</span>', entry.verb, said)),
    Column("subject", gettext_lazy("Subject"), lambda entry: f"{deeds.subject(entry.subject)} {entry.subject_id or ''}".strip()),
    Column("details", gettext_lazy("Details"), lambda entry: " · ".join(f"{key} {value}" for key, value in entry.detail.items()),
           show=_details),
)  # fmt: skip
