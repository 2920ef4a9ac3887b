"""What is proved at a small size in every run is proved at its full size in `make trust`, by whatever draws it."""

import ast
import re
from pathlib import Path

from tests.conftest import ROOT

SIZES = {"examples", "WHOLE"}  # of tests.scale
CHOSEN = re.compile(r"mark\.(trust|invariant|sized)\b")


def unchosen(source: str) -> list[str]:
    """Tests that depend on a size of `make trust`, directly or by a helper or fixture, and are not among those it runs."""
    module = ast.parse(source)
    named = {name: one for one in module.body for name in _names(one)}
    marked = any(
        CHOSEN.search(ast.unparse(one))
        for one in module.body
        if isinstance(one, ast.Assign) and "pytestmark" in _names(one)
    )
    sized = set(SIZES)
    while more := {name for name, one in named.items() if name not in sized and _read(one) & sized}:
        sized |= more
    tests = [name for name in sorted(sized) if name.startswith("test_") and not marked]
    return [name for name in tests if not CHOSEN.search(" ".join(map(ast.unparse, named[name].decorator_list)))]


def _names(one: ast.stmt) -> list[str]:
    if isinstance(one, ast.Assign):
        return [target.id for target in one.targets if isinstance(target, ast.Name)]
    return [one.name] if isinstance(one, (ast.FunctionDef, ast.ClassDef)) else []


def _read(one: ast.stmt) -> set[str]:
    """Names that are read, fixtures asked for included."""
    said = {node.id for node in ast.walk(one) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    return said | {node.arg for node in ast.walk(one) if isinstance(node, ast.arg)}


def sized_files() -> list[Path]:
    return [
        path for path in sorted((ROOT / "tests").rglob("test_*.py")) if "from tests.scale import" in path.read_text()
    ]


def test_whatever_has_a_full_size_runs_at_it_in_make_trust():
    assert len(sized_files()) > 30
    assert {path.name: found for path in sized_files() if (found := unchosen(path.read_text()))} == {}
    assert '-m "trust or invariant or sized"' in (ROOT / "Makefile").read_text()


def test_planted_fault_a_size_that_no_command_runs_is_found():
    drawn = "@settings(max_examples=examples(90))\ndef test_it(): ...\n"
    by_helper = "def many(): return examples(9)\n@fixture\ndef some(): return many()\ndef test_it(some): ...\n"
    assert unchosen(drawn) == unchosen(by_helper) == ["test_it"]
    assert unchosen("@pytest.mark.sized\n" + drawn) == unchosen("pytestmark = pytest.mark.sized\n" + drawn) == []
