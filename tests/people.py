"""People for tests."""

from functools import cache

from django.contrib.auth.hashers import make_password
from django.test import Client

from smarketing.accounts.models import User

PASSWORD = "correct horse battery"
SIDES = {"marketer": "marketing", "rep": "sales", "administrator": "", "viewer": ""}


def person(name: str, role: str, side: str | None = None, **fields) -> User:
    """A saved person; the side follows from the role, except for managers."""
    side = SIDES.get(role, side) if side is None else side
    fields.setdefault("email", f"{name}@example.test")
    return User.objects.create(password=_hashed(), name=name, role=role, side=side, **fields)


def client_of(user: User) -> Client:
    """A browser in which somebody is signed in."""
    client = Client()
    client.force_login(user)
    return client


@cache
def _hashed() -> str:
    """Hashing is slow on purpose: once per run is enough."""
    return make_password(PASSWORD)
