"""Sentences of our catalogues, and those of them that stayed English on a French page."""

from functools import cache
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SHORT = 11  # a word or two may be the same in both languages
AT_MOST = 5


@cache
def translated() -> frozenset[str]:
    """English sentences that French says otherwise."""
    from smarketing.web.catalogues import extract, keep

    messages = [message for label in extract.own_apps() for message in keep.read(extract.po_path(label))]
    return frozenset(
        message.id
        for message in messages
        if isinstance(message.id, str)
        and len(message.id) > SHORT
        and "%(" not in message.id
        and message.id != message.string
    )


def stayed_english(said: set[str]) -> list[str]:
    """What is wrong with these texts of a French page: a few of the sentences that should be French."""
    return [f"English on a French page: {line[:90]}" for line in sorted(said & translated())][:AT_MOST]


class Texts(HTMLParser):
    """`found`: the text of each element of a page that holds words of its own, outside what is said in English for everybody;
    `headings`: how many first headings; `language`: of the page."""

    def __init__(self, html: str):
        super().__init__(convert_charrefs=True)
        self.found: set[str] = set()
        self.headings, self.language = 0, ""
        self._open: list[dict] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list) -> None:
        given = dict(attrs)
        self.headings += tag == "h1"
        if tag == "html":
            self.language = given.get("lang", "")
        if tag not in VOID:
            english = tag != "html" and (given.get("lang") == "en" or any(one["english"] for one in self._open))
            self._open.append({"tag": tag, "english": english, "own": False, "parts": []})

    def handle_data(self, data: str) -> None:
        if self._open and data.strip():
            self._open[-1]["own"] = True
        for one in self._open:
            one["parts"].append(data)

    def handle_endtag(self, tag: str) -> None:
        if not any(one["tag"] == tag for one in self._open):
            return
        while (one := self._open.pop())["tag"] != tag:
            self._tell(one)
        self._tell(one)

    def _tell(self, one: dict) -> None:
        if one["own"] and not one["english"]:
            self.found.add(" ".join("".join(one["parts"]).split()))
