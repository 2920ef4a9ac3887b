"""Pages of the contract in both languages: draft, proposal, signatures, document, follow-up."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from sla.kinds import KINDS
from sla.models import Contract, Terms
from sla.terms import next_month
from smarketing.accounts import tokens
from smarketing.agreements import services as agreements
from smarketing.agreements.models import Paper
from smarketing.rows import clock
from tests.people import PASSWORD, person
from tests.sla.contracts import (
    ACCEPTANCE,
    ATTEMPTS,
    DECISION,
    FIELDS,
    FIRST,
    HAND_OVER,
    OUTCOME,
    REASONS,
    REVENUE,
    SQL_RATE,
    VOLUME,
    WON,
    calendar,
    contract,
    decide,
    handoff,
    line,
    sign,
    signers,
)

SOME = VOLUME | {"key": "5.1.a", "target": "20", "params": {"where": {"source": ["salon"]}}}
DRAFT = {
    "starts_on": "2099-01-01", "ends_on": "", "volume": "200", "hours": "4", "hours_share": "90", "attempts": "3",
    "attempt_days": "10", "attempts_share": "100",
}  # fmt: skip


@pytest.fixture
def managers(db):
    return signers()


def text(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def post(client, of, **fields):
    revision = Contract.objects.get(pk=of.pk).draft.revision
    return client.post(
        reverse("sla:draft", args=[of.pk]), {**DRAFT, "revision": revision, "calendar": calendar().pk, **fields}
    )


def test_without_a_contract_the_page_offers_the_founding_template(client, managers):
    client.force_login(managers[0])
    assert reverse("sla:new") in text(client.get(reverse("sla:follow_up")))
    client.force_login(person("rea", "rep"))
    assert reverse("sla:new") not in text(client.get(reverse("sla:follow_up")))


def test_from_a_name_to_terms_that_both_sides_signed(client, managers):
    marketing, sales = managers
    client.force_login(marketing)
    calendar()
    answer = client.post(reverse("sla:new"), {"name": "France", "line": line().pk})
    of = Contract.objects.get()
    assert answer.url == reverse("sla:draft", args=[of.pk])
    form = text(client.get(answer.url))
    assert 'name="volume" value="200"' in form
    assert 'name="attempts" value="3"' in form
    answer = post(client, of, propose="1")
    assert answer.status_code == 302
    paper = Paper.objects.get()
    page = text(client.get(answer.url))
    assert "at least 3 attempts within 10 business days" in page
    assert "au moins 3 tentatives" in page  # the other language below
    for who in (marketing, sales):
        client.force_login(who)
        client.post(reverse("agreements:sign", args=[paper.pk]), {"password": PASSWORD, "next": "/"})
    signed = Terms.objects.get()
    assert (signed.contract, signed.starts_on.year, signed.retrospective) == (of, 2099, False)


def test_whoever_signs_proposes_and_signs_on_one_page_and_the_other_side_signs_after(client, managers):
    marketing, sales = managers
    client.force_login(marketing)
    of = contract()
    assert 'name="sign"' in text(client.get(reverse("sla:draft", args=[of.pk])))
    answer = post(client, of, sign="1", password="a guess", hours="7", once="one-key")
    assert "not your password" in text(answer) and 'value="7"' in text(answer) and "a guess" not in text(answer)
    assert not Paper.objects.exists() and not of.draft.__class__.objects.exclude(body={}).exists()
    for _time in range(2):  # a double click
        assert post(client, of, sign="1", password=PASSWORD, once="other-key", revision=0).status_code == 302
    paper = Paper.objects.get()
    assert [one.signer for one in paper.signatures.all()] == [marketing] and not Terms.objects.exists()
    agreements.sign(paper=paper, by=sales, at=clock.now(), password=PASSWORD)
    assert Terms.objects.get().contract == of


def test_a_guess_counts_although_the_form_is_kept_and_after_ten_not_even_the_right_one_signs(client, managers):
    client.force_login(managers[0])
    of = contract()
    for n in range(10):
        assert "not your password" in text(post(client, of, sign="1", password="a guess", once=f"key-{n}"))
    assert (
        "Too many tries" in text(post(client, of, sign="1", password=PASSWORD, once="last"))
        and not Paper.objects.exists()
    )


def test_who_signs_for_nobody_is_not_asked_to_sign(client, managers):
    client.force_login(person("mia", "manager", "sales"))
    of = contract()
    assert 'name="sign"' not in text(client.get(reverse("sla:draft", args=[of.pk])))
    assert "not a named signer" in text(post(client, of, sign="1", password=PASSWORD)) and not Paper.objects.exists()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"calendar": ""}, "Choose a calendar: without one"),
        ({"starts_on": ""}, "This field is required"),
        ({"ends_on": "2098-01-01"}, "The last day must come after"),
        ({"hours_share": "120"}, "less than or equal to 100"),
        ({"hours_share": ""}, "This number is missing"),
        ({"attempts": "99"}, "less than or equal to 20"),
        ({"volume": "-5"}, "greater than or equal to 1"),
        ({"volume": "many"}, "Enter a whole number"),
        (
            dict.fromkeys(("volume", "hours", "hours_share", "attempts", "attempt_days", "attempts_share"), ""),
            "at least one clause",
        ),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_proposed(client, managers, fields, sentence):
    client.force_login(managers[0])
    answer = post(client, contract(), propose="1", **fields)
    assert answer.status_code == 200
    assert sentence in text(answer)
    assert 'value="10"' in text(answer) or "attempt_days" in fields
    assert not Paper.objects.exists()


def test_a_contract_without_any_calendar_says_where_to_make_one(client, managers):
    client.force_login(managers[0])
    page = text(client.get(reverse("sla:draft", args=[contract().pk])))
    assert reverse("calendars:add") in page


def test_a_stale_page_saves_nothing(client, managers):
    client.force_login(managers[0])
    of = contract()
    post(client, of, save="1")
    answer = client.post(reverse("sla:draft", args=[of.pk]), {**DRAFT, "revision": 0, "calendar": calendar().pk})
    assert "compare and save again" in text(answer)


def test_a_double_click_proposes_once(client, managers):
    client.force_login(managers[0])
    of = contract()
    fields = {**DRAFT, "revision": 0, "calendar": calendar().pk, "propose": "1", "once": "the-same-key"}
    answers = [client.post(reverse("sla:draft", args=[of.pk]), fields) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert Paper.objects.count() == 1


def test_a_clause_left_empty_is_left_out_and_the_last_day_is_included(client, managers):
    client.force_login(managers[0])
    of = contract()
    post(client, of, save="1", hours="", hours_share="", ends_on="2099-12-31")
    of.draft.refresh_from_db()
    assert [clause["kind"] for clause in of.draft.body["clauses"]] == ["mql_volume", "min_attempts"]
    assert of.draft.body["ends_on"] == "2100-01-01"
    assert 'value="2099-12-31"' in text(client.get(reverse("sla:draft", args=[of.pk])))


EVERY = {
    "acceptance": "60", "sql_rate": "20.5", "decision_days": "2", "decision_share": "95", "reasons": "on", "won": "5",
    "revenue": "50000", "complete": "95", "handover_hours": "2", "handover_share": "97", "outcome_days": "20", "outcome_share": "80",
}  # fmt: skip
SENTENCES = {
    "en": ("at least 60% of the month&#x27;s handoffs accepted", "at least 20.5% of the month", "accepted or refused within 2 business days",
           "a reason on every refusal and every return", "5 deals won a month", "€50,000 of revenue won a month",
           "all mandatory fields filled in on at least 95% of the month&#x27;s handoffs; e-mail address, phone",
           "a qualified lead is handed over within 2 business hours", "an outcome within 20 business days"),
    "fr": ("au moins 60 % des transmissions du mois", "au moins 20,5 % des transmissions", "acceptation ou refus en 2 jours ouvrés",
           "un motif à chaque refus", "5 affaires gagnées par mois", "50 000 € de chiffre d’affaires gagné par mois",
           "tous les champs obligatoires renseignés sur au moins 95 % des transmissions du mois ; adresse e-mail, téléphone",
           "un lead qualifié est transmis en 2 heures ouvrées", "une issue en 20 jours ouvrés"),
}  # fmt: skip


def test_the_draft_offers_every_kind_and_the_text_says_each_in_both_languages(client, managers):
    client.force_login(managers[0])
    of = contract()
    answer = post(client, of, propose="1", complete_fields=["email", "phone"], **EVERY)
    of.draft.refresh_from_db()
    assert {clause["kind"] for clause in of.draft.body["clauses"]} == set(KINDS)
    page = text(client.get(answer.url)).replace("\xa0", " ").replace("\u202f", " ")
    assert [said for some in SENTENCES.values() for said in some if said not in page] == []
    form = text(client.get(reverse("sla:draft", args=[of.pk])))
    fields = [re.search(rf'<input[^>]*name="{name}"[^>]*>', form).group() for name in EVERY if name != "reasons"]
    assert all(
        f'value="{value}"' in field
        for field, value in zip(fields, (v for v in EVERY.values() if v != "on"), strict=True)
    )
    assert "checked" in re.search(r'<input[^>]*name="reasons"[^>]*>', form).group()


def test_a_month_with_every_kind_opens_rows_that_are_there(client, managers):
    at = clock.now()
    sign(
        contract(),
        [
            VOLUME,
            SOME,
            ACCEPTANCE,
            SQL_RATE,
            FIELDS,
            HAND_OVER,
            FIRST,
            ATTEMPTS,
            DECISION,
            REASONS,
            OUTCOME,
            WON,
            REVENUE,
        ],
        clock.today(at).replace(day=1),
        at=at,
    )
    decide(handoff(at), "refuse", at)
    client.force_login(managers[0])
    for clause in ("5.1.a", "5.2", "5.3", "5.4", "5.5", "6.3", "6.4", "6.5", "7.1", "7.2"):
        page = text(client.get(reverse("sla:follow_up"), {"clause": clause}))
        assert f'clause={clause}" aria-current="true"' in page
    for url in set(re.findall(r'href="(/numbers/[^"]+)"', page)):
        assert client.get(url.replace("&amp;", "&")).status_code == 200, url


@pytest.fixture
def running(managers):
    at = clock.now()
    of = contract()
    sign(of, [VOLUME, FIRST], clock.today(at).replace(day=1), at=at)
    for _n in range(3):
        handoff(at)
    return of


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("role", ["manager", "marketer", "rep", "viewer", "administrator"])
def test_everybody_reads_the_month_in_their_language(client, running, role, language):
    client.force_login(person("reader", role, "sales" if role == "manager" else None, language=language))
    page = text(client.get(reverse("sla:follow_up")))
    assert {"en": "MQL handed to sales", "fr": "MQL"}[language] in page
    assert ("Marketing is" in page) == (language == "en")


def test_every_figure_opens_its_rows(client, running):
    client.force_login(signers()[0])
    page = text(client.get(reverse("sla:follow_up")))
    for measure in ("mql", "first_attempt_in_time", "first_attempt_in_time_pending"):
        assert f"/numbers/{measure}/?from=" in page
    assert "3 pending" in page


def test_a_month_that_is_none_is_not_found(client, running):
    client.force_login(signers()[0])
    assert client.get("/contract/2026-13/").status_code == 404
    assert client.get("/contract/2026-01/").status_code == 200
    assert client.get(reverse("sla:follow_up"), {"contract": "999"}).status_code == 404


def test_signed_for_the_past_is_marked_on_the_document(client, managers):
    at = clock.now()
    signed = sign(contract(), [VOLUME], clock.today(at).replace(year=2025, month=1, day=1), at=at)
    client.force_login(managers[0])
    assert "Signed for the past" in text(client.get(reverse("sla:terms", args=[signed.contract_id])))


def test_only_managers_write_terms(client, managers):
    of = contract()
    for role in ("rep", "marketer", "viewer", "administrator"):
        client.force_login(person(role, role))
        assert client.get(reverse("sla:draft", args=[of.pk])).status_code == 403
        assert client.get(reverse("sla:terms", args=[of.pk])).status_code == 200


def test_an_amendment_begins_with_the_signed_terms_and_the_next_month(client, managers):
    at = clock.now()
    signed = sign(contract(), [{**VOLUME, "target": "170"}, FIRST], clock.today(at).replace(day=1), at=at)
    client.force_login(managers[0])
    page = text(client.get(reverse("sla:draft", args=[signed.contract_id])))
    assert 'name="volume" value="170"' in page
    assert f'value="{next_month(clock.today(at))}"' in page


def test_a_split_month_on_the_page_and_in_the_api_says_each_part_and_the_whole(client, managers):
    of = contract()
    today = clock.today()
    first = today.replace(day=1)
    middle = first.replace(day=16)
    sign(of, [{**VOLUME, "target": "20"}, FIRST], first, at=clock.now())
    sign(of, [{**VOLUME, "target": "10"}, {**FIRST, "share": "50"}], middle, at=clock.now())
    client.force_login(managers[0])
    page = text(client.get(reverse("sla:follow_up")))
    assert page.count('class="part"') == 4
    month = f"{first:%Y-%m}"
    _token, secret = tokens.issue(
        kind="api", name="board", by=managers[0], at=clock.now(), user=managers[0], scopes=("measures.read",)
    )
    program = Client(headers={"authorization": f"Bearer {secret}"})
    listed = program.get("/api/v1/contracts/").json()
    assert [(one["id"], one["name"]) for one in listed] == [(of.pk, of.name)]
    assert listed[0]["url"].endswith(f"/api/v1/contracts/{of.pk}/months/{month}/")
    found = program.get(f"/api/v1/contracts/{of.pk}/months/{month}/").json()
    volume, share = found["clauses"]
    assert [(one["terms"], one["from"], one["to"]) for one in volume["parts"]] == [
        (1, first.isoformat(), middle.isoformat()), (2, middle.isoformat(), next_month(first).isoformat()),
    ]  # fmt: skip
    assert [one["promised"] for one in share["parts"]] == ["0.900000", "0.500000"]
    assert (share["value"], share["of"], share["state"]) == (None, 0, "nothing")
    assert program.get(f"/api/v1/contracts/{of.pk + 1}/months/{month}/").status_code == 404
    assert Client().get("/api/v1/contracts/").status_code in (401, 403)
