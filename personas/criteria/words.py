"""Small grammar of English and French: lists, numbers, dates, plurals, narrow no-break spaces, agreement."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from . import phrases
from .fields import FieldInfo

THIN = "\u202f"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# How numbers are written in each language; a French space between thousands may be any space.
NUMBERS = {
    "en": re.compile(r"[-−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\w.])"),
    "fr": re.compile(r"[-−]?\d+(?:\s+\d{3}(?!\d))*(?:,\d+)?(?!\w)"),
}
_BEFORE = re.compile(r"[ \u00a0]+([%:;!?»])")
_AFTER = re.compile(r"«[ \u00a0]+")


def french_spaces(text: str) -> str:
    """Narrow no-break spaces before % : ; ! ? and inside « »."""
    return _AFTER.sub("«" + THIN, _BEFORE.sub(THIN + r"\1", text))


def is_plural(count: int, lang: str) -> bool:
    """French says 0 and 1 in the singular, English only 1."""
    return abs(count) >= 2 if lang == "fr" else abs(count) != 1


def number(value: Any, lang: str) -> str:
    """12000.5 as "12,000.5" or "12 000,5" (narrow no-break space)."""
    text = f"{Decimal(value):,f}"
    return text.replace(",", THIN).replace(".", ",") if lang == "fr" else text


def signed(points: int) -> str:
    """ "+20", "−20" with a true minus sign."""
    return f"+{points}" if points >= 0 else f"−{-points}"


def day(value: str, lang: str) -> str:
    """ "2026-11-03" as "3 Nov 2026" or "03/11/2026"."""
    at = date.fromisoformat(value)
    return f"{at:%d/%m/%Y}" if lang == "fr" else f"{at.day} {MONTHS[at.month - 1]} {at.year}"


def share(millionths: int, lang: str) -> str:
    """250000 as "25%" or "25 %"."""
    text = number((Decimal(millionths) / 10_000).normalize(), lang)
    return text + (THIN + "%" if lang == "fr" else "%")


def millionths(percent: Any) -> int:
    """250000 of 25 or "25", the reverse of `share`."""
    return int(Decimal(percent) * 10_000)


def listing(parts: Sequence[str], lang: str, last: str = "or") -> str:
    """ "A, B or C", with the conjunction in the language: or, and, nor."""
    word = phrases.LISTS[last][lang == "fr"]
    if lang == "fr" and last == "nor" and len(parts) > 1:  # « ni A, ni B, ni C »
        return ", ".join(f"{word} {part}" for part in parts)
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def quoted(text: str, lang: str) -> str:
    """Between quotation marks; a closing mark inside stands twice. Spaces at the edges show between “ ” only."""
    if lang == "fr" and text.strip() == text:
        return f"«{THIN}{text.replace('»', '»»')}{THIN}»"
    return f"“{text.replace('”', '””')}”"


def subject(info: FieldInfo, lang: str, label: Callable[[str, str], str] = lambda text, lang: text) -> str:
    """ "industry", "the company's industry", « le secteur de l’entreprise ». `label` puts marks around a label."""
    if lang != "fr":
        of_company = info.subject == "company" and "company" not in info.label_en
        said = label(info.label_en, lang)
        return f"the company’s {said}" if of_company else said
    article = info.article_fr.replace("'", "’")
    said = f"{article}{'' if article.endswith('’') or not article else ' '}{label(info.label_fr, lang)}"
    return f"{said} de l’entreprise" if info.subject == "company" and "entreprise" not in info.label_fr else said


def agreement(info: FieldInfo) -> dict[str, str]:
    """The words that bend with a field: {is_} in English; {est}, {nest}, {compris}, {e} … in French."""
    f, many = info.feminine, info.many
    ending = ("es" if f else "s") if many else ("e" if f else "")
    return {
        "is_": "are" if many else "is",
        "isnt": "are not" if many else "is not",
        "contains_": "contain" if many else "contains",
        "starts": "start" if many else "starts",
        "gives": "give" if many else "gives",
        "est": "sont" if many else "est",
        "nest": "ne sont" if many else "n’est",
        "e": ending,
        "compris": "compris" + (ending if f else ""),
        "remonte": "remontent" if many else "remonte",
        "tombe": "tombent" if many else "tombe",
        "contient": "contiennent" if many else "contient",
        "commence": "commencent" if many else "commence",
        "donne": "donnent" if many else "donne",
    }
