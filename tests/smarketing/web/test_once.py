"""I15: a form sent twice is done once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.contrib import messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template import engines
from django.test import Client
from django.urls import path

from smarketing.accounts.audit import record
from smarketing.accounts.models import AuditEntry
from smarketing.accounts.policy import needs
from smarketing.rows import clock
from smarketing.urls import urlpatterns as ours
from smarketing.web import once as room
from smarketing.web.models import SentForm
from tests.people import person


@needs("today.view")
@room.once
def deed(request):
    with transaction.atomic():
        entry = record(request.user, "test.deed", "test", None, clock.now(), value=request.POST.get("value"))
    if request.POST.get("value") == "bad":
        return HttpResponse("not like that", status=422)
    messages.success(request, "Done.")
    return redirect(f"/deed/?made={entry.pk}")


urlpatterns = [*ours, path("deed/", deed)]
pytestmark = pytest.mark.urls(__name__)


def count() -> int:
    return AuditEntry.objects.filter(verb="test.deed").count()


@pytest.fixture
def rep(db, client):
    rep = person("lea", "rep")
    client.force_login(rep)
    return rep


def test_the_tag_writes_a_new_key_into_each_form():
    fields = {engines["django"].from_string("{% once %}").render() for _turn in range(3)}
    assert len(fields) == 3
    assert all(field.startswith('<input type="hidden" name="once" value="') for field in fields)


def test_the_same_form_again_gets_the_same_answer_and_its_message_and_does_nothing(rep, client):
    first = client.post("/deed/", {"value": "a", "once": "k1"})
    again = client.post("/deed/", {"value": "a", "once": "k1"})
    assert (again.status_code, again["Location"]) == (first.status_code, first["Location"]) and count() == 1
    assert [str(m) for m in messages.get_messages(again.wsgi_request)] == ["Done."]


def test_the_same_key_with_other_values_is_refused_and_nothing_typed_is_lost(rep, client):
    client.post("/deed/", {"value": "a", "once": "k1"})
    answer = client.post("/deed/", {"value": "b & c", "once": "k1"})
    assert answer.status_code == 422 and count() == 1
    assert 'name="value" value="b &amp; c"' in answer.content.decode()
    upload = SimpleUploadedFile("a.csv", b"x")
    assert client.post("/deed/", {"value": "a", "once": "k1", "file": upload}).status_code == 422


def test_a_refused_form_leaves_nothing_and_its_key_stays_free(rep, client):
    assert client.post("/deed/", {"value": "bad", "once": "k1"}).status_code == 422
    assert count() == 0 and not SentForm.objects.exists()
    assert client.post("/deed/", {"value": "good", "once": "k1"}).status_code == 302
    assert count() == 1


def test_keys_belong_to_one_person_and_forms_without_key_are_done_each_time(rep, client):
    other = Client()
    other.force_login(person("max", "rep"))
    for one in (client, other):
        one.post("/deed/", {"value": "a", "once": "k1"})
    assert count() == 2
    for _turn in range(2):
        client.post("/deed/", {"value": "a"})
    assert count() == 4


def test_old_keys_are_forgotten(rep, client):
    client.post("/deed/", {"value": "a", "once": "k1"})
    assert room.forget(before=clock.now()) == 1 and not SentForm.objects.exists()


def _twenty_at_once() -> tuple[int, set[str]]:
    rep = person("lea", "rep")
    clients = [Client() for _ in range(20)]
    for one in clients:
        one.force_login(rep)
    start = Barrier(len(clients))

    def send(one: Client) -> str:
        start.wait()
        try:
            return one.post("/deed/", {"value": "a", "once": "k1"})["Location"]
        finally:
            connection.close()

    with ThreadPoolExecutor(len(clients)) as threads:
        answers = set(threads.map(send, clients))
    return count(), answers


@pytest.mark.invariant("I15")
@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_do_it_once_and_get_one_answer():
    done, answers = _twenty_at_once()
    assert done == 1 and len(answers) == 1


@pytest.mark.invariant("I15", mutant="insert after the work")
@pytest.mark.django_db(transaction=True)
def test_planted_fault_a_key_written_after_the_work_is_caught(monkeypatch):
    looked = Barrier(20)  # everybody has looked before anybody writes

    def look_first(request, key):
        sent = SentForm.objects.filter(user=request.user, key=key).first()
        looked.wait(15)
        return room._again(request, sent.answer) if sent else None

    def keep_afterwards(request, response):
        with connection.cursor() as cursor:
            cursor.execute(room._RESERVE, [request.user.pk, request.POST["once"], b"x"])
        return {"status": 302, "headers": {"Location": response["Location"]}, "messages": []}

    monkeypatch.setattr(room, "_reserve", look_first)
    monkeypatch.setattr(room, "_keep", keep_afterwards)
    done, _answers = _twenty_at_once()
    assert done == 20
