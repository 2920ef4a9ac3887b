"""The reasons of waivers as a company arranges them: its words, its order, retired, added; what was asked keeps its code."""

import pytest
from django.urls import reverse

from leads.handoffs.problems import Refusal
from leads.handoffs.reason_codes import ReasonError
from sla import waivers
from sla.models import Waiver
from sla.waiver_reasons import REASONS
from smarketing.rows import clock
from tests.people import client_of
from tests.sla.contracts import FIRST, contract, handoff, sign, signers

BUILT_IN = ["incident", "prospect", "absence", "data", "mistake"]


def codes() -> list[str]:
    return [one.code for one in REASONS.offered()]


@pytest.fixture
def said(db):
    """Who changes the list, and when."""
    return {"by": signers()[1], "at": clock.now()}


def test_a_company_without_reasons_of_its_own_has_those_of_the_table(db):
    assert codes() == BUILT_IN and str(REASONS.label("data")) == "the lead came with wrong or missing data"


def test_a_reason_is_added_named_in_both_languages_and_found_at_the_end(said, client):
    REASONS.add(label_en="Strike at the carrier", label_fr="Grève chez le transporteur", **said)
    assert codes() == [*BUILT_IN, "strike"]
    page = client_of(
        signers()[1],
    ).get(reverse("sla:waiver_reasons"), headers={"accept-language": "fr"})
    assert "strike" in page.content.decode()
    with pytest.raises(ReasonError, match="called so"):
        REASONS.add(label_en="strike AT the carrier", label_fr="Autre", **said)
    with pytest.raises(ReasonError):
        REASONS.change(code="strike", label_en="System incident", label_fr="Autre", **said)


def test_words_change_for_old_waivers_and_the_order_for_new_ones(said):
    REASONS.change(code="data", label_en="bad data", label_fr="données fausses", **said)
    assert REASONS.move(code="data", up=True, **said)
    assert codes() == ["incident", "prospect", "data", "absence", "mistake"]
    assert REASONS.label("data") == "bad data"
    assert not REASONS.move(code="incident", up=True, **said)


def test_a_retired_reason_is_offered_no_more_and_its_waivers_keep_it(said):
    sign(contract(), [FIRST], clock.today(said["at"]).replace(day=1), at=said["at"])
    one = handoff(said["at"])
    waivers.ask(handoff=one, clause_key="6.1", reason="data", **said)
    REASONS.retire(code="data", **said)
    assert "data" not in codes()
    with pytest.raises(Refusal):
        waivers.ask(handoff=handoff(said["at"]), clause_key="6.1", reason="data", **said)
    client, address = client_of(said["by"]), reverse("sla:waivers")
    listed = client.get(address)
    body = listed.content.decode().partition("<tbody")[2].partition("</tbody>")[0]
    assert "wrong or missing data" in body and [row.handoff for row in listed.context["table"].objects] == [one]
    for kept, asked in ((1, "reason=data&answer=no"), (0, "reason=incident"), (0, "answer=consent")):
        assert len(client.get(f"{address}?{asked}").context["table"].objects) == kept, asked
    REASONS.offer(code="data", **said)
    assert "data" in codes() and Waiver.objects.get().reason == "data"


def test_the_last_reason_stays_and_only_what_nobody_used_is_deleted(said):
    for code in BUILT_IN[1:]:
        REASONS.retire(code=code, **said)
    with pytest.raises(ReasonError, match="stay on offer"):
        REASONS.retire(code="incident", **said)
    with pytest.raises(ReasonError, match="retire it"):
        REASONS.delete(code="incident", **said)
    REASONS.add(label_en="Strike", label_fr="Grève", **said)
    REASONS.delete(code="strike", **said)
    assert "strike" not in REASONS.known()


def test_a_manager_arranges_them_in_the_settings(said):
    client = client_of(said["by"])
    assert client.get(reverse("sla:waiver_reason", args=["nobody"])).status_code == 404
    answer = client.post(reverse("sla:waiver_reasons"), {"label_en": "Strike", "label_fr": "Grève"})
    assert answer.status_code == 302 and "strike" in codes()
    assert client.post(reverse("sla:waiver_reasons"), {"label_en": "Strike", "label_fr": "Autre"}).status_code == 422
    client.post(reverse("sla:waiver_reason_do", args=["strike"]), {"do": "up"})
    assert codes() == ["incident", "prospect", "absence", "data", "strike", "mistake"]
    assert client.get(reverse("sla:waiver_reasons") + "?export=csv").status_code == 200
