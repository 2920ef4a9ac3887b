"""After an erasure no value of the person is anywhere; what was done stays; books and papers keep their hashes (I19)."""

import subprocess
from datetime import date, timedelta
from urllib.parse import quote_plus, urlencode

import pytest
from django.conf import settings as conf
from django.core.management import call_command
from django.db import connection

from leads.handoffs import handing
from leads.intake import by_hand, facts, suppression
from leads.intake.importing import service as imports
from leads.intake.importing import staging
from leads.models import Attempt, Decision, Erasure, Event, EventKey, Handoff, Import, Lead, StageMove
from leads.rights import consent, erasure
from leads.rights.problems import Refusal
from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.jobs.models import Run
from smarketing.rows import clock
from smarketing.web import export_files, exports
from tests.leads.handoffs.desk import Desk, state
from tests.leads.pages.test_pages import client_of
from tests.people import person

from . import canary

pytestmark = pytest.mark.django_db
ADDRESSES = (
    "/leads/?q={first}", "/leads/?q={email}", "/leads/?export=csv", "/leads/{pk}/", "/leads/{pk}/?story=notes",
    "/companies/{company}/", "/imports/{file}/", "/imports/{file}/rejected.csv", "/settings/audit/", "/settings/suppression/",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def desk():
    return Desk()


def left(text: str) -> set[str]:
    """Which of the canary's strings stand in a text, as they are or as hexadecimal digits."""
    low = text.lower()
    return {
        name
        for name, said in canary.STRINGS.items()
        if said.lower() in low or quote_plus(said.lower()) in low or said.encode().hex() in low
    }


def tables() -> str:
    """Every row of every table as text."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace"
        )
        out = []
        for (name,) in cursor.fetchall():
            cursor.execute(f'SELECT string_agg(t::text, chr(10)) FROM "{name}" t')
            out.append(cursor.fetchone()[0] or "")
        return "\n".join(out)


def media() -> str:
    files = [path for path in conf.MEDIA_ROOT.rglob("*") if path.is_file()] if conf.MEDIA_ROOT.exists() else []
    return "\n".join(path.name + path.read_bytes().decode("latin-1") for path in files)


def pages(lead: Lead) -> str:
    admin = client_of(person("ad", "administrator"))
    places = {"pk": lead.pk, "company": lead.company_id, "file": Import.objects.get().pk} | canary.STRINGS
    out = []
    for address in ADDRESSES:
        asked = address.format(**places)
        answer = admin.get(asked)
        assert answer.status_code == 200, asked
        text = b"".join(answer.streaming_content).decode() if answer.streaming else answer.text
        for typed in (
            canary.STRINGS["first"],
            canary.STRINGS["email"],
        ):  # what was just typed into the search stands there
            text = text.replace(f'value="{typed}"', "").replace(f"q={typed}", "")
        out.append(text)
    return "\n".join(out)


def erased(desk, tmp_path) -> Lead:
    lead = canary.live(desk, tmp_path)
    canary.worked(desk, lead)
    by_hand.edit_lead(lead=lead, values={"function": "Boss"}, company={}, by=desk.boss, at=clock.now())
    saved = exports.Export("leads", "leads.export", "lead")
    wanted = f"/leads/?{urlencode({'q': lead.email})}&export=csv"
    file = export_files.ask(by=desk.boss, at=clock.now(), export=saved, title="Leads", format="csv", address=wanted)
    export_files.work(file, clock.now)
    assert left(export_files.path_of(file).read_text())
    assert left(tables()) == set(canary.STRINGS) and left(media())
    erasure.erase(leads=[lead], by=desk.boss, at=clock.now())
    return lead


@pytest.mark.invariant("I19")
def test_no_string_of_the_erased_is_in_a_table_a_file_a_log_or_a_page(desk, tmp_path, caplog):
    lead = erased(desk, tmp_path)
    assert left(tables()) == set() and left(media()) == set()
    assert left(pages(lead)) == set() and left(caplog.text) == set()
    told = client_of(desk.boss).get(f"/leads/{lead.pk}/").text
    assert f"Lead #{lead.pk}" in told and "This person was erased" in told


@pytest.mark.invariant("I19", mutant="a place that keeps a person is forgotten")
@pytest.mark.parametrize("part", range(len(erasure.PARTS)))
def test_an_erasure_that_forgets_a_place_is_noticed(desk, tmp_path, monkeypatch, part):
    from smarketing.notify.models import Mail
    from smarketing.web.models import SavedView, SentForm

    at = clock.now()
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
    monkeypatch.setattr(erasure, "PARTS", [one for n, one in enumerate(erasure.PARTS) if n != part])
    erased(desk, tmp_path)
    assert left(tables() + media())


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
    assert "Sales still work lead" in page and "lea" in page and f"/leads/{lead.pk}/opposition/" in page
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
    from leads.rights import notes
    from smarketing.accounts.models import AuditEntry

    lead, other = canary.live(desk, tmp_path), desk.hand().lead
    whole = f"{canary.STRINGS['first']} {canary.STRINGS['last']}"
    note = notes.write(lead=other, text=f"Ask {whole} ({canary.STRINGS['phone']}).", by=desk.lea, at=clock.now())
    record(desk.lea, "x", "lead", other.pk, clock.now(), said=canary.STRINGS["email"])
    erasure.erase(leads=[lead], by=desk.boss, at=clock.now())
    assert NoteText.objects.get(note=note).text == "Ask […] ([…])."
    assert AuditEntry.objects.get(verb="x").detail == {}


@pytest.mark.trust
@pytest.mark.invariant("I19")
def test_books_and_papers_of_a_company_verify_after_an_erasure_and_the_dump_holds_nobody(
    demo_db, servers, settings, tmp_path
):
    from reporting.models import BookClose
    from smarketing.supervisor.postgres import SUPERUSER, binaries

    server, _broker = servers
    handed = Handoff.objects.filter(lead__erased=False, lead__root_id=None).exclude(lead__email="").exclude(
        lead__in=Handoff.objects.filter(state_row__is_open=True).values("lead")
    )  # fmt: skip
    lead = handed.order_by("pk").first().lead
    said = [lead.email, lead.phone, f"{lead.first_name} {lead.last_name}"]
    books = dict(BookClose.objects.values_list("pk", "sha256"))
    assert books
    boss = User.objects.filter(role="administrator").first()
    whole = [Lead.objects.count(), Handoff.objects.count(), Event.objects.count()]
    erasure.erase(leads=[lead], by=boss, at=clock.now())
    assert [Lead.objects.count(), Handoff.objects.count(), Event.objects.count()] == whole
    call_command("verify_books")
    call_command("verify_papers")
    assert dict(BookClose.objects.values_list("pk", "sha256")) == books
    done = subprocess.run(
        [str(binaries() / "pg_dump"), "--no-owner", "-h", str(server.sockets), "-U", SUPERUSER, demo_db],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert lead.email.lower() not in done.stdout.lower() and lead.phone not in done.stdout
    assert said and Erasure.objects.get().occurred_at <= clock.now() + timedelta(seconds=1)
