"""Invitations, tokens and keys, sessions: many at once, each refused by itself, each with its line in the audit log."""

import pytest
from allauth.usersessions.models import UserSession
from django.urls import reverse

from smarketing.accounts import invitations, tokens
from smarketing.accounts.models import AuditEntry, Invitation, Token
from smarketing.notify.models import Mail
from smarketing.rows import clock
from tests.people import client_of, person
from tests.picking import asked, done

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return person("Ada", "administrator")


def invited(ada, *names: str) -> list[Invitation]:
    said = {"role": "rep", "side": "sales", "language": "en", "mail": False, "by": ada, "at": clock.now()}
    return [invitations.invite(email=f"{name}@x.example", **said)[0] for name in names]


def test_many_are_invited_again_by_mail_with_other_links(ada):
    some = invited(ada, "a", "b")
    before = [bytes(one.sha256) for one in some]
    page = done(client_of(ada), "accounts:invitations_again", some)
    assert "2 people are invited again." in page
    assert [bytes(Invitation.objects.get(pk=one.pk).sha256) for one in some] != before
    assert set(Mail.objects.values_list("address", flat=True)) == {"a@x.example", "b@x.example"}


def test_many_invitations_are_taken_back_and_those_used_meanwhile_are_no_longer_meant(ada):
    some = invited(ada, "a", "b", "c")
    invitations.revoke(invitation=some[2], by=ada, at=clock.now())
    assert "2 invitations" in asked(client_of(ada), "accounts:invitations_back", some)
    assert "2 invitations taken back." in done(client_of(ada), "accounts:invitations_back", some)
    assert not Invitation.objects.waiting().exists()
    assert AuditEntry.objects.filter(subject="invitation", detail__done="revoked").count() == 3


def test_many_keys_are_revoked_and_one_that_was_stays(ada):
    given = {"kind": "write", "by": ada, "at": clock.now(), "user": None, "scopes": (), "expires_at": None}
    some = [tokens.issue(name=name, **given)[0] for name in ("site", "shop", "old")]
    tokens.revoke(token=some[2], by=ada, at=clock.now())
    page = done(client_of(ada), "accounts:keys_revoke", some)
    assert "2 tokens and keys revoked." in page and "old: revoked already" in page
    assert not Token.objects.filter(revoked_at=None).exists()
    assert AuditEntry.objects.filter(verb="settings.keys", detail__done="revoked").count() == 3


def test_sessions_are_ended_elsewhere_and_never_here_nor_those_of_others(ada):
    there, here, other = client_of(ada), client_of(ada), client_of(person("Bo", "rep"))
    for one in (there, here, other):
        one.get(reverse("accounts:sessions"))
    keys = [one.session.session_key for one in (there, here, other)]
    some = list(UserSession.objects.filter(session_key__in=keys))
    assert len(some) == 3
    page = done(here, "accounts:sessions_some_end", some)
    assert "1 session ended." in page and "you are signed in here" in page
    assert there.get(reverse("accounts:sessions")).status_code == 302
    assert other.get(reverse("accounts:sessions")).status_code == 200


def test_who_may_not_do_it_once_may_not_do_it_with_many(ada):
    rep = client_of(person("Bo", "rep"))
    for name in ("accounts:invitations_again", "accounts:invitations_back", "accounts:keys_revoke"):
        assert rep.get(reverse(name), {"all": "1"}).status_code == 403, name
