"""The page of a definition says what its draft would have done; each figure opens to its leads; programs are told the same."""

from datetime import timedelta

import pytest

from leads.models import Lead, Replay, SalesTime
from leads.replay import runs
from personas.definitions import services
from smarketing.accounts.models import AuditEntry
from smarketing.jobs import heartbeat
from smarketing.rows import clock
from smarketing.rows.models import Installation
from tests.leads import definitions, facts
from tests.people import person


@pytest.fixture
def line(db, client):
    """A draft under which one French lead was an MQL last month; another one never."""
    Installation.objects.create(kind="live", company="Acmé")
    client.force_login(person("ines", "marketer"))
    made = definitions.line()
    made.draft.body = definitions.simple(direct=[])
    made.draft.save()
    now = clock.now()
    lead = facts.lead(now - timedelta(days=90), country="FR", source="web")
    facts.lead(now - timedelta(days=90), country="BE")
    for _time in range(2):
        facts.event(lead, "page", now.replace(day=1) - timedelta(days=4), page="/pricing")
    return made


def section(client, line, by: str = "") -> str:
    query = {"revision": line.draft.revision} | ({"by": by} if by else {})
    return client.get(f"/language/definition/{line.pk}/months/", query, headers={"HX-Request": "true"}).content.decode()


def figure(page: str, what: str) -> str:
    """The address behind a figure."""
    start = page.index(what)
    return page[page.rindex('href="', 0, start) + 6 : page.index('"', start)].replace("&amp;", "&")


def test_the_studio_asks_for_the_replay_and_shows_it_without_scripts_too(client, line):
    page = client.get(f"/language/definition/{line.pk}/").content.decode()
    assert 'id="months"' in page and f"/language/definition/{line.pk}/months/?revision=" in page
    assert not Replay.objects.exists()  # opening the page asks for nothing yet
    whole = client.get(f"/language/definition/{line.pk}/?count=1").content.decode()
    assert "replay-months" in whole and "stale" not in whole[whole.index('id="months"') :]
    assert Replay.objects.get().state == "done"


def test_months_and_days_cost_no_queries_each(client, line, django_assert_max_num_queries):
    section(client, line)
    with django_assert_max_num_queries(70):
        client.get(f"/language/definition/{line.pk}/")


def test_every_figure_opens_to_as_many_leads_and_to_a_file(client, line):
    page = section(client, line)
    assert page.count("<tr") == 14 and "MQL" in page
    month = (clock.now().replace(day=1) - timedelta(days=4)).strftime("%Y-%m")
    address = figure(page, f"what=draft.mql&amp;month={month}")
    listed = client.get(address).content.decode()
    assert "1 lead as of" in listed and f"/leads/{Lead.objects.get(country='FR').pk}/" in listed
    saved = client.get(f"{address}&export=csv")
    assert b"".join(saved.streaming_content).count(b"\n") == 2  # a head and a lead
    one = Replay.objects.get()
    for what in ("", "nobody.mql", "draft.unknown", "draft.mql&month=1999-01", "gained&month=" + month):
        assert client.get(f"/leads/replayed/{one.pk}/?what={what}").status_code == 404
    assert client.get(f"/leads/replayed/{one.pk}/?what=lost").status_code == 200


def test_handoffs_stand_beside_mqls_and_who_waits_is_listed_by_what_holds_them(client, line):
    month = (clock.now().replace(day=1) - timedelta(days=4)).strftime("%Y-%m")
    page = section(client, line)
    assert (
        "1 lead as of" in client.get(figure(page, f"what=draft.passed&amp;month={month}")).text
        and "At the end" not in page
    )
    line.draft.refresh_from_db()
    services.save_draft(
        line=line, body=line.draft.body | {"mandatory": ["lead.phone"]}, revision=line.draft.revision, by=None, at=clock.now()
    )  # fmt: skip
    line.draft.refresh_from_db()
    page = section(client, line)
    assert "what=draft.passed&amp;month" not in page and "waits for a mandatory field" in page
    assert "1 lead as of" in client.get(figure(page, "what=draft.mandatory")).text


def test_a_changed_draft_strikes_the_figures_until_the_new_ones_are_there(client, line):
    section(client, line)
    line.draft.refresh_from_db()
    services.save_draft(
        line=line, body=line.draft.body | {"mql": ["B1"]}, revision=line.draft.revision, by=None, at=clock.now()
    )
    page = client.get(f"/language/definition/{line.pk}/").content.decode()
    months = page[page.index('id="months"') :]
    assert 'class="replay stale" inert' in months and "struck-through figures" in months
    assert "Somebody changed this draft" in section(client, line)  # a window that still shows the old draft
    line.draft.refresh_from_db()
    assert "replay stale" not in section(client, line)


def test_a_worker_that_does_not_answer_is_said(client, line, monkeypatch):
    monkeypatch.setattr(runs, "SMALL", 0)
    assert "Replaying twelve months" in section(client, line)
    Replay.objects.update(asked_at=clock.now() - timedelta(seconds=30))
    assert "The worker does not answer" in section(client, line)
    heartbeat.beat("worker")
    assert "The worker does not answer" not in section(client, line)
    Replay.objects.update(state="failed")
    assert "Try again" in section(client, line)
    client.post(f"/language/definition/{line.pk}/months/again/", {})
    assert Replay.objects.get().state == "waiting"


def test_before_the_first_criterion_and_without_leads_the_next_step_is_said(client, line):
    line.draft.body = {**line.draft.body, "fit": {**line.draft.body["fit"], "items": []}}
    line.draft.body["engagement"] = {**line.draft.body["engagement"], "items": []}
    line.draft.save()
    assert "Write a first criterion" in section(client, line)


def test_no_leads_yet(client, db):
    Installation.objects.create(kind="live", company="Acmé")
    client.force_login(person("ines", "marketer"))
    assert "Import leads" in section(client, definitions.line())


def test_groups_of_the_closed_months_open_to_their_leads(client, line):
    for by in ("persona", "source", "campaign", "rep", "size"):
        page = section(client, line, by)
        assert f"by={by}" in page and "aria-current" in page
    address = figure(section(client, line, "source"), "what=draft.mql&amp;by=source&amp;group=web")
    assert "1 lead" in client.get(address).content.decode()
    assert "0 leads" in client.get(address.replace("group=web", "group=mail")).content.decode()


def test_programs_are_told_the_same(client, line):
    answer = client.get(f"/api/v1/definitions/{line.pk}/months/?by=source")
    said = answer.json()
    assert answer.status_code == 200 and said["progress"] == "done" and len(said["months"]) == 13
    assert [one["draft"]["mql"] for one in said["months"]] == [0] * 11 + [1, 0]
    assert said["months"][11]["draft"]["accepted"]["value"] is None and said["against"] is None
    assert said["groups"][0]["group"] == "web"
    assert client.get(f"/api/v1/definitions/{line.pk}/months/?by=zodiac").json()["code"] == "unknown_dimension"
    assert client.get("/api/v1/definitions/999/months/").status_code == 404


def test_the_time_of_sales_is_set_by_whoever_routes(client, line):
    client.force_login(person("bo", "manager", "sales"))
    page = "/settings/sales-time/"
    assert "what is usual" in client.get(page).content.decode()
    client.post(page, {"minutes": "12", "hours": "2.5"})
    assert (SalesTime.objects.get().minutes, SalesTime.objects.get().hours) == (12, 2.5)
    assert AuditEntry.objects.filter(subject="salestime").count() == 1
    client.post(page, {"minutes": "12", "hours": "2.5"})
    assert AuditEntry.objects.filter(subject="salestime").count() == 1
    wrong = client.post(page, {"minutes": "0", "hours": "30"})
    assert wrong.status_code == 422 and wrong.content.decode().count("invalid-feedback") == 2
    person("rep", "rep")
    assert "12 minutes" in section(client, line) and "1 reps" in section(client, line)
    client.force_login(person("lou", "marketer"))
    assert client.get(page).status_code == 403


def test_a_lead_is_tried_under_the_draft_row_by_row(client, line):
    lead = Lead.objects.get(country="FR")
    for name, value in (("first_name", "Marie"), ("last_name", "Dubois")):
        facts.change("lead", lead.pk, name, value, clock.now() - timedelta(days=2))
    page = f"/language/definition/{line.pk}/"
    for asked in ("try=Dubois", "try=dubios", f"try=%23{lead.pk}", f"lead={lead.pk}"):
        found = client.get(f"{page}?{asked}").content.decode()
        shown = found[found.index('id="try"') :]
        assert "Under the draft, as of now" in shown and "+80" in shown and "Marie Dubois" in shown, asked
    fragment = client.get(f"{page}try/?try=Dubois", headers={"HX-Request": "true"}).content.decode()
    assert fragment.lstrip().startswith("<section") and "+80" in fragment
    assert "No lead is found" in client.get(f"{page}?try=Nobody").content.decode()
    assert client.get(f"{page}try/?try=Dubois").status_code == 302
    client.force_login(person("dee", "viewer"))
    assert "Marie" not in client.get(f"{page}?lead={lead.pk}").content.decode()
