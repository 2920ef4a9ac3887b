"""Remembered mappings: listed, looked at, mended, forgotten and remembered again, by whoever may import."""

from io import BytesIO

import pytest
from django.urls import reverse

from leads.intake.importing import memory, service
from leads.models import Import
from smarketing.accounts.models import AuditEntry
from smarketing.rows.clock import now
from tests.people import person

pytestmark = pytest.mark.django_db
TEXT = "Email,Boss,Stars\na@x.test,Ann,3\n"
MAP = {"columns": {"Email": "lead.email", "Boss": "x_boss", "Stars": "x_stars"}, "source": "crm"}


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def ran(tmp_path):
    path = tmp_path / "contacts.csv"
    path.write_text(TEXT)
    return service.run(kind="leads", path=path, mapping=MAP, at=now)


@pytest.fixture
def page(client, ran):
    client.force_login(person("Ada", "marketer", "marketing"))
    return reverse("leads:mapping", args=[ran.pk])


def opened(text=TEXT):
    """How the next file of these columns would be read."""
    return service.open_file(kind="leads", stream=BytesIO(text.encode()), filename="f.csv", by=None, at=now())


def test_the_list_names_each_set_of_columns_once(client, page, ran, tmp_path):
    (tmp_path / "more.csv").write_text("Stars,Boss,Email\n4,Bob,b@x.test\n")
    again = service.run(kind="leads", path=tmp_path / "more.csv", at=now)
    answer = client.get(reverse("leads:mappings")).content.decode()
    assert answer.count("more.csv") and "contacts.csv" not in answer
    assert "Stars, Boss, Email" in answer and reverse("leads:mapping", args=[again.pk]) in answer
    assert client.get(page).status_code == 404  # an older import stands for nothing any more


def test_a_mended_mapping_is_proposed_and_the_import_keeps_its_own(client, page, ran):
    form = client.get(page).context["form"]
    said = {name: form.options[name].value() or "" for name in form.options.fields}
    sent = said | {
        "source": "hubspot",
        "to-0": "lead.email",
        "to-1": "lead.last_name",
        "to-2": "-",
        "type-1": "",
        "type-2": "",
    }
    assert client.post(page, sent).status_code == 302
    found = opened()
    assert found.mapping["columns"] == {"Email": "lead.email", "Boss": "lead.last_name", "Stars": "-"}
    assert found.mapping["source"] == "hubspot" and found.report["like"]["pk"] == ran.pk
    ran.refresh_from_db()
    assert ran.mapping["columns"]["Boss"] == "x_boss"
    assert "Corrected by Ada" in client.get(page).content.decode()
    wrong = client.post(page, sent | {"to-1": "lead.email"})
    assert "Several columns become “e-mail”: Email, Boss." in wrong.content.decode()
    assert (
        wrong.context["form"].rows()[1].to == "lead.email" and opened().mapping["columns"]["Boss"] == "lead.last_name"
    )


def test_what_is_forgotten_is_proposed_no_more_until_it_is_remembered_again(client, page, ran):
    client.post(reverse("leads:mapping_forget", args=[ran.pk]))
    fresh = opened()
    assert "like" not in fresh.report and fresh.mapping["source"] == "file"
    assert "Forgotten by Ada" in client.get(page).content.decode()
    client.post(reverse("leads:mapping_remember", args=[ran.pk]))
    assert opened().mapping["source"] == "crm"
    said = AuditEntry.objects.filter(verb__startswith="mapping.").order_by("pk").values_list("verb", flat=True)
    assert list(said) == ["mapping.forget", "mapping.remember"]


def test_a_file_that_came_after_the_forgetting_is_remembered(client, page, ran, tmp_path):
    memory.forget(one=ran, by=person("Bob", "marketer", "marketing"), at=now())
    service.run(kind="leads", path=tmp_path / "contacts.csv", mapping=MAP | {"source": "later"}, at=now)
    assert opened().mapping["source"] == "later"


def test_whoever_may_not_import_sees_none(client, page, ran):
    client.force_login(person("Rita", "rep", "sales"))
    for name in ("mapping_forget", "mapping_remember"):
        assert client.post(reverse(f"leads:{name}", args=[ran.pk])).status_code in (302, 403, 404)
    assert client.get(page).status_code in (403, 404) and client.get(reverse("leads:mappings")).status_code in (
        403,
        404,
    )
    assert memory.decided(Import.objects.get()) is None
