"""Why a lead resembles a persona or does not: the rules that hold ("4 of 5"), and what would make it one.

for one in resembles.of(lead, clock.now()):
    one.version.persona, one.counts, one.membership.met, one.membership.of, one.lines("fr")
resembles.needed(lead, version, clock.now()).words("fr")
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from leads.models import Lead
from leads.scoring.oracle import LeadFacts
from personas.criteria import counterfactual, priority, tree, wishes
from personas.criteria.evaluate import Moment
from personas.criteria.fields import Catalogue
from personas.criteria.imagined import Wish
from personas.criteria.membership import Membership, membership
from personas.criteria.sentence import Voice, plain
from personas.definitions.catalogue import catalogue as read_catalogue
from personas.definitions.persona_services import current_versions
from personas.models import PersonaVersion

from .values import Held


@dataclass(frozen=True)
class Line:
    """One part of the rules in words. `personal`: it tells of a value that not everybody may see."""

    words: str
    holds: bool
    personal: bool


@dataclass(frozen=True)
class Resemblance:
    """A persona and how far a lead resembles it. `counts`: it is the persona of this lead (the first in the agreed order)."""

    version: PersonaVersion
    membership: Membership
    counts: bool
    catalogue: Catalogue

    @property
    def holds(self) -> bool:
        return self.membership.holds

    def lines(self, lang: str, *, personal: bool = True) -> list[Line]:
        """The parts in words, those that a reader may see: whether one holds tells of the value behind it."""
        speaker = Voice(lang, self.catalogue, {})
        found = []
        for part in self.membership.parts:
            asked = {leaf["field"] for _path, leaf in tree.leaves(part.condition) if "field" in leaf}
            secret = any(one in self.catalogue and self.catalogue[one].personal for one in asked)
            found.append(Line(plain(speaker.condition(part.condition)), part.holds, secret))
        return [one for one in found if personal or not one.personal]


@dataclass(frozen=True)
class Needed:
    """At most three smallest sets of values under which a lead would resemble a persona; `proven`: none is smaller. One empty
    set: it does already. No set: out of reach."""

    sets: Sequence[Sequence[Wish]]
    proven: bool
    catalogue: Catalogue

    def words(self, lang: str, *, personal: bool = True) -> list[list[str]]:
        """Each set as sentences; without `personal` no set that names a personal field."""
        speaker = Voice(lang, self.catalogue, {})
        shown = [said for said in self.sets if personal or not any(map(self._is_personal, said))]
        return [[wishes.words(one, speaker) for one in said] for said in shown]

    def _is_personal(self, wish: Wish) -> bool:
        return bool(wish.field) and self.catalogue[wish.field].personal


def of(lead: Lead, t: datetime, facts: LeadFacts | None = None, held: Held | None = None) -> list[Resemblance]:
    """Every persona with rules that is not retired, in the agreed order, by its newest version of then, judged on what is known
    of a lead at t (`facts` and `held`, where they were read already); none for a lead erased, or merged into another then."""
    held = held or Held(lead.pk, t)
    if lead.erased or held.root:
        return []
    versions, catalogue = [one for one in current_versions(t) if one.rules], held.catalogue
    facts = facts or LeadFacts(lead.pk, t)
    moment = Moment(facts, facts.days.of(t), catalogue)
    found = [(one, membership(one.rules, moment)) for one in versions]
    order = [one.persona_id for one in versions]
    first = priority.the_one({one.persona_id for one, said in found if said.holds}, order)
    return [Resemblance(one, said, one.persona_id == first, catalogue) for one, said in found]


def needed(lead: Lead, version: PersonaVersion, t: datetime) -> Needed:
    """What would make a lead resemble a persona: changeable facts only."""
    catalogue, facts = read_catalogue(), LeadFacts(lead.pk, t)
    if not version.rules:
        return Needed((), True, catalogue)
    body = tree.empty_body() | {"direct": [version.rules], "mql": [], "mandatory": []}
    found = counterfactual.would(body, facts, facts.days.of(t), catalogue=catalogue, acts=facts.counts_today)
    return Needed(found.sets, found.proven, catalogue)
