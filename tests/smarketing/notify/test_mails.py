"""A mail is written with its cause, leaves by the outbox, and shows its one-time link to nobody who may not pass it on."""

from datetime import timedelta

import pytest
from django.db import connection, transaction

from smarketing.accounts import policy
from smarketing.jobs import outbox
from smarketing.jobs.models import Outbox
from smarketing.notify import kinds, letters, mails
from smarketing.notify.letters import Letter
from smarketing.notify.models import Mail
from smarketing.rows import clock
from tests.people import person
from tests.smarketing.notify.post import office

pytestmark = pytest.mark.django_db
LINK = "https://smarketing.example/invitation/abc-DEF_123/"


def letter() -> Letter:
    return Letter(subject="Hello", lines=["<b>One</b> & two"], action="Enter", url=LINK, secret=True)


def send(**more) -> Mail:
    given = {"kind": "test", "to": "zoe@example.test", "language": "en", "at": clock.now(), "write": letter}
    return mails.send(**given | more)


def test_a_mail_of_a_change_undone_was_never_written():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        send()
        raise ZeroDivisionError
    assert not Mail.objects.exists() and outbox.relay() == 0


def test_with_a_server_it_arrives_once_as_text_and_page_with_its_link(settings):
    with office(settings) as post:
        mail = send()
        assert outbox.relay() == 1 and outbox.relay() == 0
        mails.deliver(mail.outbox, {"mail": mail.pk})  # delivered twice, sent once
    (got,) = post.got
    text, page = (got.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert (got["To"], got["Subject"], got["Auto-Submitted"]) == ("zoe@example.test", "Hello", "auto-generated")
    assert LINK in text and f'href="{LINK}"' in page and "&lt;b&gt;One&lt;/b&gt;" in page and "<b>One</b> & two" in text
    mail.refresh_from_db()
    assert mail.state == "sent" and mail.sent_at


def test_without_a_server_it_is_kept_and_nothing_leaves():
    mail = send()
    assert outbox.relay() == 1
    mail.refresh_from_db()
    assert mail.state == "kept"


def test_the_link_stands_in_no_column_of_the_database():
    send()
    with connection.cursor() as cursor:
        for table in ("notify_mail", "jobs_outbox"):
            cursor.execute(f"SELECT count(*) FROM {table} AS t WHERE t::text LIKE '%%abc-DEF_123%%'")
            assert cursor.fetchone() == (0,)


def test_a_mail_is_written_in_the_language_of_its_reader():
    mail = send(language="fr", write=kinds.test_letter)
    assert mail.subject == "E-mail d’essai de smarketing" and 'lang="fr"' in mail.page


def test_a_server_that_refuses_is_tried_again_and_its_words_are_shown(settings, client):
    client.force_login(person("ada", "administrator"))
    with office(settings) as post:
        post.refuses = True
        mail = send()
        assert outbox.relay() == 0
        assert "no such reader" in client.get(f"/settings/mails/{mail.pk}/").content.decode()
        for _attempt in range(outbox.ATTEMPTS):
            Outbox.objects.update(not_before=None)
            outbox.relay()
        assert mails.has_failed(mail)
        post.refuses = False
        client.post(f"/settings/mails/{mail.pk}/again/")
        assert outbox.relay() == 1 and len(post.got) == 1


def test_whoever_may_invite_sees_the_link_where_no_server_brings_it(client, settings, monkeypatch):
    mail = send()
    client.force_login(person("ada", "administrator"))
    places = (f"/settings/mails/{mail.pk}/", f"/settings/mails/{mail.pk}/page/")
    assert all(LINK in client.get(place).content.decode() for place in places)
    settings.EMAIL_HOST = "mail.example.test"  # its reader gets it
    assert not any("abc-DEF" in client.get(place).content.decode() for place in places)
    settings.EMAIL_HOST = ""
    monkeypatch.setitem(policy.VERBS, "settings.people", frozenset())  # reads mails, invites nobody
    assert not any("abc-DEF" in client.get(place).content.decode() for place in places)


def test_a_link_sealed_with_a_lost_key_is_never_sent_broken(settings):
    mail = send()
    settings.SECRET_KEY = "another" * 8
    assert letters.unseal(mail.sealed) == ""
    with office(settings) as post:
        assert outbox.relay() == 0 and post.got == []


def test_the_page_of_a_mail_runs_nothing_and_stands_in_our_frame_only(client):
    mail = send()
    client.force_login(person("ada", "administrator"))
    answer = client.get(f"/settings/mails/{mail.pk}/page/")
    assert "script-src 'none'" in answer["Content-Security-Policy"] and answer["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_button_sends_a_mail_to_oneself(client, language):
    client.force_login(person("ada", "administrator", language=language))
    assert client.post("/settings/mails/test/", {"once": "k"}).status_code == 302
    client.post("/settings/mails/test/", {"once": "k"})
    mail = Mail.objects.get()
    assert (mail.address, mail.language) == ("ada@example.test", language)


def test_mails_are_forgotten_after_a_while():
    mail = send()
    assert mails.forget(before=mail.written_at) == 0
    assert mails.forget(before=mail.written_at + timedelta(seconds=1)) == 1
