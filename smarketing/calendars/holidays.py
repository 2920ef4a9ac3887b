"""Public holidays of countries and regions, from the `holidays` library. A version keeps its own list of dates."""

import unicodedata
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

import holidays as library
from babel import Locale


@lru_cache(maxsize=64)
def of_country(country: str, region: str = "", first: int = 2020, until: int = 2030) -> dict[date, str]:
    """date -> name in the country's language, years [first, until); empty for an unknown country or region."""
    try:
        found = library.country_holidays(country, subdiv=region or None, years=range(first, until))
    except NotImplementedError:
        return {}
    return dict(sorted(found.items()))


def names(country: str, region: str, year: int, language: str) -> dict[date, str]:
    """The same for one year, in a language where the library speaks it."""
    spoken = {"en": "en_US", "fr": "fr"}.get(language, language)
    try:
        found = library.country_holidays(country, subdiv=region or None, years=year, language=spoken)
    except NotImplementedError:
        return {}
    return dict(sorted(found.items()))


@lru_cache(maxsize=4)
def countries(language: str) -> list[tuple[str, str]]:
    """(code, name) of every country the library knows, sorted by name in a language."""
    locale = Locale.parse(language)
    found = [(code, locale.territories.get(code, code)) for code in library.list_supported_countries()]
    return sorted(found, key=lambda pair: pair[1])


@lru_cache(maxsize=1)
def regions() -> dict[str, tuple[str, ...]]:
    """country -> codes of its regions with holidays of their own."""
    return {code: tuple(found) for code, found in library.list_supported_countries().items()}


@lru_cache(maxsize=64)
def named_regions(country: str, language: str) -> list[tuple[str, str]]:
    """(code, name) of the regions of a country, by name; the code where the library knows no name."""
    if country not in regions():
        return []
    known = library.country_holidays(country).get_subdivision_aliases()
    found = [(code, _named(code, known.get(code, ()), language)) for code in regions()[country]]
    return sorted(found, key=lambda pair: unicodedata.normalize("NFKD", pair[1]).casefold())


def _named(code: str, aliases: Sequence[str], language: str) -> str:
    """The name among a region's other names: French ones come last where there are several."""
    names = [one for one in aliases if not one.isupper()]
    return (names[-1] if language == "fr" else names[0]) if names else code
