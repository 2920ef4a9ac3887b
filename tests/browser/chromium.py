"""A real Chromium, driven by Playwright. Shared by the journeys, the checks of access and `make shots`."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

# The shell first: the same engine without windows, which a whole browser draws for every profile of every test.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--force-color-profile=srgb",
)  # fmt: skip
WIDTHS = {390: 844, 1024: 768, 1280: 720, 1440: 900}
LANGUAGES = {"en": "en-GB", "fr": "fr-FR"}


def executable() -> str | None:
    """Path of the browser: CHROMIUM of the environment, else the first one found."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def browser() -> Iterator:
    """A started browser. RuntimeError where there is none."""
    from playwright.sync_api import sync_playwright

    path = executable()
    if not path:
        raise RuntimeError(f"no browser: set CHROMIUM or install one of {', '.join(NAMES)}")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = (
        "true"  # Playwright's loop runs in this thread; our code stays synchronous
    )
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, headless=True, args=list(FLAGS))
        yield started
        started.close()


def context(started, *, language: str = "en", theme: str = "light", width: int = 1440, **more):
    """A fresh profile: language, colour scheme and size of window."""
    return started.new_context(
        locale=LANGUAGES[language],
        color_scheme=theme,
        viewport={"width": width, "height": WIDTHS[width]},
        reduced_motion="reduce",
        has_touch=width < 600,
        **more,
    )


def prefer(context, url: str, *, language: str = "en", theme: str = "light", **_kind) -> None:
    """Choose language and theme as somebody does who is not signed in."""
    from django.conf import settings

    chosen = {settings.LANGUAGE_COOKIE_NAME: language, "theme": theme}
    context.add_cookies([{"name": name, "value": value, "url": url} for name, value in chosen.items()])


def enter(context, user, url: str, *, language: str = "en", theme: str = "light", **_kind) -> None:
    """Sign a person in, in this language and theme, by a session as the sign-in page would make it."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from smarketing.accounts.models import User

    User.objects.filter(pk=user.pk).update(language=language, theme=theme)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": url}])
