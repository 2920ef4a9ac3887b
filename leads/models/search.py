"""Finding leads and companies by words: each word typed must begin a word of the name, the e-mail or the company.

`leads_leadwords` holds the words of a lead, plain (`leads_parts`), those of its company marked by =; one index answers
for all of them at once. Words of MIDDLE letters and more are also found in the middle of a word, by way of the dictionary;
so are words that are mistyped, there. A short word must be one as it stands, before it may begin one.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property

from django.db import OperationalError, connection, transaction
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from .spelling import distance, mistakes

MOST = 8_000  # leads up to which they are listed; beyond, reading leads in their order finds a page soonest
MAX_WORDS = 6
SHORT = 2
MIDDLE = 4
_FORMS, _CLOSE = 200, 12  # words of the dictionary that count as one: those that hold it, those written nearly so
_LOOKED_AT = 300
_PATIENCE = 300  # milliseconds
FIRM_WORDS = "array_to_tsvector(leads_parts(leads_company.name || ' ' || leads_company.domain))"
_LEADS = "SELECT lead_id FROM leads_leadwords WHERE words @@ %s::tsquery LIMIT %s"
_FIRMS = f"SELECT id FROM leads_company WHERE {FIRM_WORDS} @@ %s::tsquery LIMIT %s"
_ASKED = f"""
SELECT w.word, CASE WHEN length(w.word) >= {MIDDLE} THEN array(
  SELECT DISTINCT d.word FROM leads_word d WHERE d.word LIKE '%%' || w.word || '%%' AND NOT starts_with(d.word, w.word)
  ORDER BY 1 LIMIT {_FORMS}) ELSE '{{}}' END
FROM unnest(leads_parts(%s)) WITH ORDINALITY w(word, place) ORDER BY w.place LIMIT {MAX_WORDS}
"""
_NEAR = f"""
SELECT DISTINCT word, similarity(word, %(word)s) FROM leads_word
WHERE word %% %(word)s AND length(word) BETWEEN %(low)s AND %(high)s ORDER BY 2 DESC, 1 LIMIT {_LOOKED_AT}
"""
_LOOSE = "SELECT set_config('pg_trgm.similarity_threshold', %s, true), set_config('statement_timeout', %s, true)"


@dataclass(frozen=True)
class Form:
    """A word typed. `others`: words of the dictionary that count as it. `begins`: whether words that begin so do."""

    word: str
    others: tuple[str, ...] = ()
    begins: bool = True

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
        return f"{self.everywhere}&({'|'.join(form.said('') for form in self.forms)})"

    @cached_property
    def of_firm(self) -> str:
        """Every word is one of its company."""
        return "&".join(f"({form.said('=')})" for form in self.forms)

    @cached_property
    def firms(self) -> str:
        """The same of a company."""
        return "&".join(f"({form.said('')})" for form in self.forms)

    @property
    def whole(self) -> "Asked":
        """Only words that are as they were typed."""
        return Asked(tuple(Form(form.word, begins=False) for form in self.forms))

    @property
    def begun(self) -> "Asked":
        """Short words, too, may begin a word."""
        return Asked(tuple(replace(form, begins=True) for form in self.forms))

    @property
    def has_short(self) -> bool:
        return any(not form.begins for form in self.forms)

    def far(self, words: Collection[str]) -> int:
        """How many letters these words are away from what was typed."""
        return sum(min((distance(form.word, word) for word in words), default=0) for form in self.forms)


def asked(text: str) -> Asked | None:
    """The words of a text; None when it holds none. A short word in the end of several may begin one."""
    with connection.cursor() as cursor:
        cursor.execute(_ASKED, [text.replace("\x00", "")])
        rows = cursor.fetchall()
    last = len(rows) - 1
    forms = [
        Form(word, tuple(others), len(word) > SHORT or 0 < place == last) for place, (word, others) in enumerate(rows)
    ]
    return Asked(tuple(forms)) if forms else None


def leads(said: str, most: int) -> list[int]:
    """Ids of at most `most` leads for which a tsquery holds."""
    return _ids(_LEADS, said, most)


def firms(said: str, most: int) -> list[int]:
    return _ids(_FIRMS, said, most)


def holding(said: str) -> RawSQL:
    """The condition on a lead that a tsquery holds, asked lead by lead."""
    words = "(SELECT w.words FROM leads_leadwords w WHERE w.lead_id = leads_lead.id)"
    return RawSQL(f"({words} @@ %s::tsquery)", [said], output_field=BooleanField())


def firm_holding(said: str) -> RawSQL:
    """The condition on a company that a tsquery holds; an index knows it."""
    return RawSQL(f"({FIRM_WORDS} @@ %s::tsquery)", [said], output_field=BooleanField())


def nearly(text: str) -> list[Asked]:
    """Searches for what may have been meant, the likeliest first; none when looking takes too long.

    First the words that nobody has are replaced by those written nearly so, then all are; a word like no other is left out.
    """
    said = asked(text)
    if said is None:
        return []
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            close = {form.word: _close(cursor, form.word) for form in said.forms if len(form.word) > SHORT}
            cursor.execute("SELECT set_config('statement_timeout', '0', true)")
    except OperationalError:
        return []
    near = {word: Form(word, others) for word, others in close.items() if others}
    exact = {form.word for form in said.forms if len(form.word) <= SHORT or form.word in close[form.word]}
    strict = [
        form if form.word in exact else near[form.word] for form in said.forms if form.word in exact | near.keys()
    ]
    loose = [near[form.word] for form in said.forms if form.word in near]
    return [Asked(forms) for forms in dict.fromkeys((tuple(strict), tuple(loose))) if loose and forms]


def _close(cursor, word: str) -> tuple[str, ...]:
    """Words of the dictionary written nearly like one, the closest first."""
    allowed = mistakes(word)
    cursor.execute(_LOOSE, ["0.3" if len(word) > 9 else "0.2" if len(word) > 4 else "0.12", str(_PATIENCE)])
    cursor.execute(_NEAR, {"word": word, "low": len(word) - allowed, "high": len(word) + allowed})
    away = {other: distance(word, other) for other, _similar in cursor.fetchall()}
    return tuple(sorted((one for one, far in away.items() if far <= allowed), key=lambda one: away[one])[:_CLOSE])


def _ids(statement: str, said: str, most: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [said, most])
        return [row[0] for row in cursor.fetchall()]


def like(word: str) -> str:
    """A LIKE pattern that finds what begins with `word`."""
    return f"{word.translate(_ESCAPES)}%"


_ESCAPES = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})
