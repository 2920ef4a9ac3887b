"""Small grammar of English and French: lists, numbers, dates, plurals, narrow no-break spaces, agreement."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from .fields import FieldInfo

THIN = "\u202f"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
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


def listing(parts: Sequence[str], lang: str, last: str = "or") -> str:
    """ "A, B or C", with the conjunction in the language: or, and, nor."""
    word = {"or": ("or", "ou"), "and": ("and", "et"), "nor": ("or", "ni")}[last][lang == "fr"]
    if lang == "fr" and last == "nor":  # « ni A, ni B, ni C »
        return ", ".join(f"ni {part}" for part in parts) if len(parts) > 1 else f"pas {parts[0]}"
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def quoted(text: str, lang: str) -> str:
    return f"«{THIN}{text}{THIN}»" if lang == "fr" else f"“{text}”"


def subject(info: FieldInfo, lang: str) -> str:
    """ "industry", "the company's industry", « le secteur de l’entreprise »."""
    if lang != "fr":
        of_company = info.subject == "company" and "company" not in info.label_en
        return f"the company’s {info.label_en}" if of_company else info.label_en
    article = info.article_fr.replace("'", "’")
    label = f"{article}{'' if article.endswith('’') or not article else ' '}{info.label_fr}"
    return f"{label} de l’entreprise" if info.subject == "company" and "entreprise" not in info.label_fr else label


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
