"""Definitions for programs: what the pages say, in both languages; comments are read with a token and written in a session alone."""

from datetime import timedelta

import jsonschema
import pytest
from django.test import Client

from personas.criteria.reader import read_criterion
from personas.definitions import comments, queries, services, voices
from personas.models import Comment
from smarketing.accounts import tokens
from smarketing.agreements.models import Paper
from smarketing.rows import clock
from tests.people import client_of, person
from tests.personas.pages.test_turning import country, line, publish, signers  # noqa: F401

pytestmark = pytest.mark.django_db
API = "/api/v1/definitions/"
JSON = "application/json"


@pytest.fixture
def client(signers):  # noqa: F811
    return client_of(signers[0])


def test_a_definition_says_where_it_stands_between_draft_and_agreement(client, line, signers):  # noqa: F811
    (listed,) = client.get(API).json()
    assert (listed["state"], listed["in_force"], listed["comments"]) == ("empty", None, 0)
    publish(line, signers)
    services.save_draft(line=line, body=country(76), revision=0, by=signers[0], at=clock.now())
    one = client.get(listed["url"]).json()
    assert (one["state"], one["in_force"], one["draft"]["revision"], one["draft"]["ahead"]) == ("writing", 1, 1, True)
    assert one["draft"]["sound"] and one["draft"]["body"] == country(76) and one["waiting"] is None
    first = one["draft"]["sentences"][0]
    assert (first["section"], first["place"], first["depth"]) == ("fit", "here", 0)
    assert first["words"] == {"en": "country is exactly FR: +76", "fr": "le pays est exactement FR\u202f: +76"}
    paper = services.propose(line=line, by=signers[0], at=clock.now())
    waiting = client.get(listed["url"]).json()["waiting"]
    assert (waiting["sha256"], waiting["effective_at"]) == (paper.sha256, None)
    assert [(one["side"], one["by"]) for one in waiting["signatures"]] == [("marketing", ""), ("sales", "")]


def test_versions_tell_text_signatures_and_the_one_in_force_at_any_instant(client, line, signers):  # noqa: F811
    before = clock.now()
    first = publish(line, signers)
    between = clock.now()
    second = publish(line, signers, country(76))
    newest, oldest = client.get(f"{API}{line.pk}/versions/").json()
    assert [(one["number"], one["in_force"]) for one in (newest, oldest)] == [(2, True), (1, False)]
    whole = client.get(oldest["url"]).json()
    assert whole["body"] == first.body and whole["sha256"] == Paper.objects.get(pk=first.paper_id).sha256
    assert [(one["side"], one["by"]) for one in whole["signatures"]] == [("marketing", "Anna"), ("sales", "Hugo")]
    for at, number in ((before, None), (between, first.number), (None, second.number)):
        asked = {"at": at.isoformat()} if at else {}
        found = client.get(f"{API}{line.pk}/in-force/", asked).json()["version"]
        live = queries.version_in_force(line, at or clock.now())
        assert (found and found["number"]) == number == (live and live.number)
    assert client.get(f"{API}{line.pk}/in-force/", {"at": "noon"}).json()["code"] == "bad_instant"
    assert client.get(f"{API}{line.pk}/versions/3/").status_code == client.get(f"{API}999999/").status_code == 404


def test_every_sentence_of_a_body_reads_back_to_its_criterion_in_both_languages(client, line):  # noqa: F811
    schema = jsonschema.Draft202012Validator(client.get("/api/v1/criteria/").json())
    draft = client.get(f"{API}{line.pk}/").json()["draft"]
    assert schema.is_valid(draft["body"])
    criterion = draft["body"]["fit"]["items"][0]
    said = next(one for one in draft["sentences"] if one["place"] == criterion["key"])
    for lang, text in said["words"].items():
        read = read_criterion(text, voices.voice(lang))
        assert (read["when"], read["points"]) == (criterion["when"], criterion["points"])
    places = {one["place"] for one in draft["sentences"]}
    for place in places:  # each line can be spoken of by its name
        comments.say(line=line, text="This one.", by=person(f"p{place}"[:20], "marketer"), at=clock.now(), place=place)
    assert "mql" in places and "" not in places


def test_differences_are_told_in_both_languages(client, line, signers):  # noqa: F811
    publish(line, signers)
    services.save_draft(line=line, body=country(76), revision=0, by=signers[0], at=clock.now())
    said = client.get(f"{API}{line.pk}/differences/").json()
    assert (said["old"], said["new"]) == ("1", "draft")
    (one,) = said["differences"]
    assert (one["kind"], one["key"]) == ("points_lowered", "here")
    assert one["words"] == {lang: told[0].text for lang, told in voices.changes(country(80), country(76)).items()}
    assert "lowered from +80 to +76" in one["words"]["en"] and "abaissés de +80 à +76" in one["words"]["fr"]
    assert client.get(f"{API}{line.pk}/differences/", {"old": "1", "new": "1"}).json()["differences"] == []
    assert client.get(f"{API}{line.pk}/differences/", {"old": "7"}).json()["code"] == "unknown_text"


def test_a_comment_is_said_answered_and_settled_in_a_session(client, line, signers):  # noqa: F811
    here = f"{API}{line.pk}/comments/"
    made = client.post(here, {"text": "Too many points.", "place": "here"}, content_type=JSON)
    assert made.status_code == 201
    thread = made.json()
    assert thread["words"]["fr"].startswith("le pays est") and thread["comments"][0]["by"] == "Anna"
    theirs = client_of(signers[1])
    answer = {"text": "Seventy?", "answers": thread["id"]}
    assert len(theirs.post(here, answer, content_type=JSON).json()["comments"]) == 2
    settle = f"/api/v1/comments/{thread['id']}/settled/"
    assert theirs.post(settle, {}, content_type=JSON).json()["settled_by"] == "Hugo"
    assert client.get(API).json()[0]["comments"] == 0
    assert theirs.post(settle, {"settled": False}, content_type=JSON).json()["settled_at"] is None
    theirs_said = theirs.get(here).json()[0]["comments"][1]["id"]
    back = client.post(f"/api/v1/comments/{theirs_said}/taken-back/")
    assert (back.status_code, back.json()["code"]) == (400, "refused")
    left = theirs.post(f"/api/v1/comments/{theirs_said}/taken-back/").json()
    assert [one["text"] for one in left[0]["comments"]] == ["Too many points."]
    assert theirs.post(f"/api/v1/comments/{theirs_said}/taken-back/").status_code == 404
    for body, code in (
        ({"text": " "}, "refused"), ({"text": "x", "place": "gone"}, "refused"), ({}, "bad_body"), ([1], "bad_body"),
        ({"text": "x", "answers": 2**40}, "unknown_comment"), ({"text": "x" * 1001}, "refused"),
    ):  # fmt: skip
        refused = client.post(here, body, content_type=JSON)
        assert (refused.status_code, refused.json()["code"]) == (400, code), body
    assert Comment.objects.count() == 2


def test_a_token_reads_with_its_scope_and_never_writes(line, signers):  # noqa: F811
    said = {"kind": "api", "name": "bi", "by": signers[0], "at": clock.now(), "user": signers[0]}
    place = f"{API}{line.pk}/comments/"
    for scopes, status in ((("definition.view",), 200), (("personas.view",), 403)):
        _token, secret = tokens.issue(**said, scopes=scopes)
        head = {"Authorization": f"Bearer {secret}"}
        assert Client().get(place, headers=head).status_code == Client().get(API, headers=head).status_code == status
        posted = Client().post(place, {"text": "x"}, content_type=JSON, headers=head)
        assert posted.status_code == 403
    with pytest.raises(ValueError):
        tokens.issue(**said, scopes=("definition.comment",))
    forged = Client(enforce_csrf_checks=True)
    forged.force_login(signers[0])
    assert forged.post(place, {"text": "x"}, content_type=JSON).status_code == 403
    assert client_of(person("vera", "viewer")).post(place, {"text": "x"}, content_type=JSON).status_code == 403
    assert not Comment.objects.exists()


def test_a_version_to_come_is_in_force_from_its_day(client, line, signers):  # noqa: F811
    day = clock.now() + timedelta(days=9)
    publish(line, signers, day=day)
    ask = f"{API}{line.pk}/in-force/"
    assert client.get(ask).json()["version"] is None
    later = client.get(ask, {"at": (day + timedelta(days=1)).isoformat()}).json()
    assert later["version"]["number"] == 1 and later["version"]["in_force"]
