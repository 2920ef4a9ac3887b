"""What differs between two versions of a persona, in words: text by text, word by word, in both languages; the rules read aloud."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import gettext as _

from personas import story
from personas.models import PersonaVersion
from smarketing.accounts import languages

from .document import spoken
from .words import voice

SAME, GONE, NEW = "same", "gone", "new"
_WORDS = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True)
class Told:
    """What a version or a draft says."""

    name: str
    negative: bool
    story: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """One text that differs. `group`: of the template; `language`: its name where texts are in several; `pieces`: (same, gone or
    new, text) in reading order."""

    group: Any
    label: Any
    language: str
    lang: str
    pieces: list[tuple[str, str]]

    def text(self, which: str) -> str:
        """The text before (what is gone) or after (what is new), whole."""
        return "".join(text for kind, text in self.pieces if kind in (SAME, which))

    @property
    def only_new(self) -> bool:
        return all(kind == NEW for kind, _text in self.pieces)

    @property
    def only_gone(self) -> bool:
        return all(kind == GONE for kind, _text in self.pieces)


def of(version: PersonaVersion) -> Told:
    """What a version says; its name and kind are those of today."""
    language = version.created_by.language if version.created_by else "en"
    texts = story.by_language(version.story, language or "en")
    return Told(version.persona.name, version.persona.negative, texts, version.rules)


def changes(before: Told | None, after: Told, personal: bool) -> list[Change]:
    """What differs, in the order of the template; nothing before: everything is new. Age and family only where `personal`."""
    before = before or Told("", False)
    found = []
    if before.name != after.name:
        found.append(Change("", _("Name"), "", "", pieces(before.name, after.name)))
    if before.negative != after.negative:
        kinds = {True: _("whom we do not want"), False: _("whom we look for")}
        was = kinds[before.negative] if before.name else ""
        found.append(Change("", _("Kind"), "", "", pieces(was, kinds[after.negative])))
    names = languages.choices()
    for group in story.GROUPS:
        for one in group.asked(personal):
            key = group.key_of(one)
            for code, name in names:
                was, now = (told.story.get(f"{key}@{code}", "") for told in (before, after))
                if was != now:
                    found.append(Change(group.label, one.label, name, code, pieces(was, now)))
    if before.rules != after.rules:
        speaker = voice()
        was, now = (spoken(told.rules, speaker) if told.rules else "" for told in (before, after))
        found.append(Change("", _("Match rules"), "", "", pieces(was, now)))
    return found


def pieces(before: str, after: str) -> list[tuple[str, str]]:
    """Two texts as one: words that stayed, words gone, words new."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    found: list[tuple[str, str]] = []
    for tag, low, high, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append((SAME, "".join(old[low:high])))
            continue
        found += [(kind, "".join(words)) for kind, words in ((GONE, old[low:high]), (NEW, new[start:end])) if words]
    return found
