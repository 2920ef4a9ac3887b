"""Large files: written by the worker as the browser would have got them, for one person, for a day."""

from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.db import connection
from django.urls import reverse
from openpyxl import load_workbook

from leads.rights import erasure
from smarketing.accounts.models import AuditEntry
from smarketing.jobs import lease, nightly
from smarketing.jobs.models import Lease
from smarketing.notify import registry
from smarketing.notify.models import Notice
from smarketing.rows import clock
from smarketing.web import export_files, exports, tasks
from smarketing.web.models import ExportFile
from tests.people import client_of, person
from tests.picking import asked, done
from tests.smarketing.web.test_large_exports import fill

pytestmark = pytest.mark.django_db
LISTS = (
    ("administrator", "/leads/?sort=name&columns=name,email,created"), ("manager", "/runs/?"), ("manager", "/settings/audit/?"),
    ("administrator", "/settings/people/?"), ("marketer", "/numbers/leads/?from=2026-01-01&to=2027-01-01"),
)  # fmt: skip


@pytest.fixture(autouse=True)
def _place(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr(exports, "LARGE", 2)


@pytest.fixture
def anna():
    return person("anna", "marketer")


def ask(user, address: str = "/leads/?export=csv") -> ExportFile:
    answer = client_of(user).get(address)
    assert answer.status_code == 302, answer
    return ExportFile.objects.get(pk=int(answer.url.split("/")[2]))


def test_many_are_stopped_or_written_again_and_those_of_others_are_not_meant(anna):
    fill(4)
    mine, other = ask(anna), ask(person("bo", "administrator"), "/leads/?export=csv")
    assert "1 file" in asked(client_of(anna), "exports_stop", [mine, other])
    assert "1 file stopped." in done(client_of(anna), "exports_stop", [mine, other])
    states = dict(ExportFile.objects.values_list("pk", "state"))
    assert states == {mine.pk: "stopped", other.pk: "waiting"}
    assert "is not being written" in done(client_of(anna), "exports_stop", [mine])
    assert "1 file is written again." in done(client_of(anna), "exports_again", [mine])
    assert ExportFile.objects.get(pk=mine.pk).state == "waiting"


def work(one: ExportFile) -> ExportFile:
    export_files.work(one, clock.now)
    one.refresh_from_db()
    return one


def written(user, address: str = "/leads/?export=csv") -> ExportFile:
    one = work(ask(user, address))
    assert one.state == "done", one.error
    return one


def fetched(user, one: ExportFile):
    return client_of(user).get(reverse("export_fetch", args=[one.pk]))


def body(answer) -> bytes:
    return b"".join(answer.streaming_content)


def cells(content: bytes) -> list:
    return [[cell.value for cell in row] for sheet in load_workbook(BytesIO(content)) for row in sheet.iter_rows()]


def kept() -> list[Path]:
    return list(export_files.folder().iterdir())


@pytest.mark.parametrize(("role", "address"), LISTS)
def test_the_worker_writes_every_list_as_the_browser_would_have_got_it(role, address, monkeypatch):
    fill(5)
    user = person("anna", role, "sales" if role == "manager" else None, language="fr")
    for format in ("csv", "xlsx"):
        client = client_of(user)
        monkeypatch.setattr(exports, "LARGE", 1_000)
        streamed = client.get(f"{address}&export={format}")
        monkeypatch.setattr(exports, "LARGE", -1)
        mine, theirs = fetched(user, written(user, f"{address}&export={format}")), body(streamed)
        assert mine["Content-Disposition"] == streamed["Content-Disposition"]
        assert mine["Content-Type"] == streamed["Content-Type"] and mine["Cache-Control"] == "no-store"
        if "audit" in address:  # the first file stands in the second one
            theirs, mine = theirs.split(b"\n")[0], body(mine).split(b"\n")[0]
            assert format == "xlsx" or theirs == mine
        elif format == "csv":
            assert body(mine) == theirs
        else:
            assert cells(body(mine)) == cells(theirs)


def test_dangerous_cells_are_neutralised(anna):
    fill(4)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE leads_lead SET first_name = '=1+1'")
    assert b"'=1+1" in body(fetched(anna, written(anna)))


def test_few_rows_are_given_at_once(anna):
    fill(2)
    answer = client_of(anna).get("/leads/?export=csv")
    assert answer.streaming and not ExportFile.objects.exists()


def test_the_columns_are_those_shown_when_it_was_asked_for(anna):
    fill(3)
    client_of(anna).post("/views/columns/", {"table": "leads:list", "here": "/leads/", "column": ["email"]})
    one = ask(anna)
    client_of(anna).post("/views/columns/", {"table": "leads:list", "here": "/leads/", "column": ["country"]})
    head = body(fetched(anna, work(one))).decode().splitlines()[0]
    assert head == "\ufeffName,E-mail"


def test_asked_for_twice_it_is_written_once_and_the_page_says_how_far_it_is(anna):
    fill(3)
    one = ask(anna)
    assert ask(anna) == one and ExportFile.objects.count() == 1
    ExportFile.objects.update(
        state="running", total=40_000, written=10_000, begun_at=clock.now() - timedelta(seconds=5)
    )
    text = client_of(anna).get(reverse("export", args=[one.pk])).text
    assert "10,000 of 40,000 rows" in text and "rows a second" in text and "s left" in text and "Stop" in text
    bar = client_of(anna).get(reverse("export_progress", args=[one.pk]))
    assert "10,000 of 40,000 rows" in bar.text and "HX-Refresh" not in bar
    ExportFile.objects.update(state="stopped")
    assert client_of(anna).get(reverse("export_progress", args=[one.pk]))["HX-Refresh"] == "true"


def test_nobody_has_more_than_a_few_written_at_once(anna):
    fill(3)
    for n in range(export_files.MOST):
        ask(anna, f"/leads/?x={n}&export=csv")
    answer = client_of(anna).get("/leads/?x=last&export=csv")
    assert answer.url == reverse("exports") and ExportFile.objects.count() == export_files.MOST


def test_who_asked_is_told_and_nobody_else_may_fetch_it(anna):
    fill(3)
    one, bob = written(anna), person("bob", "marketer")
    notice = Notice.objects.get(kind="export")
    line = registry.said([notice], anna)[notice.pk]
    assert notice.user == anna and notice.mail == "" and line.url == reverse("export", args=[one.pk])
    assert "Leads" in line.text and "3 rows" in line.detail
    assert fetched(anna, one).status_code == 200
    for name in ("export", "export_fetch", "export_progress"):
        foreign, missing = (client_of(bob).get(reverse(name, args=[pk])) for pk in (one.pk, one.pk + 1))
        assert foreign.status_code == missing.status_code == 404
    for name in ("export_stop", "export_again"):
        assert client_of(bob).post(reverse(name, args=[one.pk])).status_code == 404
    assert one.secret not in client_of(anna).get(line.url).text and len(one.secret) == 32


def test_both_the_wish_and_every_download_stand_in_the_audit_log(anna):
    fill(3)
    one = written(anna)
    line = AuditEntry.objects.get(verb="leads.export")
    assert (line.user, line.subject, line.detail) == (anna, "lead", {"filters": [], "format": "csv", "file": one.pk})
    fetched(anna, one), fetched(anna, one)
    assert AuditEntry.objects.filter(verb="exports.fetch", user=anna, detail__rows=3, detail__file=one.pk).count() == 2


@pytest.mark.parametrize(
    "change", [{"role": "rep", "side": "sales"}, {"role": "viewer", "side": ""}, {"role": "manager"}]
)
def test_rights_that_changed_refuse_the_file_and_the_writing(anna, change):
    fill(3)
    one, waiting = written(anna), ask(anna, "/leads/?sort=name&export=csv")
    for name, value in change.items():
        setattr(anna, name, value)
    anna.save()
    assert fetched(anna, one).status_code == 403
    assert "have it written again" in client_of(anna).get(reverse("export", args=[one.pk])).text
    assert (work(waiting).state, waiting.error) == ("failed", "rights")
    client_of(anna).post(reverse("export_again", args=[one.pk]))
    again = work(ExportFile.objects.get(pk=one.pk))
    assert again.state == ("done" if change["role"] == "manager" else "failed")


def test_stopped_it_is_written_no_further_and_nothing_is_kept(anna, monkeypatch):
    fill(3)
    one = ask(anna)
    real = export_files.Progress._tell

    def stopping(self, total):
        if self.rows == 0:
            client_of(anna).post(reverse("export_stop", args=[one.pk]))
        real(self, total)

    monkeypatch.setattr(export_files.Progress, "_tell", stopping)
    assert work(one).state == "stopped" and kept() == []
    assert not Notice.objects.filter(kind="export").exists()
    assert AuditEntry.objects.filter(verb="exports.stop", user=anna).count() == 1
    monkeypatch.undo()


def test_stopped_at_the_last_moment_it_is_not_put_in_its_place(anna, monkeypatch):
    fill(3)
    one = ask(anna)
    real = export_files._end

    def late(*given):
        client_of(anna).post(reverse("export_stop", args=[one.pk]))
        real(*given)

    monkeypatch.setattr(export_files, "_end", late)
    assert work(one).state == "stopped" and kept() == []


@pytest.mark.parametrize(("fault", "why"), [(OSError(28, "no room"), "disk"), (ValueError("x"), "fault")])
def test_a_failure_says_why_and_may_be_tried_again(anna, monkeypatch, fault, why):
    fill(3)
    one = ask(anna)

    def fail(self, total):
        raise fault

    with monkeypatch.context() as broken:
        broken.setattr(export_files.Progress, "_tell", fail)
        assert (work(one).state, one.error) == ("failed", why)
    assert kept() == []
    page = client_of(anna).get(reverse("export", args=[one.pk])).text
    assert str(export_files.WHY[why]) in page.replace("&#x27;", "'")
    notice = Notice.objects.get(kind="export")
    assert registry.said([notice], anna)[notice.pk].detail == str(export_files.WHY[why])
    client_of(anna).post(reverse("export_again", args=[one.pk]))
    one.refresh_from_db()
    assert work(one).state == "done" and Notice.objects.filter(kind="export").count() == 2


def dead(one: ExportFile) -> Path:
    """As a worker leaves it that was killed: running, a piece of the file, a lease that has run out."""
    held = lease.take(f"export {one.pk}", "somebody else")
    Lease.objects.filter(name=held.name).update(until=clock.now() - timedelta(days=900))
    ExportFile.objects.filter(pk=one.pk).update(state="running", attempts=1, written=2)
    piece = export_files.folder() / f"{one.secret}.{held.token}"
    piece.write_text("half")
    return piece


def test_what_a_dead_worker_left_is_written_anew(anna, monkeypatch):
    fill(3)
    one = ask(anna)
    piece = dead(one)
    given = []
    monkeypatch.setattr(tasks.write_export, "delay", given.append)
    tasks.drain()
    assert given == [one.pk]
    with connection.cursor() as cursor:
        cursor.execute(tasks.WAITING)
        assert cursor.fetchone() == (True,)
    tasks.write_export(one.pk)
    one.refresh_from_db()
    assert one.state == "done" and not piece.exists() and len(kept()) == 1 and one.attempts == 2
    tasks.drain()
    assert given == [one.pk]


def test_nobody_writes_beside_a_worker_that_lives(anna, monkeypatch):
    fill(3)
    one = ask(anna)
    lease.take(f"export {one.pk}", "somebody else")
    given = []
    monkeypatch.setattr(tasks.write_export, "delay", given.append)
    tasks.drain()
    assert work(one).state == "waiting" and given == []


def test_a_worker_that_lost_its_lease_puts_nothing_in_place(anna, monkeypatch):
    fill(3)
    one = ask(anna)
    real = export_files._end

    def thawed(*given):
        Lease.objects.update(until=clock.now() - timedelta(days=900))
        lease.take(f"export {one.pk}", "somebody else")
        real(*given)

    monkeypatch.setattr(export_files, "_end", thawed)
    assert work(one).state == "running" and kept() == []


def test_begun_three_times_in_vain_it_is_given_up_in_words(anna):
    fill(3)
    one = ask(anna)
    dead(one)
    ExportFile.objects.update(attempts=export_files.TRIES)
    assert (work(one).state, one.error) == ("failed", "lost") and kept() == []
    assert Notice.objects.filter(kind="export", user=anna).count() == 1


def test_after_a_day_it_is_refused_and_the_night_deletes_it(anna):
    fill(3)
    one, fresh = written(anna), written(anna, "/leads/?sort=name&export=csv")
    (export_files.folder() / "nobodys").write_text("left behind")
    ExportFile.objects.filter(pk=one.pk).update(ended_at=clock.now() - export_files.KEPT - timedelta(minutes=1))
    assert fetched(anna, one).status_code == 404 and fetched(anna, fresh).status_code == 200
    assert "no longer kept" in client_of(anna).get(reverse("export", args=[one.pk])).text
    run = nightly.runs.start(nightly.JOB, clock.today(), clock.now())
    _order, step = nightly._STEPS["exports"]
    assert step.work(run, 0, 1) == 1
    assert list(ExportFile.objects.all()) == [fresh] and kept() == [export_files.path_of(fresh)]


def test_an_erasure_takes_every_file_back(anna, django_capture_on_commit_callbacks):
    from leads.models import Lead

    fill(3)
    one, running = written(anna), ask(anna, "/leads/?sort=name&export=csv")
    piece = dead(running)
    waiting = ask(anna, "/leads/?sort=-name&export=csv")
    lead = Lead.objects.get(email="p1@x.example")
    with django_capture_on_commit_callbacks() as after:
        erasure.erase(leads=[lead], by=person("ad", "administrator"), at=clock.now())
    assert kept() == [] and not piece.exists() and fetched(anna, one).status_code == 404
    states = dict(ExportFile.objects.values_list("pk", "state"))
    assert states == {one.pk: "failed", running.pk: "failed", waiting.pk: "waiting"}
    notice = Notice.objects.get(kind="export", user=anna)
    assert registry.said([notice], anna)[notice.pk].detail == str(export_files.WHY["erased"])
    begun_between = work(waiting)
    for one in after:
        one()
    begun_between.refresh_from_db()
    assert begun_between.error == "erased" and kept() == []
    assert export_files.forget(before=clock.now() + timedelta(days=1)) == 3, "the one that was being written too"
