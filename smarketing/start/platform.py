"""What the platform itself says on day one: who must be here, and that nobody is yet."""

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from smarketing.accounts.models import Invitation, User
from smarketing.rows import clock

from . import first, steps

TODAY = "/today/"  # which shows every step


def register() -> None:
    steps.register(
        steps.Step(
            "people", _("Invite people of both sides"),
            _("At least one who signs for marketing and one who signs for sales: nothing is agreed without both."),
            _("Invite a person"), both_sides_sign, _whom_to_invite, "settings.people", 10,
        )
    )  # fmt: skip
    steps.register(
        steps.Step(
            "reps", _("Name who takes the leads"), _("At least one sales rep: handoffs go to reps in a fair turn."),
            _("Invite a rep"), a_rep_is_here, lambda: reverse("accounts:invite") + "?position=rep", "settings.people", 15,
        )
    )  # fmt: skip


def both_sides_sign() -> bool:
    """Whether somebody signs for each side."""
    return User.objects.filter(is_active=True, signs=True).exclude(side="").values("side").distinct().count() == 2


def _whom_to_invite() -> str:
    """The form of an invitation, begun with whom it takes: a signer of marketing, of sales, then a rep."""
    waiting = Invitation.objects.waiting().filter(expires_at__gt=clock.now())
    here = set(User.objects.filter(is_active=True, signs=True).values_list("side", flat=True))
    here |= set(waiting.filter(signs=True).values_list("side", flat=True))
    position = next((f"manager-{side}" for side in ("marketing", "sales") if side not in here), "rep")
    return f"{reverse('accounts:invite')}?position={position}"


def next_step(context) -> str:
    """Below what was just done: the next step of day one, for whoever has one."""
    request = context.get("request")
    if request is None or not request.user.is_authenticated or request.path == TODAY:
        return ""
    found = steps.following(request.user)
    there = found is not None and request.method == "GET" and found.url.split("?")[0] == request.path
    if found is None or there:
        return ""
    return render_to_string("start/next_step.html", {"one": found}, request)


def a_rep_is_here() -> bool:
    return User.objects.filter(is_active=True, role="rep").exists()


def nobody_here(context) -> str:
    """On the sign-in page of a company that nobody has started."""
    return "" if first.shut() else render_to_string("start/nobody.html")
