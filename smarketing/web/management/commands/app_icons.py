"""Draws the icons of the installed app from the mark: a blue square and an orange circle on white."""

import struct
import zlib
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from smarketing.web.installing import SIZES

PAPER, MARKETING, SALES = (255, 255, 255), (0x1F, 0x5F, 0xBF), (0xB3, 0x4A, 0x00)
FINE = 3  # samples of a pixel each way


def colour(x: float, y: float) -> tuple[int, int, int]:
    """Of a point in the square of side 1; all of it lies in the middle four fifths, as masks ask."""
    if (x - 0.64) ** 2 + (y - 0.5) ** 2 <= 0.17**2:
        return SALES
    return MARKETING if 0.2 <= x <= 0.54 and 0.33 <= y <= 0.67 else PAPER


def png(size: int) -> bytes:
    """The icon as a PNG of so many pixels each way."""
    steps = [(one + 0.5) / (FINE * size) for one in range(FINE * size)]
    rows = bytearray()
    for row in range(size):
        rows.append(0)
        for column in range(size):
            some = [
                colour(x, y)
                for y in steps[row * FINE : (row + 1) * FINE]
                for x in steps[column * FINE : (column + 1) * FINE]
            ]
            rows += bytes(sum(one[part] for one in some) // len(some) for part in range(3))
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(bytes(rows), 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in parts
    )


class Command(BaseCommand):
    help = "Draw the icons of the installed app anew."
    requires_system_checks: list = []

    def handle(self, *args, **options):
        for size in SIZES:
            path = Path(settings.BASE_DIR) / "static" / "web" / f"icon-{size}.png"
            path.write_bytes(png(size))
            self.stdout.write(f"{path.name}: {path.stat().st_size} bytes")
