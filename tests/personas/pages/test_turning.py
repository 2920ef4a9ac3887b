"""Differences in both languages, an older version proposed again in one act, a definition retired, what a text does beside."""

import json
import re
from datetime import timedelta

import pytest

from leads.judging import lines, service
from leads.models import Handoff, Hold, Qualification, Replay
from leads.replay import runs
from personas.criteria import tree
from personas.definitions import queries, services, turning
from personas.models import DefinitionLine, DefinitionVersion
from smarketing.agreements import services as agreements
from smarketing.agreements.models import Paper
from smarketing.rows import clock, fence
from tests.forms import form
from tests.leads import facts
from tests.people import PASSWORD, client_of, person
from tests.personas.criteria.samples import field, item

pytestmark = pytest.mark.django_db


@pytest.fixture
def signers():
    return (
        person("Anna", "marketer", signs=True, language="en"),
        person("Hugo", "manager", "sales", signs=True, language="fr"),
    )


@pytest.fixture
def line(signers):
    return services.create_line(name="France", by=signers[0], at=clock.now(), body=country(80))


def country(points, value="FR"):
    body = tree.empty_body() | {"mandatory": [], "mql": ["A4"]}
    body["fit"]["items"] = [item("here", points, field("lead.country", "is", value))]
    return body


def sign(paper, signers):
    for one in signers:
        agreements.sign(paper=paper, by=one, at=clock.now(), password=PASSWORD)
    return DefinitionVersion.objects.get(paper=paper)


def publish(line, signers, body=None, day=None):
    line = DefinitionLine.objects.get(pk=line.pk)
    if body is not None:
        services.save_draft(line=line, body=body, revision=line.draft.revision, by=signers[0], at=clock.now())
    return sign(services.propose(line=line, by=signers[0], at=clock.now(), effective_at=day), signers)


def test_the_signed_text_says_in_both_languages_what_it_changes(line, signers):
    publish(line, signers)
    services.save_draft(line=line, body=country(76), revision=0, by=signers[0], at=clock.now())
    paper = services.propose(line=line, by=signers[0], at=clock.now())
    text = json.loads(paper.body)
    assert text["changes"] == {
        "against": 1,
        "en": ["country is exactly FR: points lowered from +80 to +76"],
        "fr": ["le pays est exactement FR\u202f: points abaissés de +80 à +76"],
    }
    assert services.propose(line=line, by=signers[0], at=clock.now()) == paper
    version = sign(paper, signers)
    assert services.propose(line=line, by=signers[0], at=clock.now()) == paper
    for one in signers:
        page = client_of(one).get(f"/language/paper/{version.paper_id}/").text
        assert all(words in page for words in (*text["changes"]["en"], *text["changes"]["fr"]))
        assert page.count('<section lang="fr">') == 2


def test_any_two_texts_are_compared_in_both_languages(line, signers):
    publish(line, signers)
    publish(line, signers, country(76))
    services.save_draft(line=line, body=country(76, "BE"), revision=1, by=signers[0], at=clock.now())
    client, here = client_of(signers[0]), f"/language/definition/{line.pk}/compare/"
    default = client.get(here).text
    assert "“country is exactly FR: +76” becomes “country is exactly BE: +76”" in default and "devient" in default
    versions = client.get(here, {"old": "1", "new": "2"}).text
    assert "points lowered from +80 to +76" in versions and "points abaissés de +80 à +76" in versions
    back = client.get(here, {"old": "2", "new": "1"}).text
    assert "points raised from +76 to +80" in back
    same = client.get(here, {"old": "2", "new": "2"}).text
    assert "Nothing: both say the same." in same
    assert "There is nothing to compare" in client.get(here, {"old": "9", "new": "x"}).text
    assert "old=1&amp;new=2" in client.get(f"/language/definition/{line.pk}/history/").text


def test_an_older_version_is_proposed_again_and_signed_in_one_act(line, signers):
    first = publish(line, signers)
    publish(line, signers, country(30))
    client = client_of(signers[0])
    assert "/again/" not in client.get(f"/language/definition/{line.pk}/version/2/", follow=True).text
    asked = form(client.get(f"/language/definition/{line.pk}/version/1/", follow=True).text, "/again/")
    answer = client.post(asked.action, asked.filled(password=PASSWORD, sign="1"))
    paper = Paper.objects.latest("number")
    assert answer["Location"] == f"/language/paper/{paper.pk}/" and paper.number == 3
    assert agreements.state(paper)["marketing"].signer == signers[0]
    draft = DefinitionLine.objects.get(pk=line.pk).draft
    assert draft.body == first.body and draft.history[-1] == country(30)
    agreements.sign(paper=paper, by=signers[1], at=clock.now(), password=PASSWORD)
    third = queries.version_in_force(line, clock.now())
    assert (third.number, third.body) == (3, first.body)
    assert "relevés de +30 à +80" in client_of(signers[1]).get(f"/language/paper/{paper.pk}/").text


def test_a_wrong_password_leaves_draft_and_papers_as_they_were(line, signers):
    publish(line, signers)
    publish(line, signers, country(30))
    client = client_of(signers[0])
    asked = form(client.get(f"/language/definition/{line.pk}/version/1/", follow=True).text, "/again/")
    answer = client.post(asked.action, asked.filled(password="wrong", sign="1"), follow=True)
    assert "This is not your password." in answer.text
    assert Paper.objects.count() == 2 and DefinitionLine.objects.get(pk=line.pk).draft.body == country(30)


def test_what_is_in_force_or_names_what_is_gone_is_not_proposed_again(line, signers):
    live = publish(line, signers)
    with pytest.raises(turning.CannotTurn):
        turning.roll_back(version=live, revision=0, by=signers[0], at=clock.now())
    publish(line, signers, country(30))
    with pytest.raises(services.StaleDraft):
        turning.roll_back(version=live, revision=0, by=signers[0], at=clock.now())
    with pytest.raises(turning.CannotTurn):
        turning.retire(line=services.create_line(name="Other", by=None, at=clock.now()), by=None, at=clock.now())


def test_a_retired_line_makes_no_mql_from_its_date_on_and_keeps_what_is_open(line, signers):
    body = country(80) | {"pace": 1}
    publish(line, signers, body)
    born = clock.now() - timedelta(hours=1)
    leads = [facts.lead(born, country="FR") for _n in range(3)]
    service.judge(leads, fence.cutoff())
    with_sales = Handoff.objects.count() + Hold.objects.count()
    assert Qualification.objects.count() == 3 and with_sales
    client = client_of(signers[0])
    page = client.get(f"/language/definition/{line.pk}/retire/").text
    assert "what is with sales stays there until it is decided" in page
    asked = form(page, "")
    client.post(f"/language/definition/{line.pk}/retire/", asked.filled(password=PASSWORD, sign="1"))
    paper = Paper.objects.latest("number")
    assert "Proposed: to retire the definition." in client.get(f"/language/paper/{paper.pk}/").text
    agreements.sign(paper=paper, by=signers[1], at=clock.now(), password=PASSWORD)
    version = queries.version_in_force(line, clock.now())
    assert version.retires and (version.body["mql"], version.body["pace"]) == ([], 0)
    assert lines.retired(clock.now()) == [line.pk]
    late = facts.lead(clock.now(), country="FR")
    service.judge([*leads, late], fence.cutoff())
    assert Qualification.objects.count() == 3 and Handoff.objects.count() + Hold.objects.count() == with_sales
    studio = client.get(f"/language/definition/{line.pk}/").text
    assert "This definition is retired" in studio and "/retire/" not in studio
    assert "Retired since" in client.get("/language/").text
    assert "There is nothing to retire." in client.get(f"/language/definition/{line.pk}/retire/").text
    again = publish(line, signers, country(80))
    assert queries.version_in_force(line, clock.now()) == again and not again.retires


def test_the_studio_says_who_waits_for_their_turn_and_until_when(line, signers):
    stood = [facts.lead(clock.now() - timedelta(hours=1), country="FR") for _n in range(3)]
    publish(line, signers, country(80) | {"pace": 1})
    service.judge(stood, fence.cutoff())
    page = client_of(signers[0]).get(f"/language/definition/{line.pk}/").text
    assert "3 leads that qualified wait to be handed over" in page
    assert re.search(r"3 for their turn, 1 a business day, the last on \d", page)


def test_a_proposed_text_says_what_it_would_have_made_since_and_hands_nobody_over(line, signers):
    publish(line, signers)
    stood = facts.lead(clock.now() - timedelta(hours=1), country="BE")
    services.save_draft(line=line, body=country(80, "BE") | {"pace": 1}, revision=0, by=signers[0], at=clock.now())
    paper = services.propose(line=line, by=signers[0], at=clock.now())
    made = facts.lead(clock.now(), country="BE")
    live = facts.lead(clock.now(), country="FR")
    service.judge([stood, made, live], fence.cutoff())
    client, here = client_of(signers[0]), f"/language/paper/{paper.pk}/observed/"
    page = client.get(here, headers={"HX-Request": "true"}).text
    assert "Observed since" in page and "2 leads would qualify at once" in page
    rows = {}
    for what in ("stood", "made", "live", "gained", "lost", "both"):
        address = next(one for one in page.split('"') if f"what={what}&" in one).replace("&amp;", "&")
        listed = client.get(address)
        assert listed.status_code == 200
        rows[what] = {one for one in (stood, made, live) if f"/leads/{one}/" in listed.text}
    assert rows == {
        "stood": {stood}, "made": {made}, "live": {live}, "gained": {stood, made}, "lost": {live},
        "both": set(),
    }  # fmt: skip
    assert set(Qualification.objects.values_list("lead_id", flat=True)) == {live}
    draft = client.get(f"/language/definition/{line.pk}/backlog/", headers={"HX-Request": "true"}).text
    assert "2 leads, 1 a business day" in draft


def test_of_many_leads_an_observation_is_counted_by_the_worker_and_old_figures_are_struck(line, signers, monkeypatch):
    publish(line, signers)
    facts.lead(clock.now() - timedelta(hours=1), country="BE")
    services.save_draft(line=line, body=country(80, "BE") | {"pace": 1}, revision=0, by=signers[0], at=clock.now())
    paper = services.propose(line=line, by=signers[0], at=clock.now())
    client = client_of(signers[0])

    def look(address: str) -> str:
        return client.get(address, headers={"HX-Request": "true"}).text

    observed, draft = f"/language/paper/{paper.pk}/observed/", f"/language/definition/{line.pk}/backlog/"
    at_once = [look(observed), look(draft)]
    monkeypatch.setattr(runs, "SMALL", 0)
    for address, before in zip((observed, draft), at_once, strict=True):
        page = look(address)
        assert "load delay:800ms" in page and "would qualify at once" not in page
        for one in Replay.objects.under_way():
            runs.work(one)
        assert figures(look(address)) == figures(before) != [] and "load delay" not in look(address)
    monkeypatch.setattr(runs, "FRESH", timedelta(0))
    page = look(observed)
    assert "load delay:800ms" in page and "an earlier count" in page and figures(page) == figures(at_once[0])
    facts.lead(clock.now(), country="BE")
    listed = next(one for one in page.split('"') if "what=stood&" in one).replace("&amp;", "&")
    assert "1 lead as of" in client.get(listed).text  # as many as the figure says, though one came since


def figures(page: str) -> list[str]:
    return re.findall(r">(\d+(?: leads? would qualify at once)?)</a>", page)


def test_a_signed_text_is_observed_until_its_day(line, signers):
    publish(line, signers)
    version = publish(line, signers, country(80, "BE"), clock.now() + timedelta(days=3))
    client = client_of(signers[0])
    assert "observed until it takes effect" in client.get(f"/language/paper/{version.paper_id}/").text
    page = client.get(f"/language/paper/{version.paper_id}/observed/", headers={"HX-Request": "true"}).text
    assert "Observed since" in page
    first = DefinitionVersion.objects.get(number=1)
    page = client.get(f"/language/paper/{first.paper_id}/observed/", headers={"HX-Request": "true"}).text
    assert "not beside the version in force" in page
