"""What keeps a definition from being proposed, said with the line it stands in."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from personas.criteria.problems import Problem

from .document import document
from .words import at_lines, said, voice

MOST = 5  # said at once


def sentences(problems: Sequence[Problem], body: Mapping[str, Any]) -> str:
    """The first problems in words, each with its section and its line."""
    speaker, told = voice(), []
    shown = document(body, speaker, notes=False)
    lines = {line.path: (section.heading, line.text) for section in shown.sections for line in section.lines}
    for one in problems[:MOST]:
        (path,) = at_lines([one], lines)
        text = said(one, speaker, body)
        if path:
            where = {"section": lines[path][0], "line": lines[path][1], "text": text}
            text = _("%(section)s – “%(line)s”: %(text)s") % where
        told.append(text)
    return " ".join(told)


def first(problems: Sequence[Problem], body: Mapping[str, Any]) -> str:
    """The written path of the line that the first problem is about; "" for none."""
    shown = document(body, voice(), notes=False)
    paths = [line.path for section in shown.sections for line in section.lines]
    return next(iter(at_lines(problems[:1], paths)), "")
