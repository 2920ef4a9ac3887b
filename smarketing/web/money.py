"""Amounts as people read them: the currency's sign before or after, as the reader's language wants it."""

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _

SIGNS = {"EUR": "€", "USD": "$", "GBP": "£"}


def text(amount: Decimal | int, currency: str, places: int | None = None) -> str:
    """An amount with its currency: "€10,220", "10 220 €", "CHF 2.50". `places` None: cents only where there are any."""
    if places is None:
        places = 0 if amount == int(amount) else 2
    number = number_format(abs(amount), places, use_l10n=True, force_grouping=True)
    sign = SIGNS.get(currency, f"{currency}\u00a0")
    # Translators: an amount of money; French writes the sign after a no-break space.
    said = _("%(sign)s%(number)s") % {"sign": sign, "number": number}
    return ("−" if amount < 0 else "") + said.strip("\u00a0")
