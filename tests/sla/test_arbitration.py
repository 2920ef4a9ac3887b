"""Whom the terms name: deputies sign for their side while the terms are in force, and what nobody decides ends at the sponsor."""

import pytest

from leads.handoffs import attempts, decisions
from leads.rights import contests
from sla import arbitration, derive, terms
from sla.pages import texts
from sla.sections import sound
from smarketing.accounts.models import AuditEntry
from smarketing.agreements import services as agreements
from smarketing.calendars import services as calendars
from smarketing.jobs.models import Run
from smarketing.notify import registry
from smarketing.notify.models import Notice
from smarketing.rows import clock
from tests.leads.handoffs.desk import Desk
from tests.people import PASSWORD, client_of, person
from tests.sla.contracts import FIRST, VOLUME, attempt, contract, handoff, sign, signers
from tests.sla.test_escalation import ALWAYS, DAY, HOUR, noon

pytestmark = pytest.mark.django_db


def signed(at, parties, on=None, **escalates):
    """Four hours by a calendar that never closes, under terms that name these people."""
    always = calendars.create_version(name="always", spec=ALWAYS, by=None, at=at)
    named = {key: who.pk for key, who in parties.items()}
    given = {"at": at - 30 * DAY, "using": always, "parties": named, "escalation": escalates}
    return sign(contract(on=on), [FIRST], (at - 20 * DAY).date(), **given)


def proposed(of, at):
    body = of.body | {"clauses": [FIRST, VOLUME], "starts_on": (at + 9 * DAY).date().isoformat()}
    line = f"contract:{of.contract_id}"
    return agreements.propose(kind=terms.PAPER, line=line, body=body, by=signers()[0], at=at)


def test_a_deputy_named_in_the_terms_signs_the_next_version_in_the_place_of_who_signs_for_the_side():
    at, rita = clock.now(), person("rita", "rep")
    paper = proposed(signed(at, {"deputy_sales": rita, "contact_sales": signers()[1]}), at)
    assert agreements.why_not(paper, rita, at) == ""
    assert client_of(rita).get(f"/papers/{paper.pk}/").status_code == 200
    assert "rita" in Notice.objects.filter(kind="paper", params__paper=paper.pk).values_list("user__name", flat=True)
    agreements.sign(paper=paper, by=rita, at=at, password=PASSWORD)
    line = AuditEntry.objects.filter(verb="terms.sign").latest("pk")
    assert line.user == rita and line.detail["in_place_of"] == signers()[1].pk and line.detail["side"] == "sales"


def test_a_deputy_of_the_terms_signs_nothing_else_and_nobody_signs_by_a_draft_that_names_them():
    at, rita, max_ = clock.now(), person("rita", "rep"), person("max", "rep")
    of = signed(at, {"deputy_sales": rita})
    other = agreements.propose(kind="minutes", line="minutes:1", body={"n": 1}, by=None, at=at)
    assert "deputy" in agreements.why_not(other, rita, at)
    body = of.body | {"parties": {"deputy_sales": max_.pk}, "clauses": [FIRST, VOLUME]}
    paper = agreements.propose(kind=terms.PAPER, line=f"contract:{of.contract_id}", body=body, by=signers()[0], at=at)
    assert "deputy" in agreements.why_not(paper, max_, at) and agreements.why_not(paper, rita, at) == ""


@pytest.mark.parametrize("how", ["left", "changed sides", "the signer signs no longer", "the terms are over"])
def test_a_deputy_of_the_terms_signs_only_while_they_stand_in_for_somebody(how):
    at, rita = clock.now(), person("rita", "rep")
    paper = proposed(signed(at, {"deputy_sales": rita}), at)
    assert agreements.why_not(paper, rita, at) == ""
    hugo = signers()[1]
    if how == "left":
        rita.is_active = False
    elif how == "changed sides":
        rita.role, rita.side = "marketer", "marketing"
    elif how == "the signer signs no longer":
        hugo.signs = False
    else:
        at -= 25 * DAY  # before they began
    rita.save()
    hugo.save()
    assert "deputy" in agreements.why_not(paper, rita, at)


def night(at) -> int:
    """The night after `at`, twice: what was told is told no more."""
    derive.catch_up(at)
    run = Run(cutoff=at, business_date=clock.today(at))
    first = arbitration.look(run)
    assert arbitration.look(run) == 0
    return first


def told(reader) -> list[str]:
    some = list(Notice.objects.filter(kind=arbitration.KIND, user=reader).order_by("pk"))
    found = registry.said(some, reader)
    return [f"{found[one.pk].text} | {found[one.pk].detail}" for one in some if one.pk in found]


def test_leads_that_nobody_touched_go_to_the_sponsor_once_counted_and_unnamed():
    at, dora = noon(), person("dora", "viewer")
    signed(at, {"sponsor": dora}, sponsor_after_days=3)
    for hours in (5 * 24 - 10, 5 * 24 - 11):
        handoff(at - hours * HOUR, rep=person(f"rep{hours}", "rep"))
    tried = handoff(at - 110 * HOUR)
    attempt(tried, at - 10 * HOUR)
    fresh = handoff(at - 30 * HOUR)
    days = [night(at + n * DAY) for n in range(-1, 3)]
    (line,) = told(dora)
    assert sum(days) == 1 and line.startswith("2 leads that nobody has touched") and "for 3 business days" in line
    assert fresh.lead.email not in line
    assert client_of(dora).get("/notices/").status_code == 200
    url = registry.said(list(Notice.objects.filter(user=dora)), dora).popitem()[1].url
    assert client_of(dora).get(url).status_code == 200


def test_terms_that_say_nothing_of_it_or_name_nobody_tell_nobody():
    at = noon()
    signed(at, {"sponsor": person("dora", "viewer")})
    handoff(at - 10 * DAY)
    assert [night(at + n * DAY) for n in range(3)] == [0, 0, 0]
    assert arbitration.sponsors(clock.today(at)) and not Notice.objects.filter(kind=arbitration.KIND)


@pytest.mark.parametrize("ruled", [False, True])
def test_a_contest_without_its_ruling_in_time_goes_to_the_sponsor(ruled):
    desk, at, dora = Desk(), clock.now(), person("dora", "viewer")
    signed(at, {"sponsor": dora}, on=desk.line)
    made, ines = desk.hand(at=at - HOUR), person("ines", "marketer")
    attempts.log(handoff=made, by=desk.lea, at=at, channel="call", outcome="reached")
    decisions.give_back(handoff=made, by=desk.lea, at=at, reason="INT-NONE")
    last = decisions.Decision.objects.latest("pk")
    one = contests.contest(decision=last, text="They buy.", proof="story", by=ines, at=at)
    if ruled:
        contests.rule(to=one, kind="stays", text="No.", by=desk.boss, at=at)
    due = one.due_on - clock.today(at)
    assert night(at + due) == 0
    assert night(at + due + DAY) == (0 if ruled else 1)
    if not ruled:
        (line,) = told(dora)
        assert line.startswith("A contest has no ruling") and "France 2026" in line


def test_a_sponsor_who_is_to_be_told_is_named_and_told_after_the_lead_went_on():
    said = {"remind": 80, "copy": 100, "reassign_after_days": 3}
    assert sound.CHECKS["escalation"](said | {"sponsor_after_days": 3})
    assert not sound.CHECKS["escalation"](said | {"sponsor_after_days": 4})
    of = signed(clock.now(), {}, sponsor_after_days=4)
    assert "escalation" in sound.warnings(texts.read(of.contract, of.body))
