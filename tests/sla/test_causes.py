"""Why a month stands as it does: campaigns short of their plan, a rep who logged nothing, a flood, praise and problems."""

from datetime import date

import pytest
from django.urls import reverse

from leads.models import Campaign, Note, NoteText, Remark
from sla import causes, derive, follow, missing, plans
from sla.models import CampaignPlan
from smarketing.accounts.models import AuditEntry
from tests.leads import facts
from tests.people import client_of, person
from tests.sla.contracts import FIRST, VOLUME, attempt, contract, handoff, line, paris, sign, signers
from tests.sla.test_follow import many

NOVEMBER = date(2026, 11, 1)
EVENING = paris(2026, 11, 23, 19)


@pytest.fixture
def november(db):
    of = contract()
    sign(of, [VOLUME, FIRST], NOVEMBER, at=paris(2026, 10, 28, 10))
    return of


def shown(of, at=EVENING):
    derive.catch_up(at)
    return follow.month(of, NOVEMBER, at, at)


def said(of, key, **more):
    return [item.text for item in missing.items(shown(of), **more) if item.key == key]


def campaign(name: str, at) -> Campaign:
    made = Campaign.objects.create(created_at=at, recorded_at=at)
    for field, value in (("name", name), ("key", name.lower())):
        facts.change("campaign", made.pk, field, value, at)
    made.refresh_from_db()
    return made


def test_a_campaign_short_of_its_plan_is_named_with_the_rows_it_gave(november):
    salon, mailing = campaign("Salon", paris(2026, 10, 1)), campaign("Mailing", paris(2026, 10, 1))
    for one, planned in ((salon, 30), (mailing, 4)):
        plans.say(campaign=one, month=date(2026, 11, 9), mql=planned, by=signers()[0], at=paris(2026, 10, 20))
    for n in range(6):
        made = handoff(paris(2026, 11, 3 + n, 9))
        facts.change("lead", made.lead_id, "campaign", (salon, mailing)[n % 2].pk, paris(2026, 11, 3))
    assert "campaign “Salon” planned 30, brought 3" in said(november, "5.1")
    assert not any("Mailing" in text for text in said(november, "5.1"))  # 3 of 4 in 15 of 20 days: on its line
    (item,) = [one for one in missing.items(shown(november)) if "Salon" in one.text]
    assert item.where == {"campaign": "salon"}


def test_the_newest_plan_known_by_the_cut_off_counts(november):
    one = campaign("Salon", paris(2026, 10, 1))
    for planned, day in ((30, 1), (20, 10), (0, 20)):
        plans.say(campaign=one, month=NOVEMBER, mql=planned, by=signers()[0], at=paris(2026, 11, day))
    at = [plans.of_month(NOVEMBER, paris(2026, 11, day)) for day in (5, 15, 25)]
    assert [list(found.values()) for found in at] == [[30], [20], []]
    with pytest.raises(plans.PlanError):
        plans.say(campaign=one, month=NOVEMBER, mql=-1, by=signers()[0], at=EVENING)
    assert AuditEntry.objects.filter(verb="campaign.plan").count() == 3


def test_marketing_plans_on_the_page_of_the_campaign_and_sales_only_reads(november):
    one = campaign("Salon", paris(2026, 10, 1))
    marketing, url = client_of(signers()[0]), reverse("sla:plan", args=[one.pk])
    assert marketing.post(url, {"month": "2026-11", "mql": "30"}).status_code == 302
    assert CampaignPlan.objects.get().month == NOVEMBER
    page = reverse("leads:campaign", args=[one.pk])
    assert "November 2026" in marketing.get(page).content.decode()
    sales = client_of(signers()[1])
    assert sales.post(url, {"month": "2026-11", "mql": "1"}).status_code == 403
    assert url not in sales.get(page).content.decode()
    assert "Write a month as" in marketing.post(url, {"month": "soon", "mql": "3"}, follow=True).content.decode()


def test_a_rep_who_logged_nothing_on_the_worst_day_is_named_and_hidden_where_nobody_is(november):
    lea, karim = person("léa", "rep"), person("karim", "rep")
    for n in range(3):
        attempt(handoff(paris(2026, 11, 16, 9, n), rep=lea), paris(2026, 11, 17, 9), by=lea)
    attempt(handoff(paris(2026, 11, 16, 10), rep=karim), paris(2026, 11, 17, 9), by=karim)
    assert said(november, "6.1")[0] == "4 late: 4 of them on Mon 16 (léa logged nothing that day)"
    assert said(november, "6.1", names=False)[0] == "4 late: 4 of them on Mon 16"
    attempt(handoff(paris(2026, 11, 16, 9), rep=lea), paris(2026, 11, 16, 10), by=lea)
    assert said(november, "6.1")[0] == "4 late: 4 of them on Mon 16"


def test_reps_are_counted_where_they_are_not_named(november):
    for name in ("lea", "karim", None):
        handoff(paris(2026, 11, 16, 9), rep=name and person(name, "rep"))
    assert said(november, "6.1", names=False)[0] == "3 late and still untouched: 2 reps, in the pool 1"


def test_handoffs_ahead_of_the_line_beyond_the_release_pace_warn(november):
    many(20, lambda n: paris(2026, 11, 2, 10))
    first = paris(2026, 11, 2, 19)
    derive.catch_up(first)
    month = follow.month(november, NOVEMBER, first, first)
    assert causes.pace(line().pk, first) == 15
    assert causes.flood(month, month.row("5.1")) is None  # 20 on a line of 10: less than a day's pace ahead
    many(6, lambda n: paris(2026, 11, 2, 11))
    month = follow.month(november, NOVEMBER, first, first)
    assert causes.flood(month, month.row("5.1")) == (16, 15)
    (item,) = [one for one in missing.items(month) if one.warns]
    assert item.text.startswith("16 MQL ahead of the line, more than the 15 a day")


def test_praise_and_problems_of_the_month_are_counted_and_read(november):
    made = handoff(paris(2026, 11, 10, 9))
    lea = person("lea", "rep")
    for day, recorded in ((12, 12), (12, 25), (30, 12)):  # one learned after the cut-off
        at = {
            "occurred_at": paris(2026, 11, day),
            "recorded_at": paris(2026, 11, recorded),
            "known_at": paris(2026, 11, day),
        }
        note = Note.objects.create(lead_id=made.lead_id, by=lea, **at)
        NoteText.objects.create(note=note, text=f"a good one of day {day}")
        Remark.objects.create(note=note, kind="praise", side="marketing")
    month = shown(november)
    assert causes.said(month) == (2, 0)
    facts.correct("note", note.pk, paris(2026, 11, 13))
    assert missing.remarks(shown(november)).text == "praise this month 1 · problems 0"
    client = client_of(signers()[0])
    url = reverse("sla:remarks", args=[november.pk, "2026-11"])
    page = client.get(reverse("sla:month", args=["2026-11"])).content.decode()
    assert url in page and "a good one of day 12" in client.get(url).content.decode()
    assert "a good one" not in client_of(person("vera", "viewer")).get(url).content.decode()
