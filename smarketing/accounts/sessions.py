"""Sessions of a person: where they are signed in, since when; ended one by one or all but this one."""

import time

from allauth.usersessions.models import UserSession
from django.db.models import QuerySet
from django.http import HttpRequest

from .models import User

EVERY = 900  # seconds after which a session's last visit is noted again
SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "macOS"))
BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))


def note(request: HttpRequest) -> None:
    """Keep the list true: called on every page, writes once in a quarter of an hour."""
    seen = request.session.get("seen", 0)
    if time.time() - seen > EVERY:
        UserSession.objects.create_from_request(request)
        request.session["seen"] = int(time.time())


def standing(user: User) -> QuerySet[UserSession]:
    """Sessions of a person that still open something."""
    return UserSession.objects.filter(pk__in=[one.pk for one in UserSession.objects.purge_and_list(user)])


def end_others(user: User, key: str) -> int:
    """End every session but the one with this key. Returns how many."""
    others = list(UserSession.objects.filter(user=user).exclude(session_key=key))
    for one in others:
        one.end()
    return len(others)


def agent(text: str) -> str:
    """A browser's own name for itself, in words."""
    browser = next((word for mark, word in BROWSERS if mark in text), "")
    system = next((word for mark, word in SYSTEMS if mark in text), "Linux" if "Linux" in text else "")
    return ", ".join(word for word in (browser, system) if word) or text[:60] or "–"
