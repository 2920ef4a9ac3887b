"""A criterion of a version in words, by its key."""

from django.utils.translation import gettext as _

from personas.criteria import tree
from personas.criteria.sentence import plain
from personas.definitions.catalogue import catalogue as read_catalogue
from personas.models import DefinitionVersion

from . import voices


def words(version: DefinitionVersion, key: str, lang: str) -> str:
    """ "visited a page like /pricing"; of a bound that it is one; the whole grade for ""."""
    for axis in tree.AXES:
        for _path, item, _group in tree.items(version.body, axis):
            if item["key"] == key:
                return plain(voices.of(version.body, read_catalogue(), lang).condition(item["when"]))
    if key in tree.AXES:
        return _("the bound of fit") if key == "fit" else _("the bound of engagement")
    return _("a common cap") if key else _("the grade as a whole")
