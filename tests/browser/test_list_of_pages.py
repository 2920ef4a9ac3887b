"""The list of pages is whole: an address that nobody listed would be shown to nobody and checked by nobody."""

from . import pages


def test_every_address_is_a_listed_page_or_a_deed():
    assert pages.unlisted() == []
