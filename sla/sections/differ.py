"""What differs between two texts of terms, in words, in the active language: "5.1: MQL a month raised from 200 to 240"."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ..kinds import SHOWN, periods, target_label
from . import defaults
from .fields import DECIMAL, MONEY, NUMBER, PERCENT, Field, decimal, number
from .reading import Promise, Reading, names_in
from .table import SECTIONS, Section
from .text import clause_words

ORDERED = (NUMBER, DECIMAL, PERCENT, MONEY)


@dataclass(frozen=True)
class Change:
    """`place`: the clause or the section; `words`: the whole sentence."""

    place: str
    words: str


def changes(old: Reading, new: Reading) -> list[Change]:
    """What `new` says otherwise than `old`, in the order of the document."""
    found = [*_days(old, new), *_sections(old, new), *_clauses(old, new)]
    return sorted(found, key=lambda one: _order(one.place))


def _order(place: str) -> tuple:
    head, _dot, rest = place.partition(".")
    return int(head), rest


def moved(label: Any, old: Decimal, new: Decimal, show=number) -> str:
    """ "MQL a month raised from 200 to 240"."""
    words = {"label": label, "old": show(old), "new": show(new)}
    if new > old:
        return _("%(label)s raised from %(old)s to %(new)s") % words
    return _("%(label)s lowered from %(old)s to %(new)s") % words


def instead(label: Any, old: str, new: str) -> str:
    """ "At its end: it ends instead of new terms are proposed"."""
    return _("%(label)s: %(new)s, before: %(old)s") % {"label": label, "old": old, "new": new}


def _placed(place: Any, words: str) -> Change:
    return Change(str(place), _("%(place)s: %(words)s") % {"place": place, "words": words})


def _days(old: Reading, new: Reading) -> Iterator[Change]:
    for label, before, after in (
        (_("First day"), old.starts, new.starts),
        (_("Last day"), old.last, new.last),
    ):
        if before != after:
            open_end = _("until other terms replace them")
            shown = [date_format(day, "SHORT_DATE_FORMAT") if day else open_end for day in (before, after)]
            yield _placed(2, instead(label, *shown))
    if old.body.get("calendar") != new.body.get("calendar"):
        yield _placed(8, instead(_("Calendar"), _calendar(old), _calendar(new)))


def _calendar(one: Reading) -> str:
    if one.calendar is None:
        return "–"
    return _("“%(name)s”, version %(n)s") % {"name": one.calendar.calendar.name, "n": one.calendar.number}


def _sections(old: Reading, new: Reading) -> Iterator[Change]:
    for section in SECTIONS:
        if section.key == "definitions":
            yield from _definition(old, new)
        elif section.fields and old.body.get(section.key) != new.body.get(section.key):
            yield from _fields(section, old, new)


def _fields(section: Section, old: Reading, new: Reading) -> Iterator[Change]:
    for reading, words in ((old, _("written for the first time")), (new, _("dropped"))):
        if not defaults.written(reading.body, section.key):
            yield _placed(section.number, _("%(title)s: %(what)s") % {"title": section.title, "what": words})
            return
    before, after = old.section(section.key), new.section(section.key)
    names = names_in(old.body, new.body)
    for one in section.fields:
        if before[one.key] != after[one.key]:
            yield _placed(section.number, _field(one, before[one.key], after[one.key], names))


def _field(one: Field, before: Any, after: Any, names) -> str:
    was, now = decimal(before), decimal(after)
    if one.kind in ORDERED and was is not None and now is not None:
        return moved(one.label, was, now, lambda value: one.said(value, names))
    return instead(one.label, one.said(before, names), one.said(after, names))


def _definition(old: Reading, new: Reading) -> Iterator[Change]:
    before, after = (reading.section("definitions")["version"] for reading in (old, new))
    if after and before and before != after:
        yield _placed(3, instead(_("Version of the definition"), str(before), str(after)))


def _clauses(old: Reading, new: Reading) -> Iterator[Change]:
    before, after = ({one.key: one for one in reading.promises} for reading in (old, new))
    for key in {**before, **after}:
        was, now = before.get(key), after.get(key)
        if was is None or now is None or was.kind.key != now.kind.key:
            if was is not None:
                yield _placed(key, _("clause dropped: %(clause)s") % {"clause": clause_words(was)})
            if now is not None:
                yield _placed(key, _("new clause: %(clause)s") % {"clause": clause_words(now)})
        else:
            yield from (_placed(key, words) for words in _clause(was, now))


def _clause(was: Promise, now: Promise) -> Iterator[str]:
    kind, param = now.kind, now.kind.param
    if periods.of(was.params) != periods.of(now.params):  # its numbers are of another time: none is more or less
        yield instead(_("what is promised"), clause_words(was), clause_words(now))
        return
    if was.target != now.target:
        yield moved(target_label(kind, now.params), was.target, now.target, SHOWN.get(kind.unit, number))
    if was.share != now.share:
        yield _share(was.share, now.share)
    if was.params == now.params:
        return
    others = [{key: value for key, value in one.params.items() if key != param} for one in (was, now)]
    numbers = [decimal(one.params.get(param)) for one in (was, now)]
    if others[0] == others[1] and None not in numbers:
        yield moved(kind.param_label, *numbers)
    else:
        yield instead(_("what is promised"), was.sentence(), now.sentence())


def _share(was: Decimal | None, now: Decimal | None) -> str:
    label = _("share of the MQL promised")
    shown = [_("%(number)s%%") % {"number": number(share)} if share is not None else "–" for share in (was, now)]
    if was is None or now is None:
        return instead(label, *shown)
    return moved(label, was, now, lambda share: _("%(number)s%%") % {"number": number(share)})
