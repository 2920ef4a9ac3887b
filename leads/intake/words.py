"""The words by which leads and companies are found, derived anew: triggers keep them, this mends and tidies."""

from collections.abc import Sequence

from django.db import connection, transaction

_KEEP = "SELECT leads_keep_words(array(SELECT id FROM leads_lead WHERE id >= %s AND id < %s))"
_HELD = """
SELECT ltrim(word, '=') AS word FROM ts_stat('SELECT words FROM leads_leadwords')
UNION SELECT ltrim(word, '=') FROM ts_stat('SELECT words FROM leads_company')
"""
_TIDY = f"""
WITH held AS MATERIALIZED ({_HELD}), gone AS (
  DELETE FROM leads_word k WHERE NOT EXISTS (SELECT FROM held h WHERE h.word = k.word)
    OR EXISTS (SELECT FROM leads_word o WHERE o.word = k.word AND o.id < k.id) RETURNING 1),
came AS (
  INSERT INTO leads_word (word) SELECT word FROM held h WHERE word ~ '^.{{2,39}}[^0-9]$'
    AND NOT EXISTS (SELECT FROM leads_word k WHERE k.word = h.word) ORDER BY word RETURNING 1)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM came)
"""
_FORGET = """
DELETE FROM leads_word k WHERE k.word = ANY(leads_parts(leads_stems(%s)))
  AND NOT EXISTS (SELECT FROM leads_leadwords w WHERE w.words @@ format('''%%s''|''=%%s''', k.word, k.word)::tsquery)
  AND NOT EXISTS (SELECT FROM leads_company c WHERE c.words @@ format('''=%%s''', k.word)::tsquery)
"""


@transaction.atomic
def keep(low: int = 0, high: int = 2**62) -> int:
    """Mend the words of leads low <= id < high. Returns how many were not as they should be."""
    return _number(_KEEP, [low, high])


@transaction.atomic
def rebuild() -> int:
    """Wipe the words of all leads and derive them again, and the dictionary. Returns how many leads have words."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM leads_leadwords")
    written = keep()
    tidy()
    return written


def tidy() -> int:
    """Make the dictionary hold each word that somebody has, once. Returns how many words came or went."""
    return _number(_TIDY, [])


def forget(texts: Sequence[str]) -> None:
    """Take the words of these texts out of the dictionary, but for those that somebody else has."""
    with connection.cursor() as cursor:
        for text in texts:
            cursor.execute(_FORGET, [text])


def _number(statement: str, params: list) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchone()[0]
