"""Pages read as a browser reads them: the forms of an answer, with what they would send."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    """`data`: name -> values as they stand; `buttons`: (name, value) of its submit buttons."""

    action: str
    method: str
    data: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def filled(self, do: str = "", **values) -> dict[str, list[str]]:
        """What is sent after typing `values` (dots of a name written as __) and pressing the button `do`."""
        typed = {name.replace("__", "."): value for name, value in values.items()}
        typed = {name: value if isinstance(value, list) else [value] for name, value in typed.items()}
        return self.data | typed | ({"do": [do]} if do else {})


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.form: Form | None = None
        self.select = self.area = ""
        self.chosen: str | None = None
        self.first: str | None = None
        self.text = ""

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.form = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self.form)
        elif self.form is not None and "disabled" not in given:
            getattr(self, f"_{tag}", lambda given: None)(given)

    def _input(self, given):
        kind, name = given.get("type", "text"), given.get("name", "")
        ticked = kind not in ("checkbox", "radio")
        if name and (ticked or "checked" in given) and kind not in ("submit", "button", "file"):
            self._add(name, given.get("value", "" if ticked else "on"))

    def _select(self, given):
        self.select, self.chosen, self.first = given.get("name", ""), None, None

    def _option(self, given):
        if self.select and self.first is None:
            self.first = given.get("value", "")
        if self.select and "selected" in given:
            self.chosen = given.get("value", "")

    def _textarea(self, given):
        self.area, self.text = given.get("name", ""), ""

    def _button(self, given):
        if given.get("type", "submit") == "submit":
            self.form.buttons.append((given.get("name", ""), given.get("value", "")))

    def handle_data(self, data):
        if self.area:
            self.text += data

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None
        elif tag == "select" and self.select:
            value = self.chosen if self.chosen is not None else self.first
            if value is not None:
                self._add(self.select, value)
            self.select = ""
        elif tag == "textarea" and self.area:
            text = self.text.removeprefix("\n")
            self._add(self.area, text.replace("\r\n", "\n").replace("\n", "\r\n"))
            self.area = ""

    def _add(self, name: str, value: str):
        if self.form is not None:
            self.form.data.setdefault(name, []).append(value)


def forms(html: str) -> list[Form]:
    """Every form of a page."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.forms


def form(html: str, action: str) -> Form:
    """The form of a page whose address ends so; "": the one posted to the page itself. AssertionError when not one."""
    found = [
        one
        for one in forms(html)
        if (one.action.endswith(action) if action else one.action == "" and one.method == "post")
    ]
    assert len(found) == 1, [one.action for one in forms(html)]
    return found[0]
