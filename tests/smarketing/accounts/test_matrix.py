"""Role × route × object: from the URL map, every route that names an object, asked by every role for objects that are
theirs, of their team, of somebody else, and for none at all. What one may not see answers like what is not there."""

import re
from collections import Counter
from itertools import product

import pytest
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse

from smarketing.accounts.models import User
from smarketing.accounts.people import position_of
from tests.browser import pages

MISSING = {"pk": 999_999_999_999, "spend_pk": 999_999_999_999, "other": 999_999_999_999}
OBJECTS = (1, 2, 3, 7, 20, 45, 90, 150)
LIFELESS = {"accounts:demo_switch"}  # changes who asks


def routes() -> list[tuple[str, tuple[str, ...]]]:
    """(URL name, names of its whole-number arguments) of every route that names nothing but numbered objects."""
    found = []
    for name, _view in pages.named():
        for names in (("pk",), ("pk", "spend_pk"), ("pk", "other")):
            try:
                reverse(name, kwargs=dict.fromkeys(names, 1))
            except NoReverseMatch:
                continue
            found.append((name, names))
    return [one for one in found if one[0] not in LIFELESS]


def asked(browser: Client, address: str, deed: bool) -> tuple[int, str]:
    """(status, body without what differs between any two answers). What the request did is taken back."""
    browser.cookies.pop("messages", None)  # what an earlier deed had to say
    with transaction.atomic():
        answer = (browser.post if deed else browser.get)(address)
        transaction.set_rollback(True)
    if answer.streaming or answer.status_code < 400:
        return answer.status_code, ""
    text = re.sub(r"[A-Za-z0-9]{64}", "", answer.content.decode())  # tokens against forgery, new in every answer
    return answer.status_code, text.replace(address, "")


def test_there_are_routes_of_every_kind():
    named = {name for name, _names in routes()}
    assert len(named) > 60
    assert {"leads:focus", "leads:refuse", "leads:lead", "leads:deal", "accounts:person", "leads:import"} <= named


def unlike(who: str, user: User, deeds: tuple[bool, ...], objects: tuple[int, ...]) -> tuple[list, Counter]:
    """(what a person is told of an object that they may not see and not told of one that is missing, answers by status)."""
    wrong: list = []
    seen: Counter = Counter()
    browser = Client(raise_request_exception=False)
    browser.force_login(user)
    for (name, names), deed in product(routes(), deeds):
        nothing = asked(browser, reverse(name, kwargs={one: MISSING[one] for one in names}), deed)
        if nothing[0] in (403, 405):  # nobody of this role, or no such deed: whatever the object
            continue
        if nothing[0] not in (404, 302):  # 302: led elsewhere before any object is looked for
            wrong.append((who, name, deed, "missing", nothing[0]))
        for number in objects:
            found = asked(browser, reverse(name, kwargs=dict.fromkeys(names, number)), deed)
            seen[found[0]] += 1
            if found[0] == 404 and found != nothing:  # time went by between the two: ask both once more
                nothing = asked(browser, reverse(name, kwargs={one: MISSING[one] for one in names}), deed)
                found = asked(browser, reverse(name, kwargs=dict.fromkeys(names, number)), deed)
            led = nothing[0] == 302 and found != nothing
            if found[0] >= 500 or found[0] == 403 or led or (found[0] == 404 and found != nothing):
                wrong.append((who, name, deed, number, found[0]))
    return wrong, seen


def people() -> dict[str, User]:
    return {position_of(user): user for user in User.objects.filter(is_active=True).order_by("-pk")}


@pytest.mark.invariant("I18")
@pytest.mark.parametrize("who", ["rep", "viewer"])
def test_a_page_of_somebody_else_answers_like_one_that_is_not_there(demo_db, who):
    wrong, seen = unlike(who, people()[who], (False,), OBJECTS[3:4])
    assert wrong == [] and seen[404] >= 3 and seen[200] >= 3


@pytest.mark.trust
@pytest.mark.invariant("I18")
def test_so_does_every_page_and_deed_to_every_role_for_many_objects(demo_db):
    counted: Counter = Counter()
    for who, user in people().items():
        wrong, seen = unlike(who, user, (False, True), OBJECTS)
        assert wrong == []
        counted += seen
    assert counted[404] > 1000 and counted[200] > 500
