"""Anonymous visits and properties of the demo: there, joined, and counted by criteria."""

from leads.evidence import story
from leads.models import Event, EventPayload, Join, Lead, Visitor
from leads.scoring import preview
from personas.criteria import tree
from reporting.demo import crowd, plan, visitors
from smarketing.rows import clock
from tests.conftest import DEMO_AT


def test_anonymous_visits_come_before_the_lead_is_known():
    one = plan.Plan(at=DEMO_AT, leads=500, events=8_000)
    people = crowd.draw(one)
    visits = visitors.draw(one, people)
    assert 20 < len(visits.leads) < 110 and len(visits.page) == len(visits.occurred)
    assert (visits.occurred < people.born[visits.leads[visits.visitor]]).all()
    assert visits.occurred.min() > one.midnights[0] and set(visits.visitor) == set(range(len(visits.leads)))


def test_every_visitor_is_joined_and_its_visits_stand_in_the_story(demo_db):
    assert Visitor.objects.count() == Join.objects.count() > 20
    join = Join.objects.order_by("pk")[0]
    before = Event.objects.filter(visitor=join.visitor, lead=None)
    assert before.count() >= 1 and not before.filter(occurred_at__gte=join.occurred_at).exists()
    told, _further = story.page(Lead.objects.get(pk=join.lead_id), clock.now(), size=500)
    assert "join" in {entry.kind for entry in told}
    assert sum(entry.n for entry in told if entry.kind == "event" and entry.at < join.occurred_at) == before.count()


def test_a_criterion_on_a_property_has_hits(demo_db):
    assert EventPayload.objects.filter(properties__has_key="subject").count() > 400
    said = {"event": {"kind": "form", "props": [{"key": "subject", "op": "is", "value": "closed loop"}]}}
    body = tree.empty_body() | {"must": [said], "mql": [], "mandatory": []}
    found = preview.count(body, clock.now())
    assert found.ready and 0 < found.hits["must.0"] < Lead.objects.count()
