"""Sentences that a template says without asking for a translation."""

import re
from html.parser import HTMLParser
from pathlib import Path

from django.conf import settings
from django.template.base import Lexer, TokenType

SPOKEN = ("title", "aria-label", "placeholder", "alt", "content", "data-confirm")
SILENT = {"script", "style", "code", "kbd", "svg", "template"}
NAMES = {"smarketing"}
_WORD = re.compile(r"[A-Za-zÀ-ÿ]{2,}")


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.said: list[tuple[int, str]] = []
        self.silent = 0

    def handle_starttag(self, tag, attrs):
        self.silent += tag in SILENT
        for name, value in attrs:
            if name in SPOKEN and value and tag != "meta":
                self._hear(value)

    def handle_endtag(self, tag):
        self.silent -= tag in SILENT and self.silent > 0

    def handle_data(self, data):
        if not self.silent:
            self._hear(data)

    def _hear(self, text: str) -> None:
        if words := [word for word in _WORD.findall(text) if word.lower() not in NAMES]:
            self.said.append((self.getpos()[0], " ".join(words[:8])))


def problems() -> list[str]:
    """One sentence per text of a template that is outside `translate`."""
    folder = Path(settings.BASE_DIR / "templates")
    return [
        f"{path.relative_to(settings.BASE_DIR)}:{line}: not marked for translation: {text!r}"
        for path in sorted(folder.rglob("*.html"))
        for line, text in in_template(path.read_text("utf-8"))
    ]


def in_template(text: str) -> list[tuple[int, str]]:
    """(line, words) of every text outside `translate` and `blocktranslate`."""
    reader = _Reader()
    waiting = ""
    for token in Lexer(text).tokenize():
        begun = token.contents.split()[:1] if token.token_type == TokenType.BLOCK else []
        if waiting:
            waiting = "" if begun == [waiting] else waiting
            reader.feed("\n" * token.contents.count("\n"))
        elif begun and begun[0] in ("blocktranslate", "blocktrans", "comment"):
            waiting = f"end{begun[0]}"
        elif token.token_type == TokenType.TEXT:
            reader.feed(token.contents)
    reader.close()
    return reader.said
