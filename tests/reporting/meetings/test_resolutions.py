"""A resolution names who, until when and which figure; it opens a draft tied both ways; it is reminded of, told, and measured."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.urls import reverse

from personas.criteria import tree
from personas.models import DefinitionDraft, DefinitionLine
from reporting.meetings import helped, minutes, resolutions, rhythm
from reporting.meetings.problems import Refused
from reporting.models import Resolution
from sla import derive
from smarketing.jobs.models import Run
from smarketing.notify.models import Notice
from tests.leads import definitions
from tests.people import client_of, person
from tests.reporting.meetings.company import NOW, OCTOBER, both, figure, meeting, october, stand
from tests.sla.contracts import FIRST, VOLUME, attempt, handoff, paris, sign

pytestmark = pytest.mark.django_db
DUE = date(2025, 11, 20)


@pytest.fixture
def of(monkeypatch):
    stand(monkeypatch)
    return october()


def resolve(made, **more) -> Resolution:
    claire, hugo = both()
    said = {"text": "Call before noon", "charge": hugo, "due": DUE, "figure": figure(), "by": claire, "at": NOW}
    return resolutions.resolve(meeting=made, **(said | more))


def test_a_resolution_without_its_parts_is_refused_in_words(of):
    made = meeting(of)
    for more, words, field in (
        ({"charge": None}, "Name the person in charge", "charge"),
        ({"text": "  "}, "Say what is resolved", "text"),
        ({"due": date(2025, 11, 1)}, "This day is over", "due"),
        ({"figure": figure(measure="")}, "Choose the figure", "measure"),
        ({"figure": figure(measure="dance")}, "cannot be read", "where"),
        ({"figure": figure(where={"moon": "full"})}, "cannot be read", "where"),
        ({"figure": figure(target=Decimal(-1))}, "not below 0", "target"),
    ):
        with pytest.raises(Refused, match=words) as refused:
            resolve(made, **more)
        assert refused.value.field == field
    assert not Resolution.objects.exists()


def test_whoever_is_in_charge_is_told_reminded_and_asked_when_it_is_late(of, monkeypatch):
    made = resolve(meeting(of))
    hugo = both()[1]

    def told(day: date) -> list[str]:
        at = datetime(day.year, day.month, day.day, 1, tzinfo=UTC)
        stand(monkeypatch, at)
        rhythm.look(Run.objects.create(job=f"n{day}", business_date=day, cutoff=at, started_at=at))
        found = Notice.objects.filter(kind="resolution").order_by("pk").values_list("about", "user__name")
        return [f"{about.partition(':')[0]} {name}" for about, name in found]

    assert told(date(2025, 11, 12)) == ["charged hugo"]
    assert told(date(2025, 11, 13))[1:] == ["soon hugo"] and told(date(2025, 11, 14))[1:] == ["soon hugo"]
    assert told(DUE)[2:] == ["due hugo"]
    assert sorted(told(date(2025, 11, 28))[3:]) == ["late1 claire", "late1 hugo"]
    resolutions.tell(resolution=made, done=True, words="", by=hugo, at=NOW)
    assert told(date(2025, 12, 6))[5:] == [f"told{resolutions.outcome(made).pk} claire"]
    assert rhythm.phase(DUE, DUE + timedelta(days=40)) == ""


def test_only_who_is_in_charge_or_a_manager_says_whether_it_happened_and_why_not(of):
    made, zoe = resolve(meeting(of)), person("zoe", "marketer")
    claire, hugo = both()
    with pytest.raises(Refused, match="person in charge says"):
        resolutions.tell(resolution=made, done=True, words="", by=zoe, at=NOW)
    with pytest.raises(Refused, match="why it did not happen"):
        resolutions.tell(resolution=made, done=False, words=" ", by=hugo, at=NOW)
    resolutions.tell(resolution=made, done=False, words="Léa was ill", by=hugo, at=NOW)
    assert not resolutions.outcome(made).done
    resolutions.tell(resolution=made, done=True, words="Now it is", by=claire, at=NOW)
    assert resolutions.outcome(made).done and not Resolution.objects.open().exists()


def test_a_draft_and_its_resolution_name_each_other_until_the_version_is_signed_and_after(of):
    made = resolve(meeting(of))
    claire = both()[0]
    client = client_of(claire)
    url = f"/meetings/resolutions/{made.pk}/"
    answer = client.post(f"{url}do/", {"do": "terms", "of": of.pk})
    assert answer.url == reverse("sla:draft", args=[of.pk])
    assert "This draft carries out" in client.get(answer.url).content.decode()
    page = client.get(url).content.decode()
    assert "the draft" in page and "signed by both sides" not in page
    sign(of, [{**VOLUME, "target": "4"}, {**FIRST, "target": "2"}], date(2025, 12, 1), at=paris(2025, 11, 8))
    assert "version 2, signed by both sides" in client.get(url).content.decode()
    assert "This version carries out" in client.get(reverse("sla:terms", args=[of.pk]) + "?version=2").content.decode()
    assert "carries out" not in client.get(reverse("sla:terms", args=[of.pk]) + "?version=1").content.decode()
    assert "carries out" not in client.get(answer.url).content.decode()


def test_a_definition_is_opened_for_a_resolution_once(of):
    made, line = resolve(meeting(of)), DefinitionLine.objects.get()
    DefinitionDraft.objects.create(line=line, body=tree.empty_body(), edited_at=NOW)
    claire = both()[0]
    first = resolutions.open_draft(resolution=made, kind="definition", line=line, by=claire, at=NOW)
    assert resolutions.open_draft(resolution=made, kind="definition", line=line, by=claire, at=NOW) == first
    with pytest.raises(Refused, match="Choose the definition"):
        resolutions.open_draft(resolution=made, kind="terms", line=line, by=claire, at=NOW)
    assert (
        "This draft carries out"
        in client_of(claire).get(reverse("personas:definition", args=[line.pk])).content.decode()
    )


def test_what_moved_is_measured_before_and_since_with_intervals_and_no_claim_of_cause(of, monkeypatch):
    planned = meeting(of, starts_at=datetime(2025, 11, 7, 9, tzinfo=UTC))
    made = resolve(planned)
    minutes.close(meeting=planned, came=[one.pk for one in both()], by=both()[0], at=NOW)
    for n in range(30):
        given = handoff(paris(2025, 11, 18, 9, n))
        attempt(given, given.occurred_at + timedelta(hours=1))
    later = datetime(2025, 12, 1, 9, tzinfo=UTC)
    stand(monkeypatch, later)
    derive.catch_up(later)
    found = helped.of(made, later)
    assert (found.before.total.n, found.before.total.of) == (2, 4) and (found.since.total.n, found.since.total.of) == (
        30,
        30,
    )
    assert (found.reached, found.apart) == (True, True)
    page = client_of(both()[0]).get(f"/meetings/resolutions/{made.pk}/").content.decode()
    assert "not proof of cause" in page and "The target is reached" in page and "2 / 4" in page


def test_a_month_before_nothing_and_since_nothing_claims_nothing(of):
    made = resolve(meeting(of), figure=figure(measure="won", where={}, target=None))
    found = helped.of(made, NOW)
    assert found.reached is None and found.apart is None and found.since is None and found.before.total.n == 0


def test_a_measure_that_is_gone_is_said_to_be_gone(of):
    made = resolve(meeting(of))
    made.measure = "gone"
    assert helped.of(made, NOW) is None
    assert OCTOBER  # the month looked at stays


def test_a_draft_is_not_opened_by_who_may_not_write_it(of):
    made, lea = resolve(meeting(of), charge=person("lea3", "rep")), person("zoe", "rep")
    assert client_of(lea).post(f"/meetings/resolutions/{made.pk}/do/", {"do": "terms", "of": of.pk}).status_code == 404
    assert not made.drafts.exists()


def test_a_published_definition_says_which_resolution_it_carries_out(of, rf):
    definitions.version(definitions.simple(), paris(2025, 9, 1), on=of.line)
    made = resolve(meeting(of))
    resolutions.open_draft(resolution=made, kind="definition", line=of.line, by=both()[0], at=NOW)
    definitions.version(definitions.simple(), paris(2025, 11, 8), on=of.line)
    request = rf.get("/language/")
    request.user = both()[0]
    shown = [
        Template("{% slot 'definition.signed' line number %}").render(
            Context({"request": request, "line": of.line_id, "number": number})
        )
        for number in (1, 2)
    ]
    assert "This version carries out:" in shown[1] and "Call before noon" in shown[1] and not shown[0]
