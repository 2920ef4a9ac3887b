"""Absences and relief in the browser: a rep's own days, a manager's of anybody; what is owed is seen before it is given on."""

from datetime import timedelta

import pytest

from leads.handoffs import absences
from leads.models import Absence, PoolMember
from smarketing.rows import clock
from tests.leads.handoffs.desk import Desk, state
from tests.people import client_of, person

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def desk():
    made = Desk()
    PoolMember.objects.update(weight=1)
    return made


def days(first, last) -> dict[str, str]:
    return {"first": first.isoformat(), "last": last.isoformat()}


def test_a_rep_records_their_own_absence_and_is_here_again(desk):
    today, rep = clock.today(), client_of(desk.lea)
    assert rep.post("/queue/absences/", days(today, today - DAY)).status_code == 422
    rep.post("/queue/absences/", days(today - DAY, today + 3 * DAY) | {"rep": desk.paul.pk})
    made = Absence.objects.get()
    assert made.rep == desk.lea and absences.until(desk.lea.pk, today) == today + 3 * DAY
    assert client_of(desk.paul).post(f"/queue/absences/{made.pk}/end/").status_code == 404
    rep.post(f"/queue/absences/{made.pk}/end/")
    assert not absences.on(desk.lea.pk, today) and absences.on(desk.lea.pk, today - DAY)
    assert absences.on(desk.lea.pk, today, made.recorded_at)  # what was known before stays what was known then
    assert client_of(person("ines", "marketer")).get("/queue/absences/").status_code == 403


def test_a_manager_sees_what_would_become_of_it_then_gives_on_what_is_ticked_or_all(desk):
    at, boss = clock.now() - timedelta(hours=2), client_of(desk.boss)
    owed = [desk.hand("lea", at=at, first_name=f"Ann{n}") for n in range(3)]
    boss.post("/queue/absences/", days(clock.today(), clock.today() + DAY) | {"rep": desk.lea.pk})
    page = boss.get(f"/queue/relief/{desk.lea.pk}/").content.decode()
    assert "Ann0" in page and "paul" in page and state(owed[0]).rep == desk.lea
    boss.post(f"/queue/relief/{desk.lea.pk}/", {"handoff": [owed[0].pk]})
    assert [state(one).rep.name for one in owed] == ["paul", "lea", "lea"]
    boss.post(f"/queue/relief/{desk.lea.pk}/", {"do": "all"})
    assert {state(one).rep for one in owed} == {desk.paul}
    assert "owes no lead now" in boss.get(f"/queue/relief/{desk.lea.pk}/").content.decode()
    page = boss.get(f"/leads/{owed[0].lead_id}/").content.decode()
    assert "the rep is away or leaves" in page and "away on that day" in page
    found = client_of(desk.paul).get(f"/api/v1/leads/{owed[0].lead_id}/routing/").json()
    assert found["routings"][0]["rep"] == "paul" and found["delays"]["lead"] is None
