"""A closed month says why its promises broke, as known when its book was closed; and what is still to be decided."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from leads.models import Hold
from reporting.books import services
from reporting.meetings import resolutions
from sla import derive, follow, hooks, late, missing
from sla.late import Late
from tests.people import client_of, person
from tests.reporting.meetings.company import NOW, OCTOBER, both, figure, meeting, october, stand
from tests.sla.contracts import FIRST, HAND_OVER, attempt, contract, handoff, paris, sign, signers
from tests.sla.test_kinds import qualified

pytestmark = pytest.mark.django_db


def closed(of):
    return follow.Reader(of, NOW, NOW).month(OCTOBER)


def test_a_closed_month_keeps_what_broke_and_says_it_as_known_at_the_close():
    of = contract()
    sign(of, [FIRST, HAND_OVER], OCTOBER, at=paris(2025, 9, 25))
    rep = person("karim", "rep")
    for n in range(3):
        handoff(paris(2025, 10, 14, 9, n), rep=rep)
    qualified(paris(2025, 10, 14, 9), hold="pace")
    derive.catch_up(NOW)
    before = follow.Reader(of, NOW, NOW).month(OCTOBER)
    told = [(one.key, one.text) for one in missing.items(before)]
    services.close_month(contract=of, month=OCTOBER, by=signers()[0], at=NOW)
    month = closed(of)
    assert month.frozen is not None and [(one.key, one.text) for one in missing.items(month)] == told
    assert ("6.1", "3 late and still untouched: karim 3") in told and any(key == "5.5" for key, _text in told)
    attempt(handoff(paris(2025, 10, 14, 9), rep=rep), paris(2025, 11, 4), known=NOW + timedelta(days=1))
    assert [(one.key, one.text) for one in missing.items(closed(of))] == told  # nothing learned later is in it
    assert Hold.objects.exists()


def test_a_book_closed_before_causes_were_kept_is_asked_as_known_at_its_cut_off(monkeypatch):
    of = october()
    told = [one.text for one in missing.items(closed(of))]
    assert told and told[0].startswith("2 late")
    bare = lambda *asked: {m: hooks.Frozen(one.number, one.cutoff, one.sha256, one.figures, one.parts, one.days) for m, one in services.frozen(*asked).items()}  # noqa: E731  # fmt: skip
    monkeypatch.setattr(hooks, "frozen", [bare])
    assert [one.text for one in missing.items(closed(of))] == told


def test_what_is_kept_of_what_broke_comes_back_the_same():
    made = Late()
    made.broken.update({(date(2025, 10, 14), 7): 2, (date(2025, 10, 15), None): 1})
    made.idle.update({7: 1, None: 1})
    again = late.from_book(made.book())
    assert (again.broken, +again.idle) == (made.broken, made.idle)


def test_the_last_slide_has_the_open_resolutions_and_where_one_is_written(monkeypatch):
    stand(monkeypatch)
    of = october()
    held = meeting(of)
    url = reverse("sla:present", args=[of.pk, "2025-10"])
    manager = client_of(signers()[0])
    page = manager.get(url).content.decode()
    assert "Why, as known at the close" in page and "2 late" in page
    assert "No resolution is open." in page and reverse("reporting:resolution_new", args=[held.pk]) in page
    made = resolutions.resolve(
        meeting=held,
        text="Call within four hours",
        charge=both()[1],
        due=date(2025, 11, 28),
        figure=figure(),
        by=both()[0],
        at=NOW,
    )
    page = manager.get(url).content.decode()
    assert "Call within four hours" in page and str(both()[1]) in page and "due on" in page
    assert reverse("reporting:resolution", args=[made.pk]) in page
    resolutions.tell(resolution=made, done=True, words="", by=both()[1], at=NOW)
    assert "Call within four hours" not in manager.get(url).content.decode()
