"""Finding leads and companies by words: each word typed must begin a word of the name, the e-mail or the company.

`leads_leadwords` holds the words of a lead, plain (`leads_parts`), those of its company marked by =; one index answers
for all of them at once. A company's own stand beside its columns. Words of MIDDLE letters and more are also found in the
middle of a word, by way of the dictionary; so are words that are mistyped, there. A short word must be one as it stands,
before it may begin one.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import BooleanField, F, Func
from django.db.models.expressions import RawSQL

from .spelling import distance, mistakes, within

MOST = 4_000  # leads up to which they are listed; beyond, reading leads in their order finds a page soonest
MAX_WORDS = 6
SHORT = 2
MIDDLE = 4
_FORMS, _CLOSE = (
    64,
    12,
)  # words of the dictionary that count as one: that begin so or hold it, that are written nearly so
_LOOKED_AT = 120
_PATIENCE = 300  # milliseconds, for all words together
_LIKENESS = 0.2  # similarity of trigrams from which on a word is looked at: two letters changed places in six
_BROKEN = 4  # trigrams that one mistake breaks, at most: two letters that changed places
_MANY = 8  # words of a tsquery, from which on no row is held against it one by one
_LEADS = "SELECT lead_id FROM leads_leadwords WHERE words @@ %s::tsquery LIMIT %s"
_FIRMS = "SELECT id FROM leads_company WHERE words @@ %s::tsquery LIMIT %s"
# Of several words the index is asked: how many companies hold all is guessed too high, and then they are read one by one.
_FIRMS_OF_ALL = (
    "WITH f AS MATERIALIZED (SELECT id FROM leads_company WHERE words @@ %s::tsquery) SELECT id FROM f LIMIT %s"
)
_SAYING = "SELECT id FROM leads_lead WHERE attributes @> %s::jsonb AND attributes <> '{}' LIMIT %s"
_ASKED = f"""
SELECT w.word, CASE WHEN length(w.word) > {SHORT} THEN array(SELECT DISTINCT d.word FROM leads_word d
    WHERE d.word >= w.word COLLATE "C" AND d.word < (w.word || chr(1114111)) COLLATE "C" ORDER BY 1 LIMIT {_FORMS + 1}) END,
  CASE WHEN length(w.word) >= {MIDDLE} THEN array(SELECT DISTINCT h.word FROM (SELECT d.word FROM leads_word d
    WHERE d.word LIKE '%%_' || w.word || '%%' OFFSET 0) h WHERE NOT starts_with(h.word, w.word) ORDER BY 1 LIMIT {_FORMS}) END
FROM unnest(leads_parts(%s)) WITH ORDINALITY w(word, place) ORDER BY w.place LIMIT {MAX_WORDS}
"""
_NEAR = f"""
SELECT DISTINCT d.word, similarity(d.word, %(word)s) AS alike FROM leads_word d
WHERE d.word %% %(word)s AND abs(length(d.word) - length(%(word)s)) <= 2 ORDER BY 2 DESC, 1 LIMIT {_LOOKED_AT}
"""
_LOOSE = "SELECT set_config('pg_trgm.similarity_threshold', %s, true), set_config('statement_timeout', %s, true)"


@dataclass(frozen=True)
class Form:
    """A word typed. `others`: words of the dictionary that count as it. `begins`: whether words that begin so do."""

    word: str
    others: tuple[str, ...] = ()
    begins: bool = True

    @property
    def is_short(self) -> bool:
        return len(self.word) <= SHORT

    def said(self, mark: str) -> str:
        """As part of a tsquery: these words, marked."""
        own = f"'{mark}{self.word}'" + (":*" if self.begins else "")
        return "|".join([own, *(f"'{mark}{other}'" for other in self.others)])


@dataclass(frozen=True)
class Asked:
    """A search. Words are letters and digits alone, as `leads_parts` gives them: they need no quoting."""

    forms: tuple[Form, ...]

    @cached_property
    def everywhere(self) -> str:
        """Every word is one of the lead or its company."""
        return "&".join(f"({form.said('')}|{form.said('=')})" for form in self.forms)

    @cached_property
    def people(self) -> str:
        """The same, and at least one is the lead's own."""
        if len(self.forms) == 1:
            return self.forms[0].said("")
        return f"{self.everywhere}&({'|'.join(form.said('') for form in self.forms)})"

    @cached_property
    def of_firm(self) -> str:
        """Every word is one of the company."""
        return "&".join(f"({form.said('=')})" for form in self.forms)

    @property
    def whole(self) -> "Asked":
        """Only words that are as they were typed."""
        return Asked(tuple(Form(form.word, begins=False) for form in self.forms))

    @property
    def begun(self) -> "Asked":
        """Short words, too, may begin a word."""
        return Asked(tuple(replace(form, begins=form.begins or form.is_short) for form in self.forms))

    @property
    def has_short(self) -> bool:
        return any(form.is_short and not form.begins for form in self.forms)

    def far(self, words: Collection[str]) -> int:
        """How many letters these words are away from what was typed."""
        return sum(min((distance(form.word, word) for word in words), default=0) for form in self.forms)


def asked(text: str) -> Asked | None:
    """The words of a text; None when it holds none. A short word in the end of several may begin one.

    Where few words begin so they are named one by one: an index skips from one to the other, and reads less.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ASKED, [text.replace("\x00", "")])
        rows = cursor.fetchall()
    last = len(rows) - 1
    forms = [_form(word, longer, holding, 0 < place == last) for place, (word, longer, holding) in enumerate(rows)]
    return Asked(tuple(forms)) if forms else None


def _form(word: str, longer: list[str] | None, holding: list[str] | None, unfinished: bool) -> Form:
    if longer is None:
        return Form(word, begins=unfinished)
    few = 0 < len(longer) <= _FORMS and not word[-1].isdigit()
    others = [*(one for one in longer if one != word and few), *(holding or ())]
    return Form(word, tuple(others), begins=not few)


def leads(said: str, most: int) -> list[int]:
    """Ids of at most `most` leads for which a tsquery holds."""
    return _ids(_LEADS, said, most)


def firms(said: str, most: int) -> list[int]:
    return _ids(_FIRMS_OF_ALL if "&" in said else _FIRMS, said, most)


def holding(said: str) -> RawSQL:
    """The condition on a lead that a tsquery holds, asked lead by lead."""
    words = "(SELECT w.words FROM leads_leadwords w WHERE w.lead_id = leads_lead.id)"
    return RawSQL(f"({words} @@ %s::tsquery)", [said], output_field=BooleanField())


def among(said: str) -> RawSQL:
    """The same, all that hold it listed first: nothing else is read, and they are sorted then."""
    listed = "ARRAY(SELECT lead_id FROM leads_leadwords WHERE words @@ %s::tsquery)"
    return RawSQL(f"(leads_lead.id = ANY ({listed}))", [said], output_field=BooleanField())


def said_by_words(said: str) -> RawSQL:
    """The condition on the words of a lead themselves that a tsquery holds."""
    return RawSQL("(leads_leadwords.words @@ %s::tsquery)", [said], output_field=BooleanField())


class FirmHolding(Func):
    """The condition on a company that a tsquery holds; under whatever name a statement has its table."""

    output_field = BooleanField()

    def __init__(self, said: str):
        super().__init__(F("pk"))
        self.said = said

    def as_sql(self, compiler, connection, **_more):  # type: ignore[override]
        table = compiler.quote_name_unless_alias(self.source_expressions[0].alias)
        return f"({table}.words @@ %s::tsquery)", [self.said]


def saying(own: Mapping[str, Any], most: int) -> list[int]:
    """Ids of at most `most` leads of which these own attributes are known, found by an index."""
    return _ids(_SAYING, json.dumps(own, ensure_ascii=False), most)


def that_say(own: Mapping[str, Any]) -> RawSQL:
    """The condition on a lead that these own attributes are known, asked lead by lead: no index reads so."""
    said = json.dumps(own, ensure_ascii=False)
    return RawSQL("((leads_lead.attributes || '{}') @> %s::jsonb)", [said], output_field=BooleanField())


def nearly(text: str) -> Iterator[Asked]:
    """Searches for what may have been meant, the likeliest first; none when looking takes too long.

    First the words that nobody has are replaced by those written nearly so, then all are: they are looked for only when
    asked. A word like no other is left out.
    """
    said = asked(text)
    if said is None:
        return
    known = _known([form.word for form in said.forms])
    exact = {form.word for form in said.forms if form.is_short or form.word in known}
    strict = _near([form for form in said.forms if form.word not in exact])
    forms = tuple(strict.get(form.word, form) for form in said.forms if form.word in exact | strict.keys())
    if strict:
        yield Asked(forms)
    near = strict | _near([form for form in said.forms if form.word in known and not form.is_short])
    loose = tuple(near[form.word] for form in said.forms if form.word in near)
    if loose and loose != forms:
        yield Asked(loose)


def _known(words: Sequence[str]) -> set[str]:
    """Those of these words that somebody has."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT word FROM leads_word WHERE word = ANY(%s)", [list(words)])
        return {word for (word,) in cursor.fetchall()}


def _near(forms: Sequence[Form]) -> dict[str, Form]:
    """By word: words written nearly so count as it, too."""
    close = _close([form.word for form in forms]) if forms else {}
    return {one.word: replace(one, others=(*one.others, *close[one.word])) for one in forms if close.get(one.word)}


def _close(words: list[str]) -> dict[str, tuple[str, ...]]:
    """Words of the dictionary written nearly like each of these, the closest first; none when looking takes too long."""
    found: dict[str, list[str]] = {}
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for word in words:
                cursor.execute(_LOOSE, [str(_likeness(word)), str(_PATIENCE // len(words))])
                cursor.execute(_NEAR, {"word": word})
                found[word] = [one for one, _alike in cursor.fetchall()]
            cursor.execute("SELECT set_config('statement_timeout', '0', true)")
    except OperationalError:
        return {}
    return {word: _closest(word, others) for word, others in found.items()}


def _likeness(word: str) -> float:
    """Similarity that a word keeps with as many mistakes as it may have: the longer it is, the fewer are looked at."""
    trigrams, broken = len(word) + 1, _BROKEN * mistakes(word)
    return max(_LIKENESS, (trigrams - broken) / (trigrams + broken))


def _closest(word: str, others: list[str]) -> tuple[str, ...]:
    forgiven = mistakes(word)
    away = {other: within(word, other, forgiven) for other in others}
    near = [one for one, far in away.items() if far <= forgiven]
    return tuple(sorted(near, key=lambda one: away[one])[:_CLOSE])


def _ids(statement: str, said: str, most: int) -> list[int]:
    """Of many words the index is asked: held against each row they take microseconds, which the planner does not know."""
    if said.count("|") <= _MANY:
        return _read(statement, said, most)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        found = _read(statement, said, most)
        cursor.execute("SET LOCAL enable_seqscan = on")
        return found


def _read(statement: str, said: str, most: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [said, most])
        return [row[0] for row in cursor.fetchall()]


def like(word: str) -> str:
    """A LIKE pattern that finds what begins with `word`."""
    return f"{word.translate(_ESCAPES)}%"


_ESCAPES = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})
