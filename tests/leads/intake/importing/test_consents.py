"""Consent in files: facts whose proof names the import; oppositions stand; the dry run tells; undoing takes them back."""

from datetime import UTC, datetime

import pytest

from leads.intake import facts
from leads.intake.importing import recognise, reports, synonyms
from leads.models import AttributeChange, Consent, Lead
from leads.rights import consent
from smarketing.rows.clock import now
from tests.leads.pages.test_pages import client_of
from tests.people import person

from .conftest import counts
from .test_undo import undone

pytestmark = pytest.mark.django_db
FRENCH = (
    "Courriel;Prénom;Nom;Consentement;Date du consentement;Finalité;Source du consentement;Désabonné\n"
    "ada@x.test;Ada;L;Oui;05/01/2026;newsletter;Salon de Lyon;non\n"
    "bob@x.test;Bob;M;Non;;;;non\n"
    "cy@x.test;Cy;N;désinscrit;17/01/2026;newsletter;;non\n"
    "eve@x.test;Eve;O;Oui;05/01/2026;newsletter;Salon;oui\n"
)


def said() -> list[tuple]:
    rows = Consent.objects.order_by("lead__email", "pk")
    return list(rows.values_list("lead__email", "kind", "purpose", "channel", "basis"))


def test_a_french_file_brings_consents_with_their_proof_and_once(run):
    one = run("leads", FRENCH, dry=True)
    assert one.report["consents"] == {"given": 1, "withdrawn": 1, "kept_out": 1} and not Consent.objects.exists()
    one = run("leads", FRENCH)
    assert counts(one) == (4, 0, 0, 0)
    assert said() == [
        ("ada@x.test", "given", "newsletter", "mail", "consent"),
        ("cy@x.test", "withdrawn", "newsletter", "mail", ""),
    ]
    mine = Consent.objects.get(kind="given")
    assert (
        mine.proof.source == "Salon de Lyon" and f"file.csv (import {one.pk}), 2: Consentement: Oui" in mine.proof.text
    )
    assert mine.occurred_at == datetime(2026, 1, 4, 23, tzinfo=UTC) and mine.day_only
    assert Lead.objects.get(email="eve@x.test").opted_out
    assert counts(run("leads", FRENCH)) == (0, 0, 4, 0) and Consent.objects.count() == 2
    page = client_of(person("ann", "marketer")).get(f"/imports/{one.pk}/").text
    assert "1 row records a consent" in page and "the opposition stands" in page
    assert "Salon de Lyon" in client_of(person("bo", "manager", "sales")).get(f"/leads/{mine.lead_id}/").text


HUBSPOT = (
    "Record ID,First Name,Last Name,Email,Legal basis for processing contact's data,Marketing contact status,"
    "Unsubscribed from all email\n"
    "1,Ada,L,ada@x.test,Freely given consent from contact,Marketing contact,\n"
    "2,Bob,M,bob@x.test,Legitimate interest – prospect/lead;Performance of a contract,Marketing contact,false\n"
    "3,Cy,N,cy@x.test,,Marketing contact,false\n"
    "4,Dan,O,dan@x.test,Not applicable,Non-marketing contact,false\n"
    "5,Eve,P,eve@x.test,Freely given consent from contact,Marketing contact,true\n"
    "6,Flo,Q,flo@x.test,because,Marketing contact,false\n"
)


def test_hubspot_s_columns_are_known(run):
    one = run("", HUBSPOT)
    assert said() == [
        ("ada@x.test", "given", "prospecting", "mail", "consent"),
        ("bob@x.test", "given", "prospecting", "mail", "interest"),
        ("cy@x.test", "given", "prospecting", "mail", "interest"),
    ]
    assert [row["reason"] for row in reports.errors(one)] == [
        "A legal basis is expected: consent, legitimate interest or contract."
    ]
    assert list(Lead.objects.filter(opted_out=True).values_list("email", flat=True)) == ["eve@x.test"]


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("HasOptedOutOfEmail", "lead.opted_out"), ("has_opted_out_of_email", "lead.opted_out"),
        ("Email Opt Out", "lead.opted_out"), ("Unsubscribed", "lead.opted_out"), ("unsubscribed", "lead.opted_out"),
        ("Désabonné", "lead.opted_out"), ("property_hs_email_optout", "lead.opted_out"),
        ("PrivacyConsentStatus", "consent.said"), ("CaptureDate", "consent.at"), ("CaptureSource", "consent.source"),
        ("Consentement", "consent.said"), ("Date du consentement", "consent.at"),
        ("property_hs_legal_basis", "consent.basis"), ("Marketing contact status", "consent.said"),
    ],
)  # fmt: skip
def test_headers_of_the_known_systems_are_recognised(header, target):
    assert synonyms.recognise("leads", ["Email", header])[header] == target


def test_salesforce_s_consent_of_a_contact_point(run):
    run(
        "leads",
        "Email,PrivacyConsentStatus,CaptureDate,CaptureSource,Capture Contact Point Type\n"
        "a@x.test,OptIn,2026-01-05,Web form,Phone\nb@x.test,OptOut,2026-01-06,Call,Email\nc@x.test,NotSeen,,,\n",
    )
    assert [one[:4] for one in said()] == [
        ("a@x.test", "given", "prospecting", "call"),
        ("b@x.test", "withdrawn", "prospecting", "mail"),
    ]


def test_no_file_ends_an_opposition(run):
    boss = person("bo", "manager", "sales")
    (pk,) = facts.create_leads(
        [facts.Birth(datetime(2026, 1, 1, tzinfo=UTC), {"last_name": "A"})], origin=facts.Origin(source="hand")
    )
    consent.oppose(lead=Lead.objects.get(), source="call", text="No.", said_on=None, by=boss, at=now())
    from leads.models import LeadKey, Source

    LeadKey.objects.create(source=Source.objects.create(name="crm"), key="1", lead_id=pk, created_at=now())
    columns = {"Id": "key", "Optout": "lead.opted_out", "Consent": "consent.said"}
    one = run("leads", "Id,Optout,Consent\n1,no,yes\n", {"columns": columns, "source": "crm"})
    assert counts(one) == (0, 0, 1, 0) and one.report["consents"]["kept_out"] == 1
    assert Lead.objects.get().opted_out and not Consent.objects.filter(kind="given").exists()


def test_a_plain_no_ends_what_was_given_and_says_nothing_else(run):
    text = "Email,Consent\na@x.test,{}\nb@x.test,no\n"
    run("leads", text.format("yes"))
    run("leads", text.format("no"), name="later.csv")
    assert [one[:2] for one in said()] == [("a@x.test", "given"), ("a@x.test", "withdrawn")]


def test_opt_outs_carry_what_was_withdrawn_and_undoing_takes_all_back(run):
    run("leads", "Email,Consent\na@x.test,yes\n")
    one = run(
        "optouts", "Email,Unsubscribed on,Consent withdrawn on,Finalité\na@x.test,2026-01-05,2026-01-05,newsletter\n"
    )
    assert said()[1][:3] == ("a@x.test", "withdrawn", "newsletter") and Lead.objects.get().opted_out
    assert undone(one).state == "undone"
    assert not Lead.objects.get().opted_out
    lead = Lead.objects.get()
    assert [row.back is not None for row in consent.of(lead)] == [True, False] or [
        row.kind for row in consent.of(lead) if row.back is None
    ] == ["given"]


def test_undoing_the_import_that_brought_a_consent_strikes_it_through(run):
    run("leads", "Email\na@x.test\n")
    one = run("leads", "Email,Consent,Consent date\na@x.test,yes,2026-01-05\n", name="more.csv")
    assert counts(one) == (0, 1, 0, 0) and len(said()) == 1
    assert undone(one).state == "undone"
    assert all(row.back for row in consent.of(Lead.objects.get()))
    again = run("leads", "Email,Consent,Consent date\na@x.test,yes,2026-01-05\n", name="again.csv")
    assert counts(again) == (0, 1, 0, 0) and AttributeChange.objects.filter(field="opted_out").count() == 0


def test_the_kind_is_still_told_with_columns_of_consent():
    assert recognise.kind_of(["Courriel", "Consentement", "Date du consentement"]) == "leads"
