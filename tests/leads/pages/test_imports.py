"""The pages of imports: upload, map, try, apply, mend; nothing is written before it was seen."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from leads.models import Company, Import, Lead
from personas.models import FieldDef
from tests.people import person

pytestmark = pytest.mark.django_db
GOOD = "Email,First Name,Company Name,Create Date,Shoe size\n" + "".join(
    f"p{n}@example.test,Ada{n},Acme {n % 5},2026-01-{n % 27 + 1:02d},{n}\n" for n in range(47)
)
BAD = "no address,Bea,Acme,2026-01-01,1\nbad@example.test,Cy,Acme,2026-02-30,1\nlast@example.test,Di,Acme,yesterday,1\n"


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(params=["en", "fr"])
def marketer(request, client):
    user = person("Mo", "marketer", language=request.param)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return user


def upload(client, text, name="people.csv", kind="leads", like=""):
    body = text if isinstance(text, bytes) else text.encode()
    answer = client.post(f"/imports/new/{like}", {"kind": kind, "file": SimpleUploadedFile(name, body)})
    return answer, Import.objects.order_by("pk").last()


def choose(client, one, **changes):
    """Post the mapping page as it stands, with changes."""
    page = client.get(f"/imports/{one.pk}/?mapping").context["form"]
    data = {name: value for name, value in page.options.initial.items() if value not in (False, None)}
    data |= {"encoding": page.format.encoding, "separator": page.format.separator}
    for row in page.rows():
        data |= {f"to-{row.index}": row.to, f"type-{row.index}": row.type}
    return client.post(f"/imports/{one.pk}/mapping/", data | changes)


def test_fifty_rows_with_three_bad_ones_are_tried_applied_and_mended(client, marketer):
    answer, one = upload(client, GOOD + BAD)
    assert answer.headers["Location"] == f"/imports/{one.pk}/"
    assert choose(client, one).headers["Location"] == f"/imports/{one.pk}/"
    assert Lead.objects.count() == 0 and not FieldDef.objects.filter(key="lead.x_shoe_size").exists()
    page = client.get(f"/imports/{one.pk}/")
    assert page.context["counts"] == {"created": 47, "updated": 0, "unchanged": 0, "rejected": 3}
    assert [(e["line"], e["column"], e["cell"]) for e in page.context["report"]["errors"]] == [
        (49, "Email", "no address"),
        (50, "Create Date", "2026-02-30"),
        (51, "Create Date", "yesterday"),
    ]
    client.post(f"/imports/{one.pk}/apply/")
    assert Lead.objects.count() == 47 and Company.objects.count() == 5
    assert FieldDef.objects.get(key="lead.x_shoe_size").type == "number"
    assert client.get(f"/imports/{one.pk}/").status_code == 200
    rejected = b"".join(client.get(f"/imports/{one.pk}/rejected.csv").streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(rejected)))
    assert [row["import_line"] for row in rows] == ["49", "50", "51"]
    mended = rejected.replace("no address", "bea@example.test").replace("2026-02-30", "2026-02-28")
    _answer, again = upload(client, mended.replace("yesterday", "2026-03-01"), like=f"?like={one.pk}")
    choose(client, again)
    client.post(f"/imports/{again.pk}/apply/")
    assert Import.objects.get(pk=again.pk).report["done"]["created"] == 3
    assert Lead.objects.count() == 50
    assert client.get("/imports/").status_code == 200


def test_applying_twice_changes_nothing(client, marketer):
    _answer, one = upload(client, GOOD)
    choose(client, one)
    for _time in range(2):
        assert client.post(f"/imports/{one.pk}/apply/").status_code == 302
    assert Lead.objects.count() == 47


def test_a_workbook_named_csv_is_said_to_be_one(client, marketer):
    answer, one = upload(client, b"PK\x03\x04" + b"\0" * 50)
    assert one is None
    assert "XLSX" in answer.content.decode()


def test_the_file_is_read_again_with_another_separator(client, marketer):
    _answer, one = upload(client, "Email;Nom\nada@example.test;Lovelace\n")
    page = choose(client, one, separator=",", reread="1")
    assert [row.header for row in page.context["columns"]] == ["Email;Nom"]
    page = choose(client, one, separator=";", reread="1")
    assert [row.header for row in page.context["columns"]] == ["Email", "Nom"]
    assert Import.objects.get(pk=one.pk).state == "checked"


def test_what_a_mapping_lacks_is_said_on_its_page(client, marketer):
    _answer, one = upload(client, "Email,Nom\nada@example.test,Lovelace\n")
    answer = choose(client, one, **{"to-0": "-"})
    assert answer.status_code == 200 and len(answer.context["problems"]) == 1
    assert Import.objects.get(pk=one.pk).state == "checked"


def test_a_file_whose_columns_are_all_known_is_checked_at_once_and_its_mapping_may_be_changed(client, marketer):
    answer, one = upload(client, "Email,Nom\nada@example.test,Lovelace\n")
    page = client.get(answer["Location"]).text
    assert f'action="/imports/{one.pk}/apply/"' in page and 'href="?mapping"' in page and not Lead.objects.exists()
    _answer, other = upload(client, "Email,Shoe\nada@example.test,40\n")
    assert Import.objects.get(pk=other.pk).state == "new" and 'name="to-1"' in client.get(f"/imports/{other.pk}/").text


def test_a_large_file_shows_its_progress_and_may_be_stopped(client, marketer, monkeypatch):
    monkeypatch.setattr("leads.pages.imports.AT_ONCE", 0)
    _answer, one = upload(client, GOOD)
    choose(client, one)
    assert b"data-poll" in client.get(f"/imports/{one.pk}/").content
    assert client.get(f"/imports/{one.pk}/progress/").status_code == 200
    client.post(f"/imports/{one.pk}/stop/")
    assert client.get(f"/imports/{one.pk}/progress/").headers["HX-Refresh"] == "true"
    assert Lead.objects.count() == 0


def test_whoever_may_not_import_gets_nothing(client):
    client.force_login(person("Ria", "rep"), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/imports/").status_code == 403
    assert client.get("/imports/new/").status_code == 403
