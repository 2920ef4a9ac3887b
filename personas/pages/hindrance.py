"""What keeps a definition from being proposed, said with the line it stands in."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.html import format_html
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


def linked(problems: Sequence[Problem], body: Mapping[str, Any]) -> str:
    """The same for the page of the definition, with a link to the line of the first one."""
    shown = document(body, voice(), notes=False)
    lines = {line.path: line.ident for section in shown.sections for line in section.lines}
    there, text = next(iter(at_lines(problems[:1], lines)), ""), sentences(problems, body)
    return format_html('{} <a href="#at-{}">{}</a>', text, lines[there], _("Go to the line")) if there else text
