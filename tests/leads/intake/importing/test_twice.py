"""Whether a name stands twice in a file, and what may stand for itself in it, is told without looking at each by itself."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from leads.intake.importing.cells import addresses, plain
from leads.intake.importing.twice import Twice
from leads.intake.importing.values import EMAIL

NAMES = st.lists(st.lists(st.sampled_from(["", "a", "b", "c", "d", "e"]) | st.text(max_size=3), max_size=5), max_size=4)


@given(NAMES, NAMES)
def test_a_name_that_stands_twice_is_found_whatever_block_it_stands_in(keys, mails):
    twice = Twice()
    for kind, blocks in (("key", keys), ("mail", mails)):
        for block in blocks:
            twice.add(kind, block)
    most = [
        max(Counter(name for block in blocks for name in block if name).values(), default=0) for blocks in (keys, mails)
    ]
    assert twice.found() == (max(most) > 1)


@given(st.sets(st.text("ab@| é.", max_size=6) | st.sampled_from(["a@b", "b@a.é", "|@a", "a|b@c"])))
def test_addresses_told_together_are_those_told_one_by_one(texts):
    joined = f"|{'|'.join(texts)}|"
    assert addresses(texts - {""}, joined) == all(map(EMAIL.fullmatch, texts - {""}))
    if plain(texts, joined, "email"):
        assert all(text == text.strip() and (not text or EMAIL.fullmatch(text)) for text in texts)
