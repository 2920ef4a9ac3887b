"""After an erasure no value of the person is anywhere; what was done stays; books and papers keep their hashes (I19)."""

import html
import logging
from datetime import date, timedelta
from itertools import product
from urllib.parse import quote, quote_plus, urlencode

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils.html import escapejs

from leads.handoffs import handing
from leads.intake import by_hand, events, facts, suppression
from leads.intake.importing import service as imports
from leads.intake.importing import staging
from leads.models import (
    Attempt,
    Campaign,
    Decision,
    Erasure,
    Event,
    EventKey,
    Handoff,
    HandoffState,
    Import,
    Lead,
    LinkRules,
    Source,
    StageMove,
    Touch,
)
from leads.rights import consent, erasure, notes, places
from leads.rights.problems import Refusal
from leads.touches import store as touches
from personas.models import DefinitionLine
from reporting.models import BookClose
from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.jobs.models import Run
from smarketing.rows import clock
from smarketing.web import export_files, exports
from tests.leads.handoffs.desk import Desk, state
from tests.leads.pages.test_pages import client_of
from tests.people import person

from . import canary
from .traces import ALL, Log, ServerLog, dump, left, media, tables

pytestmark = pytest.mark.django_db
ADDRESSES = (
    "/leads/", "/leads/?export=csv", "/leads/{pk}/", "/leads/{pk}/?story=notes", "/companies/{company}/", "/deals/",
    "/deals/?export=csv", "/leads/duplicates/", "/notices/", "/exports/", "/search/commands/",
    "/imports/", "/settings/audit/", "/settings/audit/?export=csv", "/settings/suppression/", "/settings/retention/",
    "/settings/mails/", "/runs/", "/runs/{run}/", "/settings/health/",
)  # fmt: skip
SEARCHES = ("/leads/", "/search/", "/search/?part=hits")


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def desk():
    return Desk()


class House:
    """The desk of the demo company."""

    def __init__(self):
        people = {user.email.split("@")[0]: user for user in User.objects.all()}
        self.lea, self.paul, self.boss = people["lea"], people["karim"], people["hugo"]
        self.ines, self.claire, self.admin = people["ines"], people["claire"], people["alex"]
        self.line = DefinitionLine.objects.order_by("pk").first()


def pages(house: House, lead: Lead) -> str:
    """Pages and files as whoever may see them sees them, and searches without what was just typed."""
    said, seen = [], set()
    places = {"pk": lead.pk, "company": lead.company_id, "run": Run.objects.latest("pk").pk}
    files = [
        f"/imports/{pk}/{part}" for pk in Import.objects.values_list("pk", flat=True) for part in ("", "rejected.csv")
    ]
    asked = {address.format(**places) for address in ADDRESSES} | set(files)
    for client in map(client_of, (house.boss, house.claire, house.admin)):
        for address in sorted(asked - seen):
            answer = client.get(address)
            if answer.status_code == 200:
                seen.add(address)
                said.append(b"".join(answer.streaming_content).decode() if answer.streaming else answer.text)
    assert seen == asked
    client = client_of(house.boss)
    for name, search in product(("first", "last", "email", "phone", "twin", "deal"), SEARCHES):
        found = client.get(search, {"q": ALL[name]}).text
        typed = (ALL[name], quote_plus(ALL[name]), quote(ALL[name]), quote(ALL[name], safe="'"))
        for form in [form for one in typed for form in (one, html.escape(one), escapejs(one))]:
            found = found.replace(form, "")
        said.append(found)
    return "\n".join(said)


def export(by: User, lead: Lead, form: str) -> None:
    """A large file, as the worker writes it."""
    saved = exports.Export("leads", "leads.export", "lead")
    wanted = f"/leads/?{urlencode({'q': lead.email or ALL['email']})}&export={form}"
    file = export_files.ask(by=by, at=clock.now(), export=saved, title="Leads", format=form, address=wanted)
    export_files.work(file, clock.now)
    assert left(media())


def touch(desk, lead: Lead) -> None:
    """They came by a link that names a campaign, and it is counted among what touched them."""
    at = clock.now()
    campaign = Campaign.objects.create(created_at=at, recorded_at=at)
    body = [{"source": "fair", "to": campaign.pk}]
    LinkRules.objects.create(number=1, body=body, by=desk.boss, adopted_at=at, recorded_at=at)
    came = events.NewEvent("m3", "page", at, properties={"utm_source": "fair"}, lead_id=lead.pk)
    events.record_events([came], source=Source.objects.get(name="crm"))
    touches.advance(clock.now())
    assert Touch.objects.filter(lead=lead).exists()


def erased(desk, tmp_path) -> Lead:
    lead = canary.live(desk, tmp_path)
    canary.worked(desk, lead)
    by_hand.edit_lead(lead=lead, values={"function": "Boss"}, company={}, by=desk.boss, at=clock.now())
    export(desk.boss, lead, "csv")
    touch(desk, lead)
    assert left(tables()) == set(canary.STRINGS) and left(media())
    erasure.erase(leads=[lead], by=desk.boss, at=clock.now())
    return lead


def heard(house: House, lead: Lead) -> None:
    """Requests that name them, forms sent, and what a database says of rows and values that it refuses."""
    lea, admin = client_of(house.lea), client_of(house.admin)
    email, log = canary.STRINGS["email"], logging.getLogger("smarketing.trial")
    assert lea.post(f"/leads/{lead.pk}/note/", {"text": ALL["noted"], "once": "k" * 20}).status_code == 302
    assert (
        client_of(house.ines)
        .post("/leads/add/", {"email": f"no address {email}", "last_name": ALL["last"]})
        .status_code
        == 422
    )
    assert admin.post("/settings/suppression/", {"q": email}).status_code in (200, 302, 422)
    assert admin.get("/nowhere/", {"q": email}).status_code == 404
    Client().post("/v1/track", f'{{"email": "{email}"', content_type="application/json")
    key = Lead.objects.get(pk=lead.pk).keys.first()
    for statement, said in (
        ("INSERT INTO leads_leadkey (source_id, key, lead_id, created_at) VALUES (%s, %s, %s, now())", [key.source_id, key.key, lead.pk]),
        ("SELECT %s::date", [email]),
        ("SELECT 1 / 0 AS n, %s AS said", [email]),
    ):  # fmt: skip
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement, said)
        except DatabaseError:
            log.exception("refused")


@pytest.mark.invariant("I19")
def test_no_string_of_the_erased_is_in_a_dump_a_file_a_log_or_a_page_and_books_and_papers_verify(
    demo_db, servers, tmp_path
):
    server, house = servers[0], House()
    counted = Handoff.objects.filter(occurred_at__lt=BookClose.objects.latest("cutoff").cutoff, lead__root_id=None)
    working = HandoffState.objects.filter(is_open=True).values("lead")
    lead = counted.exclude(lead__in=working).exclude(lead__company=None).order_by("pk").first().lead
    hand = facts.Origin(by=house.boss, source="hand")
    facts.record_changes([facts.Change("lead", lead.pk, "email", canary.STRINGS["email"], clock.now())], origin=hand)
    books = dict(BookClose.objects.values_list("pk", "sha256"))
    with Log() as log:
        heard_by_server = ServerLog(server)
        assert canary.live(house, tmp_path, lead.company.name) == lead
        canary.worked(house, lead)
        canary.everywhere(house, lead)
        heard(house, lead)
        export(house.boss, lead, "csv")
        export(house.ines, lead, "xlsx")
        assert left(dump(server, demo_db) + media()) == set(ALL)
        erasure.erase(leads=[Lead.objects.get(pk=lead.pk)], by=house.admin, at=clock.now())
        found = pages(house, lead)
        assert left(dump(server, demo_db)) == set() and left(media()) == set() and left(found) == set()
    assert "refused" in log.text and log.text.count("(cut)") > 2 and left(log.text) == set()
    assert left(heard_by_server.text) == set()
    told = client_of(house.boss).get(f"/leads/{lead.pk}/").text
    assert f"Lead #{lead.pk}" in told and "This person was erased" in told
    assert books and dict(BookClose.objects.values_list("pk", "sha256")) == books
    call_command("verify_books")
    call_command("verify_papers")


@pytest.mark.invariant("I19", mutant="a place that keeps a person is forgotten")
@pytest.mark.parametrize("part", range(len(erasure.PARTS)))
def test_an_erasure_that_forgets_a_place_is_noticed(desk, tmp_path, monkeypatch, settings, part):
    from smarketing.notify.models import Mail
    from smarketing.web.models import SavedView, SentForm

    at = clock.now()
    settings.DATA = tmp_path / "data"
    snapshot = settings.DATA / "columns" / "1"  # which conditions held for whom
    snapshot.mkdir(parents=True)
    Mail.objects.create(
        address="x@y.example",
        kind="test",
        language="en",
        subject=canary.STRINGS["email"],
        text="",
        page="",
        written_at=at,
    )
    SentForm.objects.create(
        user=desk.boss, key="k", body_hash=b"", answer={"said": canary.STRINGS["email"]}, created_at=at
    )
    SavedView.objects.create(
        user=desk.boss, table="leads:list", name="her", query=urlencode({"q": canary.STRINGS["email"]})
    )
    notes.write(lead=desk.hand().lead, text=f"Ask {canary.STRINGS['email']}.", by=desk.lea, at=at)
    Run.objects.create(
        job="x", business_date=at.date(), cutoff=at, started_at=at, error=f"Key (email)=({canary.STRINGS['email']})"
    )
    forgotten = erasure.PARTS[part]
    monkeypatch.setattr(erasure, "PARTS", [one for n, one in enumerate(erasure.PARTS) if n != part])
    touched = Touch.objects.filter(lead=erased(desk, tmp_path)).exists()
    assert left(tables()) | left(media()) or snapshot.exists() or touched
    assert touched == (forgotten in (places._facts, places._touches))


@pytest.mark.invariant("I19", mutant="copy into history JSON")
def test_a_copy_kept_in_a_history_column_is_noticed(desk, tmp_path):
    lead = canary.live(desk, tmp_path)
    kept = {"before": {"first": lead.first_name}}
    Run.objects.create(
        job="copy", business_date=date(2026, 1, 1), cutoff=clock.now(), started_at=clock.now(), counts=kept
    )
    erasure.erase(leads=[lead], by=desk.boss, at=clock.now())
    assert left(tables()) == {"first"}


def test_what_was_done_stays_without_a_person_and_the_address_of_who_opposed_stays_suppressed(desk, tmp_path):
    lead = canary.live(desk, tmp_path)
    canary.worked(desk, lead)
    before = [model.objects.count() for model in (Handoff, Attempt, Decision, StageMove, Event, EventKey)]
    deal = lead.deals.get(handoff=None)
    consent.oppose(lead=lead, source="call", text="No.", said_on=None, by=desk.lea, at=clock.now())
    erasure.erase(leads=[lead], by=desk.boss, at=clock.now())
    assert [model.objects.count() for model in (Handoff, Attempt, Decision, StageMove, Event, EventKey)] == before
    deal.refresh_from_db()
    lead.refresh_from_db()
    assert (deal.amount, deal.title, lead.erased, lead.company.name, lead.email) == (900, "", True, "Acme", "")
    assert Erasure.objects.get().lead == lead and not lead.keys.get().key.startswith("crm")
    row = suppression.listed([canary.STRINGS["email"]])[canary.STRINGS["email"]]
    assert (row.origin, row.lead) == ("opposition", None) and suppression.gone([canary.STRINGS["email"]])
    (again,) = facts.create_leads(
        [facts.Birth(clock.now(), {"email": canary.STRINGS["email"].upper()})], origin=facts.Origin(source="file")
    )
    assert Lead.objects.get(pk=again).opted_out
    facts.record_changes([facts.Change("lead", lead.pk, "phone", "1", clock.now())], origin=facts.Origin())
    assert Lead.objects.get(pk=lead.pk).phone == ""  # whoever was writing meanwhile writes nothing


def test_an_open_handoff_stands_in_the_way_in_clear_words_and_nothing_is_lost(desk):
    handoff = desk.hand(email="ada@acme.example", last_name="Ada")
    lead = handoff.lead
    before = tables()
    admin = client_of(person("ad", "administrator"))
    page = admin.get(f"/leads/{lead.pk}/erase/").text
    assert "Sales is still working lead" in page and "lea" in page and f"/leads/{lead.pk}/opposition/" in page
    with pytest.raises(Refusal, match="nothing was erased"):
        erasure.erase(leads=[lead], by=desk.boss, at=clock.now())
    assert admin.post(f"/leads/{lead.pk}/erase/", {"typed": str(lead.pk)}).status_code == 422
    strip = lambda text: [one for one in text.splitlines() if "ad@example" not in one and "session" not in one]  # noqa: E731
    assert len(strip(tables())) == len(strip(before)) and Lead.objects.get(pk=lead.pk).last_name == "Ada"
    consent.oppose(lead=lead, source="call", text="No.", said_on=None, by=desk.lea, at=clock.now())
    erasure.erase(leads=[lead], by=desk.boss, at=clock.now())
    assert state(handoff).state == "withdrawn" and Lead.objects.get(pk=lead.pk).erased
    with pytest.raises(Refusal, match="erased before"):
        erasure.erase(leads=[lead], by=desk.boss, at=clock.now())
    with pytest.raises(handing.CannotHand):
        handing.hand_over(lead=lead, line=desk.line, gate="manual", by=None, at=clock.now())


def test_mails_of_notices_about_the_person_go_though_one_name_alone_finds_no_text_and_the_mail_still_waits(desk):
    from smarketing.notify import sending
    from smarketing.notify.models import Mail, Notice

    handoff = desk.hand(at=clock.now(), first_name="Ada")
    desk.hand(rep="paul", at=clock.now(), first_name="Ada")
    assert sending.send_due(clock.now() + timedelta(hours=1)) == 2 and "Ada" in Mail.objects.get(person=desk.lea).text
    consent.oppose(lead=handoff.lead, source="call", text="No.", said_on=None, by=desk.lea, at=clock.now())
    erasure.erase(leads=[handoff.lead], by=desk.boss, at=clock.now())
    assert Mail.objects.values_list("person__name", flat=True).get() == "paul"
    assert Notice.objects.get(user=desk.lea).letter is None


def test_the_page_asks_for_the_number_and_says_what_goes_and_what_stays(desk, tmp_path):
    lead = canary.live(desk, tmp_path)
    canary.worked(desk, lead)
    admin = client_of(person("ad", "administrator"))
    page = admin.get(f"/leads/{lead.pk}/erase/").text
    assert "values over time" in page and "people.csv" in page and "handoffs" in page
    refused = admin.post(f"/leads/{lead.pk}/erase/", {"typed": "yes"})
    assert refused.status_code == 422 and "nothing was erased" in refused.text
    assert admin.post(f"/leads/{lead.pk}/erase/", {"typed": f"#{lead.pk}"}).status_code == 302
    assert "erased before" in admin.get(f"/leads/{lead.pk}/erase/").text
    assert client_of(desk.boss).get(f"/leads/{lead.pk}/erase/").status_code == 403


def test_a_file_that_waits_is_failed_and_says_why_and_one_under_way_stands_in_the_way(desk, tmp_path):
    lead = canary.live(desk, tmp_path)
    path = tmp_path / "more.csv"
    path.write_text(f"Email\n{canary.STRINGS['email']}\n")
    with path.open("rb") as stream:
        one = imports.open_file(stream=stream, filename="more.csv", by=None, at=clock.now())
    Import.objects.filter(filename="people.csv").update(state="running")
    with pytest.raises(Refusal, match="under way"):
        erasure.erase(leads=[lead], by=desk.boss, at=clock.now())
    Import.objects.filter(filename="people.csv").update(state="done")
    erasure.erase(leads=[lead], by=desk.boss, at=clock.now())
    one.refresh_from_db()
    assert one.state == "failed" and not staging.path_of(one).exists()
    assert "Upload it again without them" in client_of(person("ann", "marketer")).get(f"/imports/{one.pk}/").text


def test_words_about_the_person_go_from_other_peoples_notes_and_the_audit_log(desk, tmp_path):
    from leads.models import NoteText
    from smarketing.accounts.models import AuditEntry

    lead, other = canary.live(desk, tmp_path), desk.hand().lead
    whole = f"{canary.STRINGS['first']} {canary.STRINGS['last']}"
    note = notes.write(lead=other, text=f"Ask {whole} ({canary.STRINGS['phone']}).", by=desk.lea, at=clock.now())
    record(desk.lea, "x", "lead", other.pk, clock.now(), said=canary.STRINGS["email"])
    erasure.erase(leads=[lead], by=desk.boss, at=clock.now())
    assert NoteText.objects.get(note=note).text == "Ask […] ([…])."
    assert AuditEntry.objects.get(verb="x").detail == {}
