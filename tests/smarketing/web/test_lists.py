"""Lists as people arrange them: columns in the address and remembered, views saved, shared, opened first, deleted."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.http import QueryDict

from smarketing.accounts.models import AuditEntry, User
from smarketing.web.models import ListHabit, SavedView
from smarketing.web.once import new_key
from smarketing.web.tables import Column, Table
from tests.people import client_of, person

pytestmark = pytest.mark.django_db
CAMPAIGNS = "/campaigns/"


def post(client, address: str, here: str = CAMPAIGNS, table: str = "leads:campaigns", **said):
    return client.post(address, {"table": table, "here": here, "once": new_key(), **said})


def heads(client, address: str) -> list[str]:
    """Keys of the columns that the list shows."""
    from leads.models import Campaign
    from smarketing.rows import clock

    Campaign.objects.exists() or Campaign.objects.create(created_at=clock.now(), recorded_at=clock.now(), name="Salon")
    return [one.key for one in client.get(address).context["table"].columns]


def test_columns_are_chosen_in_the_address_and_what_names_a_row_stays():
    columns = (Column("name", "Name", head=True), Column("a", "A"), Column("b", "B", extra=True), Column("c", "C"), Column("p", "P", personal=True), Column("back", ""))  # fmt: skip
    for query, remembered, shown in [
        ("", [], ["name", "a", "c", "p", "back"]), ("columns=b,a", [], ["name", "b", "a", "back"]), ("columns=a,name,a", [], ["a", "name", "back"]),
        ("", ["b"], ["name", "b", "back"]), ("columns=zzz", ["c", "zzz"], ["name", "c", "back"]), ("columns=a", ["b"], ["name", "a", "back"]),
    ]:  # fmt: skip
        table = Table((*columns, Column("s", "S", sort="name", extra=True)), User.objects.all(), QueryDict(query), "s")
        table.arrange(remembered)
        assert [one.key for one in table.columns] == shown, query
        assert [column.key for column in table.exported] == [key for key in shown if key != "back"]
    blind = Table((Column("p", "P", personal=True, sort="name"), Column("s", "S", sort="name"), *columns), User.objects.all(), QueryDict("columns=p,a"), "s", personal=False)  # fmt: skip
    assert [one.key for one in blind.columns] == ["name", "a", "back"]


def test_columns_are_remembered_by_person_and_the_reset_brings_back_those_given():
    ada, bob = client_of(person("ada", "marketer")), client_of(person("bob", "marketer"))
    given = heads(ada, CAMPAIGNS)
    answer = post(ada, "/views/columns/", f"{CAMPAIGNS}?sort=-cost&after=x", column=["cost", "channel", "<x>"])
    assert answer.url == f"{CAMPAIGNS}?sort=-cost&columns=cost,channel"
    assert heads(ada, answer.url) == heads(ada, CAMPAIGNS) == ["name", "cost", "channel"]
    assert heads(bob, CAMPAIGNS) == given and heads(bob, answer.url) == ["name", "cost", "channel"]
    assert post(ada, "/views/columns/", answer.url, reset="1").url == f"{CAMPAIGNS}?sort=-cost"
    assert heads(ada, CAMPAIGNS) == given


def test_a_view_keeps_filters_order_and_columns_and_comes_back():
    ada = person("ada", "marketer")
    client = client_of(ada)
    here = "/leads/?stage=mql&sort=name&columns=stage,email&after=abc&q="
    answer = post(client, "/views/save/", here, "leads:list", name="  My   MQLs ")
    view = SavedView.objects.get()
    assert (view.user, view.table, view.name, view.shared) == (ada, "leads:list", "My MQLs", False)
    assert parse_qs(urlsplit(answer.url).query) == {
        "stage": ["mql"], "sort": ["name"], "columns": ["stage,email"], "view": [str(view.pk)],
    }  # fmt: skip
    page = client.get(answer.url)
    assert page.context["shelf"].active == view and not page.context["shelf"].changed
    assert [one.key for one in page.context["table"].columns] == ["name", "stage", "email"]
    assert client.get(f"{answer.url}&grade=A1").context["shelf"].changed is True
    post(client, "/views/save/", "/leads/?stage=sal", "leads:list", name="My MQLs", shared="on", first="on")
    view.refresh_from_db()
    assert (view.query, view.shared, SavedView.objects.count()) == ("stage=sal", True, 1)
    assert client.get("/leads/").url == f"/leads/?stage=sal&view={view.pk}"
    assert client.get("/leads/?view=0").status_code == 200
    assert [one.detail["shared"] for one in AuditEntry.objects.filter(verb="views.save").order_by("pk")] == [
        False,
        True,
    ]


def test_shared_views_are_everybodys_to_open_and_their_makers_to_change():
    ada, bob, alex = person("ada", "marketer"), person("bob", "rep"), person("alex", "administrator")
    mine, ours = [
        SavedView.objects.create(user=ada, table="leads:list", name=name, query="stage=mql", shared=shared)
        for name, shared in (("mine", False), ("ours", True))
    ]
    imports = SavedView.objects.create(user=ada, table="leads:imports", name="files", shared=True)
    rep = client_of(bob)
    text = rep.get("/views/").text
    assert "ours" in text and "mine" not in text and "files" not in text, "a rep imports nothing"
    assert [one.name for one in rep.get("/leads/?view=0").context["shelf"].others] == ["ours"]
    for view, status in ((mine, 404), (ours, 404), (imports, 404)):
        assert post(rep, f"/views/{view.pk}/", name="taken", delete="1").status_code == status
    assert post(rep, f"/views/{ours.pk}/", first="1").status_code == 302
    assert rep.get("/leads/").url == f"/leads/?stage=mql&view={ours.pk}"
    maker = client_of(ada)
    post(maker, f"/views/{ours.pk}/", name="mine")
    ours.refresh_from_db()
    assert (ours.name, ours.shared) == ("ours", True), "the name is taken"
    post(maker, f"/views/{ours.pk}/", name="ours alone")
    ours.refresh_from_db()
    assert (ours.name, ours.shared) == ("ours alone", False)
    assert rep.get("/leads/").status_code == 200, "what is no longer shared opens for nobody else"
    post(client_of(alex), f"/views/{imports.pk}/", delete="1")
    post(maker, f"/views/{mine.pk}/", delete="1")
    assert list(SavedView.objects.all()) == [ours]
    post(maker, f"/views/{ours.pk}/", delete="1")
    assert ListHabit.objects.get(user=bob).view is None


@pytest.mark.parametrize(
    ("here", "table", "said"),
    [
        ("https://elsewhere.example/x", "leads:list", {}), ("/settings/audit/", "accounts:audit", {}),
        ("/leads/", "leads:campaigns", {}), ("/nowhere/", "", {}),
    ],
)  # fmt: skip
def test_a_list_that_is_not_there_or_not_theirs_is_arranged_by_nobody(here, table, said):
    client = client_of(person("ada", "marketer"))
    for address in ("/views/save/", "/views/columns/"):
        assert post(client, address, here, table, name="x", column="a").status_code == 404
    assert not SavedView.objects.exists() and not ListHabit.objects.exists()


def test_a_view_without_a_name_or_too_long_is_refused_in_words():
    client = client_of(person("ada", "marketer"))
    for here, name in (("/leads/", " "), ("/leads/", "x" * 61), (f"/leads/?q={'x' * 3000}", "long")):
        answer = post(client, "/views/save/", here, "leads:list", name=name)
        assert answer.url.startswith("/leads/") and not SavedView.objects.exists()


def test_the_rows_picked_are_a_file_of_any_list_and_no_others():
    boss = client_of(person("Ada", "administrator"))
    one, two = person("Bo", "rep"), person("Cy", "rep")
    html = boss.get("/settings/people/").text
    assert 'name="export" value="csv"' in html and 'form="picking"' in html
    for query, found in (
        (f"pick={one.pk}", ["Bo"]), (f"pick={one.pk}&pick={two.pk}&sort=-name", ["Cy", "Bo"]), (f"pick={one.pk}&all=1", ["Ada", "Bo", "Cy"]),
        ("pick=x&pick=999999999999999999999", ["Ada", "Bo", "Cy"]), (f"pick={one.pk}&q=cy", []),
    ):  # fmt: skip
        lines = b"".join(boss.get(f"/settings/people/?{query}&export=csv").streaming_content).decode("utf-8-sig")
        assert [line.split(",")[0] for line in lines.splitlines()[1:]] == found, query


def test_a_deed_leads_back_to_the_list_that_it_was_asked_from_and_nowhere_else():
    mia = person("Mia", "marketer")
    for back, there in (
        ("q=a", "/companies/?q=a"), ("/companies/?q=a", "/companies/?q=a"), ("/leads/?sort=name", "/leads/?sort=name"),
        ("https://evil.example/?x", "/companies/"), ("//evil.example/leads/?x", "/companies/"), ("/settings/people/?q=a", "/companies/?q=a"),
        ("/leads/add/?q=a", "/companies/?q=a"), ("/nowhere/?q=a", "/companies/?q=a"),
    ):  # fmt: skip
        page = client_of(mia).get("/companies/set/", {"back": back}).text
        main = page.replace("&amp;", "&").partition("<main")[2].partition("</main")[0]
        assert f'href="{there}' in main and 'href="http' not in main and 'href="//' not in main, back
