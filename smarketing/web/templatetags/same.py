"""`{% same "rail" standing %}…{% endsame %}`: a part of a page that depends on its name, on the values named and on the language
alone. It is written once, and kept by the process for whoever it is the same for.

Nothing of one person, no key of a form, no token, no nonce may stand in it: a test writes each part for two people and holds
them against each other.
"""

from collections.abc import Hashable
from typing import Any

from django import template
from django.template.base import FilterExpression, Node, NodeList, Parser, Token
from django.template.context import Context
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()
MOST = 512
_kept: dict[tuple[Hashable, ...], SafeString] = {}


def forget() -> None:
    """Write every part again."""
    _kept.clear()


class Same(Node):
    """The part and the values by which it is kept; in development it is written each time."""

    def __init__(self, nodes: NodeList, values: list[FilterExpression]):
        self.nodelist, self.values = nodes, values

    def render(self, context: Context) -> SafeString:
        key = (get_language(), *(_plain(one.resolve(context)) for one in self.values))
        found = _kept.get(key)
        if found is None or context.template.engine.debug:
            if len(_kept) >= MOST:
                _kept.clear()
            _kept[key] = found = self.nodelist.render(context)
        return found


def _plain(value: Any) -> Any:
    """The value behind a lazy one: two that are equal are one key."""
    return getattr(value, "_wrapped", value) if bool(value) else value


@register.tag
def same(parser: Parser, token: Token) -> Same:
    """The tag."""
    _name, *words = token.split_contents()
    nodes = parser.parse(("endsame",))
    parser.delete_first_token()
    return Same(nodes, [parser.compile_filter(one) for one in words])
