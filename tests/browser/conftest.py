"""Browser tests: one Chromium per worker, our own server in a thread, real database."""

import os

import pytest
from django.db import connections
from playwright.sync_api import expect

from . import chromium

SOON = 15_000  # milliseconds a page may take to show what was asked for
expect.set_options(timeout=SOON)


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
        pytest.skip(
            "NO CHROMIUM: the journeys do not run here. Install Debian's package chromium-headless-shell, or chromium."
        )
    with chromium.browser() as one:
        yield one


@pytest.fixture(autouse=True)
def _plain_static_files(settings):
    """Files under their plain names: what a demo of this folder collected earlier is not what is tested."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}


@pytest.fixture
def visit(started, live_server):
    """`visit(user, language=, theme=, width=)` → a page of that person, signed in, at our own server."""
    opened = []
    # A thread of our server keeps its connection as a process of ours does: a new one for each request would plan everything anew.
    connections["default"].settings_dict["CONN_MAX_AGE"] = 60

    def come(user=None, path="/", **kind):
        context = chromium.context(started, base_url=live_server.url, **kind)
        context.set_default_timeout(SOON)
        opened.append(context)
        if user is not None:
            chromium.enter(context, user, live_server.url, **kind)
        else:
            chromium.prefer(context, live_server.url, **kind)
        page = context.new_page()
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("console", lambda message: message.type == "error" and page.problems.append(message.text))
        page.goto(path)
        return page

    yield come
    for context in opened:
        context.close()


@pytest.fixture
def database_urls_of_demo(servers, demo_db) -> dict[str, str]:
    """Environment of a process that shall work on this test's demo company."""
    from smarketing.supervisor.postgres import APPLICATION, OWNER

    server, broker = servers
    return {
        "DATABASE_URL": server.url(demo_db, APPLICATION),
        "OWNER_DATABASE_URL": server.url(demo_db, OWNER),
        "REDIS_URL": broker.url,
    }
