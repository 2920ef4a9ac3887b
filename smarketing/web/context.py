"""What every page knows. Everything that asks the database is lazy: a fragment that shows none of it pays nothing."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from . import navigation

THEMES = ("auto", "light", "dark")
IN_PLACE = "X-In-Place"  # a script that shows a page inside the one that is there asks for it without the frame


def page(request: HttpRequest) -> dict:
    """nav, nav_standing, bottom_bar, person (None when nobody is signed in), theme, language, languages, installation, demo_people; `framed`:
    whether the page has its frame around it."""
    user = getattr(request, "user", None)
    person = user if user is not None and user.is_authenticated else None
    standing = SimpleLazyObject(lambda: navigation.standing(person, request.path) if person else navigation.Standing())
    nav = SimpleLazyObject(lambda: standing.links)
    installation = SimpleLazyObject(_installation)
    return {
        "nav": nav,
        "nav_standing": standing,  # no name that a page may give to something of its own
        "bottom_bar": SimpleLazyObject(lambda: navigation.bottom_bar(list(nav))),
        "person": person,
        "framed": IN_PLACE not in request.headers,
        "theme": theme(request, person),
        "language": get_language() or settings.LANGUAGE_CODE,
        "languages": SimpleLazyObject(_languages),
        "installation": installation,
        "demo_people": SimpleLazyObject(lambda: _demo_people(installation)),
        "csp_nonce": getattr(request, "csp_nonce", ""),
    }


def theme(request: HttpRequest, person) -> str:
    """auto, light or dark: the person's, else the cookie of this browser."""
    chosen = person.theme if person else request.COOKIES.get("theme", "auto")
    return chosen if chosen in THEMES else "auto"


def _installation():
    from smarketing.accounts import here

    return here.card()


def _languages() -> list:
    from smarketing.accounts import languages

    return languages.choices()


def _demo_people(installation) -> list:
    from smarketing.accounts import demo

    return demo.people() if installation.kind == "demo" else []
