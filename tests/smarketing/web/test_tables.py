"""Tables: sorted, paged by key without a row lost or shown twice, exported without a formula in it."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db.models import F
from django.http import QueryDict
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smarketing.accounts.models import User
from smarketing.web import spreadsheet
from smarketing.web.tables import Column, Table, shown
from tests.people import person

pytestmark = pytest.mark.django_db
COLUMNS = (
    Column("name", "Name", sort="name", head=True, url=lambda row: "/x/"),
    Column("team", "Team", sort="team_id", value="team_id", align="num"),
    Column("email", "E-mail", personal=True),
    Column("joined", "Joined", value="joined_at", sort="joined_at"),
)


def table(query: str = "", rows=None, **more) -> Table:
    rows = User.objects.all() if rows is None else rows
    return Table(COLUMNS, rows, QueryDict(query), more.pop("default", "name"), **more)


def walk(first: Table, follow: str) -> list[int]:
    """Keys of every page, one after the other."""
    seen, here = [], first
    for _ in range(60):
        seen += [row.pk for row in here.objects] if follow == "next_url" else [row.pk for row in here.objects][::-1]
        if not (url := getattr(here, follow)):
            return seen
        here = Table(here.columns, here.rows, QueryDict(url[1:]), here.default, per_page=here.per_page)
    raise AssertionError("pages without end")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    names=st.lists(st.sampled_from(["a", "b", "É", "œ"]), min_size=1, max_size=14),
    teams=st.data(),
    size=st.integers(1, 5),
)
def test_pages_show_every_row_once_in_order_there_and_back(names, teams, size):
    from smarketing.accounts.models import Team

    User.objects.all().delete()
    team = [Team.objects.get_or_create(name=f"t{n}", side="sales")[0] for n in range(2)]
    for number, name in enumerate(names):
        person(name, "rep", email=f"{number}@example.test", team=teams.draw(st.sampled_from([None, *team])))
    for sort in ("name", "-name", "team", "-team", "joined", "-joined"):
        there = walk(table(f"sort={sort}", per_page=size), "next_url")
        column = {"name": "name", "team": "team_id", "joined": "joined_at"}[sort.lstrip("-")]
        by = F(column).desc(nulls_last=True) if sort[0] == "-" else F(column).asc(nulls_last=True)
        assert there == list(User.objects.order_by(by, "-pk" if sort[0] == "-" else "pk").values_list("pk", flat=True))
        last = table(f"sort={sort}", per_page=size)
        while last.next_url:
            last = table(last.next_url[1:], per_page=size)
        assert walk(last, "previous_url") == there[::-1]


@pytest.mark.parametrize(
    "query", ["sort=password", "sort=--name", "after=%%", "after=W10", "before=WyJhIl0", "after=bnVsbA"]
)
def test_nonsense_in_the_address_shows_the_first_page(query):
    person("Ada", "rep")
    assert [row.name for row in table(query).objects] == ["Ada"]


def test_a_mark_of_another_type_is_no_mark():
    person("Ada", "rep")
    mark = Table(COLUMNS, User.objects.all(), QueryDict(""), "name")._page.first
    assert [row.name for row in table(f"sort=joined&after={mark}").objects] == ["Ada"]


def test_personal_columns_are_left_out_without_the_right():
    person("Ada", "rep")
    blind = table(personal=False)
    assert "email" not in [column.key for column in blind.columns]
    assert b"example.test" not in b"".join(blind.csv("x.csv").streaming_content)


def test_the_address_keeps_filters_and_drops_paging():
    here = table("q=dupont&after=abc&empty=&sort=-name")
    assert here.address(sort="name") == "?q=dupont&sort=name"
    heads = {head.column.key: head for head in here.headings}
    assert heads["name"].order == "descending" and heads["name"].url == "?q=dupont&sort=name"
    assert heads["email"].url == ""


def test_dangerous_cells_are_neutralised_and_numbers_stay_numbers():
    for text in ("=1+1", "+33 4", "-x", "@SUM(A1)", "\t=1", "\r=1", "＝1"):
        assert spreadsheet.cell(text) == f"'{text}"
    assert spreadsheet.cell(-3) == "-3" and spreadsheet.cell("O'Brien É") == "O'Brien É"
    with timezone.override(ZoneInfo("Europe/Paris")):
        assert spreadsheet.cell(datetime(2026, 3, 1, tzinfo=UTC)) == "2026-03-01 01:00"
    assert spreadsheet.cell(None) == ""


def test_the_export_holds_what_is_shown_in_its_order():
    person("=cmd", "rep", email="a@example.test")
    person("Zoé", "rep", email="z@example.test")
    text = b"".join(table("sort=-name").csv("x.csv").streaming_content).decode()
    lines = text.lstrip("\ufeff").splitlines()
    assert lines[0] == "Name,Team,E-mail,Joined" and lines[1].startswith("Zoé,") and lines[2].startswith("'=cmd,")


def test_nothing_is_shown_as_a_dash():
    assert shown(None) == shown("") == "–" and shown(0) == "0"


def test_rows_may_be_plain_values():
    person("Ada", "rep")
    found = table(rows=User.objects.values("pk", "name", "email", "team_id", "joined_at")).lines
    assert [cell.text for cell in found[0]][:2] == ["Ada", "–"]
