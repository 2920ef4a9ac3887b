"""What a file is, told from its content: workbooks, dates, kinds, mappings remembered."""

from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from leads.intake.importing import dates, likeness, recognise, reports, service, sheet_xml
from leads.models import Import, Lead
from smarketing.rows.clock import now

from .conftest import counts


def book(*rows, title="Contacts", more=()):
    made = Workbook()
    made.active.title = title
    for row in rows:
        made.active.append(row)
    for name, lines in more:
        sheet = made.create_sheet(name)
        for line in lines:
            sheet.append(line)
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def naive(*parts):
    """A workbook knows no zones."""
    return datetime(*parts, tzinfo=UTC).replace(tzinfo=None)


HEAD = ["Record ID", "First Name", "Last Name", "Email", "Create Date", "Seats"]


@pytest.mark.django_db
def test_a_workbook_named_csv_loads_with_its_numbers_and_dates(run):
    content = book(
        HEAD,
        [1001, "Ada", "Löwe", "ada@x.test", naive(2026, 1, 5, 14, 30), 2.5],
        [None] * 6,
        [1002, "Bob", "=cmd", "bob@x.test", date(2026, 1, 6), 12],
        [1003, "Cy", "Nix", "no address", date(2026, 1, 6), 12],
    )
    one = run("", content, name="contacts.csv")
    assert (one.kind, one.mapping["encoding"], counts(one)) == ("leads", "xlsx", (2, 0, 0, 1))
    assert reports.errors(one)[0]["line"] == 5
    ada = Lead.objects.get(keys__key="1001")
    assert ada.created_at == datetime(2026, 1, 5, 13, 30, tzinfo=UTC) and ada.attributes["x_seats"] == "2.5"
    assert counts(run("", content, name="contacts.xlsx")) == (0, 0, 2, 1)
    mended = "".join(reports.rejected_file(one)).replace("no address", "cy@x.test")
    assert counts(run("", mended, name="mended.csv")) == (1, 0, 0, 0)


@pytest.mark.django_db
def test_another_sheet_may_be_chosen(run):
    content = book(["Note"], ["x"], title="Read me", more=[("People", [["Email"], ["ada@x.test"]])])
    one = run("leads", content, {"columns": {"Email": "lead.email"}, "separator": "People"})
    assert counts(one) == (1, 0, 0, 0) and one.report["found"]["sheets"] == ["Read me", "People"]


@pytest.mark.django_db
@pytest.mark.parametrize("cut", [40, 400, 3000])
def test_a_workbook_cut_short_is_refused_in_words(run, cut):
    content = book(HEAD, *[[n, "A", "B", f"a{n}@x.test", None, n] for n in range(200)])[:-cut]
    with pytest.raises(service.Refused) as refusal:
        run("", content)
    assert refusal.value.code in ("is_zip", "broken_xlsx")


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["2026-01-05", "x", ""], "iso"),
        (["05/01/2026", "17/01/2026 10:00"], "dmy"),
        (["1/5/2026", "1/31/2026 2:05 PM"], "mdy"),
        (["1/5/2026", "2/6/2026"], ""),
        (["1/31/2026", "31/1/2026"], ""),
        (["17.01.2026", "1.2.2026"], "dmy"),
        (["1/31/2026", "17.01.2026", "2026-01-01"], "mdy"),
    ],
)
def test_the_order_of_dates_is_told_or_left_open(cells, order):
    assert dates.order_of(cells).order == order


@given(st.lists(st.dates(date(1990, 1, 1), date(2030, 12, 31)), min_size=1), st.sampled_from(["%d/%m/%Y", "%m/%d/%Y"]))
def test_the_order_told_is_never_the_wrong_one(days, form):
    told = dates.order_of(day.strftime(form) for day in days).order
    assert told in ("", "dmy" if form.startswith("%d") else "mdy")
    if any(day.day > 12 for day in days):
        assert told


@pytest.mark.django_db
def test_dates_that_may_be_read_two_ways_are_asked_for(run):
    text = "Email,Create Date\na@x.test,1/5/2026\nb@x.test,2/6/2026\n"
    one = run("leads", text)
    assert one.state == "failed" and not Lead.objects.exists()
    assert "“1/5/2026” may be day first or month first" in reports.problems(one)[0] or "2/6" in reports.problems(one)[0]
    columns = {"Email": "lead.email", "Create Date": "created"}
    assert counts(run("leads", text, {"columns": columns, "dates": "mdy"})) == (2, 0, 0, 0)
    assert Lead.objects.get(email="a@x.test").created_at == datetime(2026, 1, 4, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "kind", "source"),
    [
        ("Prénom;Nom;Courriel;Société;Fonction", "leads", "file"),
        ("Record ID;First Name;Last Name;Email;Lifecycle Stage", "leads", "hubspot"),
        ("Lead ID;First Name;Last Name;Company / Account;Lead Owner", "leads", "salesforce"),
        ("Id;FirstName;LastName;Email;LeadSource;SystemModstamp", "leads", "salesforce"),
        ("Raison sociale;Secteur;Effectif", "companies", "file"),
        ("Campagne;Jour;Coût", "spend", "file"),
        ("Deal ID;Deal Name;Deal Stage;Amount;Close Date", "deals", "file"),
        ("Opportunity ID;Opportunity Name;Stage;Amount;Opportunity Owner", "deals", "salesforce"),
        ("Lead ID;Channel;Outcome;Date;Rep", "attempts", "file"),
        ("Lead ID;Became MQL on", "handoffs", "file"),
        ("Email;Unsubscribed on", "optouts", "file"),
        ("foo;bar", "", "file"),
    ],
)
def test_kind_and_source_are_told_from_the_headers(headers, kind, source):
    names = headers.split(";")
    assert (recognise.kind_of(names), recognise.vendor_of(kind, names)) == (kind, source)


@pytest.mark.django_db
def test_headers_that_tell_no_kind_ask_for_it(run):
    with pytest.raises(service.Refused) as refusal:
        run("", "foo,bar\n1,2\n")
    assert refusal.value.code == "kind_unclear"


@pytest.mark.django_db
class TestMemory:
    MAP = {"columns": {"Email": "lead.email", "Boss": "x_boss", "On": "created"}, "source": "crm", "dates": "dmy"}
    TEXT = "Email,Boss,On\na@x.test,Ann,1/5/2026\n"

    def open(self, text, kind="leads"):
        return service.open_file(kind=kind, stream=BytesIO(text.encode()), filename="f.csv", by=None, at=now())

    def test_the_same_columns_are_read_as_last_time(self, run):
        first = run("leads", self.TEXT, self.MAP)
        again = self.open("Boss,Email,On\nAnn,a@x.test,2/5/2026\n")
        assert again.mapping["source"] == "crm" and again.mapping["columns"]["Boss"] == "x_boss"
        told = {"same": True, "gone": [], "new": [], "renamed": [], "perhaps": [], "dates": "dmy"}
        assert again.report["like"] == {"pk": first.pk} | told

    def test_another_spelling_of_a_header_is_the_same_column(self, run):
        run("leads", "Émail,Boss name,On\na@x.test,Ann,1/5/2026\n", self.MAP | {"columns": {
            "Émail": "lead.email", "Boss name": "x_boss", "On": "created"}})  # fmt: skip
        again = self.open("\ufeffon;BOSS-Name ;EMAIL\n1/5/2026;Ann;a@x.test\n")
        assert again.report["like"]["same"] and again.mapping["source"] == "crm"
        assert again.mapping["columns"] == {"on": "created", "BOSS-Name": "x_boss", "EMAIL": "lead.email"}

    def test_an_import_signed_by_an_older_version_is_known_again(self, run):
        first = run("leads", self.TEXT, self.MAP)
        Import.objects.update(signature="0" * 64)
        assert self.open("ON,E-mail,boss\n2/5/2026,a@x.test,Ann\n").report["like"]["pk"] == first.pk

    def test_a_column_renamed_keeps_its_meaning_and_one_away_once_is_not_forgotten(self, run):
        columns = {"Email": "lead.email", "Team leader": "x_boss", "Stars": "x_rank", "On": "created"}
        run("leads", "Email,Team leader,Stars,On\na@x.test,Ann,3,1/5/2026\n", self.MAP | {"columns": columns})
        second = run("leads", "Email,Team leader name,On,Shoe\na@x.test,Ann,1/5/2026,40\n")
        like = second.report["like"]
        assert like["renamed"] == [["Team leader", "Team leader name"]]
        assert (like["gone"], like["new"], like["perhaps"]) == (["Stars"], ["Shoe"], [])
        assert second.mapping["columns"] == {
            "Email": "lead.email", "Team leader name": "x_boss", "On": "created", "Shoe": "x_shoe"}  # fmt: skip
        third = self.open("Email,Team leader name,On,Shoe,STARS\na@x.test,Ann,1/5/2026,40,3\n")
        assert third.mapping["columns"]["STARS"] == "x_rank"

    def test_numbered_columns_are_not_one_another(self, run):
        run("leads", "Email,Address 1\na@x.test,here\n", {"columns": {"Email": "lead.email", "Address 1": "x_home"}})
        again = self.open("Email,Address 2\na@x.test,there\n")
        assert again.report["like"]["renamed"] == [] and again.mapping["columns"]["Address 2"] == "x_address_2"

    def test_a_target_that_is_remembered_is_proposed_once(self, run):
        run("leads", "Contact,Boss\na@x.test,Ann\n", {"columns": {"Contact": "lead.email", "Boss": "x_boss"}})
        again = self.open("Contact,Boss,Email\na@x.test,Ann,ann@x.test\n")
        assert again.mapping["columns"] == {"Contact": "lead.email", "Boss": "x_boss", "Email": "x_email"}

    def test_dates_left_open_are_read_as_last_time_and_dates_that_tell_are_not(self, run):
        run("leads", self.TEXT, self.MAP)
        one = run("leads", self.TEXT.replace("a@", "b@"))
        assert one.mapping["dates"] == "dmy"
        one = run("leads", self.TEXT.replace("a@", "c@").replace("1/5", "1/31"))
        assert one.mapping["dates"] == "mdy"

    def test_renamed_columns_are_told(self, run):
        run("leads", self.TEXT, self.MAP)
        again = self.open("Email,Manager,On\na@x.test,Ann,1/5/2026\n")
        assert (again.report["like"]["gone"], again.report["like"]["new"]) == (["Boss"], ["Manager"])
        assert again.report["like"]["perhaps"] == [["Boss", "Manager"]]
        assert again.mapping["columns"] == {"Email": "lead.email", "Manager": "x_manager", "On": "created"}

    def test_the_kind_may_be_changed_before_the_check(self):
        one = self.open("Company Name,Email\nAcme,a@x.test\n")
        changed = service.change_kind(one=one, kind="companies", by=None, at=now())
        assert changed.mapping["columns"]["Company Name"] == "company.name" and changed.state == "new"
        assert Import.objects.get().kind == "companies"


@given(st.text(min_size=1).filter(lambda text: any(one.isalnum() for one in likeness.fold(text))))
def test_a_header_is_itself_in_any_case_with_marks_and_spaces(header):
    assert likeness.fold(f"\ufeff {header}_\u200b") == likeness.fold(header)
    assert likeness.fold(header.casefold()) == likeness.fold(header)


def test_cells_of_a_workbook_become_the_text_of_a_csv():
    cells = [None, True, 3.0, 2.5, 12345678901234, naive(2026, 1, 5), naive(2026, 1, 5, 9, 30), "x"]
    assert [sheet_xml.text_of(cell) for cell in cells] == [
        "", "true", "3", "2.5", "12345678901234", "2026-01-05", "2026-01-05 09:30:00", "x",
    ]  # fmt: skip
