"""Whether those of whom a clause speaks exist: a name that nobody has ever counted would be kept by nobody and broken for ever."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.models import Lead
from personas.models import Persona

from .kinds import params

MOST = 8  # of the names there are, said beside the one there is not
UNKNOWN = {
    "persona": gettext_lazy("Clause %(key)s: there is no persona “%(name)s”."),
    "source": gettext_lazy("Clause %(key)s: no lead has come from a source “%(name)s”."),
}


def problems(clause: Mapping[str, Any]) -> list[str]:
    """Sentences about names in a clause that nothing bears, each with those that there are."""
    found = []
    for dimension, names in params.population(clause.get("params") or {}).items():
        known = KNOWN.get(dimension)
        for name in names if known else ():
            there = known(name)
            if name not in there:
                found.append(_sentence(dimension, clause, name, there))
    return found


def _sentence(dimension: str, clause: Mapping[str, Any], name: str, there: Iterable[str]) -> str:
    text = str(UNKNOWN[dimension] % {"key": clause.get("key", "?"), "name": name})
    some = ", ".join(sorted(there, key=str.casefold)[:MOST])
    return _("%(sentence)s There are: %(names)s.") % {"sentence": text, "names": some} if some else text


def _personas(_name: str) -> set[str]:
    return set(Persona.objects.filter(retired=False).values_list("name", flat=True))


def _sources(name: str) -> set[str]:
    """The source itself where a lead came from it, else some of those that there are."""
    if Lead.objects.filter(source=name).exists():
        return {name}
    return set(Lead.objects.exclude(source="").order_by("source").values_list("source", flat=True).distinct()[:MOST])


KNOWN = {"persona": _personas, "source": _sources}
