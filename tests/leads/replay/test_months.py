"""Counting a replay: months, shares with what cannot be said yet, gained, lost and kept; numbers equal their lists."""

from datetime import date

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from leads.replay import months
from leads.replay.months import ACCEPTED, DECIDED, HANDED, MATURED, WON, Record, Rows

MONTHS = [date(2025 + (n + 2) // 12, (n + 2) % 12 + 1, 1) for n in range(13)]
row = st.tuples(st.integers(1, 40), st.integers(-2, 12), st.integers(0, 31))


def side(rows: list[tuple[int, int, int]]) -> Rows:
    """Rows of (lead, month, code); the instant is the month's number."""
    lead, month, code = (np.array([one[n] for one in rows], np.int64) for n in range(3))
    return Rows(lead, month, np.maximum(month, -1), code)


def closed_leads(rows: list[tuple], since: int = 0) -> set[int]:
    return {lead for lead, month, _code in rows if max(0, since) <= month < 12}


def test_a_month_counts_each_lead_once_and_says_apart_what_it_cannot_know():
    known = HANDED | DECIDED
    rows = [(1, 3, known | ACCEPTED | MATURED | WON), (2, 3, known | MATURED), (3, 3, HANDED), (4, 3, 0), (4, 3, 0)]
    found = months.figures(side(rows))
    assert (found.mql, found.handed, found.never) == (4, 3, 1)
    assert (found.accepted.hits, found.accepted.of, found.accepted.open) == (1, 2, 1)
    assert (found.won.hits, found.won.of, found.won.open) == (1, 2, 1)
    assert found.accepted.thin and found.accepted.half is not None
    nothing = months.figures(side([(4, 3, 0)]))
    assert nothing.accepted.value is None and nothing.accepted.half is None  # never 0 %


@given(st.lists(row, max_size=40), st.lists(row, max_size=40), st.none() | st.integers(-2, 11))
def test_every_number_equals_its_list_and_gained_lost_and_kept_are_all_there_is(draft, was, since):
    record = Record(MONTHS, side(draft), side(was), since)
    for name, rows in (("draft", record.draft), ("was", record.was)):
        for place, found in enumerate(months.by_month(record, rows)):
            assert found.mql == len(months.chosen(record, name, place, "mql"))
            assert found.never == len(months.chosen(record, name, place, "never"))
            assert found.accepted.hits <= len(months.chosen(record, name, place, "accepted"))
            assert found.won.open == len(months.chosen(record, name, place, "immature"))
    both = months.against(record)
    if since is None:
        assert both is None
        return
    gained, lost, kept = (set(one.tolist()) for one in (both.gained, both.lost, both.kept))
    assert not (gained & lost or gained & kept or lost & kept)
    assert gained | lost | kept == closed_leads(draft, since) | closed_leads(was, since)
    assert not gained & {lead for lead, month, _code in was if month < 12}
    assert not lost & {lead for lead, month, _code in draft if month < 12}
    assert set(both.customers.tolist()) <= lost


def test_who_the_other_side_had_made_an_mql_before_is_kept():
    record = Record(MONTHS, side([(1, -1, 0), (2, 4, 0)]), side([(1, 2, 0), (3, 5, HANDED | WON)]), 0)
    both = months.against(record)
    assert [one.tolist() for one in (both.gained, both.lost, both.kept, both.customers)] == [[2], [3], [1], [3]]
