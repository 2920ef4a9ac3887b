"""Lists of leads and disagreements for programs: what their pages say, to whom they say it; written by people alone."""

import pytest
from django.test import Client

from leads.rights import disagreements
from personas import lead_lists
from smarketing.accounts import tokens
from smarketing.rows import clock
from tests.leads import facts
from tests.leads.rights.test_disagreements import House
from tests.people import client_of, person

pytestmark = pytest.mark.django_db
JSON = "application/json"


def with_token(user, *scopes):
    """GET and POST of a program that acts for somebody."""
    _row, secret = tokens.issue(kind="api", name="bi", by=user, at=clock.now(), user=user, scopes=scopes)
    return Client(headers={"Authorization": f"Bearer {secret}"})


def test_a_list_tells_who_is_on_it_of_those_one_may_see(monkeypatch):
    mia, lea = person("mia", "marketer"), person("lea", "rep")
    fair = lead_lists.add(name="Fair", by=mia, at=clock.now())
    leads = [facts.lead(clock.now()) for _number in range(3)]
    for one in leads[:2]:
        facts.change("lead", one, fair.name, True, clock.now())
    (listed,) = client_of(mia).get("/api/v1/lists/").json()
    assert (listed["name"], listed["leads"], listed["field"], listed["uses"]) == ("Fair", 2, fair.key, [])
    assert client_of(mia).get(listed["url"]).json()["members"] == leads[:2]
    assert client_of(lea).get(listed["url"]).json()["members"] == []
    monkeypatch.setattr("leads.pages.list_api.PAGE", 1)
    page = client_of(mia).get(listed["url"]).json()
    assert (page["members"], page["after"]) == (leads[:1], leads[0])
    rest = client_of(mia).get(listed["url"], {"after": page["after"]}).json()
    assert (rest["members"], rest["after"]) == (leads[1:2], None)
    assert client_of(mia).get(listed["url"], {"after": "x"}).status_code == 400
    assert client_of(mia).get("/api/v1/lists/999999/").status_code == 404
    assert with_token(mia, "leads.view").get("/api/v1/lists/").status_code == 200
    assert with_token(mia, "definition.view").get("/api/v1/lists/").status_code == 403


@pytest.fixture
def house():
    return House()


def test_a_disagreement_is_said_told_and_answered(house):
    lea, mia = client_of(house.desk.lea), client_of(house.mia)
    said = {"criterion": "role", "reason": "wrong_fact", "text": "She left."}
    made = lea.post(f"/api/v1/leads/{house.lead.pk}/disagreements/", said, content_type=JSON)
    assert (made.status_code, made.json()["points"], made.json()["answer"]) == (201, 25, "")
    (told,) = mia.get("/api/v1/disagreements/", {"answered": "false"}).json()
    assert (told["id"], told["note"], told["lead"]) == (made.json()["id"], "She left.", house.lead.pk)
    answer = f"/api/v1/disagreements/{told['id']}/answer/"
    assert mia.post(answer, {"kind": "kept"}, content_type=JSON).json()["code"] == "refused"
    kept = mia.post(answer, {"kind": "kept", "text": "It is her title."}, content_type=JSON)
    assert (kept.status_code, kept.json()["answer"]) == (201, "kept as it is")
    assert mia.post(answer, {"kind": "kept", "text": "Again."}, content_type=JSON).status_code == 400
    assert mia.get("/api/v1/disagreements/", {"answered": "false"}).json() == []
    assert lea.post(answer, {"kind": "kept", "text": "x"}, content_type=JSON).status_code == 403


def test_what_is_foreign_is_not_there_and_nonsense_is_refused(house):
    paul, lea = client_of(house.desk.paul), client_of(house.desk.lea)
    house.say()
    said = {"reason": "wrong_fact", "text": "No."}
    here = f"/api/v1/leads/{house.lead.pk}/disagreements/"
    foreign, missing = paul.post(here, said, content_type=JSON), paul.post("/api/v1/leads/999999/disagreements/", said, content_type=JSON)  # fmt: skip
    assert (foreign.status_code, foreign.content) == (missing.status_code, missing.content) == (404, missing.content)
    assert paul.get("/api/v1/disagreements/").json() == []
    for body, code in (
        ({}, "bad_body"), (said | {"reason": "mood"}, "refused"), (said | {"criterion": "nothing"}, "refused"),
        (said | {"definition": 999999}, "not_judged"), (said | {"text": " "}, "refused"),
    ):  # fmt: skip
        answer = lea.post(here, body, content_type=JSON)
        assert (answer.status_code, answer.json()["code"]) == (400, code), body
    assert lea.get("/api/v1/disagreements/", {"definition": "x"}).status_code == 400
    assert disagreements.standing().count() == 1


def test_a_token_reads_disagreements_without_their_words_and_says_none(house):
    house.say()
    blind = with_token(house.mia, "definition.view", "leads.view")
    assert blind.get("/api/v1/disagreements/").json()[0]["note"] == ""
    here = f"/api/v1/leads/{house.lead.pk}/disagreements/"
    said = {"reason": "wrong_fact", "text": "No."}
    assert with_token(house.desk.lea, "leads.view").post(here, said, content_type=JSON).status_code == 403
