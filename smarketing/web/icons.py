"""Icons drawn inline from the vendored sprite, which holds only those that pages use."""

import re
from functools import lru_cache

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

SPRITE = settings.BASE_DIR / "static" / "vendor" / "bootstrap-icons" / "sprite.svg"
_SYMBOL = re.compile(r'<symbol id="([a-z0-9-]+)" viewBox="[0-9 ]+">(.*?)</symbol>', re.DOTALL)


@lru_cache(maxsize=1)
def drawings() -> dict[str, str]:
    """name -> inner SVG of every vendored icon."""
    return dict(_SYMBOL.findall(SPRITE.read_text(encoding="utf-8")))


@lru_cache(maxsize=512)
def icon(name: str, size: int = 16) -> SafeString:
    """The icon, hidden from screen readers: the word beside it speaks. KeyError for one that is not vendored."""
    return format_html(
        '<svg class="icon" width="{0}" height="{0}" viewBox="0 0 16 16" fill="currentColor" aria-hidden="true">{1}</svg>',
        size,
        mark_safe(drawings()[name]),
    )
