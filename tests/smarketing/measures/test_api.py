"""The API of measures: the shape that programs rely on, tokens, and errors that say what is wrong."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from leads.models import Handoff
from personas.models import DefinitionLine
from smarketing.accounts import tokens
from tests.leads import facts
from tests.people import person

AT = datetime(2026, 3, 10, 9, tzinfo=UTC)
PERIOD = {"from": "2026-01-01", "to": "2027-01-01"}
pytestmark = pytest.mark.django_db


def client(scopes=("measures.read",), who=("Ada", "administrator")):
    user = person(*who)
    _token, secret = tokens.issue(kind="api", name="board", by=user, at=AT, user=user, scopes=scopes)
    return Client(headers={"authorization": f"Bearer {secret}"})


@pytest.fixture
def two_handoffs():
    line = DefinitionLine.objects.create(name="France B2B")
    for source in ("web", ""):
        lead = facts.lead(AT, source=source)
        Handoff.objects.create(lead_id=lead, line=line, gate="immediate", occurred_at=AT, recorded_at=AT, known_at=AT)


def test_an_answer_has_the_shape_that_programs_rely_on(two_handoffs):
    found = client().get("/api/v1/measures/conversion/", PERIOD | {"by": "source", "window": 30}).json()
    assert list(found) == ["key", "unit", "from", "to", "by", "rows", "total", "cutoff", "definition", "terms"]
    assert (found["key"], found["unit"], found["from"], found["to"], found["by"]) == (
        "conversion", "ratio", "2026-01-01", "2027-01-01", ["source"],
    )  # fmt: skip
    blank, web = found["rows"]
    assert blank["group"] == {"source": ""}
    assert list(web) == ["group", "value", "n", "of", "interval", "mature", "rows_url"]
    assert (web["value"], web["n"], web["of"], web["interval"]) == ("0.000000", 0, 1, ["0.000000", "0.793451"])
    assert web["rows_url"].startswith("http://testserver/numbers/conversion/?from=2026-01-01&to=2027-01-01")
    assert "source=web" in web["rows_url"]
    assert "cutoff=" in web["rows_url"]


def test_a_share_of_nothing_is_null():
    total = client().get("/api/v1/measures/conversion/", PERIOD).json()["total"]
    assert (total["value"], total["interval"], total["n"], total["of"]) == (None, None, 0, 0)


def test_the_list_names_every_measure_with_its_dimensions():
    found = {one["key"]: one for one in client().get("/api/v1/measures/").json()}
    assert {"mql", "acceptance", "conversion", "days_to_won", "won", "revenue", "cost", "roi"} <= set(found)
    assert {"source", "campaign", "rep", "persona", "month", "lead.country", "company.industry"} <= set(
        found["mql"]["dimensions"]
    )
    assert found["days_to_won"]["stats"][:2] == ["median", "mean"]
    assert found["mql"]["url"] == "http://testserver/api/v1/measures/mql/"


@pytest.mark.parametrize(
    ("path", "query", "code"),
    [
        ("nothing", PERIOD, "unknown_measure"),
        ("sum:deal.x_never", PERIOD, "unknown_measure"),
        ("mql", PERIOD | {"by": "shoe"}, "unknown_dimension"),
        ("mql", PERIOD | {"lead.email": "a@b.c"}, "unknown_dimension"),
        ("mql", PERIOD | {"by": "source'); DROP TABLE leads_lead; --"}, "unknown_dimension"),
        ("mql", {"from": "2026-01-01"}, "missing_date"),
        ("mql", PERIOD | {"to": "31/12/2026"}, "bad_date"),
        ("mql", PERIOD | {"to": "2026-02-30"}, "bad_date"),
        ("mql", {"from": "2026-02-01", "to": "2026-01-01"}, "to_before_from"),
        ("mql", {"from": "2026-02-01", "to": "2026-02-01"}, "to_before_from"),
        ("mql", PERIOD | {"date": "won"}, "unknown_date"),
        ("mql", PERIOD | {"window": "30"}, "no_window"),
        ("conversion", PERIOD | {"window": "-1"}, "bad_window"),
        ("conversion", PERIOD | {"window": "30", "date": "won"}, "no_window"),
        ("days_to_won", PERIOD | {"stat": "mode"}, "unknown_stat"),
        ("mql", PERIOD | {"zone": "Mars/Olympus"}, "bad_zone"),
        ("mql", PERIOD | {"zone": "../../etc/passwd"}, "bad_zone"),
        ("mql", PERIOD | {"cutoff": "yesterday"}, "bad_cutoff"),
        ("mql", PERIOD | {"by": "day,month,year,source,campaign"}, "too_many_dimensions"),
    ],
)
def test_a_wrong_question_is_told_what_is_wrong(path, query, code):
    found = client().get(f"/api/v1/measures/{path}/", query)
    assert found.status_code == 400
    assert found.json()["code"] == code
    assert found.json()["message"].endswith(".")


def test_without_a_token_or_with_another_scope_nothing_is_said():
    assert Client().get("/api/v1/measures/mql/", PERIOD).status_code == 401
    assert client(scopes=("leads.view",)).get("/api/v1/measures/mql/", PERIOD).status_code == 403


def test_the_schema_is_served_and_its_page_loads_nothing_from_elsewhere():
    browser = client()
    schema = browser.get("/api/schema/")
    assert schema.status_code == 200
    assert b"/api/v1/measures/{key}/" in schema.content
    reader = Client()
    reader.force_login(person("nora", "viewer"))
    page = reader.get("/api/docs/")
    assert page.status_code == 200 and b"GET /api/v1/measures/{key}/" in page.content and b"window" in page.content
    assert b"https://" not in page.content
    assert b"<script>" not in page.content
