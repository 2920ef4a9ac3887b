"""The one next step of a page on which nothing is yet: the first that this reader may take, and that exists here."""

from typing import Any

from . import navigation

Step = tuple[str, str, Any]  # verb, name of the address or "#place" on the page, words


def first(user: Any, *offered: Step) -> dict[str, Any]:
    """`url` and `action`, as `web/empty.html` shows them; {} where none may be taken."""
    from smarketing.accounts.policy import may

    for verb, name, words in offered:
        url = name if name.startswith("#") else navigation.address(name)
        if url and may(user, verb):
            return {"url": url, "action": words}
    return {}
