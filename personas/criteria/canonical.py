"""One spelling for equal JSON values, so that equal filters and conditions have equal keys."""

import hashlib
import json
from typing import Any


def dumps(value: Any) -> str:
    """JSON with sorted keys and no spaces. Floats are refused: amounts are integers or decimal text."""
    _refuse_floats(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(value: Any) -> str:
    """SHA-256 (64 hex digits) of the canonical JSON of `value`."""
    return hashlib.sha256(dumps(value).encode()).hexdigest()


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError("floats have no canonical form: use an integer or decimal text")
    if isinstance(value, dict):
        for child in value.values():
            _refuse_floats(child)
    elif isinstance(value, (list, tuple)):
        for child in value:
            _refuse_floats(child)
