"""Praise and problems of anything, by anybody, at any time: counted, filtered, answered, taken back, erased with their lead."""

from datetime import timedelta

import pytest
from django.template import Context, Template
from django.urls import reverse

from leads.models import Campaign, Note, NoteText, Remark, Reply
from leads.rights import erasure, notes
from leads.rights.problems import Refusal
from personas.models import DefinitionLine, Persona
from reporting.meetings import notices, remarks
from sla import causes, follow
from smarketing.notify.models import Notice
from tests.leads import definitions
from tests.people import client_of, person
from tests.reporting.meetings.company import NOW, OCTOBER, both, october, stand
from tests.sla.contracts import decide, handoff, paris

pytestmark = pytest.mark.django_db


@pytest.fixture
def of(monkeypatch):
    stand(monkeypatch)
    return october()


def say(**more) -> Remark:
    said = {
        "kind": "problem",
        "about": "general",
        "ref": "",
        "text": "Too slow",
        "side": "sales",
        "by": both()[0],
        "at": NOW,
    }
    return remarks.say(**(said | more))


def campaign() -> Campaign:
    from leads.intake import by_hand

    return Campaign.objects.get(
        pk=by_hand.add_campaign(values={"key": "fair", "name": "Fair", "channel": "event"}, by=both()[0], at=NOW)
    )


def test_a_remark_is_about_a_lead_a_campaign_a_clause_a_persona_or_nothing_in_particular(of):
    given = handoff(paris(2025, 10, 20), rep=person("karim", "rep"))
    persona = Persona.objects.create(name="Maud")
    fair = campaign()
    made = [
        say(about="lead", ref=str(given.lead_id)), say(about="campaign", ref=str(fair.pk)), say(about="clause", ref=f"{of.pk}:6.1"),
        say(about="persona", ref=str(persona.pk)), say(),
    ]  # fmt: skip
    abouts = remarks.Abouts(made, both()[0])
    words = [abouts.of(one)[0] for one in made]
    assert (
        words[1:] == ["Fair", "6.1 First attempt within 4 business hours", "Maud", "nothing in particular"]
        or words[1] == "Fair"
    )
    assert made[0].to.name == "karim" and made[0].handoff_id == given.pk and made[1].note.lead is None
    assert [bool(abouts.of(one)[1]) for one in made] == [True, True, True, True, False]


def test_nothing_said_or_of_nothing_there_is_refused(of):
    for more in (
        {"text": "  "}, {"kind": "song"}, {"about": "moon"}, {"about": "lead", "ref": "9999999"}, {"about": "clause", "ref": "1:9.9"},
        {"about": "criterion", "ref": "1:nope"}, {"side": "left"}, {"text": "x" * 401}, {"ref": "5"},
    ):  # fmt: skip
        with pytest.raises(Refusal):
            say(**more)
    assert not Remark.objects.exists()


def test_whom_it_concerns_is_told_and_whoever_said_it_of_the_answer(of):
    given = handoff(paris(2025, 10, 20), rep=person("karim", "rep"))
    claire, hugo = both()
    made = say(about="lead", ref=str(given.lead_id))
    assert sorted(Notice.objects.filter(kind="remark").values_list("user__name", flat=True)) == ["hugo", "karim"]
    page = client_of(hugo).get("/notices/").content.decode()
    assert "claire names a problem" in page and "Too slow" in page
    remarks.reply(to=made, text="We know", by=hugo, at=NOW)
    assert "hugo answers you" in client_of(claire).get("/notices/").content.decode()
    assert list(Remark.objects.answered()) == [made] and not Remark.objects.unanswered().exists()


def test_the_month_counts_remarks_on_its_contract_and_on_no_lead(monkeypatch):
    stand(monkeypatch)
    of = october(close=False)
    line = DefinitionLine.objects.get()
    asked = [("clause", f"{of.pk}:6.1", "problem", 22), ("general", "", "problem", 22), ("general", "", "praise", 23)]
    asked += [
        ("general", "", "problem", 33),
        ("clause", f"{of.pk + 1}:6.1", "problem", 22),
    ]  # another month, another contract
    for about, ref, kind, day in asked:
        at = paris(2025, 10, 1) + timedelta(days=day - 1)
        note = Note.objects.create(by=both()[0], occurred_at=at, recorded_at=at, known_at=at)
        NoteText.objects.create(note=note, text="Too slow")
        Remark.objects.create(note=note, kind=kind, about=about, ref=ref)
    month = follow.Reader(of, NOW, NOW, closed=False).month(OCTOBER)
    assert causes.said(month) == (1, 2) and line.pk == of.line_id
    page = client_of(both()[0]).get(reverse("sla:remarks", args=[of.pk, "2025-10"])).content.decode()
    assert page.count("Too slow") == 3


def test_a_remark_is_taken_back_by_who_said_it_or_a_manager_and_counts_no_more(of):
    lea, made = person("lea6", "rep"), None
    made = say(by=lea, side="")
    with pytest.raises(Refusal):
        notes.take_back(note=made.note, by=person("zoe", "marketer"), at=NOW, reason="x")
    client = client_of(lea)
    assert client.get(f"/meetings/remarks/{made.pk}/back/").status_code == 200
    assert client.post(f"/meetings/remarks/{made.pk}/back/", {"reason": "said in haste"}).status_code == 302
    assert not Remark.objects.standing().exists() and client.get(f"/meetings/remarks/{made.pk}/").status_code == 404
    with pytest.raises(Refusal, match="taken back"):
        remarks.reply(to=made, text="late", by=lea, at=NOW)


def test_the_list_filters_and_shows_words_only_to_who_may_read_them(of):
    given = handoff(paris(2025, 10, 20), rep=person("karim", "rep"))
    say(about="lead", ref=str(given.lead_id), text="About Zoé Martin")
    say(kind="praise", text="All went well", side="marketing")
    claire = client_of(both()[0])
    page = claire.get("/meetings/remarks/?kind=problem").content.decode()
    assert "About Zoé Martin" in page and "All went well" not in page
    viewer, other = client_of(person("vera", "viewer")), client_of(person("zoe", "rep"))
    for client, reads in ((viewer, True), (other, False)):
        page = client.get("/meetings/remarks/").content.decode()
        assert "About Zoé Martin" not in page and "All went well" in page
        assert ("you may not read it" in page) == reads  # another rep's lead is not there at all
    saved = b"".join(viewer.get("/meetings/remarks/?export=csv").streaming_content).decode("utf-8-sig")
    assert "All went well" in saved and "Zoé" not in saved


def test_an_erased_lead_takes_the_words_of_its_remarks_and_answers_with_it(of):
    given = handoff(paris(2025, 10, 20))
    made = say(about="lead", ref=str(given.lead_id), text="About Zoé Martin")
    remarks.reply(to=made, text="Zoé called back", by=both()[1], at=NOW)
    kept = say(text="A word on nobody")
    decide(given, "refuse", NOW, reason="OPP-OUT")
    erasure.erase(leads=[given.lead], by=person("adam", "administrator"), at=NOW)
    assert list(NoteText.objects.values_list("note", flat=True)) == [kept.pk]
    assert Remark.objects.count() == 2 and Reply.objects.count() == 1  # the acts stay, without their words
    assert "Zoé" not in client_of(both()[0]).get("/meetings/remarks/").content.decode()


def test_anybody_says_something_from_a_page_and_puts_it_on_the_agenda(of):
    fair = campaign()
    client = client_of(person("lea7", "rep"))
    page = client.get(f"/campaigns/{fair.pk}/").content.decode()
    assert f"/meetings/remarks/new/?about=campaign&amp;ref={fair.pk}" in page
    url = f"/meetings/remarks/new/?about=campaign&ref={fair.pk}&next=/campaigns/{fair.pk}/"
    assert "Fair" in client.get(url).content.decode()
    answer = client.post(url, {"kind": "problem", "side": "marketing", "text": "Nobody came", "agenda": "on"})
    assert answer.url == f"/campaigns/{fair.pk}/" and Remark.objects.get().about == "campaign"
    assert of.agenda.get().kind == "remark"
    assert "problems 1" in client.get(f"/campaigns/{fair.pk}/").content.decode()
    assert client.get("/meetings/remarks/new/?about=campaign&ref=77").status_code == 404


def test_programs_read_remarks_and_a_person_says_one(of):
    say()
    client = client_of(both()[1])
    (one,) = client.get("/api/v1/remarks/").json()
    assert (one["kind"], one["about"], one["text"], one["answers"]) == ("problem", "general", "Too slow", 0)
    assert client.get("/api/v1/remarks/?kind=praise").json() == []
    said = client.post(
        "/api/v1/remarks/",
        {"kind": "praise", "text": "Good leads", "side": "marketing"},
        content_type="application/json",
    )
    assert said.status_code == 201 and said.json()["words"] == "nothing in particular"
    assert (
        client.post("/api/v1/remarks/", {"kind": "song", "text": "x"}, content_type="application/json").status_code
        == 400
    )


def test_an_answer_that_was_taken_back_is_not_told_any_more(of):
    given, hugo = handoff(paris(2025, 10, 20)), both()[1]
    made = say(about="lead", ref=str(given.lead_id))
    answer = remarks.reply(to=made, text="I called at once", by=hugo, at=NOW)
    told = Notice.objects.filter(kind="remark", about=f"reply:{answer.pk}")
    (line,) = notices.say_remarks(list(told), both()[0]).values()
    assert line.text == "hugo answers you"
    notes.take_back(note=answer.note, by=hugo, at=NOW, reason="said in haste")
    assert notices.say_remarks(list(told), both()[0]) == {}


def test_something_is_said_of_a_criterion_from_its_line_once_it_is_published(of, rf):
    published = definitions.version(definitions.simple(), paris(2025, 9, 1))
    request = rf.get("/language/")
    request.user = both()[0]
    said = {
        (place, key): Template("{% slot place line key %}").render(
            Context({"request": request, "place": place, "line": published.line_id, "key": key})
        )
        for place in ("criterion.said", "criterion.remark")
        for key in ("french", "unknown")
    }
    there = f"/meetings/remarks/new/?about=criterion&amp;ref={published.line_id}%3Afrench"
    assert there in said["criterion.said", "french"] and there in said["criterion.remark", "french"]
    assert "remarks/new" not in said["criterion.said", "unknown"] + said["criterion.remark", "unknown"]
    client = client_of(both()[0])
    form = reverse("reporting:remark_new") + f"?about=criterion&ref={published.line_id}:french"
    assert client.get(form).status_code == 200
    assert client.post(form, {"kind": "praise", "side": "sales", "text": "Fits", "next": "/"}).status_code == 302
    made = Remark.objects.get()
    assert (made.about, made.ref) == ("criterion", f"{published.line_id}:french")
