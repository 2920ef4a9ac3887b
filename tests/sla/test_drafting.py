"""Terms while they are written: sections saved apart, stale pages refused with what was typed, refusals at their place."""

import json
import subprocess
import sys
from datetime import date
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from leads.handoffs import rules
from sla import drafts, soundness, terms
from sla.models import Clause, Contract, Terms
from smarketing.agreements import services as agreements
from smarketing.agreements.models import Paper
from smarketing.calendars import services as calendars
from smarketing.rows import clock
from tests.forms import form
from tests.people import PASSWORD
from tests.sla.contracts import ATTEMPTS, FIRST, VOLUME, calendar, contract, paris, sign, signers

SIGNED = paris(2026, 10, 28, 10)
START = date(2026, 11, 1)
CLAUSES = [VOLUME, FIRST, ATTEMPTS]
SMALL = {"reps": 1, "hours_a_day": "1", "minutes": "8", "reach": None, "beyond": ""}


@pytest.fixture
def france(db):
    calendar()
    return contract()


def written(of, **more):
    """A draft that holds the starter and what is said more."""
    marketing, _sales = signers()
    body = drafts.starter(calendar(), START) | more
    drafts.save_draft(contract=of, body=body, revision=of.draft.revision, by=marketing, at=SIGNED)
    of.refresh_from_db()
    return of.draft.body


def proposed(of, at=SIGNED):
    of.refresh_from_db()
    return terms.propose(contract=of, by=signers()[0], at=at)


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def section(client, of, key, do="save", **values):
    """Fill the form of a section as it stands on its page, and send it."""
    address = reverse("sla:draft_section", args=[of.pk, key])
    page = client.get(address)
    filled = form(page.content.decode(), "").filled(**values) | {do: "1"}
    return client.post(address, filled)


def test_two_people_write_two_sections_at_once_and_lose_nothing(france):
    claire, hugo = signers()
    body = written(france)
    seen = {key: drafts.fingerprint(body, (key,)) for key in ("review", "escalation")}
    for who, key, value in (
        (claire, "review", {"rhythm": "quarterly", "day": 7}),
        (hugo, "escalation", {"remind": 50, "copy": 90}),
    ):
        drafts.save_part(contract=france, part={key: value}, seen=seen[key], by=who, at=SIGNED)
    france.refresh_from_db()
    assert france.draft.body["review"]["day"] == 7 and france.draft.body["escalation"]["remind"] == 50
    with pytest.raises(drafts.Stale):  # the same section from a page that is stale
        drafts.save_part(contract=france, part={"review": {}}, seen=seen["review"], by=hugo, at=SIGNED)


def test_a_save_onto_the_draft_as_it_was_read_would_be_noticed(france, monkeypatch):
    monkeypatch.setattr(drafts, "body_of", lambda of, at: drafts.starter(calendar(), START))
    with pytest.raises(AssertionError):
        test_two_people_write_two_sections_at_once_and_lose_nothing(france)


def test_a_stale_section_is_refused_in_words_with_what_was_typed_and_saved_when_sent_again(client, france):
    claire, hugo = signers()
    written(france)
    client.force_login(claire)
    address = reverse("sla:draft_section", args=[france.pk, "review"])
    mine = form(client.get(address).content.decode(), "").filled(day="11")
    now = drafts.fingerprint(france.draft.body, ("review",))
    drafts.save_part(contract=france, part={"review": {"rhythm": "monthly", "day": 3}}, seen=now, by=hugo, at=SIGNED)
    answer = client.post(address, mine)
    assert answer.status_code == 422 and "hugo saved this since" in text(answer) and 'value="11"' in text(answer)
    again = form(answer.content.decode(), "").filled()
    assert client.post(address, again).status_code == 302
    france.refresh_from_db()
    assert france.draft.body["review"]["day"] == 11


def test_a_stale_page_of_promises_says_what_was_saved_meanwhile(client, france):
    claire, hugo = signers()
    body = written(france)
    client.force_login(claire)
    address = reverse("sla:draft", args=[france.pk])
    mine = form(client.get(address).content.decode(), "").filled(volume="300") | {"save": "1"}
    theirs = {"clauses": [{**VOLUME, "target": "220"}, FIRST, ATTEMPTS]}
    part = {key: body[key] for key in drafts.CLAUSES} | theirs
    drafts.save_part(contract=france, part=part, seen=drafts.fingerprint(body, drafts.CLAUSES), by=hugo, at=SIGNED)
    page = text(answer := client.post(address, mine))
    assert "compare and save again" in page and "MQL a month lowered from 300 to 220" in page and 'value="300"' in page
    assert client.post(address, form(answer.content.decode(), "").filled() | {"save": "1"}).status_code == 302
    france.refresh_from_db()
    assert france.draft.body["clauses"][0]["target"] == "300"


def test_saving_a_section_leaves_the_page_of_promises_as_it_was(client, france):
    claire, _hugo = signers()
    written(france)
    client.force_login(claire)
    address = reverse("sla:draft", args=[france.pk])
    mine = form(client.get(address).content.decode(), "").filled(volume="300") | {"save": "1"}
    assert section(client, france, "meetings", minutes="45").status_code == 302
    assert client.post(address, mine).status_code == 302
    france.refresh_from_db()
    assert france.draft.body["meetings"]["minutes"] == 45 and france.draft.body["clauses"][0]["target"] == "300"


def test_every_section_is_written_on_its_page(client, france):
    claire, hugo = signers()
    client.force_login(claire)
    assert section(client, france, "parties", contact_sales=str(hugo.pk)).status_code == 302
    assert section(client, france, "goal", do="next", revenue="1000000", deal="20000", won="5").url.endswith(
        "/capacity/"
    )
    france.refresh_from_db()
    body = france.draft.body
    assert body["parties"]["contact_sales"] == hugo.pk and body["goal"]["revenue"] == "1000000"
    assert body["clauses"] == drafts.starter(None, START)["clauses"]  # begun with the founding template
    for key in (
        "scope",
        "clock_rules",
        "exclusions",
        "refusal",
        "reporting",
        "escalation",
        "meetings",
        "review",
        "capacity",
    ):
        assert section(client, france, key).status_code == 302, key
    assert soundness.problems(Contract.objects.get().draft.body) == []


@pytest.mark.parametrize(
    ("key", "values", "sentence"),
    [
        ("review", {"day": "31"}, "less than or equal to 28"),
        ("capacity", {"reps": "5", "hours_a_day": ""}, "both the reps and their hours"),
    ],
)
def test_a_section_that_is_wrong_is_not_kept_and_says_why(client, france, key, values, sentence):
    client.force_login(signers()[0])
    answer = section(client, france, key, **values)
    assert answer.status_code == 422 and sentence in text(answer)
    france.refresh_from_db()
    assert france.draft.body == {}


def test_a_contract_binds_both_sides(france):
    for clauses, side in (([VOLUME], "Sales"), ([FIRST], "Marketing")):
        written(france, clauses=clauses)
        with pytest.raises(ValidationError, match=f"{side} promises nothing"):
            proposed(france)


def test_days_that_another_contract_holds_are_refused_before_anybody_signs(france):
    sign(france, CLAUSES, START, date(2027, 1, 1), at=SIGNED)
    other = contract("Suisse")
    written(other, starts_on="2026-12-31")
    with pytest.raises(ValidationError, match="“France 2026” is in force on this definition from"):
        proposed(other)
    written(other, starts_on="2027-01-01")
    assert proposed(other)


def test_targets_beyond_the_capacity_need_a_reason(client, france):
    client.force_login(signers()[0])
    written(france, capacity=SMALL)
    with pytest.raises(ValidationError, match="there is time for 150: enough for 50 MQL"):
        proposed(france)
    page = text(client.get(reverse("sla:draft", args=[france.pk])))
    assert "there is time for 150" in page and "say under Capacity of sales" in page
    written(france, capacity=SMALL | {"beyond": "Two reps join in January."})
    assert "Two reps join" in proposed(france).body


def test_the_check_beside_the_targets_reckons_what_is_typed_and_keeps_nothing(client, france):
    client.force_login(signers()[0])
    written(france, capacity=SMALL)
    address = reverse("sla:draft", args=[france.pk])
    mine = form(client.get(address).content.decode(), "").filled(volume="10")
    answer = text(client.post(reverse("sla:draft_check", args=[france.pk]), mine))
    assert "10 × 3 = 30 attempts: 20% of the capacity" in answer and "there is time" not in answer
    france.refresh_from_db()
    assert france.draft.body["clauses"][0]["target"] == "200"


def test_a_calendar_without_a_holiday_is_warned_of_and_one_that_never_works_is_refused(client, france):
    claire, _hugo = signers()
    client.force_login(claire)
    bare = calendars.create_version(
        name="Bare", spec={"zone": "Europe/Paris", "windows": {"1": [["09:00", "18:00"]]}}, by=claire, at=SIGNED
    )
    written(france, calendar=bare.pk)
    assert "has no holiday" in text(client.get(reverse("sla:draft", args=[france.pk])))
    written(france, calendar=calendar().pk, starts_on="2099-01-01")  # long after its last holiday
    assert "has no holiday in 2099" in text(client.get(reverse("sla:draft", args=[france.pk]))).replace("2,099", "2099")
    spec = {"zone": "Europe/Paris", "windows": {"1": [["09:00", "18:00"]]}}
    days = [day.isoformat() for day in calendars.axis(bare).days]
    closed = calendars.create_version(name="Closed", spec=spec | {"holidays": days}, by=claire, at=SIGNED)
    assert any("no working day" in one for one in soundness.problems(written(france, calendar=closed.pk)))


def test_a_later_version_that_cuts_this_one_is_told(client, france):
    sign(france, CLAUSES, date(2027, 3, 1), at=SIGNED)
    client.force_login(signers()[0])
    written(france, starts_on="2027-01-01")
    assert "Version 1 begins on 1 Mar 2027 and replaces these terms" in text(
        client.get(reverse("sla:draft", args=[france.pk]))
    )


def test_an_amendment_begins_with_the_terms_in_force_and_is_thrown_away_whole(client, france):
    claire, hugo = signers()
    at = clock.now()
    body = written(france, starts_on=clock.today(at).replace(day=1).isoformat())
    paper = proposed(france, at)
    for who in (claire, hugo):
        agreements.sign(paper=paper, by=who, at=at, password=PASSWORD)
    client.force_login(claire)
    assert ">Amend<" in text(client.get(reverse("sla:terms", args=[france.pk])))
    assert section(client, france, "review", day="9").status_code == 302
    france.refresh_from_db()
    assert france.draft.body == body | {
        "review": body["review"] | {"day": 9}, "starts_on": drafts.next_month(clock.today(at)).isoformat(),
    }  # fmt: skip
    assert "On the day of the month raised from 5 to 9" in text(client.get(reverse("sla:compare", args=[france.pk])))
    client.post(reverse("sla:draft_away", args=[france.pk]), {"once": "k"})
    france.refresh_from_db()
    assert drafts.spent(france) and Terms.objects.count() == 1


def test_the_rules_of_handoffs_are_those_signed_from_the_first_day_on(france):
    body = written(france)
    written(france, refusal=body["refusal"] | {"silence_days": 20}, clock_rules=body["clock_rules"] | {"per_day": 3})
    paper = proposed(france)
    for who in signers():
        agreements.sign(paper=paper, by=who, at=SIGNED, password=PASSWORD)
    assert rules.in_force(france.line, paris(2026, 10, 31, 23)).contract == ""
    pushed = rules.in_force(france.line, paris(2026, 11, 1, 0)).body
    assert (pushed["silence_days"], pushed["per_day"], pushed["attempts"], pushed["recycle_days"]) == (20, 3, 3, 90)


# --- verification


@pytest.fixture
def paper(france):
    written(france)
    made = proposed(france)
    for who in signers():
        agreements.sign(paper=made, by=who, at=SIGNED, password=PASSWORD)
    return made


def flip(owner, sql, *values):
    """Change a row below the guards, as the owner of the database."""
    with owner.cursor() as cursor:
        for table in ("sla_terms", "sla_clause", "agreements_paper"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql, values)
        for table in ("sla_terms", "sla_clause", "agreements_paper"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    owner.commit()


@pytest.mark.invariant("I7", mutant="a byte of signed terms flipped below the guards")
@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        ("UPDATE agreements_paper SET body = replace(body, '\"200\"', '\"201\"')", "the text was changed"),
        ("UPDATE sla_clause SET target = 201 WHERE key = '5.1'", "clause 5.1 in force says something else"),
        ("UPDATE sla_clause SET key = '5.9' WHERE key = '5.1'", "clause 5.9 in force was never signed"),
        ("UPDATE sla_terms SET body = jsonb_set(body, '{review,day}', '6')", "the terms in force say something else"),
        ("UPDATE sla_terms SET starts_on = '2026-12-01'", "the days in force differ"),
    ],
)
def test_a_flipped_byte_is_named_by_the_command_and_on_the_page(transactional_db, owner, client, sql, sentence):
    calendar()
    of = contract()
    written(of)
    made = proposed(of)
    for who in signers():
        agreements.sign(paper=made, by=who, at=SIGNED, password=PASSWORD)
    call_command("verify_papers", stdout=StringIO())
    flip(owner, sql)
    with pytest.raises(CommandError, match=sentence):
        call_command("verify_papers", stdout=StringIO())
    client.force_login(signers()[1])
    assert sentence in text(client.get(reverse("sla:terms", args=[of.pk])))


@pytest.mark.invariant("I7")
def test_no_path_of_the_application_changes_signed_terms(paper):
    signed = Terms.objects.get()
    for deed in (
        lambda: connection.cursor().execute("TRUNCATE sla_terms CASCADE"),
        lambda: connection.cursor().execute("TRUNCATE sla_clause"),
        lambda: connection.cursor().execute("UPDATE sla_terms SET body = '{}'"),
        lambda: Clause.objects.bulk_update([_moved(one) for one in signed.clauses.all()], ["target"]),
        lambda: Clause.objects.all().delete(),
        lambda: Clause.objects.all()._raw_delete("default"),
        lambda: Paper.objects.filter(pk=paper.pk).update(sha256="0" * 64),
        lambda: signed.save(),
    ):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            deed()


def _moved(clause):
    clause.target += 1
    return clause


def test_the_signed_text_is_a_file_that_anybody_verifies_without_the_portal(client, paper, tmp_path):
    client.force_login(signers()[1])
    answer = client.get(reverse("sla:signed_file", args=[int(paper.line.split(":")[1]), paper.number]))
    file = tmp_path / "terms.json"
    file.write_bytes(answer.content)
    kept = json.loads(answer.content)
    assert kept["text"] == json.loads(kept["canonical"]) and len(kept["signatures"]) == 2
    program = kept["how_to_verify"].split('"', 1)[1].rsplit('"', 1)[0]

    def verified() -> str:
        return subprocess.run([sys.executable, "-c", program, file], capture_output=True, text=True).stdout.strip()

    assert verified() == "True"
    file.write_text(json.dumps(kept | {"canonical": kept["canonical"].replace("200", "201")}))
    assert verified() == "False"
