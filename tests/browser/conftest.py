"""Browser tests: one Chromium per worker, our own server in a thread, real database."""

import os

import pytest

from . import chromium


def pytest_collection_modifyitems(items):
    here = os.path.dirname(__file__)
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def started():
    """The browser. Without one: a failure in continuous integration, a loud skip elsewhere."""
    if not chromium.executable():
        if os.environ.get("CI") == "true":
            pytest.fail("no Chromium here: the journeys cannot run")
        pytest.skip("NO CHROMIUM: the journeys do not run here. Install Debian's package chromium.")
    with chromium.browser() as one:
        yield one


@pytest.fixture
def visit(started, live_server):
    """`visit(user, language=, theme=, width=)` → a page of that person, signed in, at our own server."""
    opened = []

    def come(user=None, path="/", **kind):
        context = chromium.context(started, base_url=live_server.url, **kind)
        context.set_default_timeout(15_000)
        opened.append(context)
        if user is not None:
            _prefer(user, kind)
            context.add_cookies([_session(user, live_server.url)])
        page = context.new_page()
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("console", lambda message: message.type == "error" and page.problems.append(message.text))
        page.goto(path)
        return page

    yield come
    for context in opened:
        context.close()


def _prefer(user, kind) -> None:
    from smarketing.accounts.models import User

    User.objects.filter(pk=user.pk).update(language=kind.get("language", "en"), theme=kind.get("theme", "light"))


def _session(user, url: str) -> dict:
    """A session as the sign-in page would make it (the sign-in page itself has a journey of its own)."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return {"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": url}
