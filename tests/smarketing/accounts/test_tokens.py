"""Programs: hashed, scoped, expiring; a write key adds events and nothing else."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import JsonResponse
from django.test import RequestFactory
from rest_framework.response import Response
from rest_framework.views import APIView

from smarketing.accounts import tokens
from smarketing.accounts.models import AuditEntry, Token
from smarketing.accounts.policy import needs
from tests.people import person

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


class Numbers(APIView):
    verb = "measures.read"

    def get(self, request):
        return Response({"who": request.user.name})


class Names(Numbers):
    verb = "leads.personal"


class Undeclared(Numbers):
    verb = None


@pytest.fixture
def admin(db):
    return person("Ada", "administrator")


def call(view, secret=None, scheme="Bearer"):
    request = RequestFactory().get("/api/x/", headers={"Authorization": f"{scheme} {secret}"} if secret else {})
    request.user = AnonymousUser()
    return view.as_view()(request)


def issue(admin, user=None, scopes=("measures.read",), **fields):
    return tokens.issue(kind="api", name="board", by=admin, at=AT, user=user or admin, scopes=scopes, **fields)


def test_a_token_opens_its_scopes_and_no_other(admin):
    _token, secret = issue(admin)
    assert call(Numbers, secret).data == {"who": "Ada"}
    assert call(Names, secret).status_code == 403


def test_a_token_never_opens_more_than_its_person_may(admin):
    _token, secret = issue(admin, user=person("Vera", "viewer"), scopes=("leads.personal",))
    assert call(Names, secret).status_code == 403


def test_without_a_token_or_with_a_wrong_one_it_is_401(admin):
    issue(admin)
    assert call(Numbers).status_code == 401
    assert call(Numbers, "sm_" + "x" * 43).status_code == 401
    assert call(Numbers, "sm_" + "é" * 10_000).status_code == 401


def test_an_expired_or_revoked_token_or_a_person_switched_off_is_401(admin):
    _token, expired = issue(admin, expires_at=AT - timedelta(days=3650))
    token, revoked = issue(admin)
    tokens.revoke(token=token, by=admin, at=AT)
    gone = person("Gil", "viewer", is_active=False)
    _token, orphan = issue(admin, user=gone)
    assert [call(Numbers, secret).status_code for secret in (expired, revoked, orphan)] == [401, 401, 401]


def test_an_api_view_without_a_verb_is_shut_even_with_a_token(admin):
    _token, secret = issue(admin)
    assert call(Undeclared, secret).status_code == 403


def test_only_the_digest_is_kept(admin):
    token, secret = issue(admin)
    row = Token.objects.filter(pk=token.pk).values_list().get()
    assert secret not in str(row) and secret.startswith(token.prefix)
    assert bytes(Token.objects.get(pk=token.pk).sha256) == tokens.digest(secret)


def test_unknown_scopes_are_refused(admin):
    with pytest.raises(ValueError, match=r"settings\.people"):
        issue(admin, scopes=("settings.people",))
    assert not Token.objects.exists()


def test_issuing_and_revoking_once_leave_one_audit_line_each(admin):
    token, secret = issue(admin)
    tokens.revoke(token=token, by=admin, at=AT)
    tokens.revoke(token=token, by=admin, at=AT)
    lines = AuditEntry.objects.order_by("pk")
    assert [line.detail["done"] for line in lines] == ["issued", "revoked"]
    assert secret not in str(list(lines.values()))


@needs("events.write")
def ingest(request):
    return JsonResponse({"key": request.token and request.token.name})


def send(body=b"", **headers):
    request = RequestFactory().post("/v1/batch", body, content_type="text/plain", headers=headers)
    request.user = AnonymousUser()
    return ingest(request).status_code


def test_a_write_key_is_found_in_header_or_body(admin):
    _token, secret = tokens.issue(kind="write", name="site", by=admin, at=AT)
    basic = base64.b64encode(f"{secret}:".encode()).decode()
    assert send(Authorization=f"Basic {basic}") == 200
    assert send(Authorization=f"Bearer {secret}") == 200
    assert send(b'{"writeKey": "%s"}' % secret.encode()) == 200


@pytest.mark.parametrize(
    ("body", "header"),
    [
        (b"", None),
        (b"{", None),
        (b"[1]", None),
        (b'{"writeKey": 7}', None),
        (b'{"writeKey": "wrong"}', None),
        (b'{"writeKey": "\\ud800"}', None),
        (b"[" * 100_000, None),
        (b"", "Basic !!!"),
        (b"", "Basic /////w=="),
        (b"", "Basic"),
        (b"", "Digest x"),
    ],
)
def test_a_wrong_key_is_401_whatever_its_shape(admin, body, header):
    assert send(body, **({"Authorization": header} if header else {})) == 401


def test_a_write_key_opens_no_api_and_an_api_token_writes_no_event(admin):
    _token, key = tokens.issue(kind="write", name="site", by=admin, at=AT)
    _token, secret = issue(admin)
    assert call(Numbers, key).status_code == 401
    assert send(Authorization=f"Bearer {secret}") == 401
