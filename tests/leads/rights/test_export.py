"""An export holds everything about the person and nothing about anybody else; who made it is in the audit log."""

import io
import json
import zipfile

import pytest

from leads.models import Lead
from leads.rights import export
from leads.rights.problems import Refusal
from smarketing.accounts.models import AuditEntry
from smarketing.rows import clock
from tests.leads.handoffs.desk import Desk
from tests.leads.pages.test_pages import client_of
from tests.people import person

from . import canary

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def test_every_string_of_the_person_is_in_the_file_and_nobody_elses(tmp_path):
    desk = Desk()
    lead = canary.live(desk, tmp_path)
    canary.worked(desk, lead)
    other = desk.hand(last_name="Somebodyelse", email="else@acme.example").lead
    admin = client_of(person("ada", "administrator"))
    assert "events" in admin.get(f"/leads/{lead.pk}/export/").text
    answer = admin.post(f"/leads/{lead.pk}/export/")
    assert answer["Content-Disposition"] == f'attachment; filename="person-{lead.pk}.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        whole, page = archive.read("person.json").decode(), archive.read("person.html").decode()
        assert {name for name, text in canary.STRINGS.items() if text not in whole} == set()
        assert {
            name for name in ("first", "email", "note", "call", "proof") if canary.STRINGS[name] not in page
        } == set()
        assert "Somebodyelse" not in whole + page
        assert json.loads(whole)["attempts"][0]["rep_name"] == "lea"
        assert canary.STRINGS["phone"] in archive.read("values.csv").decode()
        assert f"'{canary.STRINGS['phone']}" in archive.read("values.csv").decode()  # no formula for a spreadsheet
        assert canary.STRINGS["note"] in archive.read("story.csv").decode()
    assert AuditEntry.objects.get(verb="leads.export_person").subject_id == lead.pk
    for who, status in ((desk.lea, 403), (desk.boss, 200)):
        assert client_of(who).get(f"/leads/{other.pk}/export/").status_code == status


def test_nothing_is_exported_of_the_erased_and_the_merged():
    desk = Desk()
    first, second = desk.hand().lead, desk.hand().lead
    Lead.objects.filter(pk=first.pk).update(erased=True)
    Lead.objects.filter(pk=second.pk).update(root_id=first.pk)
    for lead, why in ((first, "erased"), (second, "merged")):
        with pytest.raises(Refusal, match=why):
            export.export(lead=Lead.objects.get(pk=lead.pk), by=desk.boss, at=clock.now())
        assert client_of(desk.boss).post(f"/leads/{lead.pk}/export/").status_code == 422
