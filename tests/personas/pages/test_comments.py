"""Comments on a definition: on a line, on the whole, answered, settled, taken back; the other side is told, nothing typed is lost."""

import pytest

from personas import starters
from personas.definitions import comments, services
from personas.models import Comment
from smarketing.notify.models import Notice
from smarketing.rows import clock
from tests.forms import form, forms
from tests.people import client_of, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna():
    return person("Anna", "marketer", language="en")


@pytest.fixture
def hugo():
    return person("Hugo", "manager", "sales", signs=True, language="en")


@pytest.fixture
def line(anna):
    return services.create_line(name="France", by=anna, at=clock.now(), body=starters.body("b2b"))


def say(client, line, text, place=""):
    page = client.get(f"/language/definition/{line.pk}/", {"talk": place or "all"}).text
    asked = [one for one in forms(page) if one.action.endswith("/comment/")][-1]
    return client.post(asked.action, asked.filled(text=text))


def test_a_criterion_is_commented_answered_and_settled(line, anna, hugo):
    ours, theirs = client_of(anna), client_of(hugo)
    assert say(theirs, line, "Fifty is too small for us.", "employees").status_code == 302
    first = Comment.objects.get()
    assert (first.place, first.side, first.quote["points"]) == ("employees", "sales", 25)
    page = ours.get(f"/language/definition/{line.pk}/").text
    row = page[page.index('id="at-fit-items-1"') :].split("</li>")[0]
    assert "Fifty is too small for us." in row and "1 comment" in page
    say(ours, line, "Eighty then?", "employees")
    answer = Comment.objects.latest("pk")
    assert (answer.answers, answer.place) == (first, "employees")
    assert "2 comments" in ours.get(f"/language/definition/{line.pk}/").text
    ours.post(f"/language/comment/{answer.pk}/", {"do": "settle"})
    page = ours.get(f"/language/definition/{line.pk}/").text
    assert "Fifty" not in page and "2 comments" not in page
    opened = ours.get(f"/language/definition/{line.pk}/?talk=employees").text
    assert "Fifty" in opened and "Settled by Anna" in opened
    theirs.post(f"/language/comment/{first.pk}/", {"do": "reopen"})
    assert "2 comments" in ours.get(f"/language/definition/{line.pk}/").text
    comments.settle(comment=first, by=hugo, at=clock.now())
    comments.say(line=line, text="Not yet.", by=anna, at=clock.now(), answers=answer)
    assert [one.settled for one in comments.threads(line)] == [False] and comments.count(comments.threads(line)) == 3


def test_the_other_side_is_told_and_whoever_spoke_before(line, anna, hugo):
    reader = person("Lea", "rep", language="en")
    first = comments.say(line=line, text="Too wide.", by=anna, at=clock.now(), place="employees")
    assert set(Notice.objects.values_list("user__name", flat=True)) == {"Hugo"}
    comments.say(line=line, text="Agreed.", by=hugo, at=clock.now(), answers=first)
    told = Notice.objects.get(user=anna)
    assert told.kind == "comment" and not Notice.objects.filter(user=reader).exists()
    bell = client_of(anna).get("/notices/").text
    assert "Hugo on “France”: Agreed." in bell and "headcount is between" in bell
    assert (
        f"/language/definition/{line.pk}/?talk=employees"
        in client_of(anna).get(f"/notices/{told.pk}/").get("Location", "") + bell
    )
    comments.take_back(comment=Comment.objects.latest("pk"), by=hugo, at=clock.now())
    assert "Agreed." not in client_of(anna).get("/notices/").text


def test_a_comment_is_taken_back_by_its_author_alone(line, anna, hugo):
    first = comments.say(line=line, text="Too wide.", by=anna, at=clock.now())
    client_of(hugo).post(f"/language/comment/{first.pk}/", {"do": "take_back"})
    first.refresh_from_db()
    assert first.taken_back_at is None
    client_of(anna).post(f"/language/comment/{first.pk}/", {"do": "take_back"})
    first.refresh_from_db()
    assert first.taken_back_at and first.text == ""
    assert comments.threads(line) == []
    assert client_of(anna).post(f"/language/comment/{first.pk}/", {"do": "settle"}).status_code == 404


def test_an_answer_stays_where_the_first_word_is_taken_back(line, anna, hugo):
    first = comments.say(line=line, text="Too wide.", by=anna, at=clock.now())
    comments.say(line=line, text="Why?", by=hugo, at=clock.now(), answers=first)
    comments.take_back(comment=first, by=anna, at=clock.now())
    page = client_of(anna).get(f"/language/definition/{line.pk}/?talk=all").text
    assert "Why?" in page and "Too wide." not in page
    asked = form(page, f"/comment/{Comment.objects.latest('pk').pk}/")
    client_of(anna).post(asked.action, asked.filled(do="settle"))
    assert comments.threads(line)[0].settled


@pytest.mark.parametrize(
    ("text", "said"), [("  ", "Write what you want to say."), ("x" * 1001, "at most 1000 characters")]
)
def test_what_is_refused_is_said_and_stays_typed(line, anna, text, said):
    answer = say(client_of(anna), line, text, "employees")
    assert answer.status_code == 422 and said in answer.text
    assert text.strip() in answer.text and not Comment.objects.exists()


def test_a_line_that_somebody_removed_meanwhile_does_not_take_what_was_typed_with_it(line, anna):
    client = client_of(anna)
    asked = form(client.get(f"/language/definition/{line.pk}/?talk=phone").text, "/comment/")
    body = line.draft.body
    body["fit"]["items"] = [one for one in body["fit"]["items"] if one["key"] != "phone"]
    services.save_draft(line=line, body=body, revision=0, by=anna, at=clock.now())
    answer = client.post(asked.action, asked.filled(text="We rarely have it."))
    assert answer.status_code == 422 and "in no text any more" in answer.text and "We rarely have it." in answer.text


def test_a_comment_on_a_condition_stays_with_it_and_is_kept_when_it_reads_otherwise(line, anna):
    place = next(
        one for one in client_of(anna).get(f"/language/definition/{line.pk}/").text.split('"') if "talk=never" in one
    )
    place = place.split("talk=")[1].split("#")[0].replace("%3A", ":")
    comments.say(line=line, text="Sure?", by=anna, at=clock.now(), place=place)
    body = line.draft.body
    body["never"].insert(0, {"field": "lead.country", "op": "is", "value": "US"})
    services.save_draft(line=line, body=body, revision=0, by=anna, at=clock.now())
    page = client_of(anna).get(f"/language/definition/{line.pk}/").text
    assert "Sure?" in page[page.index('id="at-never-1"') :].split("</li>")[0]
    body["never"] = body["never"][:1]
    services.save_draft(line=line, body=body, revision=1, by=anna, at=clock.now())
    page = client_of(anna).get(f"/language/definition/{line.pk}/").text
    assert "About a line that reads differently now:" in page and "opposition: yes" in page and "Sure?" in page


def test_comments_stand_beside_a_paper_too(line, anna, hugo):
    paper = services.propose(line=line, by=anna, at=clock.now())
    client = client_of(hugo)
    asked = form(client.get(f"/language/paper/{paper.pk}/?talk=pricing").text, "/comment/")
    answer = client.post(asked.action, asked.filled(text="Cap it at 30."))
    assert answer["Location"].startswith(f"/language/paper/{paper.pk}/?talk=pricing")
    page = client.get(f"/language/paper/{paper.pk}/").text
    assert page.count("Cap it at 30.") == 1
    refused = client.post(asked.action, asked.data | {"text": [""], "once": [""]})
    assert refused.status_code == 422 and "Write what you want to say." in refused.text
    assert "The text in English" in refused.text


def test_who_only_reads_comments_on_nothing(line, anna):
    viewer = client_of(person("Vera", "viewer"))
    comments.say(line=line, text="Too wide.", by=anna, at=clock.now())
    page = viewer.get(f"/language/definition/{line.pk}/?talk=all").text
    assert "Too wide." in page and "/comment/" not in page
    assert viewer.post(f"/language/definition/{line.pk}/comment/", {"text": "x"}).status_code == 403
