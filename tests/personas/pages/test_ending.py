"""How an observation ends: on its day, on another one, called off, or replaced by a newer text that both sides signed."""

from datetime import timedelta

import pytest

from leads.judging import lines, service
from leads.models import Qualification
from leads.scoring.timeline import chain
from personas.definitions import queries, services, turning
from personas.models import DefinitionLine, DefinitionVersion
from personas.pages import effects
from smarketing.agreements import services as agreements
from smarketing.agreements.models import Paper
from smarketing.jobs.models import Run
from smarketing.notify import registry
from smarketing.notify.models import Notice
from smarketing.rows import clock, fence
from tests.forms import forms
from tests.leads import facts
from tests.people import PASSWORD, client_of
from tests.personas.pages.test_turning import country, line, publish, sign, signers  # noqa: F401

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def numbers(one, *days):
    """The versions in force so many days from now."""
    found = [queries.version_in_force(one, clock.now() + days * DAY) for days in days]
    return [version and version.number for version in found]


@pytest.fixture
def observed(line, signers):  # noqa: F811
    """Version 1 in force, version 2 signed for three days from now."""
    publish(line, signers)
    return publish(line, signers, country(80, "BE"), clock.now() + 3 * DAY)


def test_of_two_signed_texts_the_later_one_counts_from_its_day_on(line, signers, observed):  # noqa: F811
    publish(line, signers, country(40), clock.now() + DAY)
    assert numbers(line, 0, 2, 4) == [1, 3, 3]
    after = clock.now() + 9 * DAY
    assert [one.version.number for one in chain.segments(line.pk, after)] == [1, 3]
    assert [one.number for one in lines.observed(clock.now())] == [3]
    assert [one.number for one in queries.coming_into_force(clock.now(), after)] == [3]
    assert [one.number for one in lines.take_up(after)] == [1, 3]
    assert queries.version_to_come(line, clock.now()).number == 3


def test_texts_signed_one_after_the_other_for_days_one_after_the_other_both_count(line, signers, observed):  # noqa: F811
    publish(line, signers, country(40), clock.now() + 5 * DAY)
    assert numbers(line, 0, 4, 6) == [1, 2, 3]
    assert queries.version_to_come(line, clock.now()) == observed
    assert queries.replaced_before_it_began(observed, clock.now()) is None


def put(line, signers, version, **values):  # noqa: F811
    """One of the two ends of an observation, proposed and signed on its page; sales signs next."""
    client = client_of(signers[0])
    page = client.get(f"/language/paper/{version.paper_id}/").text
    asked = next(one for one in forms(page) if one.action.endswith("/ending/") and one.data["do"] == [values["do"]])
    client.post(asked.action, asked.filled(password=PASSWORD, sign="1", **values))
    paper = Paper.objects.latest("number")
    assert paper.pk != version.paper_id
    return paper


def test_a_version_that_is_called_off_never_takes_effect_and_hands_nobody_over(line, signers, observed):  # noqa: F811
    before = DefinitionLine.objects.get(pk=line.pk).draft.body
    paper = put(line, signers, observed, do="off")
    page = client_of(signers[1]).get(f"/language/paper/{paper.pk}/").text
    assert "la version 2 ne prend pas effet" in page
    sign_of_sales(paper, signers)
    assert numbers(line, 0, 4) == [3, 3] and lines.observed(clock.now()) == []
    assert DefinitionVersion.objects.get(number=3).body == country(80)
    assert DefinitionLine.objects.get(pk=line.pk).draft.body == before
    belgian = facts.lead(clock.now(), country="BE")
    service.judge([belgian], fence.cutoff())
    assert not Qualification.objects.exists()
    page = client_of(signers[0]).get(f"/language/paper/{observed.paper_id}/").text
    assert "replaced by version 3 before it took effect" in page and "/ending/" not in page
    assert "observed until" not in client_of(signers[0]).get(f"/language/definition/{line.pk}/").text


@pytest.mark.parametrize(("days", "expected"), [(9, [1, 1, 3]), (1, [1, 3, 3])])
def test_the_observation_is_made_longer_or_shorter_by_both_sides(line, signers, observed, days, expected):  # noqa: F811
    day = (clock.now() + days * DAY).astimezone(clock.zone()).date()
    paper = put(line, signers, observed, do="day", effective_on=day.isoformat())
    assert numbers(line, 0, 4, 10) == [1, 2, 2]  # nothing moves before sales has signed, too
    sign_of_sales(paper, signers)
    assert numbers(line, 0, 4, 10) == expected
    assert DefinitionVersion.objects.get(number=3).body == observed.body


def test_what_was_called_off_is_as_it_was_for_whoever_looks_at_the_days_before(line, signers, observed):  # noqa: F811
    before = clock.now()
    sign_of_sales(put(line, signers, observed, do="off"), signers)
    assert [one.number for one in lines.observed(before)] == [2]


def test_only_what_waits_for_its_day_is_ended_otherwise(line, signers, observed):  # noqa: F811
    first = DefinitionVersion.objects.get(number=1)
    for version in (first, observed):
        with pytest.raises(turning.CannotTurn):
            turning.another_day(version=version, by=signers[0], at=clock.now(), effective_at=version.effective_at)
    with pytest.raises(turning.CannotTurn):
        turning.call_off(version=first, by=signers[0], at=clock.now())
    sign_of_sales(put(line, signers, observed, do="off"), signers)
    with pytest.raises(turning.CannotTurn):
        turning.call_off(version=observed, by=signers[0], at=clock.now())


def test_signed_after_its_day_a_calling_off_is_a_way_back(line, signers, observed):  # noqa: F811
    paper = turning.call_off(version=observed, by=signers[0], at=clock.now())
    later = clock.now() + 4 * DAY
    for one in signers:
        agreements.sign(paper=paper, by=one, at=later, password=PASSWORD)
    made = DefinitionVersion.objects.get(number=3)
    assert made.replaces is None
    assert [queries.version_in_force(line, later + n * timedelta(hours=1)).number for n in (-1, 1)] == [2, 3]


def test_the_proposal_of_a_text_says_whose_day_never_comes(line, signers, observed):  # noqa: F811
    services.save_draft(
        line=line, body=country(40), revision=DefinitionLine.objects.get(pk=line.pk).draft.revision, by=signers[0], at=clock.now()
    )  # fmt: skip
    paper = services.propose(line=line, by=signers[0], at=clock.now())
    assert "that one never takes effect" in client_of(signers[0]).get(f"/language/paper/{paper.pk}/").text


def test_programs_read_what_waits_for_its_day_and_what_came_in_its_stead(line, signers, observed):  # noqa: F811
    client = client_of(signers[0])
    assert client.get(f"/api/v1/definitions/{line.pk}/").json()["observed"] == 2
    sign_of_sales(put(line, signers, observed, do="off"), signers)
    assert client.get(f"/api/v1/definitions/{line.pk}/").json()["observed"] is None
    found = client.get(f"/api/v1/definitions/{line.pk}/versions/").json()
    assert [(one["number"], one["calls_off"], one["replaced_by"]) for one in found] == [
        (3, 2, None),
        (2, None, 3),
        (1, None, None),
    ]


def night(at):
    return effects.look(Run(cutoff=at, business_date=at.date()))


def test_both_sides_are_told_when_they_sign_some_days_before_and_on_the_day(line, signers, observed):  # noqa: F811
    told = Notice.objects.filter(kind="paper", user=signers[0]).latest("pk")
    assert "observed until it takes effect" in registry.said([told], signers[0])[told.pk].detail
    assert [night(clock.now() + days * DAY) for days in (-2, 0.5, 1, 3.5, 4)] == [0, 2, 0, 2, 0]
    lines_of = [
        registry.said([one], signers[0])[one.pk] for one in Notice.objects.filter(kind=effects.KIND, user=signers[0])
    ]
    assert {one.url for one in lines_of} == {f"/language/definition/{line.pk}/version/2/"}
    assert sorted(one.text.split(" on ")[0].split(" since")[0] for one in lines_of) == [
        "Version 2 of “France” is in force", "Version 2 of “France” takes effect",
    ]  # fmt: skip


def test_nothing_is_told_of_a_day_that_never_comes(line, signers, observed):  # noqa: F811
    night(clock.now() + DAY)
    told = list(Notice.objects.filter(kind=effects.KIND))
    sign_of_sales(put(line, signers, observed, do="off"), signers)
    assert told and registry.said(told, signers[0]) == {} and night(clock.now() + 3.5 * DAY) == 0
    history = client_of(signers[0]).get(f"/language/definition/{line.pk}/history/").text
    assert "never in force: replaced by 3" in history


def sign_of_sales(paper, signers):  # noqa: F811
    agreements.sign(paper=paper, by=signers[1], at=clock.now(), password=PASSWORD)
