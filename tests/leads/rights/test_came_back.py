"""Somebody who was erased comes back: refused after an opposition, by every way in; a new person without one."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.management import call_command
from django.db import connection

from leads.intake import facts, suppression
from leads.intake.importing import reports, service, staging
from leads.models import Event, EventKey, Import, Lead, RefusedArrival, Suppression
from leads.rights import consent, erasure
from smarketing.rows import clock
from tests.leads.handoffs.desk import Desk
from tests.leads.pages.test_pages import client_of
from tests.people import person

from . import canary
from .traces import left, tables

pytestmark = pytest.mark.django_db
MAIL = canary.STRINGS["email"]
FIRST = canary.STRINGS["first"]


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def desk():
    return Desk()


def erased(desk, *, opposed: bool) -> Lead:
    (pk,) = facts.create_leads(
        [facts.Birth(clock.now() - timedelta(days=1), {"email": MAIL, "first_name": FIRST})],
        origin=facts.Origin(source="hand"),
    )
    lead = Lead.objects.get(pk=pk)
    if opposed:
        consent.oppose(lead=lead, source="call", text="No.", said_on=None, by=desk.lea, at=clock.now())
    erasure.erase(leads=[Lead.objects.get(pk=pk)], by=desk.boss, at=clock.now())
    return lead


def upload(text: str, kind: str = "", **options) -> Import:
    one = service.open_file(
        kind=kind, stream=BytesIO(text.encode()), filename="f.csv", by=None, at=clock.now(), **options
    )
    one = service.work(service.choose(one=one, mapping=one.mapping, history=False, by=None, at=clock.now()), clock.now)
    return service.work(service.start(one=one, by=None, at=clock.now()), clock.now)


def refusals() -> dict[str, int]:
    return dict(RefusedArrival.objects.values_list("way", "count"))


FILES = {
    "leads": f"Email,First Name,Last Name\n{MAIL.upper()},{FIRST},x\nbob@acme.example,Bob,y\n",
    "optouts": f"Email,Unsubscribed on\n{MAIL},2026-01-05\nbob@acme.example,2026-01-05\n",
    "events": f"Email,Time,Event\n{MAIL},2026-01-05,{FIRST}\n",
    "attempts": f"Email,Channel,Outcome,Date\n{MAIL},call,reached,2026-01-05\n",
}


@pytest.mark.parametrize("kind", FILES)
def test_a_row_of_a_file_is_refused_with_its_reason_and_nothing_of_it_is_kept(desk, kind):
    erased(desk, opposed=True)
    one = upload(FILES[kind], kind)
    rejected = [row for row in one.rows.filter(outcome="rejected") if row.errors[0]["key"] == "erased_opposed"]
    assert [row.line for row in rejected] == [2] and not any(rejected[0].raw) and one.state == "done"
    assert "opposed and was erased" in reports.errors(one)[0]["reason"]
    assert left(tables()) == set() and not staging.path_of(one).exists() and refusals() == {"file": 1}
    assert not Lead.objects.filter(email__iexact=MAIL).exists()
    ann = client_of(person("ann", "marketer"))
    assert "opposed and was erased" in ann.get(f"/imports/{one.pk}/").text
    assert "not taken in: files 1." in " ".join(ann.get("/settings/suppression/").text.split())


def test_a_website_that_names_them_leaves_nothing_and_learns_nothing(desk):
    erased(desk, opposed=True)
    at = clock.now()
    said = [
        {"type": "identify", "anonymousId": "b1", "traits": {"email": MAIL, "firstName": FIRST}},
        {"type": "track", "event": FIRST, "userId": MAIL.upper()},
        {"type": "identify", "userId": "other", "traits": {"email": "bob@acme.example"}},
    ]
    batch = [one | {"messageId": str(n), "timestamp": at.isoformat()} for n, one in enumerate(said)]
    canary.tracked(desk, {"batch": batch}, at)
    assert left(tables()) == set() and refusals() == {"site": 2}
    assert (
        Lead.objects.filter(erased=False).count() == 1 and Event.objects.count() == 1 and EventKey.objects.count() == 3
    )
    from leads.intake.tracking import service as tracking
    from smarketing.accounts.models import Token

    again = tracking.take(body={"batch": batch}, call="batch", token=Token.objects.get(name="site"), at=at)
    assert (again.added, again.repeated, again.problems) == (0, 3, []) and refusals() == {"site": 2}


def test_by_hand_the_form_says_why_and_how_they_may_come_back(desk):
    erased(desk, opposed=True)
    boss = client_of(desk.boss)
    page = boss.post("/leads/add/", {"first_name": "X", "email": MAIL})
    assert page.status_code == 422 and "This person opposed and was erased" in page.text and 'value="X"' in page.text
    bob = Lead.objects.get(
        pk=facts.create_leads([facts.Birth(clock.now(), {"email": "bob@acme.example"})], origin=facts.Origin())[0]
    )
    page = boss.post(f"/leads/{bob.pk}/edit/", {"email": MAIL})
    assert page.status_code == 422 and "This person opposed and was erased" in page.text
    assert left(tables()) == set() and not Lead.objects.filter(email=MAIL).exists()
    assert refusals() == {"hand": 2}
    assert "forms filled by hand 2" in client_of(person("ad", "administrator")).get("/settings/suppression/").text
    consent.unsuppress(email=MAIL, by=desk.boss, at=clock.now(), reason="asked for it")
    assert boss.post("/leads/add/", {"first_name": "X", "email": MAIL}).status_code == 302
    assert not Lead.objects.get(email=MAIL).opted_out


def test_without_an_opposition_they_come_back_as_somebody_new(desk):
    old = erased(desk, opposed=False)
    assert suppression.listed([MAIL]) == {} and not Suppression.objects.exists()
    one = upload(FILES["leads"])
    new = Lead.objects.get(email__iexact=MAIL)
    assert new.pk != old.pk and not new.opted_out and one.report["done"]["created"] == 2 and refusals() == {}


def test_whoever_else_has_the_address_stays_and_is_written_to_by_files(desk):
    (twin,) = facts.create_leads([facts.Birth(clock.now(), {"email": MAIL})], origin=facts.Origin())
    erased(desk, opposed=True)
    upload(FILES["leads"])
    assert Lead.objects.get(pk=twin).first_name == FIRST and Lead.objects.get(pk=twin).opted_out


def test_an_opposition_kept_by_an_older_version_refuses_and_its_mere_erasure_opposes(desk):
    lead = erased(desk, opposed=True)
    with connection.cursor() as cursor:  # as the older version left it: the opposition, without its lead
        cursor.execute("SELECT count(*) FROM leads_suppression WHERE origin = 'opposition' AND lead_id IS NULL")
        assert cursor.fetchone()[0] == 1
    consent.unsuppress(email=MAIL, by=desk.boss, at=clock.now(), reason="test")
    from smarketing.rows.fence import open_fence

    fence = open_fence()
    suppression.add({MAIL: None}, origin="opposition", by=None, at=clock.now(), fence=fence)
    suppression.add({"eve@acme.example": None}, origin="erasure", by=None, at=clock.now(), fence=fence)
    assert suppression.gone([MAIL, "eve@acme.example"]) == {MAIL}
    upload("Email,First Name,Last Name\neve@acme.example,Eve,x\n")
    assert Lead.objects.get(email="eve@acme.example").opted_out and lead.pk


def test_the_page_of_the_erasure_says_what_becomes_of_the_address(desk):
    admin = client_of(person("ad", "administrator"))
    lead = Lead.objects.get(
        pk=facts.create_leads([facts.Birth(clock.now(), {"email": MAIL})], origin=facts.Origin())[0]
    )
    page = admin.get(f"/leads/{lead.pk}/erase/").text
    assert "did not oppose" in page and f"/leads/{lead.pk}/opposition/" in page
    consent.oppose(lead=lead, source="call", text="No.", said_on=None, by=desk.lea, at=clock.now())
    assert "nobody with one of them is taken in again" in admin.get(f"/leads/{lead.pk}/erase/").text


class TestKeys:
    @pytest.fixture(autouse=True)
    def _data(self, settings, tmp_path):
        settings.DATA = tmp_path

    def listed(self) -> bool:
        return MAIL in suppression.listed([MAIL])

    def test_another_secret_key_loses_nothing(self, desk, settings, tmp_path):
        from leads.intake import addresses

        addresses.prepare(clock.now())
        assert (tmp_path / "suppression_key").stat().st_mode & 0o777 == 0o600
        consent.suppress(email=MAIL, by=desk.boss, at=clock.now())
        settings.SECRET_KEY = "another" * 8
        addresses.prepare(clock.now())
        assert self.listed() and addresses.missing() == ""

    def test_an_older_company_keeps_its_hashes(self, desk, settings, tmp_path):
        from leads.intake import addresses

        consent.suppress(email=MAIL, by=desk.boss, at=clock.now())  # under the secret key, as older versions did
        addresses.prepare(clock.now())
        settings.SECRET_KEY = "another" * 8
        assert self.listed()
        assert (tmp_path / "suppression_key").read_text().strip() != settings.SECRET_KEY

    def test_a_missing_key_is_told_and_nobody_starts(self, desk, settings, tmp_path, monkeypatch):
        from django.core.management.base import CommandError

        from leads.intake import addresses
        from smarketing.web import ready

        addresses.prepare(clock.now())
        consent.suppress(email=MAIL, by=desk.boss, at=clock.now())
        kept = (tmp_path / "suppression_key").read_text()
        (tmp_path / "suppression_key").unlink()
        assert not self.listed()
        assert "key of the suppression list is missing" in ready.checks()["suppression key"]
        with pytest.raises(addresses.KeyMissing):
            addresses.prepare(clock.now())
        assert not (tmp_path / "suppression_key").exists()
        monkeypatch.setattr("smarketing.jobs.management.commands.prepare.Command._static", lambda self: None)
        monkeypatch.setattr("smarketing.jobs.management.commands.prepare.call_command", lambda *said, **more: None)
        with pytest.raises(CommandError, match="suppression_key"):
            call_command("prepare")
        settings.SUPPRESSION_KEY = kept.strip()
        assert self.listed() and ready.checks()["suppression key"] == "ok"

    def test_a_new_key_is_put_before_the_old_one_and_both_are_known(self, desk, settings):
        from leads.intake import addresses

        settings.SUPPRESSION_KEY = "old" * 10
        addresses.prepare(clock.now())
        consent.suppress(email=MAIL, by=desk.boss, at=clock.now())
        settings.SUPPRESSION_KEY = f"{'new' * 10},{'old' * 10}"
        addresses.prepare(clock.now())
        assert self.listed() and not consent.suppress(email=MAIL, by=desk.boss, at=clock.now())
        consent.suppress(email="bob@acme.example", by=desk.boss, at=clock.now())
        settings.SUPPRESSION_KEY = "new" * 10
        assert "bob@acme.example" in suppression.listed(["bob@acme.example"]) and addresses.missing()
