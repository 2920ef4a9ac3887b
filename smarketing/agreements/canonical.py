"""Canonical JSON: one text for one meaning, so that a hash speaks about the meaning (no Django here).

Objects with keys sorted by code point, no spaces, UTF-8 without escapes beyond JSON's own, text in Unicode NFC, whole
numbers only: a float has no one text. Amounts and shares are written as text or as integers of a smaller unit.
"""

import hashlib
import json
import unicodedata
from typing import Any


class NotCanonical(ValueError):
    """A value that has no canonical text; the message names its place."""


def canonical(value: Any) -> str:
    """The canonical text of dicts, lists, text, whole numbers, true, false, null. NotCanonical for anything else."""
    return json.dumps(_clean(value, "$"), ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


def sha256(text: str) -> str:
    """Hex digest of a text's UTF-8 bytes."""
    return hashlib.sha256(text.encode()).hexdigest()


def _clean(value: Any, place: str) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value, place)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, (list, tuple)):
        return [_clean(item, f"{place}[{index}]") for index, item in enumerate(value)]
    if isinstance(value, dict):
        return _object(value, place)
    raise NotCanonical(f"{place}: {type(value).__name__} has no canonical text")


def _text(value: str, place: str) -> str:
    text = unicodedata.normalize("NFC", str(value))
    try:
        text.encode()
    except UnicodeEncodeError:
        raise NotCanonical(f"{place}: text with half a character") from None
    return text


def _object(value: dict, place: str) -> dict:
    out: dict[str, Any] = {}
    for key, item in value.items():
        if not isinstance(key, str):
            raise NotCanonical(f"{place}: a key that is not text")
        name = _text(key, place)
        if name in out:
            raise NotCanonical(f"{place}: the key {name!r} twice")
        out[name] = _clean(item, f"{place}.{name}")
    return out
