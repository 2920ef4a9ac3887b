"""The rep of an account: named by a sales manager, asked before anybody's turn, told with the reason, taken back."""

from datetime import timedelta

import pytest

from leads.handoffs import absences, account_reps, decisions, dry_run, handing, problems
from leads.handoffs.turns import Bench, Case, Seat, Table
from leads.models import AttributeChange, Company, Handoff, Lead, PoolMember
from smarketing.accounts.models import AuditEntry
from smarketing.rows import clock
from smarketing.web.once import new_key
from tests.leads import facts
from tests.leads.handoffs.desk import NOW, Desk, state
from tests.people import client_of, person

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def desk():
    made = Desk()
    PoolMember.objects.update(weight=1)
    made.acme = Company.objects.get(pk=facts.company(NOW - 9 * DAY, name="Acme"))
    return made


def hand(desk: Desk, at=NOW, company=None) -> Handoff:
    lead = Lead.objects.get(pk=facts.lead(at - DAY, company=(company or desk.acme).pk))
    return handing.hand_over(lead=lead, line=desk.line, gate="manual", by=None, at=at)


def rep_of(handoff: Handoff) -> str:
    return state(handoff).rep.name


def name(desk: Desk, rep, at=NOW) -> Company:
    account_reps.name(company=desk.acme, rep=rep, by=desk.boss, at=at)
    return Company.objects.get(pk=desk.acme.pk)


def test_the_one_named_gets_every_lead_of_the_company_though_others_have_some_already(desk):
    first = rep_of(hand(desk))
    other = desk.paul if first == "lea" else desk.lea
    company = name(desk, other)
    assert {rep_of(hand(desk, NOW + n * DAY)) for n in (1, 2, 3)} == {other.name}
    said = account_reps.of(company)
    assert (said.rep, said.named.by, said.beside.name) == (other, desk.boss, first)
    assert AuditEntry.objects.get(verb="accounts.name").detail == {"rep": other.pk}


def test_where_the_one_named_is_away_or_refused_it_whoever_had_the_last_lead_is_asked_and_then_the_turn(desk):
    name(desk, desk.paul)
    day = (NOW + 2 * DAY).date()
    absences.say(rep=desk.paul, first=day, last=day, by=desk.paul, at=NOW)
    assert rep_of(hand(desk, NOW + 2 * DAY)) == "lea"
    back = hand(desk, NOW + 3 * DAY)
    assert rep_of(back) == "paul"
    decisions.refuse(handoff=back, by=desk.paul, at=NOW + 3 * DAY, reason="OPP-OUT")


def test_of_many_leads_at_once_the_one_named_stays_the_first():
    table = Table([Bench(1, [Seat(1), Seat(2)])], {}, {7: [1, 2]}, {}, {1, 2}, named={7: 1})
    day = NOW.date()
    assert table.choose(Case(10, NOW, day, 7, refused={1})).rep == 2
    assert [table.choose(Case(n, NOW, day, 7)).rep for n in (11, 12)] == [1, 1]
    unnamed = Table([Bench(1, [Seat(1), Seat(2)])], {}, {7: [1, 2]}, {}, {1, 2})
    assert (
        unnamed.choose(Case(10, NOW, day, 7, refused={1})).rep == 2 and unnamed.choose(Case(11, NOW, day, 7)).rep == 2
    )


def test_it_is_taken_back_as_what_was_written_by_hand_and_the_dry_run_goes_by_it(desk):
    at = clock.now()
    handed = [hand(desk, at - DAY, Company.objects.get(pk=facts.company(at - 2 * DAY, name=f"F{n}"))) for n in range(4)]
    firm = handed[0].lead.company
    other = desk.paul if rep_of(handed[0]) == "lea" else desk.lea
    account_reps.name(company=firm, rep=other, by=desk.boss, at=at)
    result = dry_run.run((at - DAY).astimezone(clock.zone()).date().replace(day=1))
    assert next(one for one in result.lines if one.handoff == handed[0]).would == other
    client = client_of(desk.boss)
    change = AttributeChange.objects.get(subject="company", field="rep")
    page = client.get(f"/leads/changes/{change.pk}/back/")
    assert other.name in page.content.decode() and "Account rep" in page.content.decode()
    client.post(f"/leads/changes/{change.pk}/back/", {"reason": "", "once": new_key()})
    assert Company.objects.get(pk=firm.pk).rep is None


def test_only_a_sales_manager_names_a_rep_at_work(desk):
    for by in (desk.lea, person("mia", "manager", "marketing"), person("max", "marketer")):
        with pytest.raises(problems.NotYours):
            account_reps.name(company=desk.acme, rep=desk.paul, by=by, at=NOW)
    desk.paul.is_active = False
    desk.paul.save()
    for wrong in (desk.paul, desk.boss):
        with pytest.raises(problems.Refusal) as refusal:
            account_reps.name(company=desk.acme, rep=wrong, by=desk.boss, at=NOW)
        assert refusal.value.field == "rep"
    assert account_reps.name(company=desk.acme, rep=None, by=desk.boss, at=NOW) is False


def test_the_page_says_who_and_why_and_a_manager_names_another(desk):
    client = client_of(desk.lea)
    there = f"/companies/{desk.acme.pk}/"
    assert "nobody yet" in client.get(there).content.decode()
    hand(desk)
    page = client.get(there).content.decode()
    assert "has its newest lead" in page and "Name the account rep" not in page
    assert client.post(f"{there}rep/", {"rep": desk.lea.pk, "once": new_key()}).status_code == 403
    client = client_of(desk.boss)
    page = client.post(f"{there}rep/", {"rep": desk.paul.pk, "once": new_key()}, follow=True).content.decode()
    assert "named by bo on" in page and "new leads of this company go by it" in page
    assert client.post(f"{there}rep/", {"rep": desk.boss.pk, "once": new_key()}, follow=True).status_code == 200
    assert Company.objects.get(pk=desk.acme.pk).rep == desk.paul
    assert "paul" in client.get(f"/companies/?rep={desk.paul.pk}").content.decode()


def test_programs_read_who_is_the_rep_of_the_account(desk):
    name(desk, desk.paul)
    lead = hand(desk).lead_id
    said = client_of(desk.boss).get(f"/api/v1/leads/{lead}/").json()["account"]
    assert (said["rep"], said["named_by"]) == ("paul", "bo") and said["since"]
