"""What personas execute under a word: the definitions in force, where their grades begin, the personas that are looked for."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from personas.criteria import definition_text
from personas.criteria.sentence import plain
from personas.definitions import queries, voices
from personas.models import DefinitionVersion, Persona
from smarketing.web.language import active_language

from . import bound
from .bound import Binding, Executed


def register() -> None:
    """Bind the words of definitions and personas."""
    bound.register(Binding("definition", gettext_lazy("the definition in force"), definitions))
    bound.register(Binding("edges", gettext_lazy("the grades of the definition in force"), edges))
    bound.register(Binding("personas", gettext_lazy("the personas that are looked for"), personas))


def definitions(at: datetime) -> Iterator[Executed]:
    """Each definition in force: its name, version and since when."""
    for version in _live(at):
        words = {
            "name": version.line.name,
            "number": version.number,
            "day": date_format(localtime(version.effective_at), "SHORT_DATE_FORMAT"),
        }
        yield Executed(_("“%(name)s”, version %(number)s, in force since %(day)s") % words, _paper(version))


def edges(at: datetime) -> Iterator[Executed]:
    """Which grades make an MQL and where letters and digits begin, of each definition in force."""
    speaker = voices.voice(active_language())
    for version in _live(at):
        lines = [plain(one.segments) for one in definition_text.lines(version.body, speaker) if one.section == "mql"]
        words = {"name": version.line.name, "text": " · ".join(lines)}
        yield Executed(_("“%(name)s”: %(text)s") % words, _paper(version))


def personas(at: datetime) -> Iterator[Executed]:
    """Each persona, in the agreed order; those we do not look for are marked."""
    for one in Persona.objects.filter(retired=False).order_by("place", "pk"):
        name = _("%(name)s (whom we do not look for)") % {"name": one.name} if one.negative else one.name
        yield Executed(name, reverse("personas:persona", args=[one.pk]))


def _live(at: datetime) -> list[DefinitionVersion]:
    found = [one for one in queries.versions_in_force(at) if not one.retires]
    return sorted(found, key=lambda one: one.line.name)


def _paper(version: DefinitionVersion) -> str:
    return reverse("personas:paper", args=[version.paper_id])
