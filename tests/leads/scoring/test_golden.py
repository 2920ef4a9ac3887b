"""What the compiler writes for the definitions of the corpus, word for word: whoever changes it sees it, and says so.

Rewritten deliberately by `make golden`; the difference then belongs into the commit.
"""

import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leads.scoring import asks, compile, days, program
from leads.scoring.sql import Params
from personas.catalogue import add_custom
from personas.criteria.behaviours import behaviours
from tests.leads.scoring.corpus import CORPUS, CUSTOM

pytestmark = pytest.mark.django_db
FOLDER = Path(__file__).parent / "golden"
AT = datetime(2026, 3, 29, 10, tzinfo=UTC)
FRAMES = {
    "every lead": asks.whole(AT),
    "some leads": asks.some(AT, [1, 2]),
    "leads at instants": asks.listed([(1, AT)]),
}


@pytest.fixture(autouse=True)
def _fields():
    for subject, name, kind in CUSTOM:
        add_custom(subject=subject, name=name, type=kind)


def written(body: dict) -> str:
    """The statement's own part for a body (after what is asked), and its values; behaviours numbered from 1."""
    made = program.build(0, 0, body)
    made.behaviours = {one.key: at for at, one in enumerate(behaviours(body), 1)}
    params, frame = Params(), Params()
    whole = compile.ctes(made, asks.whole(AT), days.here(), params)
    start = compile.asked(made, asks.whole(AT), days.here(), frame)
    assert whole.startswith(start)
    values = {name: str(value) if not _plain(value) else value for name, value in params.items() if name not in frame}
    return laid_out(whole[len(start) :].lstrip(",\n"), values)


def _plain(value) -> bool:
    return isinstance(value, (str, int, float, list, type(None)))


def laid_out(sql: str, values: dict) -> str:
    """The same text on lines that can be compared."""
    lines = re.sub(r" (FROM|WHERE|LEFT JOIN|JOIN|UNION ALL|GROUP BY) ", r"\n  \1 ", sql)
    lines = re.sub(r", (CASE WHEN|coalesce|trunc|greatest)\b", r",\n    \1", lines)
    return f"{lines}\n\n-- {json.dumps(values, ensure_ascii=False, sort_keys=True, default=str)}\n"


def agrees(name: str, text: str) -> None:
    path = FOLDER / f"{name.replace(' ', '_').replace(',', '')}.sql"
    if os.environ.get("REWRITE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert path.exists() and path.read_text(encoding="utf-8") == text, f"{path.name}: `make golden` writes it anew"


@pytest.mark.parametrize("name", CORPUS)
def test_the_statement_of_a_definition_is_the_one_that_is_kept(name):
    agrees(name, written(CORPUS[name]))


@pytest.mark.parametrize("name", FRAMES)
def test_the_way_of_asking_is_the_one_that_is_kept(name):
    agrees(f"asked {name}", laid_out(FRAMES[name].sql(days.here(), Params()), {}))


def test_no_file_is_kept_that_no_definition_writes():
    names = [*CORPUS, *(f"asked {name}" for name in FRAMES)]
    assert sorted(path.stem for path in FOLDER.iterdir()) == sorted(
        name.replace(" ", "_").replace(",", "") for name in names
    )


def test_a_word_more_in_the_statement_is_seen(monkeypatch):
    monkeypatch.setattr(compile, "_total", lambda slots: "(0 + " + " + ".join(f"c{slot}" for slot in slots) + ")")
    monkeypatch.delenv("REWRITE_GOLDEN", raising=False)
    with pytest.raises(AssertionError):
        agrees("groups and caps", written(CORPUS["groups and caps"]))
