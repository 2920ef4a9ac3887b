"""The search of the frame and the palette: what is found, for whom, in which order, with mistakes forgiven."""

from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from leads.models import Campaign
from personas.models import Persona
from smarketing.rows.models import Installation
from smarketing.web import commands, finding
from smarketing.web.models import SavedView
from tests.leads import facts
from tests.leads.handoffs.desk import Desk
from tests.people import client_of, person

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture
def house() -> None:
    acme = facts.company(AT, name="L’Œuvre Acmé", domain="oeuvre.example")
    facts.lead(AT, first_name="Éloïse", last_name="Dubois", email="eloise@oeuvre.example", function="CMO", company=acme)
    facts.lead(AT, first_name="Ana", last_name="Gardubois", email="ana@x.example")
    facts.lead(AT, first_name="Paul", last_name="Dubos", email="paul@y.example", company=acme)
    campaign = Campaign.objects.create(created_at=AT, recorded_at=AT)
    facts.change("campaign", campaign.pk, "name", "Salon de l’œuvre", AT)
    Persona.objects.create(name="Maud, la dirmkt")


def found(user, text: str) -> dict[str, list[str]]:
    return {one.source.key: [hit.title for hit in one.hits] for one in finding.search(user, text)[0]}


def test_what_is_written_is_found_group_by_group_without_case_and_accents(house):
    boss = person("Ada", "administrator")
    assert found(boss, "dubois") == {"leads": ["Éloïse Dubois", "Ana Gardubois"]}, "who begins so comes first"
    assert found(boss, "ŒUVRE") == {
        "leads": ["Éloïse Dubois"], "companies": ["L’Œuvre Acmé"], "campaigns": ["Salon de l’œuvre"],
    }  # fmt: skip
    assert found(boss, "eloise acme") == {"leads": ["Éloïse Dubois"]}
    assert found(boss, "Eloise@oeuvre.example") == {"leads": ["Éloïse Dubois"]}
    assert found(boss, "du") == {"leads": ["Éloïse Dubois", "Paul Dubos"]}
    assert found(boss, "maud") == {"personas": ["Maud, la dirmkt"]} and found(boss, "ada") == {"people": ["Ada"]}
    assert found(boss, "") == found(boss, "\x00 ") == {} and found(boss, "%_%") == {}


def test_small_mistakes_are_forgiven_where_nothing_is_written_so(house):
    boss = person("Ada", "administrator")
    for text, key, title in [
        ("elosie dubois", "leads", "Éloïse Dubois"), ("dubios", "leads", "Éloïse Dubois"), ("oeuvrre", "companies", "L’Œuvre Acmé"),
        ("salom", "campaigns", "Salon de l’œuvre"), ("muad dirmkt", "personas", "Maud, la dirmkt"),
    ]:  # fmt: skip
        groups, nearly = finding.search(boss, text)
        assert nearly and title in {one.source.key: [hit.title for hit in one.hits] for one in groups}[key], text
    assert finding.search(boss, "zqxwvk") == ([], False)


def test_a_rep_finds_their_own_and_a_viewer_no_person():
    desk = Desk()
    desk.hand("lea", last_name="Mineaux")
    desk.hand("paul", last_name="Theirs")
    assert found(desk.lea, "mineaux") == found(desk.lea, "mineuax") == {"leads": ["Mineaux"]}
    assert found(desk.lea, "theirs") == {} and found(desk.boss, "theirs") == {"leads": ["Theirs"]}
    viewer = person("vera", "viewer")
    assert found(viewer, "mineaux") == found(viewer, "mineuax") == {}
    assert set(found(viewer, "lea")) == {"glossary"}  # the word, and nobody of this name


def test_the_page_leads_to_all_that_is_found_and_the_piece_holds_options(house):
    for number in range(22):
        facts.lead(AT, last_name=f"Martin {number:02}")
    client = client_of(person("mia", "marketer"))
    text = client.get("/search/?q=martin").text
    assert 'href="/leads/?q=martin"' in text and "Martin 19" in text and "Martin 20" not in text
    piece = client.get("/search/?q=martin&part=hits").text
    assert piece.count('role="option"') == finding.LIMIT + 1 and "<html" not in piece
    assert "These come close" in client.get("/search/?q=elosie").text
    assert "Nothing is found" in client.get("/search/?q=zqxwvk").text and client.get("/search/").status_code == 200


class Links(HTMLParser):
    def __init__(self, html: str):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if dict(attrs).get("role") == "option":
            self.found.append(dict(attrs)["href"])


@pytest.mark.parametrize(
    ("role", "side"),
    [("marketer", None), ("rep", None), ("manager", "sales"), ("administrator", None), ("viewer", None)],
)
def test_every_command_of_the_palette_opens(role, side):
    Installation.objects.create(kind="live", company="Acmé")
    user = person(role, role, side)
    SavedView.objects.create(user=user, table="leads:list", name="Mine", query="stage=mql")
    SavedView.objects.create(user=user, table="accounts:audit", name="Theirs", query="")
    client = client_of(user)
    links = Links(client.get("/search/commands/").text).found
    assert len(links) > 6 and len(set(links)) == len(links)
    assert {link: client.get(link).status_code for link in links if client.get(link).status_code != 200} == {}
    labels = [str(one.label) for _heading, group in commands.offered(user) for one in group]
    assert "Leads · Mine" in labels and ("Audit log · Theirs" in labels) is (role in ("manager", "administrator"))
