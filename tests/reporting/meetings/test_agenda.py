"""The agenda comes from the closed month, from what people put there, and keeps the order that people give it."""

from datetime import UTC, datetime, timedelta

import pytest

from leads.models import Remark, Ruling
from leads.rights import contests
from reporting.meetings import agenda, known, minutes, planning, remarks, resolutions, wording
from reporting.meetings.problems import Refused
from reporting.models import AgendaItem
from tests.people import client_of, person
from tests.reporting.meetings.company import NOW, OCTOBER, both, figure, meeting, october, stand
from tests.sla.contracts import FIRST, VOLUME, attempt, contract, decide, handoff, line, paris, sign

pytestmark = pytest.mark.django_db


@pytest.fixture
def of(monkeypatch):
    stand(monkeypatch)
    return october()


def points(made, user=None) -> list[tuple[str, str, str]]:
    found = wording.Wording(list(made.items.select_related("contract")), user or both()[0], NOW, made).points()
    return [(one.item.kind, one.text, one.more) for one in found]


def test_the_month_puts_its_broken_promise_its_reasons_and_its_remarks_on_the_agenda(of):
    for n, reason in enumerate(("FIT-SIZE", "FIT-SIZE", "DATA-PHONE")):
        decide(handoff(paris(2025, 10, 20, 9, n)), "refuse", paris(2025, 10, 21, 9, n), reason=reason)
    handoff(paris(2025, 10, 22), known=datetime(2027, 1, 5, tzinfo=UTC))  # learned after the month was closed
    claire = both()[0]
    remarks.say(
        kind="praise", about="general", ref="", text="Calls were quick", by=claire, at=paris(2025, 10, 22), side="sales"
    )
    made = meeting(of)
    found = points(made)
    assert [one[0] for one in found] == ["clause", "restated", "reason", "reason", "remark"]
    clause, restated, first, _second, remark = found
    assert clause[1].startswith("6.1 ") and clause[2] == "promised ≥ 90%, came to 50%: broken"
    assert restated[1] == "October 2025" and restated[2] == "1 fact came late"
    assert first[2] == "2 times in the month"
    assert remark[1:] == ("Calls were quick", "claire · nothing in particular")
    assert agenda.prepare(meeting=made, at=NOW) == 0  # looked at again, nothing stands there twice


def test_a_contested_decision_is_a_point_until_somebody_rules_and_says_what_was_ruled(of):
    claire, hugo = both()
    lea, day = person("lea3", "rep"), paris(2025, 10, 22)
    turned = decide(handoff(paris(2025, 10, 20)), "refuse", paris(2025, 10, 21), reason="FIT-SIZE", by=lea)
    said = contests.contest(decision=turned, text="They are ninety.", proof="story", by=claire, at=day)
    made = meeting(of)
    (point,) = [one for one in points(made, claire) if one[0] == "contest"]
    assert point[1].startswith("Refusal: ") and point[2] == "They are ninety."
    contests.rule(to=said, kind=Ruling.Kind.STAYS, text="Still too small.", by=hugo, at=day)
    (point,) = [one for one in points(made, claire) if one[0] == "contest"]
    assert point[2] == "They are ninety. · rejected: the decision stays"
    assert known.exists("contest", str(said.pk), of, claire) and not known.exists("contest", "0", of, claire)


def test_only_what_the_terms_agreed_on_comes_by_itself(of):
    terms = of.terms.get()
    agreed = agenda._agreed(agenda.Look(meeting(of), NOW).month)
    assert agreed == {"figures", "refusals", "praise", "resolutions"} and "meetings" not in terms.body


def test_a_point_is_put_on_the_next_meeting_once_else_it_waits(of):
    lea = person("lea2", "rep")
    waiting, fresh = agenda.put(contract=of, kind="text", text="  The student   guide ", by=lea, at=NOW)
    assert fresh and waiting.meeting is None and waiting.text == "The student guide"
    assert agenda.put(contract=of, kind="text", text="The student guide", by=lea, at=NOW) == (waiting, False)
    made = meeting(of)
    item, fresh = agenda.put(contract=of, kind="clause", ref="5.1", by=lea, at=NOW)
    assert fresh and item.meeting == made and made.items.first().text == "The student guide"  # what waited comes first
    assert agenda.put(contract=of, kind="clause", ref="5.1", by=lea, at=NOW) == (item, False)


def test_what_is_not_there_or_not_said_is_refused(of):
    for said in (
        {"kind": "text", "text": " "}, {"kind": "clause", "ref": "9.9"}, {"kind": "campaign", "ref": "77"}, {"kind": "remark", "ref": "x"},
        {"kind": "criterion", "ref": "5"}, {"kind": "dance", "ref": "1"}, {"kind": "restated", "ref": "2025-13"}, {"kind": "text", "text": "x" * 301},
    ):  # fmt: skip
        with pytest.raises(Refused):
            agenda.put(contract=of, by=both()[0], at=NOW, **said)
    assert not AgendaItem.objects.exists()


def test_points_are_ordered_and_taken_off_by_hand(of):
    made, claire = meeting(of), both()[0]
    for text in ("one", "two", "three"):
        agenda.put(contract=of, kind="text", text=text, by=claire, at=NOW)
    by_text = {one.text: one for one in made.items.filter(kind="text")}
    agenda.move(item=by_text["three"], up=True)
    agenda.move(item=by_text["one"], up=False)
    assert [one.text for one in made.items.filter(kind="text")] == ["three", "one", "two"]
    agenda.remove(item=by_text["one"], by=claire, at=NOW)
    assert [one.text for one in made.items.filter(kind="text")] == ["three", "two"]


def test_a_remark_on_a_lead_of_others_is_not_read_on_the_agenda(of):
    claire = both()[0]
    given = handoff(paris(2025, 10, 20), rep=person("karim", "rep"))
    made = remarks.say(
        kind="problem", about="lead", ref=str(given.lead_id), text="Wrong number", by=claire, at=NOW, side="marketing"
    )
    planned = meeting(of)
    agenda.put(contract=of, kind="remark", ref=str(made.pk), by=claire, at=NOW)
    assert ("remark", "Wrong number") in [one[:2] for one in points(planned)]
    vera, zoe = person("vera", "viewer"), person("zoe", "rep")
    assert "Wrong number" not in str(points(planned, vera)) and "Wrong number" not in str(points(planned, zoe))
    assert ("remark", "no longer there, or not visible to you", "") in points(planned, zoe)


def test_an_earlier_resolution_comes_back_with_its_figure_before_and_since(of):
    claire, hugo = both()
    first = meeting(of)
    resolutions.resolve(
        meeting=first,
        text="Call before noon",
        charge=hugo,
        due=NOW.date() + timedelta(days=9),
        figure=figure(),
        by=claire,
        at=NOW,
    )
    minutes.close(meeting=first, came=[claire.pk, hugo.pk], by=claire, at=NOW)
    following = meeting(of, starts_at=NOW + timedelta(days=30))
    said = next(one for one in points(following) if one[0] == "resolution")
    assert (
        said[1] == "Call before noon"
        and "hugo · due on 15 Nov 2025 · First attempt in time: 50.0% before, – since" in said[2]
    )


def test_every_button_puts_its_own_thing_on_the_agenda(of):
    client = client_of(both()[0])
    page = client.get(f"/contract/2025-10/?contract={of.pk}&clause=6.1").content.decode()
    assert 'name="kind" value="clause"' in page and 'name="ref" value="6.1"' in page
    answer = client.post("/meetings/agenda/", {"kind": "clause", "ref": "6.1", "contract": of.pk, "next": "/meetings/"})
    assert answer.url == "/meetings/" and AgendaItem.objects.get().ref == "6.1"
    answer = client.post("/meetings/agenda/", {"kind": "text", "text": "x", "next": "https://evil.example/"})
    assert answer.url == "/meetings/" and AgendaItem.objects.get(text="x").came_from == ""
    assert (
        client_of(person("vera", "viewer")).post("/meetings/agenda/", {"kind": "text", "text": "y"}).status_code == 403
    )
    assert Remark.objects.count() == 0


def test_points_of_two_contracts_that_wait_each_tell_of_their_own(of):
    claire = both()[0]
    other = contract("Spain 2026", on=line("Spain"))
    sign(other, [VOLUME, FIRST], OCTOBER, at=paris(2025, 9, 25))
    decide(handoff(paris(2025, 10, 20)), "refuse", paris(2025, 10, 21), reason="FIT-SIZE")
    for one in (of, other):
        for kind, ref in (("clause", "6.1"), ("reason", "FIT-SIZE")):
            agenda.put(contract=one, kind=kind, ref=ref, by=claire, at=NOW)
    waiting = list(AgendaItem.objects.filter(meeting=None).order_by("kind", "contract"))
    france, spain, refused, none = (one.more for one in wording.Wording(waiting, claire, NOW).points())
    assert "came to 50%" in france and "50%" not in spain
    assert refused == "1 time in the month" and none == "0 times in the month"


def test_the_data_is_looked_at_again_only_while_the_meeting_is_ahead(of):
    made, claire = meeting(of), both()[0]
    minutes.close(meeting=made, came=[one.pk for one in both()], by=claire, at=NOW)
    off = meeting(of)
    planning.cancel(meeting=off, by=claire, at=NOW)
    remarks.say(kind="praise", about="general", ref="", text="Late praise", by=claire, at=NOW, side="sales")
    for one, words in ((made, "closed"), (off, "called off")):
        there = one.items.count()
        with pytest.raises(Refused, match=words):
            agenda.prepare(meeting=one, at=NOW)
        answer = client_of(claire).post(f"/meetings/{one.pk}/do/", {"do": "prepare"}, follow=True)
        assert answer.status_code == 200 and words in answer.content.decode() and one.items.count() == there


def test_the_figure_of_a_resolution_about_one_rep_is_not_read_by_another(of):
    claire, hugo = both()
    karim, zoe = person("karim", "rep"), person("zoe", "rep")
    attempt(handoff(paris(2025, 10, 14), rep=karim), paris(2025, 10, 14, 1))
    first = meeting(of)
    watched = figure(measure="handoffs", where={"rep": karim.name}, target=None)
    day = NOW.date() + timedelta(days=9)
    resolutions.resolve(meeting=first, text="Karim calls", charge=hugo, due=day, figure=watched, by=claire, at=NOW)
    minutes.close(meeting=first, came=[claire.pk, hugo.pk], by=claire, at=NOW)
    following = meeting(of, starts_at=NOW + timedelta(days=30))
    said = {user: next(one[2] for one in points(following, user) if one[0] == "resolution") for user in (claire, zoe)}
    assert " before, " in said[claire] and " before, " not in said[zoe]


def test_what_is_typed_into_a_point_holds_no_character_that_cannot_be_kept(of):
    client = client_of(both()[0])
    for said in (
        {"kind": "text", "text": "a\0b"},
        {"kind": "clause", "ref": "6.1\0"},
        {"kind": "reason", "ref": "x\0"},
    ):
        assert client.post("/meetings/agenda/", said | {"contract": of.pk}).status_code == 302
    assert AgendaItem.objects.get(kind="text").text == "ab" and AgendaItem.objects.get(kind="clause").ref == "6.1"


def test_a_point_goes_to_the_contract_of_which_it_speaks(of):
    claire, hugo = both()
    other = contract("Aachen 2026", on=line("Aachen"))  # the first by its name
    sign(other, [VOLUME, FIRST], OCTOBER, at=paris(2025, 9, 25))
    client, url, held = client_of(claire), "/meetings/agenda/", meeting(of)
    asked = f"/meetings/remarks/new/?about=clause&ref={of.pk}:6.1"
    client.post(asked, {"kind": "problem", "side": "sales", "text": "Too short", "agenda": "on"})
    given = handoff(paris(2025, 10, 20))
    said = remarks.say(kind="problem", about="lead", ref=str(given.lead_id), text="No phone", by=claire, at=NOW)
    turned = decide(
        handoff(paris(2025, 10, 20, 1)), "refuse", paris(2025, 11, 4), reason="FIT-SIZE", by=person("lea4", "rep")
    )
    contested = contests.contest(decision=turned, text="They are ninety.", proof="story", by=claire, at=NOW)
    day = NOW.date() + timedelta(days=9)
    made = resolutions.resolve(meeting=held, text="Call", charge=hugo, due=day, figure=figure(), by=claire, at=NOW)
    for kind, ref in (("remark", said.pk), ("contest", contested.pk), ("resolution", made.pk)):
        client.post(url, {"kind": kind, "ref": ref})
    client.post(url, {"kind": "text", "text": "A note of the studio", "line": of.line_id})
    client.post(url, {"kind": "text", "text": "Of nothing in particular"})
    put = AgendaItem.objects.filter(by=claire).order_by("pk")
    assert [(one.kind, one.contract == of) for one in put] == [
        ("remark", True), ("remark", True), ("contest", True), ("resolution", True), ("text", True), ("text", False),
    ]  # fmt: skip


def test_a_note_of_the_studio_says_of_which_definition_it_is(of, rf):
    from reporting.pages import meeting_slots

    request = rf.get("/")
    request.user = both()[0]
    assert f'name="line" value="{of.line_id}"' in meeting_slots.note({"request": request}, of.line_id, "A note")


def test_problems_are_not_crowded_out_by_praise(of):
    claire = both()[0]
    for n in range(agenda.MOST + 1):
        remarks.say(kind="praise", about="general", ref="", text=f"Thanks {n}", by=claire, at=NOW)
    remarks.say(kind="problem", about="general", ref="", text="No phone", by=claire, at=NOW)
    assert [one[1] for one in points(meeting(of)) if one[0] == "remark"][agenda.MOST :] == ["No phone"]


def test_programs_read_the_same_figure_as_people(monkeypatch):
    stand(monkeypatch)
    made = meeting(october(close=False))
    handoff(paris(2025, 10, 15))  # its clock is not derived yet, and nobody called
    client, url = client_of(both()[0]), f"/api/v1/meetings/{made.pk}/"
    (point,) = [one for one in client.get(url).json()["agenda"] if one["kind"] == "clause" and one["ref"] == "6.1"]
    assert "came to 40%" in point["more"]
