"""Every list of the house is the same kind of list: what is asked is in the address, it sorts and pages by key, columns and views
are kept and shared, its files hold what is shown, the keyboard moves in it. No page shows rows by another way without saying why."""

import csv
import re
from datetime import date, timedelta
from io import BytesIO, StringIO
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from django.conf import settings as house
from django.db.models import Count
from django.test import Client
from openpyxl import load_workbook

from smarketing.accounts.models import User
from smarketing.accounts.people import position_of
from smarketing.rows import clock
from smarketing.web import bulk, lists
from smarketing.web.columns import Column
from smarketing.web.models import SavedView
from smarketing.web.once import new_key
from smarketing.web.tables import Table
from tests.browser import pages

AT_A_TIME, ROWS = 3, 8
TEMPLATES = house.BASE_DIR / "templates"
# Tables that are no lists of rows, and why (docs/decisions/0015).
OTHERS = {
    "accounts/languages.html": "a form", "notify/choices.html": "a form", "leads/imports/columns.html": "a form", "leads/imports/told.html": "a report",
    "leads/attributes.html": "ordered", "leads/advice.html": "a form", "leads/lead_lists.html": "ordered", "leads/pools.html": "ordered", "leads/reasons.html": "ordered", "leads/calling.html": "a handful, one a country", "leads/worded.html": "ordered",
    "leads/queue/list.html": "in the order of the promises", "leads/queue/focus.html": "one lead", "leads/why.html": "one lead",
    "leads/since_then.html": "one lead", "leads/rights/person.html": "one person", "leads/twins/compare.html": "two leads side by side", "leads/firm_twins/compare.html": "two companies side by side",
    "leads/imports/result.html": "a report", "jobs/_run.html": "a report", "measures/number.html": "the rows of a number, in its order",
    "measures/numbers.html": "a report", "measures/manual.html": "a manual", "notify/letter.html": "a mail",
    "leads/replay/sheet.html": "a report", "personas/observed.html": "a report",
    "personas/glossary_history.html": "a document", "personas/glossary_paper.html": "a document",
    "personas/history.html": "a document", "personas/matrix.html": "a document", "personas/persona.html": "a document",
    "personas/row_mql.html": "a document", "personas/so_what.html": "a document", "reporting/book.html": "a report",
    "reporting/loop.html": "a report", "reporting/bought.html": "a report", "reporting/paces.html": "a report", "reporting/funnel.html": "a report", "reporting/quality.html": "a report", "reporting/explore.html": "a report", "reporting/changed.html": "a report", "reporting/campaign_models.html": "a report", "reporting/compared.html": "a report",
    "reporting/attribution.html": "a report", "reporting/attribution_settings.html": "a document", "reporting/journey.html": "one deal",
    "leads/means/links.html": "ordered", "leads/mails/list.html": "ordered", "leads/routing/absences.html": "ordered",
    "leads/routing/shares.html": "a report", "leads/routing/dry_run.html": "a report", "leads/routing/relief.html": "a form", "leads/routing/of_lead.html": "one lead", "reporting/personas.html": "in the agreed order", "reporting/results.html": "a report", "reporting/meetings/belief.html": "a report", "reporting/meetings/resolution.html": "a report", "sla/clocks.html": "one lead",
    "sla/breakdown.html": "a report", "sla/campaign_plans.html": "a report", "sla/chart.html": "a report", "sla/goal.html": "a report",
    "sla/month_table.html": "a report", "sla/months.html": "a report", "sla/own.html": "a report", "sla/review.html": "a report",
    "sla/team.html": "a report", "sla/text.html": "a document",
}  # fmt: skip


def somebody(position: str) -> User:
    return next(one for one in User.objects.filter(is_active=True).order_by("pk") if position_of(one) == position)


def page_of(key: str) -> pages.Page:
    return next(page for page in pages.PAGES if page.name == key)


def plant() -> None:
    """Rows in the lists that a demo company has few or none of."""
    from leads.models import (
        Company,
        CompanyPair,
        ErasureProposal,
        HandoffState,
        Import,
        Lead,
        MergeSuggestion,
        Suppression,
        TimeSpent,
    )
    from sla.models import Clock, Waiver
    from smarketing.accounts import invitations, tokens
    from smarketing.notify import kinds, mails
    from smarketing.web import export_files, exports

    at, boss = clock.now(), somebody("administrator")
    leads = list(Lead.objects.living().order_by("pk")[:10])
    owed = HandoffState.objects.owed()
    busiest = owed.values_list("rep").annotate(n=Count("pk")).order_by("-n", "rep")[0][0]
    for n, state in enumerate(owed.filter(rep=busiest).order_by("pk")):  # the demo begins with nothing late
        HandoffState.objects.filter(pk=state.pk).update(due_at=at - timedelta(hours=1 + n // 2))
    for n, row in enumerate(Clock.objects.order_by("-due_at", "handoff_id")[:4]):
        Waiver.objects.create(
            handoff_id=row.handoff_id, clause_key=row.clause_key, side=["sales", "marketing"][n // 2], by=boss,
            reason=["incident", "absence"][n % 2], occurred_at=at - timedelta(days=n // 2), recorded_at=at,
        )  # fmt: skip
    for n in range(4):
        reasons = [["email"], ["phone", "name_company"]][n % 2]
        MergeSuggestion.objects.update_or_create(
            first=leads[n], second=leads[n + 5], defaults={"reasons": reasons, "weight": 60 + 60 * (n % 2)}
        )
        firms = Company.objects.order_by("pk")[n : n + 6]
        CompanyPair.objects.update_or_create(
            first=firms[0],
            second=firms[5],
            defaults={"reasons": [["name"], ["domain", "mail"]][n % 2], "weight": 60 + 60 * (n % 2)},
        )
        when = at - timedelta(days=n // 2)
        TimeSpent.objects.create(
            side=["marketing", "sales"][n % 2], worked_on=when.date(), hours=1 + n // 2, rate=80, by=boss, occurred_at=when,
            recorded_at=when, known_at=when,
        )  # fmt: skip
        Suppression.objects.create(
            key=bytes([n]) * 32, origin=["file", "hand"][n % 2], lead=leads[n] if n else None, occurred_at=when,
            recorded_at=when, known_at=when,
        )  # fmt: skip
        ErasureProposal.objects.get_or_create(
            lead=leads[n], state="open",
            defaults={"purpose": ["prospect", "customer"][n % 2], "last_contact_at": when, "proposed_at": at},
        )  # fmt: skip
        Import.objects.create(
            kind=["leads", "companies"][n % 2], filename=f"f{n // 2}.csv", sha256=str(n) * 64, signature=str(n) * 64, by=boss,
            state="done", report={"headers": ["Email"]},
        )  # fmt: skip
        invitations.invite(by=boss, at=at, email=f"n{n}@x.example", role="rep", side="sales", language="en", mail=n < 2)
        tokens.issue(kind="write", name=f"site {n}", by=boss, at=at, user=None, scopes=(), expires_at=None)
        mails.send(kind="test", to="a@x.example", language="en", at=at, write=kinds.test_letter)
        for by in (somebody("marketer"), boss):
            export_files.ask(by=by, at=at, export=exports.Export("leads", "leads.export", "lead"), title="Leads", format="csv", address=f"/leads/?n={n}")  # fmt: skip
            export_files.ExportFile.objects.filter(user=by).update(state="stopped", ended_at=at)


def again(table: Table, query: str, **more) -> Table:
    return Table(table.offered, more.pop("rows", table.rows), type(table.params)(query), table.default, **more)


def sorts_and_pages(table: Table) -> list[str]:
    """What is wrong with the order: each row once, there and back, in the order of all rows at once, values by values."""
    wrong = []
    some = table.rows.filter(pk__in=list(table.rows.order_by("pk").values_list("pk", flat=True)[:ROWS]))
    for column in [one for one in table.offered if one.sort]:
        for sort in (column.key, f"-{column.key}"):
            whole = again(table, f"sort={sort}", rows=some, per_page=100).objects
            seen, here = [], again(table, f"sort={sort}", rows=some, per_page=AT_A_TIME)
            while True:
                seen += here.objects
                if not here.next_url:
                    break
                here = again(table, here.next_url[1:], rows=some, per_page=AT_A_TIME)
            back = list(here.objects)
            while here.previous_url:
                here = again(table, here.previous_url[1:], rows=some, per_page=AT_A_TIME)
                back = [*here.objects, *back]
            if [one.pk for one in seen] != [one.pk for one in whole] or len(seen) != some.count():
                wrong.append(f"{sort}: rows lost, doubled or out of order")
            if len({one.pk for one in back}) != len(seen):
                wrong.append(f"{sort}: another way back")
            values = [one._sort for one in whole]
            known = [value for value in values if value is not None]
            if values[: len(known)] != known:
                wrong.append(f"{sort}: rows without a value are not last")
            if not isinstance(known[0] if known else "", str) and known != sorted(known, reverse=sort[0] == "-"):
                wrong.append(f"{sort}: not in order")
    return wrong


def value_for(field) -> str:
    """Something that a filter may be asked for."""
    if choices := [value for value, _label in getattr(field, "choices", []) if str(value)]:
        return str(choices[0])
    return {"DateField": date(2026, 1, 2).isoformat(), "DecimalField": "1"}.get(type(field).__name__, "a")


def filters_stay(client: Client, address: str, table: Table) -> list[str]:
    """What is wrong with the filters: they stand in the address, in the form and in the next addresses, and add no row."""
    if table.form is None:
        return []
    said = {name: value_for(field) for name, field in table.form.fields.items()}
    found = client.get(with_query(address, **said)).context["table"]
    wrong = [f"{name}: {errors}" for name, errors in found.form.errors.items()]
    wrong += [
        f"{name}: is not asked"
        for name in said
        if found.form.cleaned_data.get(name) in (None, "") or name not in found.used
    ]
    if not said.items() <= dict(parse_qsl(found.address(sort="x")[1:])).items():
        wrong.append("a filter is lost by sorting")
    if list(found.rows.order_by()[:5000]) and "state" not in said and found.counted(5000) > table.counted(5000):
        wrong.append("a filter adds rows")
    return wrong


def with_query(address: str, **more: str) -> str:
    path, _mark, query = address.partition("?")
    return f"{path}?{urlencode({**dict(parse_qsl(query)), **more})}"


def columns_are_remembered(client: Client, key: str, address: str, table: Table) -> list[str]:
    free = [column.key for column, _on in table.choices][::-1][:2]
    said = {"table": key, "here": address, "once": new_key()}
    answer = client.post("/views/columns/", said | {"column": free})
    shown = [one.key for one in client.get(address).context["table"].columns if one.label and not one.head]
    client.post("/views/columns/", said | {"reset": "1", "once": new_key()})
    return [] if free and answer.status_code == 302 and shown == free else [f"columns chosen {free}, shown {shown}"]


def views_are_shared(client: Client, other: Client, key: str, address: str, table: Table) -> list[str]:
    sort = next(f"-{one.key}" for one in table.offered if one.sort)
    arranged = with_query(address, sort=sort)
    said = {"table": key, "here": arranged, "name": f"Ours of {key}", "shared": "on", "once": new_key()}
    client.post("/views/save/", said)
    view = SavedView.objects.get(table=key, name=said["name"])
    opened = other.get(with_query(urlsplit(address).path + view.address)).context
    if view not in opened["shelf"].others or opened["shelf"].active != view:
        return ["a shared view is not offered to others"]
    return (
        []
        if opened["table"].sort == sort and not opened["shelf"].changed
        else ["a view opens otherwise than it was saved"]
    )


def files_hold_what_is_shown(client: Client, address: str, table: Table, monkeypatch) -> list[str]:
    """Both formats hold rows, columns and order of the page, and no cell that a spreadsheet would compute."""
    true = Column.of
    asked = with_query(address, sort=f"-{next(one.key for one in table.offered if one.sort)}")
    shown = again(table, urlsplit(asked).query)
    head = [str(one.label) for one in shown.exported]
    with monkeypatch.context() as patch:
        patch.setattr(Column, "of", lambda self, row: f"=HYPERLINK({self.key}) {true(self, row)}")
        given = [[f"'{value}" for value in line] for line in shown.values()]
        lines = list(csv.reader(StringIO(got(client, asked, "csv").decode("utf-8-sig"))))
        sheet = load_workbook(BytesIO(got(client, asked, "xlsx"))).active
    book = [[cell.value for cell in row] for row in sheet.iter_rows()]
    wrong = [] if given and lines[0] == head == book[0] else [f"heads: {lines[0]}, {book[0]}"]
    if lines[1:] != given or any(not one.startswith("'=") for line in lines[1:] for one in line):
        wrong.append(f"csv: {lines[1:2]} for {given[:1]}")
    if book[1:] != given or any(cell.data_type == "f" for row in sheet for cell in row):
        wrong.append(f"xlsx: {book[1:2]} for {given[:1]}")
    return wrong


def got(client: Client, address: str, format: str) -> bytes:
    return b"".join(client.get(with_query(address, export=format)).streaming_content)


def keys_move(html: str, table: Table) -> list[str]:
    """j and k go from row to row of `data-rows`, Enter follows a link or x picks a box."""
    body = re.search(r'<table class="[^"]*\blist\b.*?<tbody data-rows>(.*?)</tbody>', html, re.S)
    if not body:
        return ["no rows that j and k move over"]
    rows = re.findall(r"<tr>(.*?)</tr>", body[1], re.S)
    wrong = [] if len(rows) == len(table.objects) else ["other rows than the page has"]
    if table.deeds and not all('name="pick"' in row for row in rows):
        wrong.append("x picks nothing")
    if table.deeds and not all(deed.url in html for deed in table.deeds):
        wrong.append("a deed is not offered")
    return wrong


def wrong_with(key: str, monkeypatch) -> list[str]:
    """What is wrong with one list, for whoever opens it."""
    page = page_of(key)
    user = somebody(page.role if page.role != "rep" or key == "accounts:sessions" else "marketer")
    address, client, other = page.address(), Client(), Client()
    client.force_login(user)
    mate = User.objects.filter(role=user.role, side=user.side, is_active=True).exclude(pk=user.pk).first()
    other.force_login(
        mate or User.objects.create(name="mate", email=f"{key}@x.example", role=user.role, side=user.side)
    )
    answer = client.get(address)
    table: Table = answer.context["table"]
    if not table.objects or not table.exports:
        return [f"no row to look at, or no file of it ({len(table.objects)} rows)"]
    found = keys_move(answer.text, table) + sorts_and_pages(table) + filters_stay(client, address, table)
    found += columns_are_remembered(client, key, address, table)
    found += views_are_shared(client, other, key, address, table)
    if key == "accounts:audit":  # a file leaves a line in it
        address = with_query(address, verb="settings.people")
        table = client.get(address).context["table"]
    return found + files_hold_what_is_shown(client, address, table, monkeypatch)


def test_every_list_is_the_same_kind_of_list(demo_db, monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    plant()
    User.objects.update(language="en")
    assert len(lists.LISTS) >= 26
    wrong = {key: found for key in sorted(lists.LISTS) if (found := wrong_with(key, monkeypatch))}
    assert wrong == {}


def test_no_template_shows_rows_by_another_way():
    """Whoever adds a table makes it a list (`smarketing.web.lists`), or says here and in docs/decisions/0015 why it is none."""
    found = {
        str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html") if "<table" in path.read_text("utf-8")
    }
    assert found == {*OTHERS, "web/table.html"}
    said = (house.BASE_DIR / "docs/decisions/0015-lists.md").read_text("utf-8")
    assert [template for template in OTHERS if template not in said] == []


# Lists whose deeds are those of another one, or stand elsewhere; and those of which only files are made, and why not more.
BORROWED = {"leads:company", "leads:matching", "leads:replayed", "leads:campaign", "sla:team_late", "accounts:sessions"}
FILES_ONLY = {
    "accounts:audit": "what was done stays", "agreements:papers": "each is signed by itself", "sla:contracts": "each is signed by itself",
    "calendars:list": "versions", "accounts:teams": "a name and a side", "leads:reason_rows": "decisions", "leads:attribute_rows": "values",
}  # fmt: skip


def test_every_list_has_deeds_on_many_rows_or_says_why_it_has_none():
    """Whoever adds a list gives it a kind of deed (`smarketing.web.bulk`), or says here and in docs/decisions/0095 why not."""
    own = {kind.page for kind in bulk.KINDS} & set(lists.LISTS)
    assert set(lists.LISTS) - own == BORROWED | set(FILES_ONLY)
    said = (house.BASE_DIR / "docs/decisions/0095-deeds-on-many-rows.md").read_text("utf-8")
    assert [key for key in (*BORROWED, *FILES_ONLY) if key not in said] == []


@pytest.mark.trust
def test_every_page_with_a_list_is_among_the_lists(demo_db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    seen = set()
    for page in pages.PAGES:
        client = Client()
        if page.role:
            client.force_login(somebody(page.role))
        try:
            answer = client.get(page.address())
        except IndexError:  # the demo has no row of which this is the page
            assert page.name not in lists.LISTS
            continue
        key = answer.context.get("list_key", "") if answer.context and "table" in answer.context else ""
        shown = bool(re.search(r'<table class="[^"]*\blist\b', answer.text))
        assert shown == bool(key and answer.context["table"].lines), page.name
        seen.add(key)
    assert seen - {""} == set(lists.LISTS)


def test_a_page_that_has_not_said_that_it_is_a_list_answers_none(db, rf):
    from tests.people import person

    request = rf.get("/x/")
    request.user = person("ada", "marketer")
    request.resolver_match = type("Match", (), {"view_name": "leads:add"})()
    table = Table((Column("name", "Name", sort="name"),), User.objects.all(), request.GET, "name")
    with pytest.raises(LookupError, match="leads:add is no list"):
        lists.answer(request, table, "web/views.html")
