"""Tables: sorted, paged by key without a row lost or shown twice, exported without a formula in it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.db.models import BooleanField, F
from django.db.models.expressions import RawSQL
from django.http import QueryDict
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from smarketing.accounts.models import AuditEntry, User
from smarketing.web import exports, spreadsheet, tables, workbook
from smarketing.web.tables import Column, Table, shown
from tests.people import person
from tests.scale import examples

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


@pytest.mark.sized
@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
    assert "example.test" not in str(list(blind.values()))


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


def saved(query: str, user=None, **more) -> bytes:
    request = RequestFactory().get(f"/?{query}")
    request.user = user
    given = {"exports": exports.Export("people", "people.export", "user"), "caption": "People / all"} | more
    return b"".join(exports.answer(request, table(query, **given)).streaming_content)


def test_the_export_holds_what_is_shown_in_its_order():
    person("=cmd", "rep", email="a@example.test")
    person("Zoé", "rep", email="z@example.test")
    lines = saved("sort=-name&export=csv").decode().lstrip("\ufeff").splitlines()
    assert lines[0] == "Name,Team,E-mail,Joined" and lines[1].startswith("Zoé,") and lines[2].startswith("'=cmd,")
    book = load_workbook(BytesIO(saved("sort=-name&export=xlsx")))
    sheet = book.active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert sheet.title == "People   all" and rows[0] == ["Name", "Team", "E-mail", "Joined"]
    assert [row[:3] for row in rows[1:]] == [["Zoé", None, "z@example.test"], ["'=cmd", None, "a@example.test"]]
    joined = timezone.localtime(User.objects.get(name="Zoé").joined_at).replace(tzinfo=None)
    assert abs((rows[1][3] - joined).total_seconds()) < 0.002 and sheet["A3"].data_type == "s"


def test_a_workbook_goes_on_in_further_sheets_and_holds_every_sort_of_value(monkeypatch):
    monkeypatch.setattr(workbook, "ROWS", 2)
    given = [[True, 12, Decimal("1.50"), date(2026, 3, 1), None], ["<&>\x00\n", "+33", date(1850, 1, 2), 10**17, " x "], [0.5, -3, "", "é" * 40_000, "œ"]]  # fmt: skip
    book = load_workbook(BytesIO(b"".join(workbook.lines("A[1]", list("vwxyz"), iter(given)))))
    assert book.sheetnames == ["A 1", "A 1 2"]
    rows = [[cell.value for cell in row] for sheet in book for row in sheet.iter_rows(min_row=2)]
    assert rows[0] == [True, 12, 1.5, datetime(2026, 3, 1), None]  # noqa: DTZ001
    assert rows[1] == ["<&>\n", "'+33", "1850-01-02", str(10**17), " x "]
    assert rows[2][:3] == [0.5, -3, None] and len(rows[2][3]) == 32_767 and rows[2][4] == "œ"
    assert load_workbook(BytesIO(b"".join(workbook.lines("", ["a"], [])))).active.max_row == 1


def test_an_export_of_personal_rows_leaves_a_line_and_no_other_format_is_known():
    boss = person("Ada", "administrator")
    saved("export=xlsx", boss)
    line = AuditEntry.objects.get(verb="people.export")
    assert (line.user, line.subject, line.detail) == (boss, "user", {"filters": [], "format": "xlsx"})
    request, made = RequestFactory().get("/?export=pdf"), exports.Export("a", "people.export", "user")
    assert exports.answer(request, table("export=pdf", exports=made)) is None
    assert [offer.url for offer in table("q=x", exports=made).export_offers] == ["?q=x&export=csv", "?q=x&export=xlsx"]


def test_nothing_is_shown_as_a_dash():
    assert shown(None) == shown("") == "–" and shown(0) == "0"


def test_rows_may_be_plain_values():
    person("Ada", "rep")
    found = table(rows=User.objects.values("pk", "name", "email", "team_id", "joined_at")).lines
    assert [cell.text for cell in found[0]][:2] == ["Ada", "–"]


def test_rows_that_take_too_long_in_their_order_are_gathered_and_sorted(monkeypatch):
    for name in ("b", "a", "c"):
        person(name, "rep", email=f"{name}@example.test")
    slow = User.objects.filter(RawSQL("pg_sleep(0.2) IS NOT NULL", [], output_field=BooleanField()))
    monkeypatch.setattr(tables, "PATIENCE", 30)
    asked = table(rows=slow, gathered=User.objects.exclude(name="c").values("pk"), per_page=5)
    assert [row.name for row in asked.objects] == ["a", "b"], "not those that are read in order, and as they are shown"
    quick = table(rows=User.objects.all(), gathered=User.objects.none(), per_page=5)
    assert [row.name for row in quick.objects] == ["a", "b", "c"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout'), current_setting('enable_indexscan')")
        assert cursor.fetchone() == ("0", "on")
    by_order = table(rows=slow, gathered=lambda sort: User.objects.exclude(**{sort: "c"}).values("pk"), per_page=5)
    assert [row.name for row in by_order.objects] == ["a", "b"], "told by what rows are sorted"


def test_some_rows_are_counted_first_and_are_enough_where_they_are_many():
    for name in ("a", "b", "c"):
        person(name, "rep", email=f"{name}@example.test")
    everybody, some = User.objects.all(), User.objects.exclude(name="a")
    with CaptureQueriesContext(connection) as seen:
        many = table(rows=everybody, some=some, count_to=1)
        assert many.count == 2 and many.is_many and len(seen) == 1
    assert table(rows=everybody, some=some, count_to=2).count == 3, "all are counted where some are not enough"
