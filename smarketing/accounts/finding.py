"""Where the search of the frame looks among the people of the house, for whoever looks after them."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from smarketing.web import finding
from smarketing.web.finding import Hit, Source

from . import people
from .models import User


def register() -> None:
    finding.register(
        Source("people", _("People with an account"), "settings.people", _people, None, "person-check", 60)
    )


def _people(user, text: str, limit: int, nearly: bool) -> list[Hit]:
    found = finding.by_name(User.objects.all(), text, limit, nearly, ("name", "email"))
    return [
        Hit(one.name, reverse("accounts:person", args=[one.pk]), str(people.POSITIONS[people.position_of(one)][2]))
        for one in found
    ]
