"""Names that exist, offered where one is written: nobody has to know how a source, a campaign or a company is spelled.

A room registers what it knows by a key. `Known` is a text field that offers them while one types (a list that the server
narrows); `Offered` stands under a text of several names and puts one into it by a click. Both work as plain fields without.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

MOST = 40  # names offered at once


@dataclass(frozen=True)
class Kind:
    """`verb`: who may read these names; `find`: at most MOST of those that hold a text, the likeliest first; all of "" alike."""

    verb: str
    find: Callable[[str], Sequence[str]]


_KINDS: dict[str, Kind] = {}


def register(key: str, kind: Kind) -> None:
    """The last registration of a key wins."""
    _KINDS[key] = kind


def kind_of(key: str) -> Kind | None:
    return _KINDS.get(key)


def names(key: str, text: str = "") -> list[str]:
    """What a kind offers; nothing where nobody registered it."""
    kind = _KINDS.get(key)
    return list(kind.find(text))[:MOST] if kind else []


class Known(forms.TextInput):
    """A text field that offers the names of a kind."""

    def __init__(self, kind: str, attrs: dict[str, Any] | None = None):
        super().__init__(attrs)
        self.kind = kind

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        attrs = dict(attrs or {})
        known = f"{attrs.get('id') or f'id_{name}'}-known"
        attrs |= {
            "list": known, "autocomplete": "off", "hx-get": reverse("known", args=[self.kind]),
            "hx-trigger": "focus once, input changed delay:200ms", "hx-target": f"#{known}", "hx-swap": "innerHTML",
            "hx-select": "unset", "hx-select-oob": "unset", "hx-push-url": "false", "hx-sync": "this:replace",
        }  # fmt: skip
        field = super().render(name, value, attrs, renderer)
        return format_html('{}<datalist id="{}"></datalist>', field, known)


class Offered(forms.Textarea):
    """A text of several names. `offers`: (heading, kind, how a name is put: "source {}: ") of what is offered under it;
    `between`: what stands between two of them, a new line or a comma."""

    def __init__(
        self, offers: Sequence[tuple[Any, str, str]], between: str = "\n", attrs: dict[str, Any] | None = None
    ):
        super().__init__({"rows": 2} | (attrs or {}))
        self.offers, self.between = offers, between

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        field = super().render(name, value, attrs, renderer)
        into = (attrs or {}).get("id") or f"id_{name}"
        groups = [(heading, put, names(kind)) for heading, kind, put in self.offers]
        body = format_html_join(
            "", "<p><b>{}</b> {}</p>", ((head, self._buttons(into, put, found)) for head, put, found in groups if found)
        )
        if not body:
            return field
        return format_html(
            '{}<details class="known-names"><summary>{}</summary>{}</details>', field, _("Names that exist"), body
        )

    def _buttons(self, into: str, put: str, found: Sequence[str]) -> SafeString:
        one = '<button type="button" class="btn btn-sm btn-outline-secondary" data-put="{}" data-into="{}" data-between="{}">{}</button> '
        return format_html_join("", one, ((put.format(name), into, self.between, name) for name in found))
