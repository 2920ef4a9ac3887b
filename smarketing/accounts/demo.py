"""The demo company: anybody may become any of its people. A live company never answers here."""

from . import here
from .models import User


def is_demo() -> bool:
    """Whether this database holds the demo company."""
    return here.card().kind == "demo"


def people() -> list[User]:
    """Whom the demo bar offers: active people, managers first; empty in a live company."""
    if not is_demo():
        return []
    order = {"manager": 0, "marketer": 1, "rep": 2, "viewer": 3, "administrator": 4}
    return sorted(
        User.objects.filter(is_active=True).only("name", "role", "side"),
        key=lambda user: (order[user.role], user.side, user.name),
    )
