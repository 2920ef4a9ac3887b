"""The language in which is being answered."""

from django.utils.translation import get_language


def active_language() -> str:
    """Its code, "en" or "fr"; English where none is active."""
    return (get_language() or "en")[:2]
