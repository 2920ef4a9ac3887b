from decimal import Decimal

import pytest
from django.utils import translation

from smarketing.web import money


@pytest.mark.parametrize(
    ("language", "amount", "currency", "said"),
    [
        ("en", Decimal(10_220), "EUR", "€10,220"),
        ("en", Decimal("2.5"), "EUR", "€2.50"),
        ("en", Decimal(-3), "GBP", "−£3"),
        ("en", Decimal(7), "CHF", "CHF\u00a07"),
        ("fr", Decimal(10_220), "EUR", "10\u202f220\u00a0€"),
        ("fr", Decimal("2.5"), "EUR", "2,50\u00a0€"),
        ("fr", Decimal(7), "CHF", "7\u00a0CHF"),
    ],
)
def test_an_amount_reads_as_its_language_writes_it(language, amount, currency, said):
    with translation.override(language):
        assert money.text(amount, currency) == said
