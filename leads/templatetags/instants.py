"""Instants in addresses: exact, with their zone."""

from datetime import UTC, datetime

from django import template

register = template.Library()


@register.filter
def instant(at: datetime) -> str:
    """ "2026-11-12T17:00:00.000001Z": what `leads.pages.instants` reads back to the same instant."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
