"""How pages speak of definitions: the voice of a language with the names it needs, and problems as sentences."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from personas.criteria import tree
from personas.criteria.fields import Catalogue
from personas.criteria.problems import Problem
from personas.criteria.sentence import Voice, plain
from personas.criteria.words import listing, subject
from personas.definitions import voices
from smarketing.web.language import active_language


def voice(lang: str = "", fields: Catalogue | None = None) -> Voice:
    """The voice of a language (default: the page's), which knows the catalogue and every persona version by name."""
    return voices.voice(lang or active_language(), fields)


def said(problem: Problem, speaker: Voice, body: Mapping[str, Any] | None = None) -> str:
    """A problem in words: fields by their label, another condition by its sentence."""
    params = dict(problem.params)
    if isinstance(params.get("field"), str) and params["field"] in speaker.catalogue:
        params["field"] = subject(speaker.catalogue[params["field"]], speaker.lang)
    if "other" in params and body is not None:
        params["other"] = _sentence(body, params["other"], speaker)
    return Problem(problem.path, problem.key, params).text(speaker.lang)


def at_lines(problems: Iterable[Problem], paths: Iterable[str]) -> dict[str, list[Problem]]:
    """Problems by the line they belong to: the longest path that leads to theirs; "" when there is none."""
    known = sorted(paths, key=len, reverse=True)
    found: dict[str, list[Problem]] = {}
    for one in problems:
        place = next((path for path in known if one.path == path or one.path.startswith(f"{path}.")), "")
        found.setdefault(place, []).append(one)
    return found


def together(problems: Sequence[Problem], lang: str) -> list[Problem]:
    """Cells that nobody can reach are told in one sentence, where the first of them was."""
    cells = [one for one in problems if one.key == "unreachable_cell"]
    if len(cells) < 2:
        return list(problems)
    named = listing([one.params["cell"] for one in cells], lang)
    one = Problem(cells[0].path, "unreachable_cells", {"cells": named})
    return [one if problem is cells[0] else problem for problem in problems if problem not in cells[1:]]


def _sentence(body: Mapping[str, Any], path: str, speaker: Voice) -> str:
    try:
        return plain(speaker.condition(tree.find(body, tree.parsed(path))))
    except (KeyError, IndexError, TypeError):
        return path
