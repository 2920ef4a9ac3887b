"""Parts of a page that are the same for everybody are written once, and hold nothing of anybody."""

import re

import pytest
from django.conf import settings as project
from django.template import Context, engines

from smarketing.web.templatetags import same
from tests.people import client_of, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _anew():
    same.forget()
    yield
    same.forget()


def plain(page) -> str:
    """A page without what is new each time: keys of forms, tokens."""
    return re.sub(r'(name="once"|csrfmiddlewaretoken") value="[^"]*"|"X-CSRFToken": "[^"]*"', "", page.text)


def test_a_page_whose_parts_another_person_had_written_is_what_it_would_be_alone():
    people = [
        person("lea", "rep"),
        person("paul", "rep"),
        person("bo", "manager", "sales"),
        person("zoe", "rep", language="fr"),
    ]
    addresses = ("/queue/", "/help/")
    shared = [plain(client_of(one).get(address)) for one in people for address in addresses]
    alone = []
    for one in people:
        for address in addresses:
            same.forget()
            alone.append(plain(client_of(one).get(address)))
    assert shared == alone


def test_no_part_holds_a_token_a_key_or_a_name():
    lea = person("Ottoline", "rep")
    client_of(lea).get("/queue/")
    kept = "".join(same._kept.values())
    assert len(same._kept) >= 4
    assert not re.search(r"csrf|nonce|name=\"once\"", kept) and lea.name not in kept and lea.email not in kept


def written(text: str, **values) -> str:
    return engines["django"].from_string(text).template.render(Context(values))


def test_other_values_are_another_part():
    text = '{% same "x" who %}{{ who }}{% endsame %}'
    assert [written(text, who=one) for one in ("a", "b", "a")] == ["a", "b", "a"]


def test_planted_fault_a_part_that_depends_on_more_than_it_names_is_seen(settings):
    text = '{% same "x" %}{{ who }}{% endsame %}'
    with pytest.raises(AssertionError):
        assert [written(text, who=one) for one in ("a", "b")] == ["a", "b"]


def test_no_page_gives_the_name_of_a_value_that_keeps_a_part_to_something_of_its_own():
    """The context of a page wins over that of the frame: a part would be kept by a lead, or by what no key can be made of."""
    root = project.BASE_DIR
    parts = re.findall(r'{% same "\w+"([^%]*)%}', "".join(one.read_text() for one in root.glob("templates/**/*.html")))
    names = {value.split(".")[0] for values in parts for value in values.split()}
    assert names
    given = {
        (one.relative_to(root).as_posix(), name)
        for app in ("leads", "personas", "reporting", "sla", "smarketing")
        for one in root.glob(f"{app}/**/*.py")
        for name in names
        if re.search(rf'"{name}":|\b{name}=', one.read_text())
    }
    assert {(file, name) for file, name in given if file.endswith(("views.py", "context.py")) or "/pages/" in file} == {
        ("smarketing/web/context.py", name) for name in names
    }
