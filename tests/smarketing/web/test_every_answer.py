"""Every page of the demo company as a person reads French gets it: it answers, in French, with one first heading, and no sentence
of our catalogues stayed English. A browser looks at some of them in tests/browser/test_every_page.py, at all in `make trust`."""

from django.conf import settings
from django.test import Client

from smarketing.accounts.models import User
from smarketing.accounts.people import position_of
from tests import sentences
from tests.browser import pages

GONE = (404, 410)  # a worn-out link says so to whoever follows it


def browsers() -> dict[str, Client]:
    """Position → a browser of its first person, who reads French; "" is nobody signed in."""
    User.objects.update(language="fr")
    found = {"": Client()}
    found[""].cookies[settings.LANGUAGE_COOKIE_NAME] = "fr"
    for user in User.objects.filter(is_active=True).order_by("-pk"):
        client = found[position_of(user)] = Client()
        client.force_login(user)
    return found


def wrong(page: pages.Page, client: Client) -> list[str]:
    """What is wrong with the answer of one page."""
    try:
        address = page.address()
    except IndexError:
        return ["the demo company holds no example of it"]
    answer = client.get(address, follow=True)
    if answer.status_code != 200 and (page.role or answer.status_code not in GONE):
        return [f"answers {answer.status_code}"]
    read = sentences.Texts(answer.text)
    found = [] if read.headings == 1 else [f"{read.headings} first headings"]
    found += [] if read.language == "fr" else [f"speaks {read.language}"]
    return found + sentences.stayed_english(read.found)


def test_every_page_answers_in_french_with_one_heading_and_no_english_sentence(demo_db):
    clients = browsers()
    found = {page.name: said for page in pages.PAGES if (said := wrong(page, clients[page.role]))}
    assert found == {}


def test_a_sentence_that_stayed_english_is_found_but_not_one_said_in_english_for_everybody():
    planted = min(sentences.translated())
    page = '<html lang="fr"><body><h1>Page</h1><br><p lang="en">{0}</p><p>Voici <b>{1}</b></p></body></html>'
    assert sentences.stayed_english(sentences.Texts(page.format(planted, "tout")).found) == []
    read = sentences.Texts(page.format("", planted))
    assert (read.headings, read.language) == (1, "fr")
    assert sentences.stayed_english(read.found) == [f"English on a French page: {planted[:90]}"]
