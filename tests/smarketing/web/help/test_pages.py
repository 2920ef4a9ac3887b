"""Help: everybody reads their own page first, every link of it leads to a page they may open, numbers open their rows."""

import re

import pytest

from smarketing.measures import registry
from smarketing.web.help import guides
from tests.ground import ROOT
from tests.people import person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("role", list(guides.GUIDES))
def test_each_role_is_led_from_its_page_to_pages_that_open(client, role, language):
    side = "sales" if role == "manager" else None
    client.force_login(person("P", role, side=side, language=language))
    page = client.get("/help/")
    text = page.content.decode()
    assert text.count("<section") == len(guides.GUIDES[role].chapters)
    for url in set(re.findall(r'href="(/[^"#]*)"', text.partition("<main")[2])):
        assert client.get(url, follow=True).status_code == 200, url


def test_the_other_roles_are_a_link_away_and_none_is_made_up(client):
    client.force_login(person("P", "rep"))
    assert "For managers" in client.get("/help/for/manager/").content.decode()
    assert client.get("/help/for/emperor/").status_code == 404


def test_the_old_address_of_the_glossary_leads_to_it(client):
    client.force_login(person("P", "viewer"))
    assert client.get("/help/words/").headers["Location"] == "/language/glossary/"


def test_each_measure_is_told_in_words_and_opens_its_rows(client):
    client.force_login(person("P", "viewer"))
    text = client.get("/help/numbers/").content.decode()
    for measure in registry.measures():
        assert f'href="/numbers/{measure.key}/"' in text


# How a script asks which key it is; whatever it asks in another way fails the test.
ASKED = (
    re.compile(r"(?P<more>\(event\.ctrlKey \|\| event\.metaKey\)[^(){}]*?)?event\.key(?:\.toLowerCase\(\))? [!=]== \"(?P<key>[^\"]+)\""),
    re.compile(r"\{(?P<keys>[^{}]*)\}\[event\.key\](?P<more>[^{}]*\{)?"),
)  # fmt: skip
OTHERWISE = {
    "keyboard.js": (
        "event.code.replace",
        "const key = event.key.toLowerCase()",
        "go(event.key.toLowerCase())",
        "COMMANDS[event.key]",
    ),
    "choosing.js": (  # a digit of what a sheet asks, the letter of a reason
        "/^(?:Digit|Numpad)([1-9])$/.exec(event.code)",
        "CSS.escape(event.key.toLowerCase())",
    ),
}
SHORT = {
    "Escape": "Esc", "ArrowUp": "↑", "ArrowDown": "↓", "ArrowLeft": "←", "ArrowRight": "→", "PageUp": "Page ↑",
    "PageDown": "Page ↓", " ": "Space",
}  # fmt: skip


def named(key: str, more: str | None) -> set[tuple[str, ...]]:
    """A key as the sheet writes it, with the one held down: also alone where a script takes it alone."""
    held = "Ctrl" if "ctrlKey" in (more or "") else "Alt" if "altKey" in (more or "") else ""
    return {(held, SHORT.get(key, key.upper()))} if held else {(SHORT.get(key, key),)}


def of_every_page() -> set[str]:
    """The COMMANDS of keyboard.js."""
    text = (ROOT / "static" / "js" / "keyboard.js").read_text("utf-8")
    return set(re.findall(r'^  "?([^\s"])"?: \(', text.partition("const COMMANDS = {")[2].partition("\n};")[0], re.M))


def handled() -> set[tuple[str, ...]]:
    """What the scripts and the pages listen to. AssertionError where a script asks in a way not read here."""
    found = set()
    for path in (ROOT / "static" / "js").glob("*.js"):
        text = re.sub(r"//.*", "", path.read_text("utf-8"))
        if 'addEventListener("key' not in text:
            continue
        if path.name == "keyboard.js":
            found |= {(one,) for one in of_every_page()}
        for one in OTHERWISE.get(path.name, ()):
            assert one in text
            text = text.replace(one, "")
        for pattern in ASKED:
            for hit in pattern.finditer(text):
                given = hit.groupdict()
                keys = [given["key"]] if given.get("key") else re.findall(r"(\w+):", given["keys"])
                found |= {one for key in keys for one in named(key, given["more"])}
            text = pattern.sub("", text)
        assert not re.search(r"event\.(key|code)\b", text), (
            f"{path.name} asks for a key in a way that this test cannot read"
        )
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text("utf-8")
        found |= {(one,) for one in re.findall(r'data-key="(\w)"', text)}
        if 'data-code="Digit{{' in text:
            found.add(("1", "…", "5"))
    return found


def test_the_keys_told_are_those_that_the_scripts_and_pages_listen_to(client):
    client.force_login(person("P", "marketer"))
    page, _mark, sheet = (
        client.get("/help/keys/").content.decode().partition('class="help-keys"')[2].partition("<dialog")
    )
    told = {tuple(re.findall(r"<kbd>([^<]+)</kbd>", one)) for one in re.findall(r"<dt>(.*?)</dt>", page)}
    told = {("g",) if one[0] == "g" else one for one in told}
    there = handled()
    assert {("x",), ("j",), ("Ctrl", "K"), ("Alt", "↑"), ("Esc",), ("Tab",)} <= there
    assert told == there
    assert {key for key in of_every_page() if f"<kbd>{key}</kbd>" not in sheet} == set()
