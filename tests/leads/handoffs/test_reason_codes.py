"""Reasons as a company arranges them: renamed, ordered, retired, added; what was decided keeps its reason."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from leads.handoffs import decisions, evidence, problems, reason_codes, reasons
from leads.models import Decision, ReasonCode
from leads.pages.sheet import Sheet
from smarketing.accounts.models import AuditEntry
from tests.leads.handoffs.desk import NOW, Desk, state
from tests.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def ada():
    return person("ada", "administrator")


def add(by, family="timing", en="Waits for a tender", fr="Attend un appel d’offres", next="recycled", delay=45):
    return reason_codes.add(family=family, label_en=en, label_fr=fr, next=next, delay=delay, by=by, at=NOW)


def offered(act: str) -> list[str]:
    return [one.code for one in reasons.allowed(act)]


def refused(desk, code="FIT-SIZE"):
    handoff = desk.hand()
    proof = evidence.choices("criterion", handoff)[0][0]
    return decisions.refuse(handoff=handoff, by=desk.lea, at=NOW, reason=code, evidence=proof)


def test_without_a_change_the_company_has_the_table_of_the_code(desk):
    assert list(reasons.known()) == list(reasons.BUILT_IN) and not ReasonCode.objects.exists()


def test_an_added_reason_is_offered_on_the_sheet_and_recycles_for_its_days(desk, ada):
    row = add(ada)
    assert row.code == "TIME-WAITS" and row.code in offered("return") and row.code not in offered("refuse")
    handoff = desk.hand()
    part = next(one for one in Sheet.of("return", state(handoff), desk.lea, NOW).parts if one.family.key == "timing")
    assert part.reasons[-1].code == row.code and part.asks_date
    decisions.accept(handoff=handoff, by=desk.lea, at=NOW)
    made = decisions.give_back(handoff=handoff, by=desk.lea, at=NOW, reason=row.code)
    assert (made.return_on - NOW.date()).days == 45
    assert reason_codes.used()[row.code] == 1
    with translation.override("fr"):
        assert reasons.label(row.code) == "Attend un appel d’offres"


def test_an_added_reason_of_fit_counts_against_marketing_and_one_of_duplicates_is_left_out(desk, ada):
    fit = add(ada, "fit", "Too young", "Trop jeune").code
    twin = add(ada, "duplicate", "Known by a partner", "Connu d’un partenaire").code
    assert fit in reasons.quality() and fit not in reasons.excluded()
    assert twin in reasons.excluded() and twin not in reasons.quality()


def test_a_renamed_reason_says_its_new_words_in_old_rows_too(desk, ada):
    made = refused(desk)
    said = {"label_en": "Wrong size", "label_fr": "Mauvaise taille", "next": "disqualified", "delay": None}
    reason_codes.change(code="FIT-SIZE", by=ada, at=NOW, **said)
    assert reasons.label(made.reason) == "Wrong size" and reasons.known()["FIT-SIZE"].next == "disqualified"
    made.refresh_from_db()
    assert made.reason == "FIT-SIZE" and made.handoff.lead.stage == "recycled"
    assert AuditEntry.objects.get(verb="settings.reasons").detail == {"code": "FIT-SIZE", "deed": "change"}


def test_a_retired_reason_is_offered_no_more_and_still_told(desk, ada):
    made = refused(desk)
    reason_codes.retire(code="FIT-SIZE", by=ada, at=NOW)
    assert "FIT-SIZE" not in offered("refuse") and reasons.label(made.reason) == "Company too small or too large"
    with pytest.raises(problems.Refusal, match="Choose a reason"):
        refused(desk)
    reason_codes.offer(code="FIT-SIZE", by=ada, at=NOW)
    assert "FIT-SIZE" in offered("refuse")


def test_somebody_can_always_oppose_and_something_is_always_on_offer(desk, ada):
    with pytest.raises(reason_codes.ReasonError, match="must be heard"):
        reason_codes.retire(code="OPP-OUT", by=ada, at=NOW)
    losses = offered("lose")
    for code in losses[:-1]:
        reason_codes.retire(code=code, by=ada, at=NOW)
    with pytest.raises(reason_codes.ReasonError, match="add another one"):
        reason_codes.retire(code=losses[-1], by=ada, at=NOW)


def test_only_what_was_added_and_never_used_is_deleted(desk, ada):
    code = add(ada, "fit", "Too young", "Trop jeune").code
    assert reason_codes.unused(reasons.known()) == {code}
    made = refused(desk, code)
    decisions.undo(decision=made, by=desk.lea, at=NOW)
    assert reason_codes.used().get(code, 0) == 0 and reason_codes.unused(reasons.known()) == set()
    with pytest.raises(reason_codes.ReasonError, match="retire it"):
        reason_codes.delete(code=code, by=ada, at=NOW)
    with pytest.raises(reason_codes.ReasonError, match="retire it"):
        reason_codes.delete(code="FIT-SIZE", by=ada, at=NOW)
    fresh = add(ada, "intent", "Only curious", "Simple curiosité").code
    reason_codes.delete(code=fresh, by=ada, at=NOW)
    assert fresh not in reasons.known()


def test_reasons_move_within_their_family_and_stop_at_its_ends(desk, ada):
    first, second = offered("lose")[:2]
    assert reason_codes.move(code=second, up=True, by=ada, at=NOW)
    assert offered("lose")[:2] == [second, first]
    assert not reason_codes.move(code=second, up=True, by=ada, at=NOW)
    assert [one for one in offered("refuse")] == [code for code, one in reasons.REASONS.items() if "refuse" in one.acts]


def test_words_are_taken_once_in_a_family_and_codes_are_numbered(desk, ada):
    assert [add(ada, "fit", f"Young {n}", f"Jeune {n}").code for n in (1, 2)] == ["FIT-YOUNG", "FIT-YOUNG2"]
    for language in ({"en": "YOUNG 1"}, {"fr": "jeune 1"}):
        with pytest.raises(reason_codes.ReasonError, match="called so"):
            add(ada, "fit", **language)
    assert add(ada, "fit", "?!", "¿").code == "FIT-OWN"


def test_a_code_that_would_break_out_of_the_sql_of_measures_is_refused_by_the_database(desk):
    with pytest.raises(IntegrityError), transaction.atomic():
        ReasonCode.objects.create(code="X') OR ('1", family="fit", own=True, label_en="a", label_fr="b")


def test_the_page_counts_and_opens_to_the_rows(desk, ada, client):
    made = refused(desk)
    client.force_login(ada)
    page = client.get("/settings/reasons/").content.decode()
    assert "/settings/reasons/FIT-SIZE/rows/" in page and "/settings/reasons/FIT-GEO/rows/" not in page
    assert f"/leads/{made.handoff.lead_id}/" in client.get("/settings/reasons/FIT-SIZE/rows/").content.decode()
    assert client.get("/settings/reasons/NOT-THERE/").status_code == 404
    file = client.get("/settings/reasons/FIT-SIZE/rows/?export=csv")
    assert b"refus" in b"".join(file.streaming_content) and AuditEntry.objects.filter(verb="leads.export").exists()


def test_a_mistake_on_the_page_keeps_what_was_typed(desk, ada, client):
    client.force_login(ada)
    typed = {"family": "fit", "label_en": "Wrong industry", "label_fr": "Autre", "next": "recycled", "delay": "9"}
    answer = client.post("/settings/reasons/", typed)
    text = answer.content.decode()
    assert answer.status_code == 422 and 'value="Wrong industry"' in text and "called so" in text
    client.post("/settings/reasons/", typed | {"label_en": "Wrong trade"})
    row = ReasonCode.objects.get()
    client.post(f"/settings/reasons/{row.code}/do/", {"do": "up"})
    client.post("/settings/reasons/FIT-GEO/do/", {"do": "retire"})
    assert reasons.known()["FIT-GEO"].retired
    client.force_login(person("rep", "rep"))
    assert client.get("/settings/reasons/").status_code == 403
    assert not Decision.objects.exists()
