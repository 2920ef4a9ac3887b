"""Whoever opposes, or is on the suppression list, reaches nobody of sales by any door; a door whose guard is off is noticed (I24)."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace

import pytest

from leads.handoffs import handing, holds, hot, problems
from leads.intake import facts, suppression
from leads.intake.events import NewEvent, record_events
from leads.intake.hooks import Handed
from leads.judging import nightly, service
from leads.mailing import templates
from leads.models import Handoff, HandoffState, Lead, Qualification
from leads.rights import consent
from personas import starters
from smarketing.notify.models import Notice
from smarketing.rows import clock
from smarketing.rows.fence import open_fence
from tests.leads import definitions
from tests.leads import facts as past
from tests.leads.handoffs.desk import Desk
from tests.leads.rights.test_contests import Court

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MAIL = "zoe@acme.example"
OFF = {"opted_out": False}


def opposing(desk: Desk, listed: bool) -> Lead:
    """A lead that nobody may bring to sales: it said so, or its address is on the list."""
    (pk,) = facts.create_leads([facts.Birth(clock.now() - DAY, {"email": MAIL})], origin=facts.Origin(source="hand"))
    quiet(desk, Lead.objects.get(pk=pk), listed)
    return Lead.objects.get(pk=pk)


def quiet(desk: Desk, lead: Lead, listed: bool) -> None:
    """It opposes from now on. Said by a form or a file, not by a rep: nothing but the guards knows of it yet."""
    if listed:
        suppression.add({lead.email: None}, origin="hand", by=desk.boss, at=clock.now(), fence=open_fence())
    else:
        facts.record_changes([facts.Change("lead", lead.pk, "opted_out", True, clock.now())], origin=facts.Origin())


def qualified(desk: Desk, lead: Lead) -> Qualification:
    version = definitions.version(definitions.simple(), clock.now() - 30 * DAY, on=desk.line)
    return Qualification.objects.create(
        lead=lead, line=desk.line, version=version, cycle=0, effective_at=clock.now(), recorded_at=clock.now(),
        cause="grade", grade="A1",
    )  # fmt: skip


# --- the doors: each tries to bring a lead that opposes to somebody of sales, and returns that lead


def by_hand(desk: Desk, listed: bool) -> Lead:
    lead = opposing(desk, listed)
    with suppress(handing.CannotHand):
        handing.hand_over(lead=lead, line=desk.line, gate="manual", by=None, at=clock.now())
    return lead


def by_the_judge(desk: Desk, listed: bool) -> Lead:
    lead = opposing(desk, listed)
    handing.pass_on([qualified(desk, lead)], at=clock.now(), fence=open_fence())
    return lead


def at_the_pace(desk: Desk, listed: bool) -> Lead:
    lead = opposing(desk, listed)
    qualified(desk, lead)
    handing.release(line_id=desk.line.pk, at=clock.now(), fence=open_fence(), limit=5)
    return lead


def by_a_file(desk: Desk, listed: bool) -> Lead:
    lead = opposing(desk, listed)
    rows = [Handed(lead.pk, desk.line.pk, clock.now() - HOUR, day_only=False)]
    handing.import_handoffs(rows, facts.Origin(), open_fence())
    return lead


def by_a_contest(court: Court, listed: bool) -> Lead:
    lead = court.handoff.lead
    Lead.objects.filter(pk=lead.pk).update(email=MAIL)
    made = court.contest()
    quiet(court, Lead.objects.get(pk=lead.pk), listed)
    with suppress(problems.Refusal):
        court.rule(made)
    return lead


def by_arriving(desk: Desk, listed: bool) -> Lead:
    """Somebody comes again with an address that is on the list, or that somebody who opposes has."""
    opposing(desk, listed)
    (pk,) = facts.create_leads([facts.Birth(clock.now(), {"email": MAIL})], origin=facts.Origin(source="form"))
    with suppress(handing.CannotHand):
        handing.hand_over(lead=Lead.objects.get(pk=pk), line=desk.line, gate="manual", by=None, at=clock.now())
    return Lead.objects.get(pk=pk)


def owed(desk: Desk) -> Handoff:
    return desk.hand(at=clock.now() - 2 * HOUR, email=MAIL, first_name="Zoé")


def by_staying(desk: Desk, listed: bool) -> Lead:
    """A rep has it already; it opposes on the page of the lead, or its address is listed by hand."""
    lead = owed(desk).lead
    if listed:
        consent.suppress(email=MAIL, by=desk.boss, at=clock.now())
    else:
        consent.oppose(lead=lead, source="call", text="No.", said_on=None, by=desk.lea, at=clock.now())
    return lead


def by_night(desk: Desk, listed: bool) -> Lead:
    lead = owed(desk).lead
    quiet(desk, lead, listed)
    nightly.silence(SimpleNamespace(cutoff=clock.now()), 0, Handoff.objects.latest("pk").pk + 1)
    return lead


def by_day(desk: Desk, listed: bool) -> Lead:
    lead = owed(desk).lead
    quiet(desk, lead, listed)
    service._withdraw([lead.pk], clock.now(), open_fence())
    return lead


def by_a_hot_signal(desk: Desk, listed: bool) -> Lead:
    definitions.version(starters.body("b2b"), clock.now() - 30 * DAY, on=desk.line)
    handoff = owed(desk)
    quiet(desk, handoff.lead, listed)
    event = NewEvent("m1", "page", clock.now(), page="/pricing", lead_id=handoff.lead_id)
    record_events([event], source=past.source())
    handing.withdraw([handoff.pk], reason="OPP-OUT", by=None, at=clock.now(), fence=open_fence())
    return handoff.lead


def by_mail(desk: Desk, listed: bool) -> Lead:
    lead = opposing(desk, listed)
    texts = {"en": ("Hello", "Dear {{first_name}}")}
    made = templates.save(template=None, name="First", persona=None, texts=texts, by=desk.boss, at=clock.now())
    with suppress(problems.Refusal):
        letter = templates.letter(template=made, lead=lead, language="en", by=desk.lea)
        lead.letters = [letter.to]
    return lead


def reached(lead: Lead) -> list:
    """What of sales a lead reached: a rep or a pool that has it, a signal that was told, a letter that was written."""
    told = Notice.objects.filter(kind=hot.KIND, params__lead=lead.pk)
    return [*HandoffState.objects.filter(lead=lead, is_open=True), *told, *getattr(lead, "letters", ())]


# --- the planted faults: the guard of one door is switched off


def not_asked(fault: pytest.MonkeyPatch) -> None:
    fault.setattr(holds, "closed", lambda lead: False)


def not_held(fault: pytest.MonkeyPatch) -> None:
    real = holds._reason
    fault.setattr(holds, "_reason", lambda one, lead, no, *rest: real(one, lead, False, *rest))


def not_taken_back(fault: pytest.MonkeyPatch) -> None:
    fault.setattr(handing, "withdraw", lambda *given, **more: 0)


def signals_of_all(fault: pytest.MonkeyPatch) -> None:
    fault.setattr(hot, "_OWED", hot._OWED.replace("NOT l.opted_out", "true"))


def letters_to_all(fault: pytest.MonkeyPatch) -> None:
    fault.setattr(templates, "hindrance", lambda lead: "")


def list_not_read(fault: pytest.MonkeyPatch) -> None:
    fault.setattr(suppression, "keep_said", lambda *given: 0)


@dataclass(frozen=True)
class Door:
    brings: Callable[..., Lead]
    fault: Callable[[pytest.MonkeyPatch], None]

    def reached(self, listed: bool) -> list:
        desk = Court() if self.brings is by_a_contest else Desk()
        return reached(self.brings(desk, listed))


DOORS = [
    Door(by_hand, not_asked), Door(by_the_judge, not_held), Door(at_the_pace, not_held), Door(by_a_file, not_taken_back),
    Door(by_a_contest, not_asked), Door(by_arriving, list_not_read), Door(by_staying, not_taken_back),
    Door(by_night, not_taken_back), Door(by_day, not_taken_back), Door(by_a_hot_signal, signals_of_all),
    Door(by_mail, letters_to_all),
]  # fmt: skip


@pytest.mark.invariant("I24")
@pytest.mark.parametrize("listed", [False, True], ids=["opposes", "listed"])
@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.brings.__name__)
def test_whoever_opposes_or_is_listed_reaches_nobody_by_any_door(db, door, listed):
    assert door.reached(listed) == []


@pytest.mark.invariant("I24", mutant="each door's guard switched off")
@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.brings.__name__)
def test_a_door_whose_guard_is_off_is_noticed(db, monkeypatch, door):
    door.fault(monkeypatch)
    assert door.reached(listed=False), "the proof would not notice"
