"""Explore: a question kept in an address; files; two periods whose parts sum exactly to their difference."""

import csv
import io
import json
from fractions import Fraction

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from reporting.loop import decompose, explore
from smarketing.web import lists
from smarketing.web.models import SavedView
from tests.people import person
from tests.scale import examples

from .company import Company

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
    found = decompose.shares(before, after)
    if not sum(of for _n, of in before.values()) or not sum(of for _n, of in after.values()):
        assert found is None
        return
    rates = [
        Fraction(sum(n for n, _of in some.values()), sum(of for _n, of in some.values())) for some in (before, after)
    ]
    assert (found.before, found.after) == tuple(rates)
    assert found.mix + found.rate == rates[1] - rates[0] == sum(part.both for part in found.parts)
    mix, rate = explore._said(found)
    assert all(text.lstrip("+−").replace(".", "").isdigit() for text in (mix, rate))


def test_other_parts_alone_are_mix_and_other_rates_alone_are_rate():
    mix = decompose.shares({"a": (5, 10), "b": (1, 10)}, {"a": (10, 20), "b": (1, 10)})
    assert mix.rate == 0 and mix.mix > 0
    rate = decompose.shares({"a": (5, 10), "b": (1, 10)}, {"a": (6, 10), "b": (1, 10)})
    assert rate.mix == 0 and rate.rate == Fraction(1, 20)
    gone = decompose.shares({"a": (5, 10), "b": (1, 10)}, {"a": (5, 10)})
    assert gone.rate == 0 and gone.mix == Fraction(1, 2) - Fraction(6, 20)


def test_weighing_by_one_period_only_is_caught():
    """Planted fault: Σ Δshare × first rate + Σ first share × Δrate leaves a rest."""
    before, after = {"a": (5, 10), "b": (1, 10)}, {"a": (16, 20), "b": (1, 10)}
    found = decompose.shares(before, after)
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


@pytest.mark.parametrize("few", [True, False])
def test_under_twenty_cases_there_is_no_rank(few):
    from types import SimpleNamespace as Some

    rows = [
        Some(group={"source": "a"}, value=Fraction(1), of=19 if few else 20),
        Some(group={"source": "b"}, value=Fraction(1, 2), of=40),
    ]
    answer = Some(rows=rows, question=Some(by=("source",)))
    assert [row.group["source"] for row in explore.ordered(answer)] == (["b", "a"] if few else ["a", "b"])
