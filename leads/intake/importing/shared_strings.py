"""The texts of a workbook, found by their number: the first ones in memory, what is more than that in files on disk."""

import os
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import IO

HELD = 32 * 1024 * 1024  # bytes in memory, about
_EACH = 60  # bytes that Python needs for a short text
_WIDE = 8  # bytes of a place in the file


class Strings:
    """Add all texts, then ask for them. `folder`: where the files are made when they are needed; they vanish by themselves."""

    def __init__(self, folder: Path):
        self._texts: list[str] = []
        self._held, self._folder, self._end = 0, folder, 0
        self._open = ExitStack()
        self._files: tuple[IO[bytes], IO[bytes]] | None = None  # the texts, and where each of them ends

    def add(self, text: str) -> None:
        if self._files is None:
            self._held += len(text) + _EACH
            if self._held <= HELD:
                self._texts.append(text)
                return
            self._files = self._open.enter_context(self._made()), self._open.enter_context(self._made())
            self._files[1].write(bytes(_WIDE))
        body = text.encode("utf-8", "surrogatepass")
        self._end += len(body)
        self._files[0].write(body)
        self._files[1].write(self._end.to_bytes(_WIDE, "big"))

    def _made(self) -> IO[bytes]:
        return tempfile.TemporaryFile(dir=self._folder)

    def ready(self) -> None:
        """All texts were added."""
        for file in self._files or ():
            file.flush()

    def __getitem__(self, number: int) -> str:
        """The text of this number, from 0. IndexError when there is none."""
        if 0 <= number < len(self._texts):
            return self._texts[number]
        at = number - len(self._texts)
        if self._files is None or at < 0:
            raise IndexError(number)
        texts, places = (file.fileno() for file in self._files)
        place = os.pread(places, 2 * _WIDE, at * _WIDE)
        if len(place) < 2 * _WIDE:
            raise IndexError(number)
        start, end = int.from_bytes(place[:_WIDE], "big"), int.from_bytes(place[_WIDE:], "big")
        return os.pread(texts, end - start, start).decode("utf-8", "surrogatepass")

    def close(self) -> None:
        self._open.close()
