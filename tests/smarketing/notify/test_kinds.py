"""Papers, closed months and failed nights are told to those whom the table names."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from reporting.books import notices as books
from reporting.books import reopening
from reporting.models import BookClose
from smarketing.agreements import services as agreements
from smarketing.calendars import services as calendars
from smarketing.jobs import outbox, runs
from smarketing.jobs.models import Run
from smarketing.notify import registry, sending
from smarketing.notify.models import Mail, Notice
from smarketing.rows import clock
from tests.people import PASSWORD, client_of, person
from tests.sla.contracts import VOLUME, contract, handoff, paris, sign, signers
from tests.smarketing.notify.post import office
from tests.smarketing.notify.test_table import ALWAYS

pytestmark = pytest.mark.django_db


def told(kind: str) -> list[str]:
    return sorted(Notice.objects.filter(kind=kind).values_list("user__name", flat=True))


def page(user) -> str:
    return client_of(user).get("/notices/").content.decode()


def test_a_paper_is_told_when_proposed_and_at_each_signature_to_all_but_whose_deed_it_is():
    (claire, hugo), ines = signers(), person("ines", "marketer")
    person("lea", "rep"), person("vi", "viewer")
    signer = person("paul", "rep", signs=True)
    given = {"kind": "minutes", "line": "minutes:1", "body": {"a": 1}, "by": claire}
    paper = agreements.propose(**given, at=clock.now())
    agreements.propose(**given, at=clock.now())  # the same text is the same paper
    assert told("paper") == ["hugo", "ines", "paul"]
    agreements.sign(paper=paper, by=claire, at=clock.now(), password=PASSWORD)
    assert (
        "claire proposed" in page(ines)
        and "claire signed" in page(ines)
        and "signature of sales is missing" in page(ines)
    )
    agreements.sign(paper=paper, by=hugo, at=clock.now(), password=PASSWORD)
    assert told("paper") == ["claire", "hugo", "hugo", "ines", "ines", "ines", "paul", "paul", "paul"]
    assert "Both sides have signed." in page(signer) and set(Notice.objects.values_list("mail", flat=True)) == {"once"}


def test_a_month_closed_restated_and_opened_again_is_mailed_to_managers_and_marketers():
    (claire, hugo), ines, now = signers(), person("ines", "marketer"), clock.now()
    of, month = contract(), date(2025, 10, 1)
    book = BookClose.objects.create(
        contract=of, month=month, number=1, cutoff=now - timedelta(minutes=5), figures="{}", sha256="0" * 64,
        closed_by=claire, closed_at=now,
    )  # fmt: skip
    books.tell_closed(book, now)
    assert told("month") == ["hugo", "ines"] and not Notice.objects.filter(shown=True).exists()
    night = Run(cutoff=now, business_date=now.date())
    assert books.look(night) == 0
    handoff(paris(2025, 10, 20, 10), known=now - timedelta(minutes=1))
    assert [books.look(night), books.look(night)] == [1, 0]
    paper = reopening.propose_reopening(book=book, reason="a file came late", by=claire, at=now)
    for signer in (claire, hugo):
        agreements.sign(paper=paper, by=signer, at=now, password=PASSWORD)
    said = registry.said(Notice.objects.filter(kind="month", user=ines).order_by("pk"), ines).values()
    assert [line.text for line in said] == [
        "October 2025 is closed",
        "October 2025, closed, is restated: 1 fact came late",
        "October 2025 was opened again",
    ]
    assert {line.url for line in said} == {reverse("reporting:book", args=[of.pk, "2025-10"])}


def test_a_failed_night_is_told_to_administrators_each_time_it_fails(monkeypatch):
    ada, today = person("ada", "administrator"), clock.today()
    person("bo", "manager", "sales")
    broken = [True]
    step = runs.Step("first", lambda run: [(0, 1)], lambda run, low, high: 1 // (not broken[0]))
    monkeypatch.setitem(runs.JOBS, "test", runs.Job("test", "Nightly run", [step]))
    run = runs.go_on(runs.start("test", today, clock.now()))
    assert run.state == "failed" and told("night_failed") == ["ada"]
    runs.try_again(run)
    runs.go_on(Run.objects.get())
    assert told("night_failed") == ["ada", "ada"] and "stopped by errors" in page(ada)
    runs.try_again(run)
    broken[0] = False
    runs.go_on(Run.objects.get())
    assert told("night_failed") == ["ada", "ada"] and "It has gone through since." in page(ada)


def test_each_kind_of_the_table_has_its_words():
    assert set(registry.CHANNELS) == {key for key in registry.CHANNELS if registry.get(key)}


def test_a_month_mailed_is_drawn_for_a_manager_and_the_picture_hangs_on_the_mail(settings):
    (_claire, hugo), ines, now = signers(), person("ines", "marketer"), clock.now()
    always = calendars.create_version(name="always", spec=ALWAYS, by=None, at=now)
    first = (now.date().replace(day=1) - timedelta(days=1)).replace(day=1)
    sign(contract(), [VOLUME], first, at=now - timedelta(days=90), using=always)
    Notice.objects.all().delete()
    books.look(Run(cutoff=now, business_date=now.date()))
    Notice.objects.update(told_at=now - timedelta(hours=1))
    with office(settings) as post:
        assert sending.send_due(now) == 3
        outbox.relay()
    got = {one["To"]: one for one in post.got}
    drawn = [part for part in got[hugo.email].walk() if part.get_content_type() == "image/png"]
    assert drawn[0]["Content-ID"] == "<picture>" and drawn[0].get_content().startswith(b"\x89PNG")
    page = got[hugo.email].get_body(("html",)).get_content()
    assert 'src="cid:picture"' in page and "promised 200" in page
    assert not [part for part in got[ines.email].walk() if part.get_content_type() == "image/png"]
    shown = client_of(person("ada", "administrator")).get(f"/settings/mails/{Mail.objects.get(person=hugo).pk}/page/")
    assert "data:image/png;base64," in shown.content.decode() and "cid:" not in shown.content.decode()
    assert "data:" in shown.headers["Content-Security-Policy"]
