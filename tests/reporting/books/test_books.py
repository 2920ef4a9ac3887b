"""Closed months: frozen with cut-off and digest, never changed in silence, opened again by both sides only."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from leads.intake import hooks as intake
from reporting.books import figures, reopening, restatements, services
from reporting.models import BookClose, BookReopen
from sla import derive, follow, hooks, series
from smarketing.accounts.models import AuditEntry
from smarketing.agreements import services as agreements
from tests.leads import facts
from tests.people import PASSWORD, person
from tests.sla.contracts import FIRST, VOLUME, attempt, contract, decide, handoff, paris, sign, signers

OCTOBER = date(2025, 10, 1)
NOW = datetime(2025, 11, 20, 9, tzinfo=UTC)
EARLY = paris(2025, 9, 25)


@pytest.fixture
def october(db):
    """A month that is over: three handoffs, one attempt in time, one late, one refused in time."""
    of = contract()
    sign(of, [{**VOLUME, "target": "3"}, FIRST], OCTOBER, at=EARLY)
    one, two, three = (handoff(paris(2025, 10, 14, 8 + n)) for n in range(3))
    attempt(one, paris(2025, 10, 14, 10))
    attempt(two, paris(2025, 10, 16, 10))
    decide(three, "refuse", paris(2025, 10, 14, 12), "not_target")
    return of


def close(of, at=NOW, month=OCTOBER):
    return services.close_month(contract=of, month=month, by=signers()[0], at=at)


def shown(of, at=NOW, **more):
    derive.catch_up(at)
    return follow.Reader(of, at, timezone.now() + timedelta(minutes=1), **more).month(OCTOBER)


def late_handoff():
    """A handoff of October that becomes known after the close."""
    return handoff(paris(2025, 10, 20, 10), known=timezone.now())


def test_a_month_closes_with_its_figures_cut_off_and_digest(october):
    book = close(october)
    kept = json.loads(book.figures)
    assert kept["clauses"]["5.1"]["figure"] == {"count": 3, "target": "3", "elapsed": 23, "days": 23}
    assert kept["clauses"]["5.1"]["state"] == "kept"
    assert len(kept["clauses"]["5.1"]["rows"]["counted"]) == 3
    first = kept["clauses"]["6.1"]
    assert (first["figure"]["met"], first["figure"]["missed"], first["figure"]["excluded"]) == (1, 1, 1)
    assert {len(first["rows"][key]) for key in ("met", "missed", "excluded")} == {1}
    assert kept["measures"]["mql"]["n"] == 3
    assert services.verify(book) == []
    assert AuditEntry.objects.get(verb="month.close").detail["sha256"] == book.sha256
    assert services.closed_through(october) == OCTOBER
    assert [found for hook in intake.closed_months for found in hook(OCTOBER, date(2025, 12, 1))] == [OCTOBER]


def test_it_closes_once(october):
    close(october)
    with pytest.raises(services.BookError, match="closed already"):
        close(october)
    assert BookClose.objects.count() == 1


@pytest.mark.parametrize(
    ("at", "month", "why"),
    [
        (paris(2025, 10, 31, 23, 59), OCTOBER, "not over yet"),
        (NOW, date(2025, 12, 1), "not over yet"),
        (NOW, date(2025, 9, 1), "No terms were in force"),
    ],
)
def test_it_does_not_close_too_early_nor_without_terms(october, at, month, why):
    with pytest.raises(services.BookError, match=why):
        close(october, at, month)
    assert not BookClose.objects.exists()


@pytest.mark.invariant("I10")
def test_what_is_learned_later_is_a_dated_restatement_and_changes_no_figure(october):
    book = close(october)
    late = late_handoff()
    month = shown(october)
    assert month.row("5.1").figure.count == 3
    assert (month.phase, month.frozen.restated) == ("closed", 1)
    assert [(one.kind, one.handoff) for one in restatements.of(book)] == [("handoff", late.pk)]
    now = shown(october, closed=False)
    assert now.row("5.1").figure.count == 4
    assert [one["same"] for one in figures.difference(services.parsed(book), now)] == [False, False]
    assert services.verify(book) == []


@pytest.mark.invariant("I10")
def test_corrections_attempts_and_decisions_after_the_close_are_restatements_too(october):
    one = handoff(paris(2025, 10, 21, 9))
    made = attempt(one, paris(2025, 10, 21, 10))
    book = close(october)
    known = timezone.now() + timedelta(seconds=1)
    facts.correct("attempt", made.pk, known)
    attempt(one, paris(2025, 10, 21, 12), known=known + timedelta(seconds=1))
    decide(one, "accept", paris(2025, 10, 22), known=known + timedelta(seconds=2))
    attempt(one, paris(2025, 11, 3), known=known + timedelta(seconds=3))  # occurred in November
    assert [found.kind for found in restatements.of(book)] == ["correction", "attempt", "decision"]


@pytest.mark.invariant("I10", mutant="recompute on read")
def test_recomputing_a_closed_month_on_read_would_be_noticed(october, monkeypatch):
    """Mutant: the page recounts instead of showing what was frozen."""
    close(october)
    late_handoff()
    monkeypatch.setattr(hooks, "frozen", [])
    assert shown(october).row("5.1").figure.count != 3


@pytest.mark.invariant("I10", mutant="a digit flipped below the guards")
def test_a_flipped_digit_is_named(transactional_db, owner):
    of = contract()
    sign(of, [{**VOLUME, "target": "3"}], OCTOBER, at=EARLY)
    book = close(of)
    call_command("verify_books")
    for column, value in (("figures", book.figures.replace('"3"', '"2"')), ("sha256", "0" * 64)):
        with owner.cursor() as cursor:
            cursor.execute("ALTER TABLE reporting_bookclose DISABLE TRIGGER USER")
            cursor.execute(f"UPDATE reporting_bookclose SET {column} = %s", [value])
            cursor.execute("ALTER TABLE reporting_bookclose ENABLE TRIGGER USER")
        owner.commit()
        touched = BookClose.objects.get()
        assert services.verify(touched) == ["France 2026 2025-10 (1): the figures or their digest were changed"]
        with pytest.raises(CommandError, match="2025-10"):
            call_command("verify_books")


def test_nobody_edits_a_book(october):
    close(october)
    for deed in (lambda: BookClose.objects.update(sha256="x"), lambda: BookClose.objects.all()._raw_delete("default")):
        with pytest.raises(Exception, match="permission denied"), transaction.atomic():
            deed()


def test_it_opens_again_with_a_reason_signed_by_both_sides_and_closes_as_the_next_book(october):
    book = close(october)
    marketing, sales = signers()
    with pytest.raises(services.BookError, match="Say why"):
        reopening.propose_reopening(book=book, reason="  ", by=marketing, at=NOW)
    paper = reopening.propose_reopening(book=book, reason="an import was missing", by=marketing, at=NOW)
    agreements.sign(paper=paper, by=marketing, at=NOW, password=PASSWORD)
    assert not BookReopen.objects.exists()
    assert shown(october).phase == "closed"
    agreements.sign(paper=paper, by=sales, at=NOW, password=PASSWORD)
    assert BookReopen.objects.get().reason == "an import was missing"
    assert shown(october).phase == "over"
    late_handoff()
    assert services.closed_months(OCTOBER, OCTOBER) == set()
    second = close(october)
    assert second.number == 2
    assert services.verify(book) == []


def test_terms_cannot_reach_back_over_it(october):
    close(october)
    with pytest.raises(agreements.AgreementError, match="10/2025 is closed"):
        sign(october, [VOLUME], date(2025, 10, 15), at=NOW)


def test_while_late_facts_keep_arriving_it_does_not_close(october):
    handoff(paris(2025, 10, 21, 10), known=timezone.now() + timedelta(hours=1))
    with pytest.raises(services.BookError, match="being recorded right now"):
        close(october)
    assert not BookClose.objects.exists()


# --- pages


def page(client, name, of, month="2025-10"):
    return client.get(reverse(f"reporting:{name}", args=[of.pk, month])).content.decode()


def test_a_manager_closes_october_from_the_months_page(client, october):
    client.force_login(signers()[0])
    month = client.get("/contract/2025-10/").content.decode()
    assert reverse("reporting:book", args=[october.pk, "2025-10"]) in month
    before = page(client, "book", october)
    assert "Close October 2025" in before
    answers = [client.post(reverse("reporting:close", args=[october.pk, "2025-10"]), {"once": "key"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    book = BookClose.objects.get()
    after = page(client, "book", october)
    assert book.sha256 in after
    assert "it matches" in after
    assert book.sha256[:12] in client.get("/contract/2025-10/").content.decode()


def test_too_early_is_said_and_twice_too(client, october):
    client.force_login(signers()[0])
    url = reverse("reporting:close", args=[october.pk, "2099-10"])
    assert "not over yet" in client.post(url, follow=True).content.decode()
    url = reverse("reporting:close", args=[october.pk, "2025-10"])
    client.post(url)
    assert "closed already" in client.post(url, follow=True).content.decode()
    assert BookClose.objects.count() == 1


@pytest.mark.parametrize("role", ["rep", "marketer", "viewer", "administrator"])
def test_only_managers_close(client, october, role):
    client.force_login(person("other", role))
    assert client.post(reverse("reporting:close", args=[october.pk, "2025-10"])).status_code == 403
    assert "Close October 2025" not in page(client, "book", october)
    assert client.get(reverse("reporting:book", args=[october.pk, "2025-13"])).status_code == 404


def test_restatements_are_listed_with_their_dates(client, october):
    client.force_login(signers()[1])
    close(october)
    late = late_handoff()
    shown_page = page(client, "book", october)
    assert "1 fact of this month was recorded after its close" in shown_page
    assert f"#{late.lead_id}" in shown_page
    assert "restated by 1 fact" in client.get("/contract/2025-10/").content.decode()


@pytest.mark.invariant("I10")
def test_the_chart_of_a_closed_month_never_follows_what_is_learned_later(october):
    one = handoff(paris(2025, 10, 21, 9))
    close(october)
    before = shown(october)
    drawn = series.of_share(before, before.row("6.1"))
    assert drawn == {date(2025, 10, 14): (1, 1), date(2025, 10, 21): (0, 1)}
    attempt(one, paris(2025, 10, 21, 10), known=timezone.now())  # in time, learned after the close
    late_handoff()
    derive.derive([one.pk], NOW)
    after = shown(october)
    assert series.of_share(after, after.row("6.1")) == drawn
    assert series.of_volume(after, after.row("5.1")) == series.of_volume(before, before.row("5.1"))
    assert (after.frozen.restated, after.row("6.1").figure) == (2, before.row("6.1").figure)
    recounted = shown(october, closed=False)
    assert recounted.row("6.1").figure.met == 2


def test_a_book_closed_before_days_were_kept_is_drawn_from_what_was_known_then(october):
    one = handoff(paris(2025, 10, 21, 9))
    book = close(october)
    old = {
        key: {name: one[name] for name in one if name != "days"}
        for key, one in services.parsed(book)["clauses"].items()
    }
    attempt(one, paris(2025, 10, 21, 10), known=timezone.now())
    derive.derive([one.pk], NOW)
    month = shown(october)
    bare = replace(month, frozen=replace(month.frozen, days={}))
    assert "days" not in old["6.1"]
    assert series.of_share(bare, bare.row("6.1")) == {date(2025, 10, 14): (1, 1), date(2025, 10, 21): (0, 1)}


def test_every_closed_month_says_how_often_it_was_restated(october):
    close(october)
    handoff(paris(2025, 11, 4, 9))
    later = datetime(2025, 12, 20, 9, tzinfo=UTC)
    derive.catch_up(later)
    close(october, later, date(2025, 11, 1))
    late_handoff()
    handoff(paris(2025, 11, 20, 10), known=timezone.now())
    handoff(paris(2025, 11, 21, 10), known=timezone.now())
    found = hooks.books(october, [OCTOBER, date(2025, 11, 1), date(2025, 12, 1)])
    assert {month: one.restated for month, one in found.items()} == {OCTOBER: 1, date(2025, 11, 1): 2}


def test_a_split_month_is_frozen_with_its_parts(db):
    of = contract()
    sign(of, [{**VOLUME, "target": "2"}, FIRST], OCTOBER, at=EARLY)
    sign(of, [{**VOLUME, "target": "4"}, {**FIRST, "share": "50"}], date(2025, 10, 16), at=paris(2025, 10, 10))
    for n in range(3):
        handoff(paris(2025, 10, 14 + 3 * n, 9))
    month = shown(of)
    book = close(of)
    frozen = shown(of)
    for key in ("5.1", "6.1"):
        kept = services.parsed(book)["clauses"][key]["parts"]
        assert [(one["terms"], one["first"], one["until"]) for one in kept] == [
            (1, "2025-10-01", "2025-10-16"), (2, "2025-10-16", "2025-11-01"),
        ]  # fmt: skip
        assert frozen.row(key).parts == month.row(key).parts
        assert [one["state"] for one in kept] == [part.figure.state for part in month.row(key).parts]
    assert services.verify(book) == []


def test_what_grows_after_the_close_is_shown_as_since_close(client, october):
    close(october)
    decide(handoff(paris(2025, 11, 4, 9)), "refuse", paris(2025, 11, 4, 10), "not_target")
    client.force_login(signers()[0])
    text = page(client, "book", october)
    assert "Since close" in text
    assert "Acceptance rate" in text
