"""Role × route × object: every address of the URL map, asked by every position for objects that are theirs, of their team,
of somebody else, and for none at all, made on purpose. The table says who may see what: what one may not see answers
exactly as what is not there, what one may see opens, and no page says a name that is not the reader's."""

from contextlib import closing

import pytest

from leads.handoffs import hands
from leads.models.querysets import LeadQuerySet
from leads.models.queues import DealQuerySet, HandoffStateQuerySet
from leads.pages import rights
from smarketing.accounts import own_views, policy
from smarketing.notify.models import NoticeQuerySet
from smarketing.web.models import ExportFileQuerySet, SavedViewQuerySet
from tests.browser import pages
from tests.smarketing.accounts import matrix_table as table
from tests.smarketing.accounts.matrix_objects import Objects, mark
from tests.smarketing.accounts.matrix_walk import PLACED, Asked, Walk, plain, walked

# Asked in `make test`: who may see the least of persons, of figures, of anything; everybody in `make trust`.
QUICK = ("rep", "viewer", "")
FIRST_ID = 1_000_000_007  # ids are told apart from every other number on a page


@pytest.fixture
def there(servers, demo_db, settings):
    """The demo company with the matrix's own people and objects, whose ids are like no other number."""
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 24 * 3600
    server, _broker = servers
    with closing(server.connect(demo_db)) as connection, connection.cursor() as cursor:
        cursor.execute(r"SELECT sequencename FROM pg_sequences WHERE sequencename LIKE '%\_id\_seq'")
        for number, (name,) in enumerate(cursor.fetchall()):
            cursor.execute("SELECT setval(%s, %s)", [f'public."{name}"', FIRST_ID + number * 1_000_000])
    return Objects()


def test_every_address_has_its_place_in_the_table():
    real = {name for name, _view in pages.named()}
    assert sorted(real - set(PLACED)) == [], "say in matrix_table.py who may see them"
    assert sorted(set(PLACED) - real) == [], "there is no such address"


@pytest.mark.invariant("I18")
def test_what_is_not_theirs_is_not_there(there):
    found = Asked()
    for position in QUICK:
        found += walked(there, position, deed=False, whole=False)
    found += asked_by_the_way(there)
    assert not found.wrong, "\n".join(found.wrong)
    assert found.seen["opens"] > 150 and found.seen["nothing"] > 300 and found.seen["shut"] > 300


@pytest.mark.trust
@pytest.mark.invariant("I18")
@pytest.mark.parametrize("position", [*table.ALL, ""])
def test_nor_for_any_deed_nor_any_class_of_object(there, position):
    found = walked(there, position, deed=False, whole=True)
    found += walked(there, position, deed=True, whole=True)
    assert not found.wrong, "\n".join(found.wrong)


# --- ids and names that come in the query or the body: a foreign one is answered like one that nobody has


def by_the_way(there: Objects) -> dict[str, tuple[str, dict | None, str]]:
    """What a rep asks → (address, body of a deed, the foreign object's kind): the kind's id stands for {it}."""
    own, firm = there.work["own"], there.firm.pk
    campaign = there.kinds["campaign"]["there"]["pk"]
    return {
        "rows picked": ("/leads/?pick={it}", None, "lead"),
        "rows picked for a file": ("/leads/?pick={it}&export=csv", None, "lead"),
        "another's leads": ("/leads/?rep={it}", None, "rep"),
        "another's queue": ("/queue/?rep={it}", None, "rep"),
        "leads by name": ("/leads/?q={it}", None, "name"),
        "hits by name": ("/search/?q={it}&part=hits", None, "name"),
        "what is found by name": ("/search/?q={it}", None, "name"),
        "a campaign set": (f"/leads/campaign/?pick={{it}}&to={campaign}", {"to": campaign}, "lead"),
        "another's attempt done": ("/queue/?done=attempt-{it}", None, "attempt"),
        "a decision done": ("/queue/?done=decision-{it}", None, "decision"),
        "another's attempt again": (f"/queue/{own['handoff']}/?again={{it}}", None, "attempt"),
        "praise for a deal": (f"/leads/{own['lead']}/praise/?deal={{it}}", None, "deal"),
        "another's view": ("/deals/?view={it}", None, "view"),
        "another's view to open first": ("/views/{it}/", {"first": "1"}, "view"),
        "leads behind a figure": (f"/leads/matching/?of=draft:{there.line.pk}&what=leads&q={{it}}", None, "name"),
        "a lead tried": (f"/language/definition/{there.line.pk}/?lead={{it}}", None, "lead"),
        "a lead tried by name": (f"/language/definition/{there.line.pk}/?try={{it}}", None, "name"),
        "leads of a replay": (f"/leads/replayed/{there.kinds['replay']['there']['pk']}/?what=was.mql&q={{it}}", None, "name"),
        "rows of a number": ("/numbers/leads/?lead={it}", None, "lead"),
        "a number of the api": ("/api/v1/measures/leads/?from=2026-01-01&to=2027-01-01&by=lead.email", None, "lead"),
        "the company": (f"/companies/{firm}/?q={{it}}", None, "name"),
    }  # fmt: skip


def asked_by_the_way(there: Objects) -> Asked:
    walk = Walk(there, "rep")
    for said, (address, body, kind) in by_the_way(there).items():
        none = "Zznobody" if kind == "name" else table.NONE
        nothing = walk.ask(address.format(it=none), body is not None, body)
        for cls in ("team", "foreign", "left"):
            ids = {
                "rep": there.karim.pk, "name": mark(cls), "view": there.personal["rep"]["view"]["foreign"]["pk"],
                "deal": there.work["foreign"]["deal"], **{one: there.work[cls][one] for one in ("lead", "attempt", "decision")},
            }  # fmt: skip
            mine = ids[kind]
            answer = walk.ask(address.format(it=mine), body is not None, body)
            both = [mine, none]  # the demo's switch of persons names everybody
            if (answer[0], plain(answer[1], both)) != (nothing[0], plain(nothing[1], both)):
                walk.found.wrong.append(f"{said} ({cls}): told apart from what is missing ({answer[0]}, {nothing[0]})")
    return walk.found


# --- planted faults: one filter removed, and the matrix says so

EVERYTHING = lambda self, user: self  # noqa: E731
FAULTS = {
    "every lead is there for a rep": ("rep", False, {"lead"}, [(LeadQuerySet, "visible_to", EVERYTHING)]),
    "a deed asks for any lead": ("rep", True, {"note", "consent"}, [(LeadQuerySet, "visible_to", EVERYTHING)]),
    "every handoff is there": ("rep", False, {"handoff"}, [(HandoffStateQuerySet, "visible_to", EVERYTHING)]),
    "every handoff was once hers": ("rep", False, {"handoff"}, [(HandoffStateQuerySet, "ever_in_hands_of", EVERYTHING)]),
    "whoever sees it has it in hand": ("rep", False, {"in hand"}, [(hands, "is_in_hands", lambda state, user: True)]),
    "every deal is there": ("rep", False, {"deal"}, [(DealQuerySet, "visible_to", EVERYTHING)]),
    "everybody's notices": ("viewer", False, {"notice"}, [(NoticeQuerySet, "visible_to", EVERYTHING)]),
    "everybody's files": ("marketer", False, {"file"}, [(ExportFileQuerySet, "visible_to", EVERYTHING)]),
    "everybody's views": (
        "marketer", True, {"view"}, [(SavedViewQuerySet, "visible_to", EVERYTHING), (SavedViewQuerySet, "kept_by", EVERYTHING)],
    ),
    "everybody's sessions": (
        "rep", True, {"session"}, [(own_views, "get_object_or_404", lambda model, user, pk: model.objects.get(pk=pk))],
    ),
    "a note under another lead's address": (
        "rep", False, {"note"}, [(rights, "get_object_or_404", lambda rows, pk: type(rows).as_manager and rows.model.objects.get(pk=pk))],
    ),
}  # fmt: skip


@pytest.mark.trust
@pytest.mark.invariant("I18", mutant="remove one filter")
def test_each_filter_that_is_missing_is_noticed(there, monkeypatch):
    for said, (position, deed, kinds, patches) in FAULTS.items():
        assert walked(there, position, deed, False, kinds).wrong == []
        with monkeypatch.context() as planted:
            for where, name, fault in patches:
                planted.setattr(where, name, fault)
            assert walked(there, position, deed, False, kinds).wrong, said


@pytest.mark.trust
@pytest.mark.invariant("I18", mutant="a door opened to every role")
def test_each_door_that_stands_open_is_noticed(there, monkeypatch):
    monkeypatch.setitem(policy.VERBS, "leads.erase", policy.EVERY_ROLE)
    monkeypatch.setitem(policy.VERBS, "leads.personal", policy.EVERY_ROLE)
    assert any("leads:erase" in one for one in walked(there, "marketer", False, False, {"lead"}).wrong)
    assert any("says" in one for one in walked(there, "viewer", False, False, {"lead"}).wrong)
