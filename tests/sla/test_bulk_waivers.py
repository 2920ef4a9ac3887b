"""Many waivers answered at once: by the other side alone, and taken back by the one that asked."""

import pytest

from sla import waivers
from sla.models import WaiverAnswer
from smarketing.rows import clock
from tests.people import client_of
from tests.picking import asked, done
from tests.sla.contracts import FIRST, contract, handoff, sign, signers

pytestmark = pytest.mark.django_db


@pytest.fixture
def some():
    """Three waivers that sales asks for."""
    at, hugo = clock.now(), signers()[1]
    sign(contract(), [FIRST], clock.today(at).replace(day=1), at=at)
    return [
        waivers.ask(handoff=handoff(at), clause_key="6.1", reason="data", by=hugo, at=at) for _n in range(3)
    ]  # fmt: skip


def test_the_other_side_consents_to_some_and_refuses_others(some):
    claire, hugo = (client_of(one) for one in signers())
    page = done(hugo, "sla:bulk_consent", some)
    assert "asked by your side: the other side answers it" in page and not WaiverAnswer.objects.exists()
    assert "2 waivers consented to." in done(claire, "sla:bulk_consent", some[:2])
    assert "1 waiver refused." in done(claire, "sla:bulk_refuse", some)
    kinds = dict(WaiverAnswer.objects.values_list("waiver", "kind"))
    assert kinds == {some[0].pk: "consent", some[1].pk: "consent", some[2].pk: "refuse"}


def test_the_side_that_asked_takes_them_back(some):
    claire, hugo = (client_of(one) for one in signers())
    assert "asked by the other side" in asked(claire, "sla:bulk_withdraw", some)
    assert "3 waivers taken back." in done(hugo, "sla:bulk_withdraw", some)
    assert set(WaiverAnswer.objects.values_list("kind", flat=True)) == {"withdraw"}
