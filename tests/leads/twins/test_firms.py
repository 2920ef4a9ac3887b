"""Merging companies loses nothing, says before what it does, and taking it back equals never having merged."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.evidence import values
from leads.handoffs import capacity
from leads.intake import by_hand, columns, companies, companies_merged
from leads.intake import facts as intake
from leads.judging import rebuild
from leads.models import AttributeChange, Company, CompanyMerge, CompanyPair, Correction, Deal, Lead, LeadDirty
from leads.rights import erasure
from leads.scoring import oracle
from leads.twins import firms, firms_likely, merge
from smarketing.rows import clock
from smarketing.rows.fence import open_fence
from smarketing.web.once import new_key
from tests.leads import facts
from tests.leads.handoffs.desk import NOW, Desk, state
from tests.leads.intake.importing.conftest import counts
from tests.people import client_of, person
from tests.scale import examples

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def ann():
    return person("ann", "marketer")


def join(loser: int, root: int, by, at=NOW) -> CompanyMerge:
    return firms.merge(loser=Company.objects.get(pk=loser), root=Company.objects.get(pk=root), by=by, at=at)


def back(one: CompanyMerge, by, reason="two firms"):
    return firms.take_back(merge=one, by=by, at=clock.now(), reason=reason)


def test_people_deals_and_values_of_both_are_of_one_and_go_back(ann):
    small, large = facts.company(NOW - 9 * DAY, name="Acme Ltd", industry="SaaS", employees=40), facts.company(NOW - 9 * DAY, name="Acme", employees=120)  # fmt: skip
    zoe, max_ = facts.lead(NOW - 5 * DAY, company=small), facts.lead(NOW - 5 * DAY, company=large)
    (deal,) = intake.create_deals([intake.Birth(NOW - 4 * DAY, {"company": small})], origin=intake.Origin())
    LeadDirty.objects.all().delete()
    one = join(small, large, ann)
    assert set(Lead.objects.filter(company=large).values_list("pk", flat=True)) == {zoe, max_}
    assert Deal.objects.get(pk=deal).company_id == large
    stays, gone = Company.objects.get(pk=large), Company.objects.get(pk=small)
    assert (stays.name, stays.industry, stays.employees, gone.root_id) == ("Acme", "SaaS", 120, large)
    assert set(LeadDirty.objects.values_list("lead_id", flat=True)) == {zoe, max_}  # judged anew by the values of both
    # the past stays what it was
    assert values.latest("lead", zoe, NOW - DAY)["company"].value == small
    seen = [oracle.LeadFacts(zoe, t).value("company.employees") for t in (NOW - DAY, clock.now())]
    assert seen == [40, 120]
    back(one, ann)
    assert Lead.objects.get(pk=zoe).company_id == small and Deal.objects.get(pk=deal).company_id == small
    assert Company.objects.get(pk=large).industry == "" and Company.objects.get(pk=small).root_id is None


def test_the_rep_of_the_account_and_open_handoffs_stay_through_it(ann):
    desk = Desk()
    small, large = facts.company(NOW - DAY, name="Acme Ltd"), facts.company(NOW - DAY, name="Acme")
    hers, his = desk.hand(company=small), desk.hand("paul", at=NOW + DAY, company=large)
    said = firms.preview(loser=Company.objects.get(pk=small), root=Company.objects.get(pk=large)).lines
    assert any("1 of them is with sales: rep and promises stay" in line for line in said)
    assert any("In charge of one or the other: paul, lea" in line for line in said)
    join(small, large, ann)
    assert (state(hers).rep, state(his).rep, state(hers).is_open) == (desk.lea, desk.paul, True)
    assert capacity.accounts([small, large]) == {large: (desk.paul.pk, desk.lea.pk)}


def test_names_of_a_merged_company_lead_to_the_one_that_stays_and_back(ann):
    small = facts.company(NOW - 9 * DAY, name="Acme Ltd", domain="acme-ltd.example")
    large = facts.company(NOW - 9 * DAY, name="Acme")
    one = join(small, large, ann)
    stays = Company.objects.get(pk=large)
    assert stays.domain == "acme-ltd.example"  # nobody said another of itself
    added = by_hand.add_lead(values={"email": "n@x.example"}, company={"name": "Acme Ltd"}, by=ann, at=clock.now())
    found = by_hand.add_lead(values={"email": "d@x.example"}, company={"domain": "acme-ltd.example"}, by=ann, at=clock.now())  # fmt: skip
    assert set(Lead.objects.filter(pk__in=[added, found]).values_list("company", flat=True)) == {large}
    lead = Lead.objects.get(pk=added)
    shown = {"name": stays.name, "domain": stays.domain}  # as its form shows them
    assert by_hand.edit_lead(lead=lead, values={}, company=shown, by=ann, at=clock.now()) == []
    assert by_hand.edit_company(company=stays, values=shown, by=ann, at=clock.now()) == []
    assert Company.objects.get(pk=small).name == "Acme Ltd"
    back(one, ann)
    assert set(Lead.objects.filter(pk__in=[added, found]).values_list("company", flat=True)) == {small}


def test_a_chain_is_followed_whichever_merge_goes_first(ann):
    a, b, c = (facts.company(NOW - 9 * DAY, name=name) for name in ("A corp", "B corp", "C corp"))
    facts.change("company", a, "industry", "SaaS", NOW - 8 * DAY)
    zoe = facts.lead(NOW - 5 * DAY, company=a)
    first, second = join(a, b, ann), join(b, c, ann)
    assert Lead.objects.get(pk=zoe).company_id == c and Company.objects.get(pk=c).industry == "SaaS"
    back(first, ann)
    assert Lead.objects.get(pk=zoe).company_id == a and Company.objects.get(pk=c).industry == ""
    back(second, ann)
    again = join(a, b, ann)
    assert Lead.objects.get(pk=zoe).company_id == b and Company.objects.get(pk=b).industry == "SaaS"
    back(again, ann)
    assert Lead.objects.get(pk=zoe).company_id == a


def test_a_company_merged_or_taken_back_before_is_refused_in_words(ann):
    a, b, c = (facts.company(NOW - 9 * DAY, name=name) for name in ("A corp", "B corp", "C corp"))
    one = join(a, b, ann)
    for loser, root in ((a, c), (c, a), (b, a), (b, b)):
        with pytest.raises(merge.Refusal, match=r"A corp was merged into B corp on 10 Mar 2026 by ann|two different"):
            join(loser, root, ann)
    Correction.objects.create(subject="company", subject_id=c, occurred_at=NOW, recorded_at=NOW, known_at=NOW)
    with pytest.raises(merge.Refusal, match="taken back"):
        join(c, b, ann)
    with pytest.raises(merge.Refusal, match="Only whoever merged them"):
        back(one, person("eve", "marketer"))
    back(one, ann)
    with pytest.raises(merge.Refusal, match="taken back before"):
        back(one, ann)
    assert CompanyMerge.objects.count() == 1


LEADS_FILE = "Id,Mail,Firm,Trade\n1,a@x.example,Acme Ltd,SaaS\n2,b@x.example,Acme,\n3,c@x.example,ACME ltd,\n"
LEADS_MAP = {"columns": {"Id": "key", "Mail": "lead.email", "Firm": "company.name", "Trade": "company.industry"}, "make_missing": True}  # fmt: skip
FIRMS_FILE = "Name,Trade,Size\nAcme Ltd,SaaS,50\nAcme,,80\n"
FIRMS_MAP = {"columns": {"Name": "company.name", "Trade": "company.industry", "Size": "company.employees"}}


def test_files_that_name_either_company_change_nothing_the_second_time_and_keep_what_they_said(
    run, ann, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path / "media"
    small, large = facts.company(NOW - 9 * DAY, name="Acme Ltd"), facts.company(NOW - 9 * DAY, name="Acme")
    one = join(small, large, ann)
    for name in ("leads.csv", "again.csv"):
        done = run("leads", LEADS_FILE, LEADS_MAP, name=name)
        assert counts(done) == ((3, 0, 0, 0) if name == "leads.csv" else (0, 0, 3, 0))
    for name, wanted in (("firms.csv", (0, 2, 0, 0)), ("firms2.csv", (0, 0, 2, 0))):
        assert counts(run("companies", FIRMS_FILE, FIRMS_MAP, name=name)) == wanted
    assert set(Lead.objects.values_list("company", flat=True)) == {large}
    stays = Company.objects.get(pk=large)
    assert (stays.name, stays.industry, stays.employees) == ("Acme", "SaaS", 80)
    back(one, ann)
    assert list(Lead.objects.order_by("pk").values_list("company", flat=True)) == [small, large, small]
    assert Company.objects.get(pk=large).industry == "" and Company.objects.get(pk=small).employees == 50


def test_each_reason_is_found_and_dismissed_pairs_are_not_found_again(ann):
    def firm(**said):
        return facts.company(NOW, **said)

    named = firm(name="Société Vela S.A."), firm(name="VÉLA")
    sited = firm(name="Orféo", domain="orfeo.fr"), firm(name="Maison O", domain="orfeo.com")
    near = firm(name="Montgolfier Metals"), firm(name="Montgolfer Metals")
    wrote = firm(name="Blue"), firm(name="Rouge")
    for pk in wrote:
        facts.lead(NOW, company=pk, email=f"n{pk}@colour.example")
        facts.lead(NOW, company=pk, email=f"n{pk}@gmail.com")
    firm(name="Acme")
    assert firms_likely.find() == 4
    found = {(one.first_id, one.second_id): one.reasons for one in CompanyPair.objects.all()}
    assert found == {named: ["name"], sited: ["site"], near: ["name_near"], wrote: ["mail"]}
    client = client_of(ann)
    assert "same name, legal form left out" in client.get("/companies/duplicates/").text
    pair = CompanyPair.objects.get(first=named[0])
    assert client.post(f"/companies/duplicates/{pair.pk}/dismiss/", {"once": new_key()}).status_code == 302
    join(sited[1], sited[0], ann)
    assert firms_likely.find() == 0 and firms_likely.waiting().count() == 2
    assert "Said to be two companies" in client.get("/companies/duplicates/").text
    waiting = list(firms_likely.waiting().values_list("pk", flat=True))
    page = client.post("/companies/duplicates/dismiss/", {"once": new_key(), "pick": waiting}, follow=True)
    assert "2 pairs: two companies each." in page.text and firms_likely.waiting().count() == 0
    assert "No two companies look like one" in client.get("/companies/duplicates/").text


def test_the_pages_compare_merge_and_take_back(ann):
    small, large = (
        facts.company(NOW, name="Acme Ltd", domain="acme.example"),
        facts.company(NOW, name="Acme", employees=9),
    )
    for n in range(2):
        facts.lead(NOW, company=large, email=f"{n}@x.example")
    client, rep = client_of(ann), client_of(person("lea", "rep"))
    assert f"/companies/{small}/merge/{large}/" in client.get(f"/companies/{small}/merge/?q=acme").text
    page = client.get(f"/companies/{small}/merge/{large}/").text
    assert (
        "keep that one" in page and f"/companies/{large}/merge/{small}/" in page and "2 people of Acme belong" in page
    )
    assert client.post(f"/companies/{large}/merge/{small}/", {"once": new_key()}).status_code == 302
    made = CompanyMerge.objects.get()
    assert f"/companies/{large}/unmerge/{made.pk}/" in client.get(f"/companies/{large}/").text
    gone = client.get(f"/companies/{small}/").text
    assert "its people and deals are there" in gone and f'href="/companies/{large}/"' in gone
    assert client.get(f"/companies/{small}/edit/").status_code == 404
    listed = [one.pk for one in client.get("/companies/").context["table"].objects]
    assert listed == [large]
    assert [one.pk for one in client.get("/companies/?q=ltd").context["table"].objects] == [large]
    hit = client.get("/search/?q=acme+ltd").text
    assert f"/companies/{large}/" in hit and f"/companies/{small}/" not in hit
    answer = client.post(f"/companies/{large}/merge/{small}/", {"once": new_key()})
    assert answer.status_code == 422 and "Nothing was changed" in answer.text
    assert "What becomes of them" in client.get(f"/companies/{large}/unmerge/{made.pk}/").text
    assert (
        client.post(f"/companies/{large}/unmerge/{made.pk}/", {"once": new_key(), "reason": "two firms"}).status_code
        == 302
    )
    assert "taken back before" in client.get(f"/companies/{large}/unmerge/{made.pk}/").text
    assert (
        rep.get(f"/companies/{large}/merge/").status_code == 403 and rep.get(f"/companies/{large}/").status_code == 200
    )


def test_programs_read_try_merge_and_take_back(ann):
    small, large = facts.company(NOW, name="Acme Ltd"), facts.company(NOW, name="Acme")
    CompanyPair.objects.create(first_id=small, second_id=large, reasons=["name"], weight=60)
    client, address = client_of(ann), f"/api/v1/companies/{large}/merges/"
    read = client.get(address).json()
    assert read == {
        "stands_for": None,
        "merged": [],
        "likely": [{"company": small, "name": "Acme Ltd", "reasons": ["name"]}],
    }

    def send(where: str, **said):
        return client.post(where, said, content_type="application/json")

    tried = send(address, company=small, dry_run=True)
    assert tried.status_code == 200 and tried.json()["merge"] is None and not CompanyMerge.objects.exists()
    done = send(address, company=small)
    assert done.status_code == 201 and done.json()["becomes"] == tried.json()["becomes"]
    assert send(address, company=small).json()["code"] == "refused"
    assert client.get(f"/api/v1/companies/{small}/merges/").json()["stands_for"] == large
    undo = f"/api/v1/companies/merges/{done.json()['merge']}/back/"
    assert send(undo, dry_run=True).status_code == 200 and client.get(address).json()["merged"]
    assert send(undo).status_code == 200 and not client.get(address).json()["merged"]
    assert send(undo).json()["message"] == "This merge was taken back before."
    rep = client_of(person("lea", "rep"))
    assert rep.post(address, {"company": small}, content_type="application/json").status_code == 403


def test_erasing_the_only_person_of_a_merged_company_erases_its_values(ann):
    small = facts.company(NOW - 9 * DAY, name="Zweig", x_diary="Zweigery", x_plan="gold")
    large = facts.company(NOW - 9 * DAY, name="Acme")
    zoe = facts.lead(NOW - 5 * DAY, company=small, first_name="Zoe", last_name="Zweig")
    facts.lead(NOW - 5 * DAY, company=large, last_name="Other")
    join(small, large, ann)
    erasure.erase(leads=[Lead.objects.get(pk=zoe)], by=person("root", "administrator"), at=clock.now())
    said = AttributeChange.objects.filter(subject="company", subject_id__in=[small, large]).values_list(
        "value", flat=True
    )
    assert not [one for one in said if one and one in ("Zweigery", "gold")]
    assert [Company.objects.get(pk=pk).attributes for pk in (small, large)] == [{}, {}]


# --- deeds and their undoing, against the same deeds without the merges

FIRMS, LEADS = 4, 3
DEEDS = st.one_of(
    st.tuples(st.just("merge"), st.integers(0, FIRMS - 1), st.integers(0, FIRMS - 1)),
    st.tuples(st.just("unmerge"), st.integers(0, 3), st.just(0)),
    st.tuples(st.just("say"), st.integers(0, LEADS - 1), st.integers(-1, FIRMS - 1)),
    st.tuples(st.just("unsay"), st.integers(0, 5), st.just(0)),
    st.tuples(st.just("fill"), st.integers(0, FIRMS - 1), st.integers(0, 2)),
    st.tuples(st.just("born"), st.integers(0, FIRMS - 1), st.just(0)),
)


class World:
    def __init__(self):
        self.ann = person("ann", "marketer")
        self.firms = [facts.company(NOW - 9 * DAY, name=f"Firm {n}") for n in range(FIRMS)]
        self.leads = [facts.lead(NOW - 8 * DAY, company=self.firms[n]) for n in range(LEADS)]
        self.merges: list[CompanyMerge] = []

    def do(self, deed: str, one: int, other: int, merges: bool) -> None:
        at, hand = clock.now(), intake.Origin(by=self.ann, source="hand")
        if deed == "merge" and merges and one != other:
            with suppress(merge.Refusal):
                self.merges.append(join(self.firms[one], self.firms[other], self.ann, at))
        elif deed == "unmerge" and merges and one < len(self.merges):
            back(self.merges.pop(one), self.ann)
        elif deed == "say":
            firm = None if other < 0 else companies.find([f"n:firm {other}"])[f"n:firm {other}"]
            change = intake.Change("lead", self.leads[one], "company", firm, at)
            # said by whoever does not know what stands there: compared with nothing
            intake.record_changes([change], origin=hand, keep_same=True)
        elif deed == "fill":
            change = intake.Change("company", self.firms[one], "industry", ["", "SaaS", "Retail"][other] or None, at)
            intake.record_changes([change], origin=hand, keep_same=True)
        elif deed == "born":
            self.leads += intake.create_leads([intake.Birth(at, {"company": self.firms[one]})], origin=hand)
        elif deed == "unsay":
            said = AttributeChange.objects.filter(source="hand", by=self.ann).exclude(
                pk__in=Correction.objects.filter(subject="attributechange").values("subject_id")
            )
            for pk in said.order_by("pk").values_list("pk", flat=True)[one : one + 1]:
                intake.correct(subject="attributechange", subject_ids=[pk], by=self.ann, at=at)

    def stands(self) -> list:
        """Everything that people see, with companies and leads by their place."""
        place = {pk: n for n, pk in enumerate(self.firms)}
        found = [place.get(Lead.objects.get(pk=pk).company_id) for pk in self.leads]
        return [*found, *(Company.objects.filter(pk=pk).values_list("name", "industry", "root_id")[0] for pk in self.firms)]  # fmt: skip


@pytest.mark.sized
@settings(max_examples=examples(12), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(DEEDS, min_size=3, max_size=9))
def test_merging_and_taking_it_back_equals_never_having_merged(deeds):
    found = []
    for merges in (True, False):
        with transaction.atomic():
            world = World()
            for deed in deeds:
                world.do(*deed, merges)
            _stands_as_derived(world)
            while world.merges:
                back(world.merges.pop(), world.ann)
            found.append(world.stands())
            transaction.set_rollback(True)
    assert found[0] == found[1]


def _stands_as_derived(world: World) -> None:
    """A lead is where what was last said of it was merged to, and deriving all of it again changes nothing."""
    own = companies_merged.own("lead", world.leads)
    stands = companies_merged.standing_for(own.values())
    now = dict(Lead.objects.filter(pk__in=world.leads).values_list("pk", "company"))
    assert {pk: firm for pk, firm in now.items() if firm} == {pk: stands.get(firm, firm) for pk, firm in own.items()}
    before, said = world.stands(), AttributeChange.objects.count()
    companies_merged.derive()
    for subject in rebuild.SUBJECTS:
        columns.rebuild_all(subject)
    companies_merged.settle(world.firms, open_fence())
    assert world.stands() == before and AttributeChange.objects.count() == said


def test_a_fault_in_following_is_noticed(monkeypatch):
    """Somebody who is said to be of a merged company stays there, where nobody hears of what is said."""
    deeds = [("merge", 1, 2), ("say", 0, 1)]

    def again() -> None:
        with transaction.atomic():
            world = World()
            for deed in deeds:
                world.do(*deed, True)
            _stands_as_derived(world)
            transaction.set_rollback(True)

    again()
    monkeypatch.setattr(companies_merged, "changed", lambda subject, pairs, fence: None)
    with pytest.raises(AssertionError):
        again()
