"""Each test begins in English: a request of the one before may have left another language behind."""

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield
