"""`make check` can fail: each fault planted in a copy of the tree is found by the check that looks for it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from smarketing.jobs.management.commands.check_all import CHECKS

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = dict(CHECKS)
PARTS = (
    "smarketing",
    "personas",
    "leads",
    "sla",
    "reporting",
    "templates",
    "tests",
    "docs",
    "manage.py",
    "pyproject.toml",
)


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of the sources without their history."""
    copy = tmp_path_factory.mktemp("tree")
    for part in PARTS:
        here = ROOT / part
        if here.is_dir():
            shutil.copytree(here, copy / part)  # with what was compiled: seconds less for the first process
        else:
            shutil.copy(here, copy / part)
    (copy / "static").symlink_to(ROOT / "static")
    return copy


@pytest.fixture
def plant(tree):
    """`plant(path, text)` appends text to a file of the copy until the test is over."""
    kept: dict[Path, str | None] = {}

    def append(path: str, text: str) -> None:
        file = tree / path
        kept.setdefault(file, file.read_text("utf-8") if file.exists() else None)
        file.write_text((kept[file] or "") + text, "utf-8")

    yield append
    for file, before in kept.items():
        file.unlink() if before is None else file.write_text(before, "utf-8")


def run(tree: Path, command: list[str]) -> subprocess.CompletedProcess:
    environment = os.environ | {"SMARKETING_DATA": str(tree / "var"), "PYTHONPATH": str(tree)}
    return subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, timeout=300)


def check(tree: Path, name: str) -> subprocess.CompletedProcess:
    return run(tree, COMMANDS[name])


@pytest.mark.trust  # `make check` runs them on the tree itself
@pytest.mark.parametrize("name", ["imports", "translations", "personal data", "docs"])
def test_nothing_planted_nothing_found(tree, name):
    done = check(tree, name)
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_upward_import_is_found(tree, plant):
    plant("leads/intake/dirty.py", "\nfrom sla import models as above  # noqa\n")
    done = check(tree, "imports")
    assert done.returncode != 0 and "leads.intake.dirty -> sla.models" in done.stdout


def test_sentences_that_nobody_translated_are_found_in_code_and_in_templates(tree, plant):
    plant("sla/kinds.py", '\nPLANTED = _("A sentence nobody translated")\n')
    plant("templates/404.html", "{% block more %}<p>Nobody marked this</p>{% endblock %}")
    done = check(tree, "translations")
    assert done.returncode != 0
    assert "A sentence nobody translated" in done.stdout and "Nobody marked this" in done.stdout


def test_an_undeclared_text_column_is_found(tree, plant):
    plant("sla/models.py", "\n\nclass Planted(Working):\n    secret_note = models.TextField()\n")
    done = check(tree, "personal data")
    assert done.returncode != 0 and "planted.secret_note: declare it personal or neutral" in done.stdout + done.stderr


def test_a_page_without_a_verb_and_one_that_no_list_names_are_found(tree, plant):
    plant(
        "smarketing/urls.py",
        '\nfrom django.http import HttpResponse\n\nurlpatterns.append(path("verbless/", lambda request: HttpResponse()))\n',
    )
    plant(
        "smarketing/web/urls.py",
        '\nurlpatterns.append(path("unlisted/", views.healthz, name="unlisted"))\n',
    )
    done = run(
        tree,
        [sys.executable, "-m", "pytest", "-vv", "-p", "no:cacheprovider", "tests/smarketing/accounts/test_policy.py",
         "tests/browser/test_list_of_pages.py", "-k", "test_every_address"],
    )  # fmt: skip
    assert done.returncode != 0
    assert "verbless/" in done.stdout and "unlisted: put it into tests/browser/pages.py" in done.stdout


def test_a_setting_that_the_docs_do_not_name_is_found(tree, plant):
    plant("smarketing/env.py", '\nTABLE += (Var("PLANTED", "", "nobody documented this"),)\n')
    done = check(tree, "docs")
    assert done.returncode != 0 and "settings.md" in done.stdout + done.stderr
