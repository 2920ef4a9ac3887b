"""What is drawn at random and stands on a page, the tokens of its forms and its nonces, spells no word in tests.

A page holds some thousand such letters: a test that says "Bob" is not on it fails by itself once in some hundred runs, one that
looks for the place of "None" once in some thousand. Drawn from letters of which no word is made, they do so never.
"""

import secrets

LETTERS = "qxzjQXZJwkWK"


def drawn(nbytes: int | None = None) -> str:
    """As `secrets.token_urlsafe`: as long, of other letters."""
    return "".join(secrets.choice(LETTERS) for _letter in range(-(-(nbytes or secrets.DEFAULT_ENTROPY) * 4 // 3)))


def draw_no_words() -> None:
    """For the rest of this process."""
    from django.middleware import csrf

    csrf.CSRF_ALLOWED_CHARS = LETTERS
    secrets.token_urlsafe = drawn
