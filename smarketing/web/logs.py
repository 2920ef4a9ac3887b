"""Logs: one line per event on standard error, as text for people or as JSON for machines; never a personal value.

What a database says of a refused row ("Key (email)=(ann@example.com) already exists") is cut: logs are kept longer and by
others than data are, and an erasure does not reach them.
"""

import re
from collections.abc import MutableMapping
from typing import Any

import structlog

_DETAIL = re.compile(r"^(DETAIL|CONTEXT|LINE \d+|HINT):.*$", re.MULTILINE)
# 'invalid input syntax for type date: "…"': what stands quoted at the end is the value.
_QUOTED = re.compile(r"((?:invalid|out of range|malformed|cannot|unterminated)[^\n]*?): \"[^\n]*$", re.MULTILINE)
CUT = "(cut)"


def cut(text: str) -> str:
    """What went wrong without what a database tells about a row; for messages and tracebacks that are kept."""
    return _QUOTED.sub(rf"\1: {CUT}", _DETAIL.sub(rf"\1: {CUT}", text))


def without_values(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Cut what a database tells about a row, in messages and tracebacks."""
    for key in ("event", "exception", "stack"):
        if isinstance(event.get(key), str):
            event[key] = cut(event[key])
    return event


SHARED = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def config(json: bool, level: str = "INFO") -> dict[str, Any]:
    """Django's LOGGING. `json`: one object a line."""
    last = (
        structlog.processors.JSONRenderer(ensure_ascii=False) if json else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level, *SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )  # fmt: skip
    finish = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        without_values,
        last,
    ]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter, "processors": finish,
                "foreign_pre_chain": [*SHARED, structlog.stdlib.PositionalArgumentsFormatter()],
            }
        },
        "handlers": {"err": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["err"], "level": "WARNING"},
        "loggers": {
            "smarketing": {"level": level},
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
            "django.request": {"level": "ERROR"},
        },
    }  # fmt: skip
