"""Sections of the Settings page: each app registers its own in `AppConfig.ready()`."""

from dataclasses import dataclass

from .policy import may


@dataclass(frozen=True)
class Section:
    """`url`: name of a page; `label`, `text`: lazy texts; `verb`: who sees it; `order`: place in the list."""

    key: str
    label: str
    text: str
    url: str
    verb: str
    order: int = 50


_SECTIONS: dict[str, Section] = {}


def register(section: Section) -> None:
    _SECTIONS[section.key] = section


def sections_for(user) -> list[Section]:
    """Sections that a person may open, in order."""
    return sorted((s for s in _SECTIONS.values() if may(user, s.verb)), key=lambda s: (s.order, s.key))


def label_of(url: str) -> str:
    """Label of the section whose page has this name, "" for none."""
    return next((section.label for section in _SECTIONS.values() if section.url == url), "")
