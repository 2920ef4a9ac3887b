"""Which sentences the code and the templates of each app hold."""

import re
from ast import literal_eval
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from django.apps import apps
from django.conf import settings
from django.utils.translation.template import templatize

KEYWORDS: dict = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
FRAME = "web"
_LITERAL = r"u?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
_CALL = re.compile(rf"\b(n?p?gettext|_)\(\s*({_LITERAL}(?:\s*,\s*{_LITERAL})*)", re.S)
_ONE = re.compile(_LITERAL, re.S)
Found = tuple[str | tuple[str, str], str | None]


def own_apps() -> dict[str, Path]:
    """label → folder of every app of this project, in the order of INSTALLED_APPS."""
    found = {config.label: Path(config.path) for config in apps.get_app_configs()}
    return {label: path for label, path in found.items() if path.is_relative_to(settings.BASE_DIR / label.split(".")[0])
            or path.is_relative_to(settings.BASE_DIR / "smarketing")}  # fmt: skip


def po_path(label: str) -> Path:
    return own_apps()[label] / "locale" / "fr" / "LC_MESSAGES" / "django.po"


def catalogues() -> dict[str, Catalog]:
    """label → catalogue of the sentences found now, without translations."""
    found: dict[str, set[Found]] = defaultdict(set)
    folders = own_apps()
    for path in sorted(Path(settings.BASE_DIR / "templates").rglob("*.html")):
        found[owner_of_template(path)].update(in_template(path.read_text("utf-8"), str(path)))
    for label, folder in folders.items():
        for path in sorted(folder.rglob("*.py")):
            found[label].update(in_python(path))
    for path in sorted((settings.BASE_DIR / "smarketing").glob("*.py")):
        found[FRAME].update(in_python(path))
    return {label: _catalogue(found[label]) for label in folders}


def owner_of_template(path: Path) -> str:
    """The app whose catalogue holds a template's sentences: templates/<app>/…, else the frame."""
    first = path.relative_to(settings.BASE_DIR / "templates").parts[0]
    return first if first in own_apps() else FRAME


def in_python(path: Path) -> Iterator[Found]:
    for _line, message, _comments, context in extract_from_file("python", str(path), keywords=KEYWORDS):
        yield (tuple(message) if isinstance(message, list | tuple) else message), context


def in_template(text: str, origin: str) -> Iterator[Found]:
    """Sentences of a template, as Django itself will look them up."""
    for call in _CALL.finditer(templatize(text, origin=origin)):
        parts = [literal_eval(part.removeprefix("u")) for part in _ONE.findall(call[2])]
        context = parts.pop(0) if "p" in call[1].removesuffix("gettext") else None
        plural = call[1].startswith("n")
        yield ((parts[0], parts[1]) if plural else parts[0]), context


def _catalogue(found: set[Found]) -> Catalog:
    catalogue = Catalog(locale="fr")
    for message, context in sorted(found, key=lambda item: (str(item[0]), item[1] or "")):
        if message:
            catalogue.add(message, context=context)
    return catalogue
