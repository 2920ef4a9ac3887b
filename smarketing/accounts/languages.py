"""Languages on offer, the company's own among them, and how far each is translated.

A person whose language was switched off reads, and gets mails, in the company's; their choice is kept for the day it is
on offer again.
"""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from smarketing.rows.kept import Kept
from smarketing.rows.models import Installation

from . import here
from .audit import record
from .models import User
from .people import PeopleError

SOURCE = "en"  # the language that the code is written in


@dataclass(frozen=True)
class Language:
    """One language as the page shows it. `people` chose it; `mails` were written in it in thirty days."""

    code: str
    name: str
    on: bool
    default: bool
    people: int
    mails: int
    translated: int
    sentences: int

    @property
    def missing(self) -> int:
        return self.sentences - self.translated


def offered() -> tuple[str, ...]:
    """Codes on offer, in the order of the settings."""
    return _now()[0]


def default() -> str:
    """The company's own language."""
    return _now()[1]


def effective(code: str | None) -> str:
    """The language in which somebody is answered who chose this one."""
    on, own = _now()
    return code if code in on else own


def choices() -> list[tuple[str, Any]]:
    """(code, name) for a form."""
    on = offered()
    return [(code, name) for code, name in settings.LANGUAGES if code in on]


@transaction.atomic
def save(*, on: list[str], default: str, by: User, at: datetime) -> None:
    """Offer these languages, `default` among them. PeopleError when it is not."""
    every = [code for code, _name in settings.LANGUAGES]
    on = [code for code in every if code in on]
    if default not in on:
        raise PeopleError(_("The company’s own language stays on offer: choose another one first."))
    installation = Installation.objects.select_for_update().get()
    off = [code for code in every if code not in on]
    if (installation.languages_off, installation.language) != (off, default):
        installation.languages_off, installation.language = off, default
        installation.save(update_fields=["languages_off", "language"])
        record(by, "settings.languages", "installation", installation.pk, at, on=on, default=default)
    transaction.on_commit(_known.forget)
    _known.forget()
    here.forget()


def listed() -> list[Language]:
    """Every language of this version."""
    from smarketing.notify.models import Mail

    on, own = _now()
    people = Counter(User.objects.values_list("language", flat=True))
    mails = Counter(Mail.objects.values_list("language", flat=True))
    counts = {code: translation(code) for code, _name in settings.LANGUAGES}
    most = max(total for _done, total in counts.values())
    counts[SOURCE] = (most, most)
    return [
        Language(code, str(name), code in on, code == own, people[code], mails[code], *counts[code])
        for code, name in settings.LANGUAGES
    ]


def translation(code: str) -> tuple[int, int]:
    """(sentences translated, sentences there are) in the catalogues of this version."""
    pattern = f"**/locale/{code}/LC_MESSAGES/django.po"
    found = [_counted(path, path.stat().st_mtime) for folder in _apps() for path in sorted(folder.glob(pattern))]
    return sum(done for done, _total in found), sum(total for _done, total in found)


def _apps() -> list[Path]:
    return [Path(settings.BASE_DIR) / name for name in ("smarketing", "personas", "leads", "sla", "reporting")]


@lru_cache(maxsize=64)
def _counted(path: Path, _written: float) -> tuple[int, int]:
    """(translated, all) of one catalogue; what is marked fuzzy is not translated."""
    entries = [one for one in path.read_text(encoding="utf-8").split("\n\n") if re.search(r"^msgid ", one, re.M)]
    entries = [one for one in entries if not re.search(r'^msgid ""\nmsgstr', one, re.M)]
    done = [one for one in entries if "#, fuzzy" not in one and not re.search(r'^msgstr(\[\d\])? ""(?!\n")', one, re.M)]
    return len(done), len(entries)


def _now() -> tuple[tuple[str, ...], str]:
    """(codes on offer, the company's own): of the page that is being answered, else kept for a second."""
    return _chosen() if here.is_read() else _known()


def _chosen() -> tuple[tuple[str, ...], str]:
    card = here.card()
    off, own = (card.languages_off, card.language) if card.pk else ([], settings.LANGUAGE_CODE)
    return tuple(code for code, _name in settings.LANGUAGES if code not in off), own


_known = Kept(_chosen, seconds=1)
