"""Finding leads by name, e-mail and company: the trigram indexes answer while few are found, a walk where many are.

Every word must be in the name, the e-mail address or the company, without regard to case and accents (`leads_plain`).
Candidates are counted to MOST by the indexes, for each way to share the words between a person and a company. Up to
there they are the answer; beyond, one in 125 matches and reading leads in their order finds a page soonest.
"""

from collections.abc import Sequence
from itertools import product

from django.db import OperationalError, connection, transaction
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

MOST = 8_000
MAX_WORDS = 6
INDEXED = 3  # letters from which on a trigram index helps
SHARED = 3  # words that are shared out between person and company; further ones only filter
NAMES = "leads_plain(l.first_name || ' ' || l.last_name || ' ' || l.email)"
FIRMS = "leads_plain(c.name || ' ' || c.domain)"
_BOTH = (
    "SELECT l.id FROM leads_lead l WHERE {names} AND l.company_id IN (SELECT c.id FROM leads_company c WHERE {firms})"
)
_NAMES_ONLY = "SELECT l.id FROM leads_lead l WHERE {names}"
_FIRMS_ONLY = "SELECT l.id FROM leads_lead l WHERE l.company_id IN (SELECT c.id FROM leads_company c WHERE {firms})"
_NEAR_NAMES = f"""
SELECT id FROM (SELECT l.id, {NAMES} AS name FROM leads_lead l WHERE leads_plain(%(text)s) <%% {NAMES} LIMIT %(most)s) found
ORDER BY word_similarity(leads_plain(%(text)s), name) DESC, id DESC
"""
_NEAR_FIRMS = f"""
SELECT id FROM (SELECT c.id, {FIRMS} AS name FROM leads_company c WHERE leads_plain(%(text)s) <%% {FIRMS} LIMIT %(most)s) found
ORDER BY word_similarity(leads_plain(%(text)s), name) DESC, id DESC
"""
_STEPS = (0.7, 0.5, 0.4)  # word similarity: the closer, the fewer rows an index hands over
_MOST_NEAR, _PATIENCE = 150, 1500  # rows, milliseconds
_ESCAPES = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})


def words_of(text: str) -> list[str]:
    """The words of a search, without the character that no text holds."""
    return text.replace("\x00", "").split()[:MAX_WORDS]


def like(word: str) -> str:
    """A LIKE pattern that finds `word` anywhere."""
    return f"%{word.translate(_ESCAPES)}%"


def candidates(words: Sequence[str], personal: bool) -> list[int] | None:
    """Ids of leads that hold the first SHARED of these words; None when there are more than MOST, or no index helps."""
    shared = shareable(words)
    ways = list(product((True, False), repeat=len(shared))) if personal else [(True,) * len(shared)]
    found = _shared_out(shared, ways, MOST + 1) if shared else None
    return None if found is None or len(found) > MOST else found


def of_people(words: Sequence[str], most: int) -> list[int]:
    """Ids of leads that hold the shareable ones of these words, at least one of them themselves, at most `most` a way."""
    shared = shareable(words)
    ways = [way for way in product((False, True), repeat=len(shared)) if not all(way)]
    return _shared_out(shared, ways, most) if shared else []


def shareable(words: Sequence[str]) -> list[str]:
    """Those that an index can find, at most SHARED of them."""
    return [word for word in words if len(word) >= INDEXED][:SHARED]


def _shared_out(shared: Sequence[str], ways: Sequence[tuple[bool, ...]], most: int) -> list[int]:
    """Ids of leads for each way (word by word: whether the company holds it), at most `most` a way."""
    parts, params = [], []
    for firms in ways:
        mine = [like(word) for word, firm in zip(shared, firms, strict=True) if not firm]
        theirs = [like(word) for word, firm in zip(shared, firms, strict=True) if firm]
        form = _BOTH if mine and theirs else _NAMES_ONLY if mine else _FIRMS_ONLY
        parts.append(f"({form.format(names=_all(NAMES, mine), firms=_all(FIRMS, theirs))} LIMIT {most})")
        params += mine + theirs
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), params)
        return sorted({row[0] for row in cursor.fetchall()})


def holding(word: str, personal: bool) -> RawSQL:
    """The condition on a lead that it holds a word; a word too short for an index must begin the company's name."""
    short = len(word) < INDEXED
    where, said = ("lower(c.name) LIKE lower(%s)", like(word)[1:]) if short else (_all(FIRMS, [word]), like(word))
    firms = f"leads_lead.company_id IN (SELECT c.id FROM leads_company c WHERE {where})"
    if not personal:
        return RawSQL(f"({firms})", [said], output_field=BooleanField())
    names = _all(NAMES.replace("l.", "leads_lead."), [word])
    return RawSQL(f"({names} OR {firms})", [like(word), said], output_field=BooleanField())


def near_names(text: str) -> list[int]:
    """Ids of leads whose name or e-mail is written nearly like `text`, the closest first; none when it takes too long."""
    return _nearly(_NEAR_NAMES, text)


def near_firms(text: str) -> list[int]:
    """Ids of companies whose name or domain is written nearly like `text`, the closest first."""
    return _nearly(_NEAR_FIRMS, text)


def _nearly(statement: str, text: str) -> list[int]:
    """What is close, else what is less close: most mistakes are small."""
    text = " ".join(words_of(text))
    if len(text) < INDEXED:
        return []
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {_PATIENCE}")
            for step in _STEPS:
                cursor.execute(f"SET LOCAL pg_trgm.word_similarity_threshold = {step}")
                cursor.execute(statement, {"text": text, "most": _MOST_NEAR})
                if found := [row[0] for row in cursor.fetchall()]:
                    break
            cursor.execute("SET LOCAL statement_timeout = 0")
            return found
    except OperationalError:
        return []


def _all(expression: str, patterns: Sequence[str]) -> str:
    return " AND ".join([f"{expression} LIKE leads_plain(%s)"] * len(patterns))
