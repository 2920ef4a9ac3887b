"""What published clients send is taken in once, corrected for their clocks, and explained when it is wrong."""

import base64
import gzip
import json
import zlib
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client

from leads.intake import events, hooks
from leads.intake.facts import Birth, Origin, create_leads
from leads.intake.tracking import service
from leads.models import Company, Event, EventKey, EventPayload, Join, Lead, LeadDirty, LeadKey
from smarketing.accounts import tokens
from smarketing.rows import fence
from smarketing.rows.clock import now
from smarketing.rows.models import Installation

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(db):
    return tokens.issue(kind="write", name="site", by=None, at=now())[1]


@pytest.fixture
def post(key):
    client = Client()

    def send(body, path="/v1/batch", raw=None, **headers):
        headers.setdefault("Authorization", "Basic " + base64.b64encode(f"{key}:".encode()).decode())
        content = headers.pop("content_type", "application/json")
        data = json.dumps(body).encode() if raw is None else raw
        return client.post(path, data, content_type=content, headers=headers)

    return send


def call(n=1, **fields):
    stamp = now().isoformat()
    row = {"type": "track", "event": "Form Submitted", "userId": "u-1", "messageId": f"m{n}", "timestamp": stamp}
    return row | fields


def batch(*rows, **fields):
    return {"batch": list(rows), "sentAt": now().isoformat(), **fields}


IDENTIFY = {
    "type": "identify",
    "event": None,
    "traits": {
        "email": "ada@example.test",
        "firstName": "Ada",
        "title": "VP Sales",
        "age": 30,
        "company": {"name": "Acme", "employees": 250, "industry": "SaaS"},
    },
}


def test_a_person_identified_is_a_lead_with_values_company_and_event(post):
    answer = post(
        batch(
            call(1, **IDENTIFY),
            call(2, properties={"form_id": "demo"}),
            call(3, type="page", name="Pricing", properties={"url": "https://example.com/pricing?x=1"}),
        )
    )
    assert answer.status_code == 200
    assert answer.json() == {"success": True, "added": 3, "repeated": 0, "problems": []}
    lead = Lead.objects.get()
    assert (lead.email, lead.first_name, lead.function) == ("ada@example.test", "Ada", "VP Sales")
    assert (lead.company.name, lead.company.employees, lead.company.industry) == ("Acme", 250, "SaaS")
    assert list(Event.objects.order_by("id").values_list("kind", "form", "page", "lead_id")) == [
        ("identify", "", "", lead.pk),
        ("form", "demo", "", lead.pk),
        ("page", "", "/pricing", lead.pk),
    ]
    assert not EventPayload.objects.filter(properties__icontains="ada@").exists()
    assert LeadDirty.objects.filter(lead_id=lead.pk).exists()


def test_the_same_request_again_changes_nothing(post):
    body = batch(call(1, **IDENTIFY), call(2))
    post(body)
    before = (Event.objects.count(), Lead.objects.count(), LeadKey.objects.count())
    again = post(body | {"sentAt": (now() + timedelta(seconds=5)).isoformat()})
    assert again.json() == {"success": True, "added": 0, "repeated": 2, "problems": []}
    assert (Event.objects.count(), Lead.objects.count(), LeadKey.objects.count()) == before


def test_the_same_id_with_another_body_is_named_and_makes_nobody(post):
    post(batch(call(1)))
    answer = post(batch(call(1, userId="u-2"))).json()
    assert [(p["index"], p["code"]) for p in answer["problems"]] == [(0, "other_body")]
    assert not LeadKey.objects.filter(key="u-2").exists()


def test_wrong_messages_are_explained_one_by_one_and_the_others_kept(post):
    rows = [
        "no object",
        call(1, userId=None),
        call(2, type="purchase"),
        call(3, event=" "),
        call(4, timestamp="yesterday"),
        call(5, messageId={"a": 1}),
        call(6, userId="x" * 201),
        call(7, properties={"a": "x" * 33_000}),
        call(8, timestamp="2026-02-30T00:00:00Z"),
        call(9),
    ]
    answer = post(batch(*rows))
    assert answer.status_code == 200 and answer.json()["added"] == 1
    codes = ["not_object", "no_identity", "unknown_type", "no_event", "bad_time", "bad_message_id", "no_identity"]
    assert [p["code"] for p in answer.json()["problems"]] == [*codes, "event_too_large", "bad_time"]
    assert all(p["message"] for p in answer.json()["problems"])
    assert Event.objects.count() == 1


@pytest.mark.invariant("I3")
@pytest.mark.parametrize(
    ("raw", "headers", "code"),
    [
        (b"{", {}, "invalid_json"),
        (b"\xff\xfe", {}, "invalid_json"),
        (b"[1]", {}, "invalid_body"),
        (b'{"batch": 3}', {}, "invalid_body"),
        (b'{"batch": [NaN]}', {}, "invalid_json"),
        (b"[" * 100_000, {}, "invalid_json"),
        (b'{"a":"' + b"x" * 500_001 + b'"}', {}, "too_large"),
        (b"plain", {"Content-Encoding": "gzip"}, "invalid_gzip"),
        (gzip.compress(b'{"batch": []}', mtime=0)[:-4], {"Content-Encoding": "gzip"}, "invalid_gzip"),
        (gzip.compress(b" " * 10_000_000, mtime=0), {"Content-Encoding": "gzip"}, "too_large"),
        (zlib.compress(b"{}"), {"Content-Encoding": "br"}, "invalid_encoding"),
    ],
)
def test_a_broken_request_is_refused_whole_with_code_and_message(post, raw, headers, code):
    answer = post(None, raw=raw, **headers)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.json()["message"]
    assert not EventKey.objects.exists()


def test_a_wrong_key_is_refused_with_code_and_message(post):
    for header in ("Basic " + base64.b64encode(b"wrong:").decode(), "Basic %%%", "Digest x", ""):
        answer = post(batch(call(1)), Authorization=header)
        assert (answer.status_code, answer.json()["code"]) == (401, "unknown_write_key")
    assert not Event.objects.exists()


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "application/x-www-form-urlencoded"])
def test_any_content_type_and_gzip_and_the_key_in_the_body(post, key, content_type):
    packed = gzip.compress(json.dumps(batch(call(1))).encode())
    assert post(None, raw=packed, content_type=content_type, **{"Content-Encoding": "gzip"}).json()["added"] == 1
    answer = post(batch(call(2), writeKey=key), content_type=content_type, Authorization="")
    assert answer.json()["added"] == 1


def test_browser_calls_preflight_and_settings(post, key):
    client = Client()
    ask = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}
    preflight = client.options("/v1/t", headers=ask)
    assert preflight.status_code == 204 and "authorization" in preflight["Access-Control-Allow-Headers"]
    answer = post(call(1) | {"writeKey": key}, "/v1/t", content_type="text/plain", Authorization="")
    assert answer.json()["added"] == 1 and answer["Access-Control-Allow-Origin"] == "*"
    assert client.post("/v1/t", b"{}", content_type="text/plain")["Access-Control-Allow-Origin"] == "*"
    found = client.get(f"/v1/projects/{key}/settings").json()
    assert found["integrations"]["Segment.io"]["apiKey"] == key
    assert client.get("/v1/projects/nobody/settings").status_code == 404
    assert client.get("/v1/batch").status_code in (401, 405)


def test_a_visitor_s_past_belongs_to_the_lead_once_they_join(post, monkeypatch):
    told = []
    monkeypatch.setattr(hooks, "joins", [lambda pairs, fence: told.extend(pairs)])
    post(batch(call(1, userId=None, anonymousId="anon-9", type="page")))
    assert Event.objects.get().lead is None and not Lead.objects.exists()
    post(batch(call(2, **IDENTIFY, anonymousId="anon-9"), call(3, anonymousId="anon-9")))
    lead, visitor = Lead.objects.get(), Join.objects.get().visitor
    assert told == [(visitor.pk, lead.pk)]
    post(batch(call(4, userId=None, anonymousId="anon-9", type="page")))
    assert Event.objects.order_by("id").last().lead == lead
    assert Join.objects.count() == 1


def test_an_anonymous_form_with_an_address_is_the_lead_with_that_address(post):
    known = create_leads([Birth(now(), {"email": "Ada@Example.test"})], origin=Origin())[0]
    post(batch(call(1, **IDENTIFY) | {"userId": None, "anonymousId": "a"}))
    post(batch(call(2, **IDENTIFY, userId="u-7")))
    assert [lead.pk for lead in Lead.objects.all()] == [known]
    assert Lead.objects.get().email == "Ada@Example.test", "a public key never changes an address"


def test_alias_joins_group_names_the_company_and_unsubscribed_opposes(post):
    post(batch(call(1, userId=None, anonymousId="old", type="page")))
    post(
        batch(
            call(2, type="alias", previousId="old"),
            call(3, type="group", groupId="g", traits={"name": "Acme", "website": "https://www.acme.example/x"}),
        )
    )
    post(batch(call(4, event="Unsubscribed")))
    lead = Lead.objects.get()
    assert Join.objects.get().lead == lead
    assert (lead.company.name, lead.company.domain, lead.opted_out) == ("Acme", "acme.example", True)
    post(batch(call(5, userId="u-2", type="group", traits={"name": "Other name", "domain": "acme.example"})))
    assert Company.objects.count() == 1


def test_clocks_of_clients_are_corrected_and_never_ahead(post):
    wrong = datetime(2020, 1, 1, 12, tzinfo=UTC)
    post({"batch": [call(1, timestamp=(wrong - timedelta(hours=2)).isoformat())], "sentAt": wrong.isoformat()})
    post({"batch": [call(2, timestamp="2100-01-01T00:00:00Z", userId="u-2")]})
    two_hours_ago, ahead = Event.objects.order_by("id")
    assert abs(two_hours_ago.recorded_at - two_hours_ago.occurred_at - timedelta(hours=2)) < timedelta(seconds=5)
    assert ahead.occurred_at <= ahead.recorded_at


def test_what_postgresql_cannot_hold_is_cleaned_not_lost(post):
    raw = json.dumps(batch(call(1, properties={"n\0": "a\0b", "s": "?"}))).replace('"?"', '"\\ud800"').encode()
    assert post(None, raw=raw.replace(b'"s"', b'"inf": 1e999, "s"')).json()["added"] == 1
    assert EventPayload.objects.get().properties == {"n": "ab", "inf": None, "s": "?"}


def test_traits_that_cannot_be_kept_are_named_and_known_custom_ones_kept(post):
    from personas.catalogue import add_custom

    add_custom(subject="lead", name="x_seats", type="number")
    Installation.objects.create(company="Acme", age_and_family=True)
    traits = {"email": "no address", "seats": "12", "unknown": 1, "birthday": "soon", "phone": ["x"]}
    answer = post(batch(call(1, type="identify", traits=traits))).json()
    assert sorted(p["message"].rsplit(": ")[-1] for p in answer["problems"]) == ["birthday.", "email.", "phone."]
    assert Lead.objects.get().attributes == {"x_seats": 12}


def test_a_birthday_is_taken_in_only_where_a_company_wants_ages(post):
    row = call(1, type="identify", traits={"birthday": "1985-05-14", "phone": "1"})
    (problem,) = post(batch(row)).json()["problems"]
    assert problem["code"] == "trait_off" and Lead.objects.get().birth_date is None and Lead.objects.get().phone == "1"
    Installation.objects.create(company="Acme", age_and_family=True)
    assert post(batch(call(2, type="identify", traits={"birthday": "1985-05-14"}))).json()["problems"] == []
    assert Lead.objects.get(birth_date__isnull=False).birth_date.isoformat() == "1985-05-14"


def test_without_message_id_a_retry_is_still_the_same_message(post):
    row = call(1)
    del row["messageId"]
    assert [post(batch(row)).json()["added"] for _ in range(2)] == [1, 0]


@pytest.fixture
def fails_on_the_way(monkeypatch):
    monkeypatch.setattr(hooks, "events", [lambda rows, fence: 1 / 0])


def left_by_a_failing_request(key) -> int:
    """How many rows a request leaves behind that failed after its keys, leads and events were written."""
    token = tokens.find(key, "write", now())
    with pytest.raises(ZeroDivisionError):
        service.take(body=batch(call(1, **IDENTIFY)), call="batch", token=token, at=now())
    return Lead.objects.count() + EventKey.objects.count() + Event.objects.count()


@pytest.mark.invariant("I3")
@pytest.mark.django_db(transaction=True)
def test_nothing_of_a_request_stays_when_it_fails_on_the_way(key, fails_on_the_way):
    assert left_by_a_failing_request(key) == 0


@pytest.mark.invariant("I3", mutant="autocommit")
@pytest.mark.django_db(transaction=True)
def test_planted_fault_without_its_transaction_a_failing_request_leaves_a_part(key, fails_on_the_way, monkeypatch):
    def fence_of_no_transaction():
        with transaction.atomic():
            return fence.open_fence()

    monkeypatch.setattr(events, "open_fence", fence_of_no_transaction)
    monkeypatch.setattr(service, "_take", service._take.__wrapped__)
    monkeypatch.setattr(events, "record_events", events.record_events.__wrapped__)
    assert left_by_a_failing_request(key) > 0
