"""Tokens on a page are of letters that make no word, and still do what they are there for."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from smarketing.web import once
from tests.people import person
from tests.wordless import LETTERS, drawn

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def test_as_long_as_the_library_s_and_never_twice_the_same():
    import base64

    for nbytes in (1, 12, 18, 24, 32, 50):
        assert len(drawn(nbytes)) == len(base64.urlsafe_b64encode(b"." * nbytes).rstrip(b"="))
    assert len({once.new_key() for _n in range(200)}) == 200
    assert set(once.new_key()) <= set(LETTERS)


@pytest.mark.django_db
def test_a_form_is_taken_with_its_token_and_with_no_other():
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(person("lea", "rep"))
    token = TOKEN.search(browser.get(reverse("accounts:profile")).content.decode())[1]
    assert set(token) <= set(LETTERS)
    assert browser.post(reverse("account_logout"), {}).status_code == 403
    assert browser.post(reverse("account_logout"), {"csrfmiddlewaretoken": token}).status_code != 403
