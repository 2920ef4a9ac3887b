"""Long modules begin first: the table of their seconds names modules that are there, and decides."""

from dataclasses import dataclass
from pathlib import Path

from tests import order
from tests.ground import ROOT


@dataclass
class Item:
    path: Path


def test_every_long_module_is_there():
    assert [name for name in order.LONG if not (ROOT / "tests" / name).is_file()] == []


def test_long_ones_begin_and_the_others_keep_their_order():
    names = ["house/test_order.py", "browser/test_month.py", "audit/test_audit.py", "browser/test_language.py"]
    items = [Item(ROOT / "tests" / name) for name in names] + [Item(Path("/elsewhere/test_other.py"))]
    order.pytest_collection_modifyitems(items)
    assert [one.path.name for one in items] == [
        "test_language.py", "test_month.py", "test_order.py", "test_audit.py", "test_other.py",
    ]  # fmt: skip
