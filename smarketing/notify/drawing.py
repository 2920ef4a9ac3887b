"""A small chart as a PNG, pure: bars against a line, without words. Mail programs show no SVG, and draw words themselves.

Its ground is clear and its colours stand on light and on dark.
"""

import struct
import zlib
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

WIDTH, HEIGHT = 1020, 300
TOP, FLOOR = 4, HEIGHT - 3
THICK = 4  # of the line
BAR, LINE = (63, 131, 224), (135, 147, 161)
Point = tuple[Fraction | None, Fraction | None]


def bars(points: Sequence[Point]) -> bytes:
    """A PNG of bars (the first of each pair, None for none) against a line (the second), to one scale from nothing up."""
    ink, step = np.zeros((HEIGHT, WIDTH, 4)), WIDTH / max(len(points), 1)
    top = max([Fraction(1, 100), *(value for pair in points for value in pair if value is not None)]) * Fraction(21, 20)

    def y(value: Fraction) -> float:
        return FLOOR - float(value / top) * (FLOOR - TOP)

    for n, (reached, _ideal) in enumerate(points):
        if reached:
            ink[round(y(reached)) : FLOOR, round((n + 0.12) * step) : round((n + 0.88) * step)] = (*BAR, 1)
    ink[FLOOR : FLOOR + 2] = (*LINE, 1)
    line = [((n + 0.5) * step, y(ideal)) for n, (_reached, ideal) in enumerate(points) if ideal is not None]
    if line:
        _draw(ink, *zip(*line, strict=True))
    ink[..., 3] *= 255
    return _png(np.rint(ink).astype(np.uint8))


def _draw(ink: np.ndarray, xs: Sequence[float], ys: Sequence[float]) -> None:
    """A line through points from left to right; at its edges it covers a pixel by part."""
    columns = np.arange(round(xs[0]), min(round(xs[-1]) + 1, WIDTH))
    away = np.abs(np.arange(HEIGHT)[:, None] + 0.5 - np.interp(columns, xs, ys)[None, :])
    cover = np.clip(THICK / 2 + 0.5 - away, 0, 1)
    there = ink[:, columns]
    below = there[..., 3] * (1 - cover)
    both = np.where(cover + below > 0, cover + below, 1)
    there[..., :3] = (np.array(LINE) * cover[..., None] + there[..., :3] * below[..., None]) / both[..., None]
    there[..., 3] = cover + below
    ink[:, columns] = there


def _png(pixels: np.ndarray) -> bytes:
    """Rows of RGBA as a PNG file."""
    height, width, _four = pixels.shape
    rows = np.concatenate([np.zeros((height, 1), np.uint8), pixels.reshape(height, width * 4)], axis=1)
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)), (b"IDAT", zlib.compress(rows.tobytes(), 9)),
        (b"IEND", b""),
    ]  # fmt: skip
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
