"""The audit log speaks in words: every verb and every subject that the code records is named."""

import ast
from pathlib import Path

from smarketing.accounts import deeds

ROOT = Path(__file__).resolve().parents[2]


def recorded():
    """(verb, subject) of every call of `record` in the code, as far as they are written out."""
    for part in ("smarketing", "personas", "leads", "sla", "reporting"):
        for path in (ROOT / part).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and len(node.args) > 2:
                    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                    if name == "record":
                        yield tuple(one.value if isinstance(one, ast.Constant) else "" for one in node.args[1:3])


def test_each_deed_and_subject_has_words():
    said = list(recorded())
    assert len(said) > 50
    assert {verb for verb, _subject in said if verb} - set(deeds.DEEDS) == set()
    assert {subject for _verb, subject in said if subject} - set(deeds.SUBJECTS) == set()
