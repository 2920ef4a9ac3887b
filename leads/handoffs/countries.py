"""Countries as leads name them, by code (ISO 3166): a code, a name in either language, or the prefix of a telephone number."""

from functools import lru_cache

from babel import Locale
from django.utils.translation import get_language
from django.utils.translation import gettext as _

LANGUAGES = ("en", "fr")
ALSO = {
    "UK": "GB",
    "USA": "US",
    "U.S.A.": "US",
    "ENGLAND": "GB",
    "ANGLETERRE": "GB",
    "GREAT BRITAIN": "GB",
    "HOLLAND": "NL",
}
# Prefixes of one country alone ("+1" is none), the longest first where they are looked up.
PREFIXES = {
    "33": "FR", "32": "BE", "352": "LU", "41": "CH", "377": "MC", "49": "DE", "43": "AT", "34": "ES", "351": "PT", "31": "NL",
    "353": "IE", "45": "DK", "46": "SE", "47": "NO", "358": "FI", "48": "PL", "420": "CZ", "421": "SK", "36": "HU", "40": "RO",
    "359": "BG", "30": "GR", "385": "HR", "386": "SI", "370": "LT", "371": "LV", "372": "EE", "356": "MT", "357": "CY",
    "212": "MA", "213": "DZ", "216": "TN", "221": "SN", "225": "CI", "237": "CM", "262": "RE", "590": "GP", "594": "GF",
    "596": "MQ", "687": "NC", "689": "PF", "90": "TR", "972": "IL", "971": "AE", "91": "IN", "86": "CN", "81": "JP", "82": "KR",
    "65": "SG", "61": "AU", "64": "NZ", "55": "BR", "52": "MX", "54": "AR", "56": "CL", "57": "CO", "27": "ZA",
}  # fmt: skip


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    """What a country may be called, in capitals → its code."""
    found = dict(ALSO)
    for language in LANGUAGES:
        territories = Locale.parse(language).territories
        found |= {str(words).upper(): code for code, words in territories.items() if len(code) == 2 and code.isalpha()}
    return found | {code: code for code in found.values()}


def code(text: str) -> str:
    """The code of a country as somebody wrote it; "" for none that is known."""
    return _codes().get(" ".join((text or "").split()).upper(), "")


def of_phone(phone: str) -> str:
    """The code of the country that a number in its international form begins with; "" for any other."""
    digits = "".join(sign for sign in phone or "" if sign in "+0123456789")
    rest = digits[1:] if digits.startswith("+") else digits[2:] if digits.startswith("00") else ""
    return next((PREFIXES[rest[:n]] for n in (3, 2) if rest[:n] in PREFIXES), "")


def name(code: str) -> str:
    """A country in the reader's language; every other one for ""."""
    return str(Locale.parse((get_language() or "en")[:2]).territories.get(code, code)) if code else _("other countries")
