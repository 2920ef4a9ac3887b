"""Definitions: drafts, proposals, versions; personas that move on take the drafts with them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from personas.criteria import tree
from personas.definitions import persona_services, queries, services
from personas.models import DefinitionVersion
from smarketing.agreements import services as agreements
from tests.people import PASSWORD, person

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def signers():
    return person("anna", "marketer", signs=True), person("ben", "manager", "sales", signs=True)


@pytest.fixture
def line(signers):
    return services.create_line(name="France", by=signers[0], at=AT)


def fit(points: int = 80, **when):
    body = tree.empty_body() | {"mandatory": []}
    body["fit"]["items"] = [
        {"key": "here", "points": points, "when": when or {"field": "lead.country", "op": "is", "value": "FR"}}
    ]
    return body


def sign_both(paper, signers, at=AT):
    for hours, signer in enumerate(signers):
        agreements.sign(paper=paper, by=signer, at=at + timedelta(hours=hours), password=PASSWORD)


def test_a_draft_saved_from_a_stale_page_is_refused_and_each_step_can_be_undone(line, signers):
    first = services.save_draft(line=line, body=fit(10), revision=0, by=signers[0], at=AT)
    services.save_draft(line=line, body=fit(20), revision=first.revision, by=signers[1], at=AT)
    with pytest.raises(services.StaleDraft):
        services.save_draft(line=line, body=fit(30), revision=first.revision, by=signers[0], at=AT)
    undone = services.undo_draft(line=line, revision=2, by=signers[0], at=AT)
    assert undone.body == fit(10)
    again = services.undo_draft(line=line, revision=3, by=signers[0], at=AT)
    assert again.body == tree.empty_body()
    assert services.undo_draft(line=line, revision=4, by=signers[0], at=AT).revision == 4


def test_a_draft_keeps_fifty_steps(line):
    for number in range(60):
        draft = services.save_draft(line=line, body=fit(number + 1), revision=number, by=None, at=AT)
    assert len(draft.history) == services.UNDO_STEPS
    assert draft.history[-1] == fit(59)


def test_an_unsound_draft_is_refused_with_its_problems(line):
    with pytest.raises(services.Unsound) as refusal:
        services.save_draft(line=line, body=fit(field="lead.shoe", op="is", value="x"), revision=0, by=None, at=AT)
    assert [one.key for one in refusal.value.problems] == ["unknown_field"]


def test_a_version_is_published_by_the_second_signature_and_in_force_from_then(line, signers):
    services.save_draft(line=line, body=fit(), revision=0, by=signers[0], at=AT)
    paper = services.propose(line=line, by=signers[0], at=AT)
    with pytest.raises(agreements.AgreementError):
        services.publish_version(paper=paper, at=AT)
    sign_both(paper, signers)
    version = DefinitionVersion.objects.get()
    assert (version.number, version.effective_at, version.body) == (1, AT + timedelta(hours=1), fit())
    assert version.published_by == signers[1]
    assert services.publish_version(paper=paper, at=AT) == version
    assert queries.version_in_force(line, AT) is None
    assert queries.version_in_force(line, AT + timedelta(hours=1)) == version


def test_an_agreed_date_in_the_future_is_kept_and_the_older_version_rules_until_then(line, signers):
    services.save_draft(line=line, body=fit(), revision=0, by=None, at=AT)
    sign_both(services.propose(line=line, by=signers[0], at=AT), signers)
    services.save_draft(line=line, body=fit(70), revision=1, by=None, at=AT)
    later = AT + timedelta(days=8)
    sign_both(services.propose(line=line, by=signers[0], at=AT, effective_at=later), signers)
    first, second = DefinitionVersion.objects.order_by("number")
    assert queries.version_in_force(line, later - timedelta(microseconds=1)) == first
    assert queries.version_in_force(line, later) == second
    assert queries.versions_in_force(later) == [second]
    assert queries.coming_into_force(AT, later) == [first, second]


def test_a_version_is_never_edited(line, signers):
    services.save_draft(line=line, body=fit(), revision=0, by=None, at=AT)
    sign_both(services.propose(line=line, by=signers[0], at=AT), signers)
    for attempt in (
        lambda: DefinitionVersion.objects.update(number=7),
        lambda: DefinitionVersion.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()


def test_a_new_persona_version_opens_the_drafts_that_name_the_persona(line, signers):
    rules = {"field": "lead.country", "op": "is", "value": "FR"}
    maud = persona_services.create_persona(name="Maud", story={}, rules=rules, by=signers[0], at=AT)
    services.save_draft(line=line, body=fit(persona=maud.pk), revision=0, by=None, at=AT)
    paper = services.propose(line=line, by=signers[0], at=AT)
    sign_both(paper, signers)
    wider = persona_services.create_version(
        persona=maud.persona, story={}, rules={"any": [rules]}, by=signers[0], at=AT
    )
    line.draft.refresh_from_db()
    assert tree.personas_used(line.draft.body) == {wider.pk}
    assert tree.personas_used(DefinitionVersion.objects.get().body) == {maud.pk}
    assert persona_services.current_versions() == [wider]
    assert queries.pinned(DefinitionVersion.objects.get().body) == {maud.pk: rules}


def test_persona_rules_speak_of_fields_only(line):
    with pytest.raises(services.Unsound):
        persona_services.create_persona(name="x", story={}, rules={"event": {"kind": "page"}}, by=None, at=AT)
