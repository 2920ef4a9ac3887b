"""Many imports stopped, undone or dropped, many mappings forgotten and remembered again."""

from io import BytesIO

import pytest
from django.urls import reverse

from leads.intake.importing import memory, service, staging, tasks
from leads.models import Import, ImportRow, Lead
from smarketing.accounts.models import AuditEntry
from smarketing.rows.clock import now
from tests.people import client_of, person
from tests.picking import asked, done

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def mia():
    return client_of(person("Mia", "marketer"))


def text(email: str, last: str = "Love") -> str:
    return f"First Name,Last Name,Email\nAda,{last},{email}\n"


def opened(email: str) -> Import:
    stream = BytesIO(text(email).encode())
    return service.open_file(kind="leads", stream=stream, filename=f"{email}.csv", by=None, at=now())


def ran(tmp_path, email: str, last: str = "Love") -> Import:
    path = tmp_path / f"{email}.csv"
    path.write_text(text(email, last))
    return service.run(kind="leads", path=path, at=now)


def test_files_that_were_never_imported_are_dropped_and_the_others_are_left(mia, tmp_path):
    begun, done_one = opened("a@x.test"), ran(tmp_path, "b@x.test")
    page = done(mia, "leads:bulk_import_drop", [begun, done_one])
    assert "1 file dropped." in page and "b@x.test.csv: was imported, or is under way" in page
    begun.refresh_from_db()
    assert begun.state == "dropped" and not ImportRow.objects.filter(batch=begun).exists()
    assert AuditEntry.objects.get(verb="import.drop").subject_id == begun.pk and Lead.objects.count() == 1
    shown = mia.get(reverse("leads:import", args=[begun.pk])).text
    assert "This file was dropped" in shown and "Drop this file" not in shown
    assert [one.pk for one in mia.get("/imports/?state=dropped").context["table"].objects] == [begun.pk]
    with pytest.raises(service.Refused):
        service.choose(one=begun, mapping=begun.mapping, history=False, by=None, at=now())


@pytest.mark.django_db(transaction=True)
def test_a_dropped_file_is_kept_no_more(mia):
    begun = opened("a@x.test")
    assert staging.path_of(begun).exists()
    assert "Drop this file" in mia.get(reverse("leads:import", args=[begun.pk])).text
    done(mia, "leads:bulk_import_drop", [begun])
    assert not staging.path_of(begun).exists()


def test_imports_are_undone_the_newest_first_and_one_under_way_is_stopped(mia, tmp_path):
    some = [ran(tmp_path, "a@x.test"), ran(tmp_path, "a@x.test", last="Byron")]
    waiting = opened("c@x.test")
    page = done(mia, "leads:bulk_import_undo", [*some, waiting])
    assert "2 imports are being undone." in page and "c@x.test.csv: there is nothing to undo" in page
    for one in reversed(some):  # the older one changed by the newer is free only when that is gone
        assert tasks.due() == [one.pk]
        one.refresh_from_db()
        assert service.work(one, now).state == "undone"
    assert tasks.due() == [] and not Lead.objects.filter(erased=False).exists()
    Import.objects.filter(pk=waiting.pk).update(state="checking")
    assert "1 import" in asked(mia, "leads:bulk_import_stop", [*some, waiting])
    assert "1 import stopped." in done(mia, "leads:bulk_import_stop", [*some, waiting])
    assert Import.objects.get(pk=waiting.pk).state == "new"


def test_mappings_are_forgotten_and_remembered_again(mia, tmp_path):
    one = ran(tmp_path, "a@x.test")
    assert "1 mapping forgotten." in done(mia, "leads:bulk_mapping_forget", [one])
    assert memory.is_forgotten(one, memory.decided(one))
    assert "is forgotten already" in asked(mia, "leads:bulk_mapping_forget", [one])
    assert "1 mapping remembered again." in done(mia, "leads:bulk_mapping_remember", [one])
    assert not memory.is_forgotten(one, memory.decided(one))


def test_reps_do_none_of_it(tmp_path):
    one, rep = ran(tmp_path, "a@x.test"), client_of(person("Bo", "rep"))
    for name in ("import_stop", "import_undo", "import_drop", "mapping_forget", "mapping_remember"):
        assert rep.get(reverse(f"leads:bulk_{name}"), {"pick": one.pk}).status_code == 403
