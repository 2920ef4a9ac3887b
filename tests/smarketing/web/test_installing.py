"""The portal as an app: a manifest with icons that are there, a service worker at the root under the policy of content."""

import json

from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client

from smarketing.web.installing import SIZES
from smarketing.web.management.commands.app_icons import png


def test_the_manifest_names_icons_that_are_there_in_the_readers_language(db):
    answer = Client().get("/manifest.webmanifest", headers={"accept-language": "fr"})
    said = json.loads(answer.content)
    assert (
        answer["Content-Type"] == "application/manifest+json"
        and said["lang"] == "fr"
        and said["display"] == "standalone"
    )
    assert {one["sizes"] for one in said["icons"]} == {f"{size}x{size}" for size in SIZES}
    for one in said["icons"]:
        assert finders.find(one["src"].removeprefix(settings.STATIC_URL))


def test_the_small_icon_is_what_its_command_draws():
    assert (settings.BASE_DIR / "static" / "web" / f"icon-{SIZES[0]}.png").read_bytes() == png(SIZES[0])


def test_the_worker_is_code_that_is_asked_for_anew_and_may_fetch_from_here_only(db):
    answer = Client().get("/sw.js")
    assert answer["Content-Type"].startswith("text/javascript") and "no-cache" in answer["Cache-Control"]
    assert "connect-src 'self'" in answer["Content-Security-Policy"] and b"QUEUE" in answer.content


def test_every_page_names_the_manifest(db):
    assert b'rel="manifest" href="/manifest.webmanifest"' in Client().get("/accounts/login/").content
