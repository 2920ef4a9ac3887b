"""The picture in a mail: bars and line where the numbers are, a file that any program reads."""

import struct
import zlib
from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from smarketing.notify import drawing


def pixels(png: bytes) -> np.ndarray:
    """The picture read back, each part checked by its sum."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    at, body, size = 8, b"", (0, 0)
    while at < len(png):
        length, name = struct.unpack(">I4s", png[at : at + 8])
        part = png[at + 8 : at + 8 + length]
        assert struct.unpack(">I", png[at + 8 + length : at + 12 + length]) == (zlib.crc32(name + part),)
        size = struct.unpack(">II", part[:8]) if name == b"IHDR" else size
        body += part if name == b"IDAT" else b""
        at += 12 + length
    rows = np.frombuffer(zlib.decompress(body), np.uint8).reshape(size[1], size[0] * 4 + 1)
    assert not rows[:, 0].any()
    return rows[:, 1:].reshape(size[1], size[0], 4)


def height(drawn: np.ndarray, n: int, of: int) -> int:
    """How many rows of the n-th bar are blue in its middle-left."""
    column = drawn[:, round((n + 0.3) * drawing.WIDTH / of)]
    return int(((column[:, :3] == drawing.BAR).all(axis=1) & (column[:, 3] == 255)).sum())


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 300), min_size=2, max_size=31))
def test_bars_stand_in_proportion_to_their_numbers(counts):
    drawn = pixels(drawing.bars([(Fraction(n), None) for n in counts]))
    assert drawn.shape == (drawing.HEIGHT, drawing.WIDTH, 4)
    full = max(counts)
    for n, count in enumerate(counts):
        wanted = count / full * (drawing.FLOOR - drawing.TOP) / 1.05 if full else 0
        assert abs(height(drawn, n, len(counts)) - wanted) <= 1


def test_days_to_come_have_the_line_alone_and_nothing_draws_an_empty_picture():
    drawn = pixels(drawing.bars([(Fraction(10), Fraction(10)), (None, Fraction(20))]))
    assert height(drawn, 0, 2) > 0 == height(drawn, 1, 2)
    assert ((drawn[:-6, :, :3] == drawing.LINE).all(axis=2) & (drawn[:-6, :, 3] == 255)).any()
    assert pixels(drawing.bars([])).shape[1] == drawing.WIDTH
