"""Deeds on rows picked in a list: asked first, then done."""

from collections.abc import Iterable
from typing import Any

from django.test import Client
from django.urls import reverse

from smarketing.web.once import new_key


def asked(client: Client, name: str, rows: Iterable[Any]) -> str:
    """What the page of a deed says before it is done."""
    return client.get(reverse(name), {"pick": [one.pk for one in rows]}).text


def done(client: Client, name: str, rows: Iterable[Any], **said: Any) -> str:
    """What the list says once it is done; where it was not, what the form says."""
    given = {"pick": [one.pk for one in rows], "once": new_key(), **said}
    return client.post(reverse(name), given, follow=True).text
