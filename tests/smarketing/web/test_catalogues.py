"""The French catalogues: one word of ours without a context must not take the place of one of Django's."""

import gettext
from datetime import date
from pathlib import Path

import django
from babel.messages.catalog import Catalog
from django.utils import translation
from django.utils.formats import date_format

from smarketing.web.catalogues import extract, keep
from tests.conftest import ROOT

MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"


def catalogue(path: Path) -> dict:
    with path.open("rb") as handle:
        return {key: text for key, text in gettext.GNUTranslations(handle)._catalog.items() if key}


def test_no_word_of_ours_changes_one_of_the_framework():
    """ "May" is a month before it is a right."""
    theirs = catalogue(Path(django.__file__).parent / "conf/locale/fr/LC_MESSAGES/django.mo")
    ours = [extract.po_path(label).with_suffix(".mo") for label in extract.own_apps()]
    ours = [path for path in ours if path.exists()]
    assert ours
    taken = {
        (str(path.relative_to(ROOT)), key): text
        for path in ours
        for key, text in catalogue(path).items()
        if theirs.get(key, text) != text
    }
    assert taken == {}


def test_months_are_french_in_french():
    with translation.override("fr"):
        assert [date_format(date(2018, n, 1), "F") for n in range(1, 13)] == MONTHS.split()


def test_a_french_sign_that_could_stand_alone_at_a_lines_start_is_a_problem():
    catalogue = Catalog(locale="fr")
    tight, loose = "Nom\u202f: «\u202fx\u202f» ?x", "Nom : « x »"
    asked = catalogue.add("Name: “x”", loose)
    assert keep._problem(asked, asked, Path("fr.po")) == [f"fr.po: a space that breaks beside a sign: {loose!r}"]
    asked.string = tight
    assert keep._problem(asked, asked, Path("fr.po")) == []
