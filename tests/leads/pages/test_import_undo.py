"""The import pages from upload to undo: kind told, dates asked, undone, refused with the list."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from leads.intake import by_hand
from leads.models import Import, Lead
from smarketing.rows.clock import now
from tests.people import person

pytestmark = pytest.mark.django_db
TEXT = "Record ID,First Name,Last Name,Email,Create Date\n1,Ada,Love,ada@x.test,1/5/2026\n"


@pytest.fixture
def marketer(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    one = person("Mia", "marketer")
    client.force_login(one)
    return one


def upload(client, text, name="file.csv"):
    file = SimpleUploadedFile(name, text.encode(), "text/csv")
    return client.post(reverse("leads:import_new"), {"file": file}, follow=True)


def chosen(client, one, **said):
    """Choose what the file does not show it; one whose columns are all known was checked when it came."""
    page = client.get(reverse("leads:import", args=[one.pk]))
    form = page.context["form"]
    data = {field.name: field.value() or "" for field in form.options if field.name not in ("history", "make_missing")}
    return client.post(reverse("leads:import_choose", args=[one.pk]), data | {"kind": one.kind} | said, follow=True)


def test_from_upload_to_undo(client, marketer):
    page = upload(client, TEXT)
    one = Import.objects.get()
    assert one.kind == "leads" and one.mapping["source"] == "hubspot"
    assert "Is the day or the month first in “1/5/2026”?" in page.content.decode()
    assert "the file does not show it" in chosen(client, one).content.decode()
    chosen(client, one, dates="mdy")
    client.post(reverse("leads:import_apply", args=[one.pk]))
    page = client.get(reverse("leads:import", args=[one.pk])).content.decode()
    assert Lead.objects.get().last_name == "Love" and "Undo this import" in page
    page = client.post(reverse("leads:import_undo", args=[one.pk]), follow=True).content.decode()
    assert "This import was undone" in page and not Lead.objects.filter(erased=False).exists()


def test_undoing_is_refused_with_the_list(client, marketer):
    upload(client, TEXT.replace("1/5", "1/31"))
    one = Import.objects.get()
    assert one.state == "checked"
    client.post(reverse("leads:import_apply", args=[one.pk]))
    lead = Lead.objects.get()
    by_hand.edit_lead(lead=lead, by=marketer, at=now(), values={"phone": "1"}, company={})
    page = client.post(reverse("leads:import_undo", args=[one.pk]), follow=True).content.decode()
    assert "Worked on since" in page and "values changed by hand" in page and "Ada Love" in page
    assert Lead.objects.filter(erased=False).exists()


def test_a_file_of_no_kind_asks_and_a_renamed_column_is_told(client, marketer):
    page = upload(client, "foo,bar\n1,2\n").content.decode()
    assert "These columns do not show what the rows are" in page
    upload(client, TEXT.replace("1/5", "1/31"))
    assert Import.objects.get().state == "checked"
    page = upload(client, TEXT.replace("1/5", "1/31").replace("Create Date", "Created on")).content.decode()
    assert (
        "“Created on” stands where “Create Date” stood" in page
        or "“Create Date” seems to be called “Created on” now" in page
    )


def test_the_kind_may_be_changed_on_the_mapping_page(client, marketer):
    upload(client, TEXT)
    one = Import.objects.get()
    page = client.post(reverse("leads:import_choose", args=[one.pk]), {"kind": "optouts"}, follow=True)
    assert Import.objects.get().kind == "optouts" and page.status_code == 200
