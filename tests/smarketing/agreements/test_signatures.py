"""Both sides sign; nobody signs for the other; a touched byte is named."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction

from smarketing.accounts.models import AuditEntry
from smarketing.agreements import kinds, services
from smarketing.agreements.canonical import sha256
from smarketing.agreements.models import Paper, Signature
from tests.forms import form
from tests.people import PASSWORD, client_of, person
from tests.together import at_once

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
BODY = {"line": "MQL", "criteria": [{"key": "c1", "points": 20}]}


@pytest.fixture
def marketing(db):
    return person("Anna", "manager", "marketing", signs=True)


@pytest.fixture
def sales(db):
    return person("Bruno", "manager", "sales", signs=True)


@pytest.fixture
def paper(marketing):
    return services.propose(kind="minutes", line="minutes:1", body=BODY, by=marketing, at=AT)


def sign(paper, by, password=PASSWORD, at=AT):
    return services.sign(paper=paper, by=by, at=at, password=password)


def test_it_is_agreed_at_the_later_of_two_signatures(paper, marketing, sales):
    assert services.both_signed_at(paper) is None
    sign(paper, marketing)
    assert services.both_signed_at(paper) is None
    sign(paper, sales, at=AT + timedelta(hours=3))
    assert services.both_signed_at(paper) == AT + timedelta(hours=3)
    assert [signed.signer for signed in services.state(paper).values()] == [marketing, sales]


def test_papers_of_a_line_are_numbered_and_the_same_text_is_the_same_paper(paper, marketing):
    again = services.propose(kind="minutes", line="minutes:1", body=BODY, by=marketing, at=AT)
    other = services.propose(kind="minutes", line="minutes:1", body={**BODY, "x": 1}, by=marketing, at=AT)
    assert (again.pk, other.number) == (paper.pk, 2)


def test_a_text_that_a_newer_one_replaces_is_not_signed_any_more(paper, marketing, sales):
    sign(paper, marketing)
    newer = services.propose(kind=paper.kind, line=paper.line, body={**BODY, "x": 1}, by=marketing, at=AT)
    with pytest.raises(services.AgreementError, match="newer text"):
        sign(paper, sales)
    sign(newer, sales)


@pytest.mark.parametrize(
    ("role", "side", "signs", "why"),
    [
        ("viewer", "", True, "neither side"),
        ("administrator", "", True, "neither side"),
        ("manager", "marketing", False, "not a named signer"),
    ],
)
def test_who_is_not_a_named_signer_of_a_side_signs_nothing(paper, role, side, signs, why):
    with pytest.raises(services.AgreementError, match=why):
        sign(paper, person("Carl", role, side, signs=signs))
    assert not Signature.objects.exists()


def test_a_kind_may_ask_for_a_verb(marketing, paper):
    kinds.register(kinds.PaperKind("closed", "closed", "contract.sign"))
    closed = services.propose(kind="closed", line="closed:1", body={}, by=None, at=AT)
    with pytest.raises(services.AgreementError, match="not a named signer"):
        sign(closed, person("Dora", "rep", signs=True))
    sign(closed, marketing)


def test_a_wrong_password_signs_nothing_and_writes_no_audit_line(paper, marketing):
    before = AuditEntry.objects.count()
    with pytest.raises(services.AgreementError, match="not your password"):
        sign(paper, marketing, password="guess")
    assert (Signature.objects.count(), AuditEntry.objects.count()) == (0, before)


def test_passwords_are_tried_ten_times_a_minute_and_then_not_even_the_right_one(paper, marketing, client):
    client.force_login(marketing)
    address = f"/papers/{paper.pk}/sign/"
    for _time in range(10):
        assert "not your password" in client.post(address, {"password": "guess"}, follow=True).content.decode()
    assert "Too many tries" in client.post(address, {"password": PASSWORD}, follow=True).content.decode()
    assert not Signature.objects.exists()


def wrong_passwords_at_once(paper, marketing) -> int:
    """How many of sixteen wrong passwords sent at once were looked at."""
    browsers = [client_of(marketing) for _number in range(16)]
    pages = at_once(16, lambda n: browsers[n].post(f"/papers/{paper.pk}/sign/", {"password": "guess"}, follow=True))
    return sum("not your password" in page.content.decode() for page in pages)


@pytest.mark.django_db(transaction=True)
def test_tried_at_once_they_are_no_more_than_ten_and_then_not_even_the_right_one(paper, marketing):
    assert 1 <= wrong_passwords_at_once(paper, marketing) <= 10
    page = client_of(marketing).post(f"/papers/{paper.pk}/sign/", {"password": PASSWORD}, follow=True)
    assert "Too many tries" in page.content.decode() and not Signature.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_lock_that_lets_everybody_in_would_be_noticed(paper, marketing, settings):
    settings.CACHES = {
        "default": settings.CACHES["default"] | {"BACKEND": "tests.smarketing.accounts.test_sign_in.Everybody"}
    }
    assert any(wrong_passwords_at_once(paper, marketing) > 10 for _round in range(3))


def test_somebody_without_a_password_signs_right_after_signing_in(paper, marketing):
    marketing.set_unusable_password()
    marketing.save()
    with pytest.raises(services.AgreementError, match="Sign in again"):
        sign(paper, marketing, password="")
    assert services.sign(paper=paper, by=marketing, at=AT, proved=True).signer == marketing


def test_a_side_signs_once(paper, marketing):
    sign(paper, marketing)
    with pytest.raises(services.AgreementError, match="side has signed already"):
        sign(paper, person("Erik", "marketer", signs=True))


def test_one_person_never_signs_for_both_sides(paper, marketing):
    sign(paper, marketing)
    marketing.side = "sales"
    marketing.save()
    with pytest.raises(services.AgreementError, match="one person never signs for both"):
        sign(paper, marketing)
    with pytest.raises(IntegrityError), transaction.atomic():  # nor by the back door
        Signature.objects.create(paper=paper, side="sales", signer=marketing, signed_at=AT, sha256=paper.sha256)


def test_the_second_signature_tells_the_kind_in_its_transaction(marketing, sales):
    told = []
    kinds.register(
        kinds.PaperKind("telling", "telling", "papers.sign", on_signed=lambda p, at: told.append((p.pk, at)))
    )
    paper = services.propose(kind="telling", line="telling:1", body={}, by=None, at=AT)
    sign(paper, marketing)
    assert told == []
    sign(paper, sales)
    assert told == [(paper.pk, AT)]


@pytest.mark.invariant("I7")
def test_papers_and_signatures_are_never_edited(paper, marketing):
    signature = sign(paper, marketing)
    for attempt in (
        lambda: Paper.objects.filter(pk=paper.pk).update(body="{}"),
        lambda: Paper.objects.filter(pk=paper.pk)._raw_delete("default"),
        lambda: signature.delete(),
        lambda: connection.cursor().execute("TRUNCATE agreements_paper CASCADE"),
    ):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            attempt()


def test_nor_by_the_owner_while_the_guards_stand(transactional_db, owner, paper):
    for sql in (
        "UPDATE agreements_paper SET body = '{}'",
        "DELETE FROM agreements_paper",
        "TRUNCATE agreements_signature",
    ):
        with pytest.raises(Exception, match="never edited"), owner.cursor() as cursor:
            cursor.execute(sql)
        owner.rollback()


def _flip(owner, table, column, value, pk):
    with owner.cursor() as cursor:  # as the owner of the database, guards off
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(f"UPDATE {table} SET {column} = %s WHERE id = %s", [value, pk])
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    owner.commit()


@pytest.mark.invariant("I7", mutant="a byte flipped below the guards")
def test_a_flipped_byte_is_named(transactional_db, owner, paper, marketing, sales):
    sign(paper, marketing)
    call_command("verify_papers", stdout=StringIO())
    _flip(owner, "agreements_paper", "body", paper.body.replace("20", "21"), paper.pk)
    paper.refresh_from_db()
    assert services.verify(paper)[0] == "minutes:1 1: the text was changed"
    with pytest.raises(services.AgreementError, match="cannot be signed"):
        sign(paper, sales)
    with pytest.raises(CommandError, match=r"1 of 1 papers") as caught:
        call_command("verify_papers", stdout=StringIO())
    assert "minutes:1 1" in str(caught.value)


@pytest.mark.invariant("I7", mutant="text and digest changed together before anybody signed")
def test_what_changed_since_it_was_read_is_not_signed(transactional_db, owner, paper, sales, client):
    client.force_login(sales)
    page = form(client.get(f"/papers/{paper.pk}/").content.decode(), "/sign/").filled(password=PASSWORD)
    body = paper.body.replace("20", "21")
    _flip(owner, "agreements_paper", "body", body, paper.pk)
    _flip(owner, "agreements_paper", "sha256", sha256(body), paper.pk)
    paper.refresh_from_db()
    assert services.verify(paper) == []  # nothing but the page that was read tells it
    answer = client.post(f"/papers/{paper.pk}/sign/", page, follow=True)
    assert "The text was changed since you opened it" in answer.content.decode() and not Signature.objects.exists()


@pytest.mark.invariant("I7", mutant="a signature moved")
def test_a_signature_moved_to_another_text_is_named(transactional_db, owner, paper, marketing):
    signature = sign(paper, marketing)
    _flip(owner, "agreements_signature", "sha256", "0" * 64, signature.pk)
    assert services.verify(paper) == ["minutes:1 1: the signature of marketing is on another text"]


def test_two_signers_of_one_side_at_the_same_moment_make_one_signature(transactional_db):
    people = [person("Anna", "manager", "marketing", signs=True), person("Erik", "marketer", signs=True)]
    paper = services.propose(kind="minutes", line="minutes:1", body=BODY, by=None, at=AT)

    def go(number):
        try:
            sign(paper, people[number])
        except services.AgreementError as refusal:
            return str(refusal)
        return "signed"

    assert sorted(at_once(2, go)) == ["Your side has signed already.", "signed"]
