"""A file of opt-outs lists addresses that no lead has yet, and undoing it takes them off."""

import pytest

from leads.intake import suppression
from leads.intake.importing import service
from leads.models import Lead
from smarketing.rows.clock import now

from .conftest import counts

pytestmark = pytest.mark.django_db
FILE = "Email,Date\nAda@x.example,2026-03-01\nada@x.example,2026-03-01\nbob@x.example,2026-03-02\n"
HOW = {"columns": {"Email": "lead_email", "Date": "at"}, "dates": "iso"}


def test_unknown_addresses_are_listed_and_a_later_file_brings_them_in_opposed(run):
    one = run("optouts", FILE, HOW)
    assert counts(one) == (2, 0, 1, 0) and suppression.standing().count() == 2
    run(
        "leads",
        "Email,Out\nada@x.example,no\neve@x.example,no\n",
        {"columns": {"Email": "lead.email", "Out": "lead.opted_out"}},
    )
    assert dict(Lead.objects.values_list("email", "opted_out")) == {"ada@x.example": True, "eve@x.example": False}
    assert counts(run("optouts", FILE, HOW)) == (0, 0, 3, 0)


def test_undoing_the_file_takes_them_off_again(run):
    one = run("optouts", FILE, HOW)
    run("leads", "Email\nada@x.example\n", {"columns": {"Email": "lead.email"}})
    service.work(service.ask_undo(one=one, by=None, at=now()), now)
    assert not suppression.standing().exists()
    assert (
        run("leads", "Email\neve@x.example\n", {"columns": {"Email": "lead.email"}})
        and not Lead.objects.get(email="eve@x.example").opted_out
    )
