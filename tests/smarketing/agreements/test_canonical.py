"""Canonical JSON: one text for one meaning."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smarketing.agreements.canonical import NotCanonical, canonical, sha256

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=20,
)


def nfc(value):
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [nfc(item) for item in value]
    if isinstance(value, dict):
        return {nfc(key): nfc(item) for key, item in value.items()}
    return value


def keys_collide(value) -> bool:
    if isinstance(value, dict):
        return len({nfc(key) for key in value}) < len(value) or any(map(keys_collide, value.values()))
    return isinstance(value, list) and any(map(keys_collide, value))


@given(values)
def test_reading_and_writing_again_changes_nothing(value):
    if keys_collide(value):
        with pytest.raises(NotCanonical):
            canonical(value)
        return
    once = canonical(value)
    assert json.loads(once) == nfc(value)
    assert canonical(json.loads(once)) == once


@given(st.dictionaries(text, st.integers(), max_size=6), st.randoms())
def test_the_order_of_keys_does_not_matter(value, random):
    if keys_collide(value):
        return
    items = list(value.items())
    random.shuffle(items)
    assert sha256(canonical(dict(items))) == sha256(canonical(value))


@given(values, values)
def test_two_meanings_never_share_a_text(one, other):
    if (
        keys_collide(one)
        or keys_collide(other)
        or json.dumps(nfc(one), sort_keys=True) == json.dumps(nfc(other), sort_keys=True)
    ):
        return
    assert canonical(one) != canonical(other)


def test_composed_and_decomposed_accents_are_one_text():
    assert canonical({"e\u0301tape": "e\u0301"}) == canonical({"étape": "é"}) == '{"étape":"é"}'


@pytest.mark.parametrize("value", [1.0, float("nan"), {"a": [0.5]}, {1: "a"}, b"x", {"a"}, object(), "\ud800"])
def test_what_has_no_one_text_is_refused(value):
    with pytest.raises(NotCanonical):
        canonical(value)


def test_the_message_names_the_place():
    with pytest.raises(NotCanonical, match=r"\$\.clauses\[1\]\.share"):
        canonical({"clauses": [{"share": 90}, {"share": 0.9}]})


def test_keys_are_sorted_by_code_point():
    assert canonical({"é": 1, "z": 2, "A": 3, "a": 4}) == '{"A":3,"a":4,"z":2,"é":1}'
