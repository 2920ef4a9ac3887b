"""The catalogue files: merge what was found, compile, and say what is wrong."""

import re
from collections import defaultdict
from pathlib import Path

from babel.messages import mofile, pofile
from babel.messages.catalog import Catalog, Message

from . import extract

# French keeps double signs and guillemets with their word by a space that does not break.
_LOOSE = re.compile(r" [:;!?»](?![\w-])|« ")
_PLACE = re.compile(r"%\((\w+)\)[sd]|%[sd]|\{(\w*)\}")


def read(path: Path) -> Catalog:
    """A catalogue file; an empty catalogue where there is none."""
    if not path.exists():
        return Catalog(locale="fr")
    with path.open("rb") as file:
        return pofile.read_po(file, locale="fr")


def merge() -> dict[str, int]:
    """Write every app's sentences into its catalogue, keeping translations; label → how many lack one.

    A new sentence takes the French that another app already gave it.
    """
    found = extract.catalogues()
    kept = {label: read(extract.po_path(label)) for label in found}
    known = {key(m): m.string for catalogue in kept.values() for m in catalogue if m.id and translated(m)}
    missing = {}
    for label, catalogue in found.items():
        for message in catalogue:
            if message.id:
                old = kept[label].get(message.id, message.context)
                message.string = old.string if old and translated(old) else known.get(key(message), "")
        missing[label] = sum(1 for message in catalogue if message.id and not translated(message))
        write(catalogue, extract.po_path(label))
    return missing


def write(catalogue: Catalog, path: Path) -> None:
    """Sorted and without places or dates, so that a change shows only what changed."""
    if not len(catalogue) and not path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ['msgid ""', 'msgstr ""', *(f'"{line}\\n"' for line in HEADER), ""]
    body = Catalog(locale="fr", header_comment="")
    for message in catalogue:
        if message.id:
            body.add(message.id, message.string, context=message.context)
    with path.with_suffix(".tmp").open("wb") as file:
        file.write("\n".join(lines).encode() + b"\n")
        pofile.write_po(file, body, width=120, no_location=True, omit_header=True, sort_output=True)
    path.with_suffix(".tmp").replace(path)


HEADER = (
    "Language: fr",
    "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=utf-8",
    "Content-Transfer-Encoding: 8bit",
    "Plural-Forms: nplurals=2; plural=(n > 1);",
)


def compile_all() -> int:
    """Compile every catalogue that changed since. Returns how many."""
    done = 0
    for label in extract.own_apps():
        source = extract.po_path(label)
        target = source.with_suffix(".mo")
        if source.exists() and (not target.exists() or target.stat().st_mtime <= source.stat().st_mtime):
            with target.with_suffix(".tmp").open("wb") as file:
                mofile.write_mo(file, read(source))
            target.with_suffix(".tmp").replace(target)
            done += 1
    return done


def problems() -> list[str]:
    """Sentences about everything that is not finished in French; empty when all is."""
    out: list[str] = []
    given: dict[tuple, dict] = defaultdict(dict)
    for label, found in extract.catalogues().items():
        kept = read(extract.po_path(label))
        name = extract.po_path(label).relative_to(extract.settings.BASE_DIR)
        for message in found:
            if message.id:
                out += _problem(message, kept.get(message.id, message.context), name)
        for message in kept:
            if message.id and found.get(message.id, message.context) is None:
                out.append(f"{name}: no longer used: {_short(message)}")
            elif message.id and translated(message):
                given[key(message)].setdefault(message.string, name)
    for (text, _context), versions in given.items():
        if len(versions) > 1:
            out.append(f"{text!r} is said in several ways: {', '.join(f'{s!r} ({n})' for s, n in versions.items())}")
    return out


def _problem(message: Message, kept: Message | None, name: Path) -> list[str]:
    if kept is None:
        return [f"{name}: not extracted yet: {_short(message)} (run: manage.py messages)"]
    if kept.fuzzy:
        return [f"{name}: fuzzy: {_short(message)}"]
    if not translated(kept):
        return [f"{name}: not translated: {_short(message)}"]
    ids = message.id if isinstance(message.id, tuple) else (message.id,)
    strings = kept.string if isinstance(kept.string, tuple) else (kept.string,)
    wanted = {place for text in ids for place in _places(text)}
    if any(not _places(text) <= wanted for text in strings) or not _places(strings[-1]) >= _places(ids[-1]):
        return [f"{name}: the places differ: {_short(message)} / {strings[-1]!r}"]
    if loose := [text for text in strings if _LOOSE.search(text)]:
        return [f"{name}: a space that breaks beside a sign: {loose[0]!r}"]
    return []


def _places(text: str) -> set[str]:
    return {match[0] for match in _PLACE.finditer(text.replace("%%", ""))}


def translated(message: Message) -> bool:
    strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return bool(strings) and all(strings)


def key(message: Message) -> tuple:
    return message.id if isinstance(message.id, str) else message.id[0], message.context


def _short(message: Message) -> str:
    return repr(key(message)[0][:90])
