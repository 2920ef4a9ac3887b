"""Languages: the company's own, what is on offer, who reads what; translations counted as they are."""

from datetime import datetime

import pytest
from django.test import Client
from django.utils import timezone

from smarketing.accounts import languages
from smarketing.accounts.models import AuditEntry, User
from smarketing.notify import letters, mails
from smarketing.rows.models import Installation
from tests.people import client_of, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _company():
    Installation.objects.create(kind="live", company="Acmé", language="en")


@pytest.fixture
def ada():
    return person("ada", "administrator")


def save(ada, on: list[str], default: str):
    return client_of(ada).post("/settings/languages/", {"on": on, "default": default})


def test_without_a_change_both_are_on_offer(ada):
    page = client_of(ada).get("/settings/languages/")
    assert languages.offered() == ("en", "fr") and page.text.count('name="on"') == 2
    assert client_of(person("hugo", "manager", "sales")).get("/settings/languages/").status_code == 403


def test_a_language_switched_off_is_offered_nowhere_and_its_readers_read_the_company_s_own(ada):
    lea = person("lea", "rep", language="fr")
    assert 'lang="fr"' in client_of(lea).get("/profile/").text
    assert save(ada, ["en"], "en").status_code == 302
    page = client_of(lea).get("/profile/").text
    assert '<html lang="en"' in page and 'value="fr"' not in page
    assert client_of(lea).post("/profile/language/", {"language": "fr"}).status_code == 400
    assert User.objects.get(pk=lea.pk).language == "fr"
    visitor = Client().get("/accounts/login/", headers={"Accept-Language": "fr"})
    assert visitor["Content-Language"] == "en"
    save(ada, ["en", "fr"], "fr")
    assert '<html lang="fr"' in client_of(lea).get("/profile/").text


def test_mails_go_in_a_language_on_offer(ada):
    save(ada, ["fr"], "fr")
    at: datetime = timezone.now()
    letter = lambda: letters.Letter("s", ["t"], "u", "https://x.example")  # noqa: E731
    made = mails.send(kind="test", to="a@x.example", write=letter, at=at, language="en")
    assert made.language == "fr"


def test_the_company_s_own_stays_on_offer_and_what_was_chosen_is_kept(ada):
    answer = save(ada, ["fr"], "en")
    assert answer.status_code == 422 and "stays on offer" in answer.text
    assert [(one.code, one.on, one.default) for one in answer.context["rows"]] == [
        ("en", False, True),
        ("fr", True, False),
    ]
    assert languages.offered() == ("en", "fr") and not AuditEntry.objects.filter(verb="settings.languages").exists()
    save(ada, ["en", "fr"], "fr")
    assert AuditEntry.objects.get(verb="settings.languages").detail == {"on": ["en", "fr"], "default": "fr"}
    assert "fr" in client_of(ada).get("/settings/people/invite/").context["form"]["language"].value()


def test_the_numbers_open_to_their_rows(ada):
    person("lea", "rep", language="fr")
    page = client_of(ada).get("/settings/languages/").text
    assert "/settings/people/?language=fr" in page
    rows = client_of(ada).get("/settings/people/?language=fr").text
    assert "lea@example.test" in rows and "ada@example.test" not in rows


def test_sentences_that_lack_a_translation_are_not_counted_as_translated(tmp_path, monkeypatch):
    folder = tmp_path / "locale" / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    folder.joinpath("django.po").write_text(
        'msgid ""\nmsgstr ""\n"Language: fr\\n"\n\nmsgid "a"\nmsgstr "b"\n\nmsgid "c"\nmsgstr ""\n\n'
        'msgid "d"\nmsgstr ""\n"long"\n\n#, fuzzy\nmsgid "e"\nmsgstr "f"\n\nmsgid "g"\nmsgid_plural "h"\nmsgstr[0] "i"\nmsgstr[1] ""\n'
    )
    monkeypatch.setattr(languages, "_apps", lambda: [tmp_path])
    assert languages.translation("fr") == (2, 5)
