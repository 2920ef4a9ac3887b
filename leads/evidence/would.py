"""What would make a lead an MQL, or bring it into the best cell: from its facts as they are, in words or as data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leads.models import Lead, Qualification, Score
from leads.scoring.oracle import LeadFacts
from personas.criteria import counterfactual, grade, wishes
from personas.criteria.fields import Catalogue
from personas.criteria.imagined import Wish
from personas.criteria.phrases import EVENT_PHRASES
from personas.criteria.words import subject
from personas.definitions import advice, queries
from personas.definitions.catalogue import catalogue as read_catalogue
from personas.models import DefinitionVersion

from . import voices


@dataclass(frozen=True)
class Would:
    """`goal`: "MQL", or the best grade cell for whom is one already ("" when nothing better exists). `since`: when it became an
    MQL in this cycle. `sets`: the elements of each set; `proven`: no smaller one exists, or none at all; `tried`: sets looked at. `short`: steps that bring it nearer and are not enough;
    `unasked`: fields and kinds of event that the definition asks about and that may not be advised."""

    version: DefinitionVersion
    goal: str
    since: datetime | None
    sets: Sequence[Sequence[Wish]]
    proven: bool
    catalogue: Catalogue
    short: Sequence[Wish] = ()
    tried: int = 0
    unasked: Sequence[str] = ()

    @property
    def certainty(self) -> str:
        """How sure the answer is, in the language of the reader: that nothing is shorter or within reach, or only that nothing
        was found."""
        return certainty(self.sets, self.proven, self.tried)

    def not_enough(self, lang: str, *, personal: bool = True) -> list[str]:
        """What brings it nearer without being enough, as sentences; nothing where a reader may not see all of it."""
        if not personal and any(map(self._is_personal, self.short)):
            return []
        speaker = voices.of(self.version.body, self.catalogue, lang)
        return [wishes.words(one, speaker) for one in self.short]

    def never(self, lang: str) -> list[str]:
        """What is never advised though the definition asks about it, by name: fields, then acts."""
        speaker, column = voices.of(self.version.body, self.catalogue, lang), 2 if lang == "fr" else 0
        return [
            subject(self.catalogue[one], speaker.lang) if one in self.catalogue else EVENT_PHRASES[one][column]
            for one in self.unasked
        ]

    def words(self, lang: str, *, personal: bool = True) -> list[list[str]]:
        """Each element of the sets that a reader may see, as a sentence."""
        speaker = voices.of(self.version.body, self.catalogue, lang)
        return [[wishes.words(one, speaker) for one in said] for said in self.shown(personal=personal)]

    def shown(self, *, personal: bool = True) -> list[Sequence[Wish]]:
        """Without `personal`, no set that names a personal field: what is still wanted tells of what is known."""
        return [said for said in self.sets if personal or not any(map(self._is_personal, said))]

    def _is_personal(self, wish: Wish) -> bool:
        return bool(wish.field) and self.catalogue[wish.field].personal


def certainty(sets: Sequence[Sequence[Wish]], proven: bool, tried: int) -> str:
    """What an answer is worth, as a sentence."""
    if sets and proven:
        return _("Done today, with everything else as it is. No shorter way exists.")
    if sets:
        return _(
            "Done today, with everything else as it is. There are too many ways to try them all: a shorter one may exist."
        )
    if proven:
        return _("Nothing within reach: no fact that may change and nothing this person may do makes it an MQL.")
    return ngettext(
        "There are too many ways to try them all: none was found within %(count)s try.",
        "There are too many ways to try them all: none was found within %(count)s tries.", tried,
    ) % {"count": number_format(tried, use_l10n=True, force_grouping=True)}  # fmt: skip


def of(lead: Lead, t: datetime) -> list[Would]:
    """One answer per definition by which the lead is judged now; none for one erased or merged into another."""
    if lead.erased or lead.root_id:
        return []
    scores = Score.objects.filter(lead=lead, track="live").select_related("version__line").order_by("line_id")
    return [_of(score, t) for score in scores]


def _of(score: Score, t: datetime) -> Would:
    body, catalogue = score.version.body, read_catalogue()
    facts = LeadFacts(score.lead_id, t)
    made = Qualification.objects.filter(lead=score.lead_id, line=score.line_id, cycle=facts.cycle).first()
    since = made.effective_at if made else None
    already = since is not None or score.mql or score.direct
    best = _best(body)
    if already and (not best or score.grade == best):
        return Would(score.version, "", since, (), True, catalogue)
    found = counterfactual.would(
        body, facts, facts.days.of(t), catalogue=catalogue, personas=queries.pinned(body), goal=[best] if already else (),
        after_no=not already, acts=facts.counts_today, kinds=advice.advised_kinds(),
    )  # fmt: skip
    return Would(
        score.version,
        best if already else "MQL",
        since,
        found.sets,
        found.proven,
        catalogue,
        found.short,
        found.tried,
        found.unasked,
    )


def _best(body: Mapping[str, Any]) -> str:
    """The best cell, where it makes an MQL."""
    cell = grade.LETTERS[0] + grade.DIGITS[0]
    return cell if cell in body["mql"] else ""
