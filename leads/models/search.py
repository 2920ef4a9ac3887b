"""Finding leads by name, e-mail and company: the trigram indexes answer while few are found, a walk where many are.

Every word must be in the name, the e-mail address or the company, without regard to case and accents (`leads_plain`).
Candidates are counted to MOST by the indexes, for each way to share the words between a person and a company. Up to
there they are the answer; beyond, one in a hundred matches and reading leads in their order finds a page soonest.
"""

from collections.abc import Sequence
from itertools import product

from django.db import OperationalError, connection, transaction
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

MOST = 10_000
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
_NEARLY = f"""
SELECT l.id FROM leads_lead l WHERE leads_plain(%(text)s) <%% {NAMES}
UNION ALL
SELECT l.id FROM leads_lead l JOIN leads_company c ON c.id = l.company_id WHERE leads_plain(%(text)s) <%% {FIRMS}
LIMIT %(most)s
"""
_NEAR_ENOUGH, _MOST_NEAR, _PATIENCE = 0.4, 200, 1500  # word similarity, rows, milliseconds
_ESCAPES = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})


def words_of(text: str) -> list[str]:
    """The words of a search, without the character that no text holds."""
    return text.replace("\x00", "").split()[:MAX_WORDS]


def like(word: str) -> str:
    """A LIKE pattern that finds `word` anywhere."""
    return f"%{word.translate(_ESCAPES)}%"


def candidates(words: Sequence[str], personal: bool) -> list[int] | None:
    """Ids of leads that hold the first SHARED of these words; None when there are more than MOST, or no index helps."""
    parts, params = [], []
    shared = [word for word in words if len(word) >= INDEXED][:SHARED]
    if not shared:
        return None
    for firms in product((True, False), repeat=len(shared)) if personal else [(True,) * len(shared)]:
        mine = [like(word) for word, firm in zip(shared, firms, strict=True) if not firm]
        theirs = [like(word) for word, firm in zip(shared, firms, strict=True) if firm]
        form = _BOTH if mine and theirs else _NAMES_ONLY if mine else _FIRMS_ONLY
        parts.append(f"({form.format(names=_all(NAMES, mine), firms=_all(FIRMS, theirs))} LIMIT {MOST + 1})")
        params += mine + theirs
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), params)
        found = {row[0] for row in cursor.fetchall()}
    return sorted(found) if len(found) <= MOST else None


def holding(word: str, personal: bool) -> RawSQL:
    """The condition on a lead that it holds a word."""
    firms = f"leads_lead.company_id IN (SELECT c.id FROM leads_company c WHERE {_all(FIRMS, [word])})"
    if not personal:
        return RawSQL(f"({firms})", [like(word)], output_field=BooleanField())
    names = _all(NAMES.replace("l.", "leads_lead."), [word])
    return RawSQL(f"({names} OR {firms})", [like(word)] * 2, output_field=BooleanField())


def written_nearly(text: str) -> list[int]:
    """Ids of leads whose name, e-mail or company is written nearly like `text`; none when that takes too long."""
    text = " ".join(words_of(text))
    if len(text) < 3:
        return []
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL pg_trgm.word_similarity_threshold = {_NEAR_ENOUGH}")
            cursor.execute(f"SET LOCAL statement_timeout = {_PATIENCE}")
            cursor.execute(_NEARLY, {"text": text, "most": _MOST_NEAR})
            found = [row[0] for row in cursor.fetchall()]
            cursor.execute("SET LOCAL statement_timeout = 0")
            return found
    except OperationalError:
        return []


def _all(expression: str, patterns: Sequence[str]) -> str:
    return " AND ".join([f"{expression} LIKE leads_plain(%s)"] * len(patterns))
