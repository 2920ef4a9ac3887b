"""How a mail is written: subject, lines, one link; as text and as a page, in the language of its reader."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import escape

LINK = "{one-time link}"  # what stands for a link that only its reader may follow
PICTURE = "cid:picture"  # what stands for the picture of a mail


@dataclass(frozen=True)
class Row:
    """One line of a section: words, what is worth adding, a figure, the page it leads to ("": none)."""

    text: str
    more: str = ""
    figure: str = ""
    url: str = ""


@dataclass(frozen=True)
class Section:
    """A heading with its lines, and a sentence below them."""

    title: str
    rows: Sequence[Row] = ()
    said: str = ""


@dataclass(frozen=True)
class Picture:
    """A PNG with what it shows in words; `top`, `bottom`: what its edges stand for; `below`: words under it."""

    png: bytes
    alt: str
    top: str = ""
    bottom: str = ""
    below: Sequence[str] = ()


@dataclass(frozen=True)
class Letter:
    """`lines` are paragraphs; `items` a list of (words, what is worth adding, link or "") below them; `action` is the words
    of the link `url`; `more` says how many items are left out; `after` are paragraphs below it, `links` (words, link) at the end. `off`: where one click ends such
    mails, for the mail program's own button.

    `secret`: whoever follows the link is let in, so that it is sealed in what is kept.
    """

    subject: str
    lines: Sequence[str]
    action: str = ""
    url: str = ""
    after: Sequence[str] = ()
    secret: bool = False
    items: Sequence[tuple[str, str, str]] = ()
    more: str = ""
    links: Sequence[tuple[str, str]] = ()
    sections: Sequence[Section] = ()
    picture: Picture | None = None
    off: str = ""


def written(letter: Letter, language: str, company: str) -> tuple[str, str]:
    """(text, page) of a letter; a secret link is left out."""
    url = LINK if letter.secret else letter.url
    shown = {"letter": letter, "url": url, "language": language, "company": company, "picture": PICTURE}
    text = render_to_string("notify/letter.txt", shown)
    return text.strip() + "\n", render_to_string("notify/letter.html", shown)


def whole(written: str, link: str, *, page: bool) -> str:
    """Text or page of a mail with its secret link put in."""
    return written.replace(escape(LINK) if page else LINK, escape(link) if page else link)


def with_picture(page: str, png: bytes | None) -> str:
    """The page with its picture inside it, for a browser that has no mail around it."""
    data = base64.b64encode(png).decode() if png else ""
    return page.replace(PICTURE, f"data:image/png;base64,{data}") if png else page


def seal(link: str) -> str:
    """A link that only this installation can read again."""
    return _box().encrypt(link.encode()).decode()


def unseal(sealed: str) -> str:
    """The link; "" when it was sealed with another secret key."""
    try:
        return _box().decrypt(sealed.encode()).decode() if sealed else ""
    except InvalidToken:
        return ""


def _box() -> Fernet:
    key = hashlib.sha256(b"mails\0" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
