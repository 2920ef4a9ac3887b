"""What the link that led somewhere says: the five UTM values of a message, from its campaign, its properties, its address."""

from urllib.parse import parse_qs, urlsplit

from .wire import Message

KEYS = ("source", "medium", "campaign", "content", "term")
LONGEST = 200


def values(message: Message) -> dict[str, str]:
    """The UTM values a message says, without blank ones: its context's campaign first, then properties, then its address."""
    context = {
        "campaign": message.campaign.get("name"),
        **{key: message.campaign.get(key) for key in KEYS if key != "campaign"},
    }
    asked = _query(message)
    found = {}
    for key in KEYS:
        said = context.get(key) or message.properties.get(f"utm_{key}") or asked.get(key)
        if isinstance(said, str) and said.strip():
            found[key] = said.strip()[:LONGEST]
    return found


def properties(message: Message) -> dict[str, str]:
    """The same as properties of the event, so that rules may read them later: those that it does not have already."""
    said = {f"utm_{key}": value for key, value in values(message).items()}
    return {name: value for name, value in said.items() if name not in message.properties}


def _query(message: Message) -> dict[str, str]:
    url = message.properties.get("url")
    try:
        query = urlsplit(url).query if isinstance(url, str) else ""
    except ValueError:
        query = ""
    search = message.properties.get("search")
    query = query or (search.removeprefix("?") if isinstance(search, str) else "")
    if "utm_" not in query:
        return {}
    return {key: said[0] for key in KEYS if (said := parse_qs(query).get(f"utm_{key}"))}
