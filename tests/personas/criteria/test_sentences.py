"""Sentences in English and French: grammar, spaces, and segments that lead back into the body."""

import pytest

from personas.criteria import definition_text, phrases
from personas.criteria.behaviours import EVENT_KINDS, PAGE_OPERATORS
from personas.criteria.decay import DECAYS
from personas.criteria.operators import OPERATORS, property_operators
from personas.criteria.sentence import Voice, plain
from personas.criteria.tree import find
from personas.criteria.words import number, share

from .samples import CATALOGUE, PRICING, body, event, field, item, screen_definition

EN, FR = (Voice(lang, CATALOGUE, {12: "Maud", 13: "Étudiant"}, {"c1": "Salon"}) for lang in ("en", "fr"))
T = "\u202f"  # narrow no-break space

CONDITIONS = [
    (field("lead.function", "one_of", ["marketing", "direction"]), "function is Marketing or Management", "la fonction est Marketing ou Direction"),
    (field("lead.function", "none_of", ["student"]), "function is other than Student", "la fonction est tout sauf Étudiant"),
    (field("lead.function", "none_of", ["student", "direction"]), "function is not Student or Management", "la fonction n’est ni Étudiant, ni Direction"),
    (field("lead.function", "is_not", "student"), "function is not Student", "la fonction n’est pas Étudiant"),
    (field("company.industry", "one_of", ["SaaS"]), "the company’s industry is SaaS", "le secteur de l’entreprise est SaaS"),
    (field("company.industry", "is", "SaaS"), "the company’s industry is exactly SaaS", "le secteur de l’entreprise est exactement SaaS"),
    (field("company.industry", "one_of", ["SaaS or not", "x, y"]), "the company’s industry is “SaaS or not” or “x, y”", f"le secteur de l’entreprise est SaaS or not ou «{T}x, y{T}»"),
    (field("company.employees", "between", [50, 12000]), "the company’s number of employees is between 50 and 12,000", f"le nombre de salariés de l’entreprise est compris entre 50 et 12{T}000"),
    (field("company.revenue", "at_least", "12.5"), "the company’s revenue is at least 12.5", "le chiffre d’affaires de l’entreprise est d’au moins 12,5"),
    (field("company.sites", "is_set"), "the company’s sites are filled in", "les sites de l’entreprise sont renseignés"),
    (field("lead.email", "is_not_set"), "e-mail is not filled in", "l’adresse e-mail n’est pas renseignée"),
    (field("lead.opted_out", "is", True), "opposition: yes", f"l’opposition{T}: oui"),
    (field("lead.renewal", "between", ["2026-11-03", "2026-12-01"]), "renewal date is between 3 Nov 2026 and 1 Dec 2026", "la date de renouvellement est comprise entre le 03/11/2026 et le 01/12/2026"),
    (field("lead.renewal", "days_since_at_most", 1), "renewal date is at most 1 day ago", "la date de renouvellement remonte à 1 jour au plus"),
    (field("lead.renewal", "days_since_at_most", 0), "renewal date is at most 0 days ago", "la date de renouvellement remonte à 0 jour au plus"),
    (field("lead.birth_date", "age_between", [25, 60]), "date of birth gives an age of 25 to 60 years", "la date de naissance donne un âge de 25 à 60 ans"),
    ({"persona": 12}, "resembles the persona “Maud”", f"ressemble au persona «{T}Maud{T}»"),
    (event("page", 30, page=PRICING), "visited a page like /pricing in the last 30 days", "a visité une page comme /pricing sur les 30 derniers jours"),
    (event("page", 30, page=PRICING, absent=True), "did not visit any page like /pricing in the last 30 days", "n’a visité aucune page comme /pricing sur les 30 derniers jours"),
    (event("page", 7, count=3, absent=True), "visited a page fewer than 3 times in the last 7 days", "a visité une page moins de 3 fois sur les 7 derniers jours"),
    (event("page", 1, count=3), "visited a page at least 3 times in the last 1 day", "a visité une page au moins 3 fois sur 1 jour"),
    (event("form", form="demo", campaign="c1"), "sent the form “demo” in the campaign “Salon”", f"a envoyé le formulaire «{T}demo{T}» dans la campagne «{T}Salon{T}»"),
    (event("track", name="trial", props=[{"key": "seats", "op": "at_least", "value": 5}], absent=True), "did not do “trial” with seats of at least 5", f"n’a pas fait «{T}trial{T}» avec seats d’au moins 5"),
    (event("attempt", 30, channel="call", outcome="no_answer", count=3), "sales made an attempt by call with the outcome “no answer” at least 3 times in the last 30 days", f"l’équipe commerciale a fait une tentative de suivi par appel avec pour résultat «{T}pas de réponse{T}» au moins 3 fois sur les 30 derniers jours"),
    (event("attempt", 7, absent=True), "sales made no attempt in the last 7 days", "l’équipe commerciale n’a fait aucune tentative de suivi sur les 7 derniers jours"),
    ({"any": [event("demo")]}, "one of this: asked for a demo", f"l’un de ceci{T}: a demandé une démonstration"),
    (event("form", name="demo"), "sent a form named “demo”", f"a envoyé un formulaire du nom de «{T}demo{T}»"),
    ({"none": [event("demo"), {"all": [event("webinar"), event("download")]}]}, "none of this: asked for a demo or (took part in a webinar and downloaded a document)", f"rien de ceci{T}: a demandé une démonstration ou (a participé à un webinaire et a téléchargé un document)"),
]  # fmt: skip

CRITERIA = [
    (item("c", 20, event("page", 30, page=PRICING), each=True, cap=40), ": +20 each, cap 40", f"{T}: +20 à chaque fois, plafond 40"),
    (item("c", 5, event("page", 30), each=True, daily=20, cap=40), ": +5 each, at most 20 a day, cap 40", f"{T}: +5 à chaque fois, au plus 20 par jour, plafond 40"),
    (item("c", -20, event("unsubscribe")), ": −20, never fades", f"{T}: −20, sans érosion"),
    (item("c", 15, event("webinar"), decay={"kind": "half_life", "days": 30}), ": +15, halved every 30 days", f"{T}: +15, moitié moins tous les 30 jours"),
    (item("c", 15, event("webinar"), decay={"kind": "steps", "steps": [[30, 500000], [60, 125000]]}), ": +15, then 50% from day 30, 12.5% from day 60", f"{T}: +15, puis 50{T}% dès 30 jours, 12,5{T}% dès 60 jours"),
]  # fmt: skip


@pytest.mark.parametrize(("cond", "english", "french"), CONDITIONS)
def test_a_condition_reads_well_in_both_languages(cond, english, french):
    assert plain(EN.condition(cond)) == english
    assert plain(FR.condition(cond)) == french


@pytest.mark.parametrize(("one", "english", "french"), CRITERIA)
def test_a_criterion_says_points_cap_and_fading(one, english, french):
    assert plain(EN.criterion(one)).endswith(english)
    assert plain(FR.criterion(one)).endswith(french)


@pytest.mark.parametrize("voice", [EN, FR])
def test_each_value_segment_leads_to_its_value(voice):
    one = screen_definition() | {"must": [cond for cond, _, _ in CONDITIONS], "cooldown_days": 30, "hysteresis": 1}
    one["fit"]["items"].append({"key": "g", "cap": 30, "items": [CRITERIA[0][0]]})
    pieces = [piece for line in definition_text.lines(one, voice) for piece in line.segments]
    values = [piece for piece in pieces if piece.editor]
    assert len(values) > 60
    for piece in values:
        assert find(one, piece.path) == piece.value
    assert all(piece.text for piece in pieces)


def test_the_definition_has_its_sections_in_order():
    text = definition_text.text(screen_definition(), FR)
    titles = [line for line in text.split("\n") if not line.startswith(" ")]
    assert titles == [
        "Qui (profil, 0–100)",
        "Ce qu’ils ont fait (intérêt, 0–100)",
        "Jamais",
        "MQL si",
        "Voie directe",
        "Transmission",
    ]
    assert "  catégorie A1, A2 ou B1" in text.split("\n")
    assert not any(f" {sign}" in text for sign in ":;!?%")


def test_an_empty_definition_reads_too():
    assert "grade –" in definition_text.text(body(mql=[], mandatory=[]), EN)


def test_every_row_of_the_tables_has_its_phrase():
    assert set(phrases.OPERATOR_PHRASES) == set(OPERATORS)
    assert [*phrases.PROPERTY_PHRASES] == [op.name for op in property_operators()]
    assert set(phrases.EVENT_PHRASES) == set(EVENT_KINDS)
    assert set(phrases.PAGE_PHRASES) == set(PAGE_OPERATORS)
    assert set(phrases.DECAY) | {"steps"} == set(DECAYS)


def test_numbers_and_shares():
    assert number("-1234567.50", "fr") == f"-1{T}234{T}567,50"
    assert share(1_000_000 // 3, "en") == "33.3333%"
    assert share(900_000, "fr") == f"90{T}%"
