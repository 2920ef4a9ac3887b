"""Explore: a question kept in an address; files; two periods whose parts sum exactly to their difference."""

import csv
import io
import json
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from leads.models import Spend
from reporting.loop import beside, decompose, explore, filtering
from smarketing.rows import clock
from smarketing.web import lists
from smarketing.web.models import SavedView
from tests.people import person
from tests.scale import examples

from .company import Company, stamps

ASKED = {"measure": "sql_rate", "by": "source", "from": "2026-01-01", "to": "2026-04-01"}
cases = st.dictionaries(
    st.sampled_from("abcde"),
    st.integers(0, 30).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))),
    max_size=5,
)


@pytest.mark.sized
@given(cases, cases)
@settings(max_examples=examples(300), deadline=None)
def test_mix_and_rate_sum_exactly_to_the_difference(before, after):
    found = decompose.quotients(before, after)
    if not sum(of for _n, of in before.values()) or not sum(of for _n, of in after.values()):
        assert found is None
        return
    rates = [
        Fraction(sum(n for n, _of in some.values()), sum(of for _n, of in some.values())) for some in (before, after)
    ]
    assert (found.before, found.after) == tuple(rates)
    assert found.mix + found.rate == rates[1] - rates[0] == sum(part.both for part in found.parts)
    mix, rate = beside._said(found, "ratio")
    assert all(text.lstrip("+−").replace(".", "").isdigit() for text in (mix, rate))


def test_other_parts_alone_are_mix_and_other_rates_alone_are_rate():
    mix = decompose.quotients({"a": (5, 10), "b": (1, 10)}, {"a": (10, 20), "b": (1, 10)})
    assert mix.rate == 0 and mix.mix > 0
    rate = decompose.quotients({"a": (5, 10), "b": (1, 10)}, {"a": (6, 10), "b": (1, 10)})
    assert rate.mix == 0 and rate.rate == Fraction(1, 20)
    gone = decompose.quotients({"a": (5, 10), "b": (1, 10)}, {"a": (5, 10)})
    assert gone.rate == 0 and gone.mix == Fraction(1, 2) - Fraction(6, 20)


sums = st.tuples(st.integers(-50, 500), st.integers(0, 40).map(lambda n: Decimal(n) / 4))


@pytest.mark.sized
@given(*[st.dictionaries(st.sampled_from("abcde"), sums, max_size=5)] * 2)
@settings(max_examples=examples(300), deadline=None)
def test_the_parts_of_any_quotient_sum_exactly_also_where_a_group_has_nothing_to_divide_by(before, after):
    found = decompose.quotients(before, after)
    whole = [[sum(Fraction(side[n]) for side in some.values()) for n in (0, 1)] for some in (before, after)]
    if not whole[0][1] or not whole[1][1]:
        assert found is None
        return
    values = [top / below for top, below in whole]
    assert found.mix + found.rate == values[1] - values[0] == found.after - found.before
    assert all(part.mix == 0 for part in found.parts if any(top and not of for top, of in (part.before, part.after)))


def test_why_did_the_return_fall_by_the_books():
    """Fair 300 → 300 % on a fifth more of the cost, webinar 100 → −50 %, and 10 of revenue that no campaign explains."""
    before = {"fair": (300, 100), "webinar": (100, 100), "": (10, 0)}
    after = {"fair": (450, 150), "webinar": (-50, 100), "": (20, 0)}
    found = decompose.quotients(before, after)
    parts = {part.group: (part.mix, part.rate) for part in found.parts}
    assert (found.before, found.after) == (Fraction(410, 200), Fraction(420, 250))
    assert parts["fair"] == (Fraction(3, 10), 0) and parts[""] == (0, Fraction(20, 250) - Fraction(10, 200))
    assert parts["webinar"] == (Fraction(-1, 10) * Fraction(1, 4), Fraction(9, 20) * Fraction(-3, 2))
    assert found.parts[0].group == "webinar"  # the weightiest first


def test_weighing_by_one_period_only_is_caught():
    """Planted fault: Σ Δshare × first rate + Σ first share × Δrate leaves a rest."""
    before, after = {"a": (5, 10), "b": (1, 10)}, {"a": (16, 20), "b": (1, 10)}
    found = decompose.quotients(before, after)
    parts = [
        (Fraction(of, 20), Fraction(n, of), Fraction(after[key][1], 30), Fraction(*after[key]))
        for key, (n, of) in before.items()
    ]
    wrong = sum((s2 - s1) * r1 + s1 * (r2 - r1) for s1, r1, s2, r2 in parts)
    assert wrong != found.after - found.before == found.mix + found.rate


@pytest.mark.django_db(transaction=True)
def test_a_question_is_shown_compared_filtered_saved_and_filed():
    Company(24)
    reader = Client()
    reader.force_login(person("Ines", "marketer"))
    page = reader.get("/loop/explore/", {**ASKED, "from2": "2026-04-01", "to2": "2026-07-01"})
    found = page.context["found"]
    assert page.status_code == 200 and found.bars
    assert sum(row.of for row in found.answer.rows) == found.answer.total.of
    difference = page.context["compared"].difference
    assert difference.mix + difference.rate == difference.after - difference.before

    _over_time(reader)
    _filed(reader, found)
    _saved(reader)
    assert reader.get("/loop/explore/", {**ASKED, "measure": "nothing"}).status_code == 404
    wrong = reader.get("/loop/explore/", {**ASKED, "by": "weather"})
    assert wrong.status_code == 400 and b"cannot be divided this way" in wrong.content
    assert reader.get("/loop/explore/", {**ASKED, "to": "2025-01-01"}).status_code == 400


def _over_time(reader: Client) -> None:
    page = reader.get("/loop/explore/", {**ASKED, "by": ["month", "source"], "measure": "handoffs"})
    assert len(page.context["found"].chart.lines) == 3 and b"line-2" in page.content
    narrowed = reader.get("/loop/explore/", {**ASKED, "filter": "source", "value": "web"}, follow=True)
    assert narrowed.redirect_chain and "source=web" in narrowed.redirect_chain[0][0]
    assert {row.group["source"] for row in narrowed.context["found"].answer.rows} == {"web"}
    again = reader.get("/loop/explore/" + narrowed.context["where"][0][2], follow=True)
    assert len(again.context["found"].answer.rows) == 3


def _filed(reader: Client, found: explore.Found) -> None:
    answer = reader.get("/loop/explore/", {**ASKED, "export": "csv", "cutoff": found.answer.cutoff.isoformat()})
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))[1:]
    shown = {line.names[0]: line.of for line in found.lines}
    assert {row[0]: f"{row[2]} / {row[3]}" for row in rows[:-1]} == shown and rows[-1][0] == "Total"
    body = json.loads(reader.get("/loop/explore/", {**ASKED, "export": "json"}).content)
    assert {row["group"]["source"]: row["of"] for row in body["rows"]} == {
        row.group["source"]: row.of for row in found.answer.rows
    }
    assert reader.get("/loop/explore/", {**ASKED, "export": "xlsx"}).status_code == 200
    assert reader.get("/loop/explore/", {**ASKED, "export": "doc"}).status_code == 404


def _saved(reader: Client) -> None:
    here = "/loop/explore/?measure=won&by=rep&from=2026-01-01&to=2026-07-01"
    saved = reader.post(
        "/views/save/",
        {"table": "reporting:explore", "here": here, "name": "Wins by rep", "shared": "on", "once": "k1"},
    )
    view = SavedView.objects.get()
    lists.open_first(by=view.user, table=view.table, view=view)
    assert reader.get("/loop/explore/").url == "/loop/explore/" + view.address
    assert reader.get("/loop/explore/", {"view": "0"}).status_code == 200
    assert saved.status_code == 302 and "measure=won" in view.query
    other = Client()
    other.force_login(person("Hugo", "manager", side="sales"))
    assert b"Wins by rep" in other.get("/loop/explore/").content
    assert other.get("/loop/explore/" + view.address).context["found"].answer.question.key == "won"


@pytest.mark.django_db(transaction=True)
def test_the_filter_offers_values_in_words_and_understands_words_keys_and_the_blank_one():
    Company(12)
    reader = Client()
    reader.force_login(person("Ines", "marketer"))
    asked = {**ASKED, "measure": "mql", "by": "campaign"}
    offered = reader.get("/loop/explore/values/", {**asked, "filter": "campaign"}).content.decode()
    assert '<option value="Fair">fair</option>' in offered and '<option value="(blank)">' in offered
    for typed, campaign in (("Fair", "fair"), (" fAIR ", "fair"), ("webinar", "webinar"), ("(blank)", ""), ("", "")):
        page = reader.get("/loop/explore/", {**asked, "filter": "campaign", "value": typed}, follow=True)
        assert f"campaign={campaign}" in page.redirect_chain[0][0].split("&"), typed
        found = page.context["found"].answer
        assert {row.group["campaign"] for row in found.rows} == {campaign} and found.total.n
    unknown = reader.get("/loop/explore/", {**asked, "filter": "campaign", "value": "Mars"}, follow=True)
    assert "campaign=Mars" in unknown.redirect_chain[0][0] and not unknown.context["found"].answer.rows
    for nothing in (
        {},
        {"filter": "weather"},
        {"filter": "campaign", "from": "never"},
        {"filter": "campaign", "measure": "no"},
    ):
        answer = reader.get("/loop/explore/values/", {**asked, **nothing})
        assert answer.status_code == 200 and not answer.content.strip(), nothing
    reader.force_login(person("Inès", "marketer", language="fr"))
    said = reader.get("/loop/explore/values/", {**asked, "measure": "handoffs", "filter": "gate"}).content.decode()
    assert "immediate</option>" in said and 'value="immediate"' not in said


def test_words_that_several_values_share_are_offered_by_key_and_mean_all_of_them():
    found = [("fair-1", "Fair"), ("fair-2", "Fair"), ("", "(blank)"), ("web", "web")]
    assert filtering.offered(found) == [("fair-1", "Fair"), ("fair-2", "Fair"), ("(blank)", ""), ("web", "")]
    assert filtering.meant(found, "fair") == ["fair-1", "fair-2"] and filtering.meant(found, "fair-2") == ["fair-2"]
    assert filtering.meant(found, "(blank)") == [""] and filtering.meant(found, "else") == ["else"]


COMBINED = ("roi", "romi", "roas", "cac", "cost_per_lead", "average_deal")


@pytest.mark.django_db(transaction=True)
def test_combined_ratios_are_compared_with_their_parts_and_filed_and_said_in_what_changed():
    Company(24)
    reader = Client()
    reader.force_login(person("Ines", "marketer"))
    asked = {"by": "campaign", "from": "2026-03-01", "to": "2026-09-01", "from2": "2026-01-01", "to2": "2026-03-01"}
    later = {"by": ["campaign"], "first": date(2026, 3, 1), "until": date(2026, 9, 1)}
    for key in COMBINED:
        found = beside.periods(later, key, None, date(2026, 1, 1), date(2026, 3, 1))
        difference = found.difference
        assert difference is not None, key
        assert difference.mix + difference.rate == found.later.total.value - found.earlier.total.value, key
        assert len(difference.parts) == len(found.lines) > 1
    body = json.loads(reader.get("/loop/explore/", {**asked, "measure": "roi", "export": "json"}).content)
    parts = [Fraction(one["exact"][name]) for one in body["parts"] for name in ("mix", "rate")]
    totals = [body[name]["total"]["value"] for name in ("earlier", "later")]
    assert abs(sum(parts) - (Fraction(totals[1]) - Fraction(totals[0]))) < Fraction(1, 10**5)
    answer = reader.get("/loop/explore/", {**asked, "measure": "roi", "export": "csv"})
    head, *rows = csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig")))
    assert head[-3:] == ["Difference", "by its part", "by its rate"] and head[1].startswith("from 2026-01-01")
    mix, rate = (sum(Decimal(row[n].lstrip("'")) for row in rows[:-1]) for n in (-2, -1))
    assert abs(mix + rate - Decimal(rows[-1][-3].lstrip("'"))) < Decimal("1e-9") and rows[-1][0] == "Total"
    assert any(row[2] and row[3] for row in rows[:-1])  # what is divided, and by what
    counts = {**asked, "measure": "handoffs", "by": "month"}  # no month is in both periods
    answer = reader.get("/loop/explore/", {**counts, "export": "csv"})
    _head, *rows = csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig")))
    page = reader.get("/loop/explore/", counts).context["compared"]
    lines = [line.change.replace("−", "-").lstrip("+") for line in (*page.lines, page.total)]
    assert [row[-3].lstrip("'") for row in rows] == lines and all(lines)


@pytest.mark.django_db(transaction=True)
def test_what_changed_takes_a_number_made_of_others_apart():
    company = Company(24)
    Spend.objects.create(
        campaign_id=company.campaigns["fair"], amount=Decimal("500"), spent_on=clock.today(), **stamps(clock.now())
    )  # fmt: skip
    reader = Client()
    reader.force_login(person("Ines", "marketer"))
    month = f"{clock.today():%Y-%m}"
    with CaptureQueriesContext(connection) as seen:
        page = reader.get(
            "/loop/changed/", {"measure": "roi", "first": "2026-01", "last": month, "since": "2026-06-01"}
        )
    counted = [one["sql"] for one in seen.captured_queries if "GROUPING SETS (())" in one["sql"]]
    assert len(counted) == len(set(counted)), "each number of all is counted once"
    assert "Amounts in" in page.content.decode()
    assert [line.key for line in page.context["parts"]] == ["revenue", "cost"]
    difference = page.context["compared"].difference
    assert difference.mix + difference.rate == difference.after - difference.before != 0
    assert "This number is made of others" in page.content.decode() and "Most of it comes from" in page.content.decode()
    assert len(page.context["lines"]) > 12 and ("velocity" in {key for key, _label, _on in page.context["measures"]})
    assert (
        reader.get("/loop/changed/", {"measure": "break_even", "first": "2026-01", "last": "2026-02"}).status_code
        == 200
    )


@pytest.mark.django_db(transaction=True)
def test_medians_averages_and_combined_ratios_of_few_cases_are_grey_and_without_a_rank():
    Company(24)
    reader = Client()
    reader.force_login(person("Ines", "marketer"))
    asked = {"by": "campaign", "from": "2026-01-01", "to": "2026-10-01"}
    for key in ("days_to_won", "average_deal", "roi"):
        lines = reader.get("/loop/explore/", {**asked, "measure": key}).context["found"].lines
        assert lines and all(line.cell.faint for line in lines), key
    lines = reader.get("/loop/explore/", {**asked, "measure": "revenue"}).context["found"].lines
    assert not any(line.cell.faint for line in lines)  # a sum is what it is


@pytest.mark.parametrize("of", [1, None])
@pytest.mark.parametrize("few", [True, False])
def test_under_twenty_cases_there_is_no_rank(few, of):
    from types import SimpleNamespace as Some

    rows = [
        Some(group={"source": "a"}, value=Fraction(1), of=of and 19 if few else of and 20, cases=19 if few else 20),
        Some(group={"source": "b"}, value=Fraction(1, 2), of=of and 40, cases=40),
    ]
    answer = Some(rows=rows, question=Some(by=("source",)))
    assert [row.group["source"] for row in explore.ordered(answer)] == (["b", "a"] if few else ["a", "b"])
