"""Praise and problems, said by anybody at any time: of a lead, campaign, criterion, clause, persona, or of nothing in
particular. A remark is a note (`leads`): it is taken back, exported and erased as every note is. It may be answered."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from leads.evidence import criteria
from leads.models import Campaign, Lead, Remark, Reply
from leads.rights import notes
from leads.rights import remarks as praising
from leads.rights.problems import Refusal
from personas.criteria import tree
from personas.models import DefinitionLine, DefinitionVersion, Persona
from sla import words
from sla.models import Clause, Contract
from smarketing.accounts.audit import record
from smarketing.accounts.models import Side, User
from smarketing.accounts.policy import may

from . import notices
from .reading import standing_replies
from .whose import number

About = Remark.About
MAX = praising.MAX_PRAISE


@transaction.atomic
def say(*, kind: str, about: str, ref: str, text: str, by: User, at: datetime, side: str = "") -> Remark:
    """Praise or name a problem. `side`: whose work it is about, "" for nobody's in particular. Refusal for nothing said, an
    unknown kind, or something that is not there for `by`."""
    if kind not in Remark.Kind.values:
        raise Refusal(_("Choose praise or problem."), "kind")
    if about not in About.values or not exists(about, ref, by):
        raise Refusal(_("There is no such thing to speak of."), "about")
    if len(text.strip()) > MAX:
        raise Refusal(_("Use at most %(n)s characters.") % {"n": MAX}, "text")
    if side not in ("", *Side.values):
        raise Refusal(_("Choose a side."), "side")
    lead = Lead.objects.get(pk=int(ref)) if about == About.LEAD else None
    note, state = notes.write(lead=lead, text=text, by=by, at=at), praising.current(lead) if lead else None
    rep = state.rep if state and side == Side.SALES else None
    made = Remark.objects.create(
        note=note, kind=kind, about=about, ref="" if lead or about == About.GENERAL else ref, side=side, to=rep,
        handoff_id=state.pk if state else None,
    )  # fmt: skip
    record(by, "remark.say", "note", note.pk, at, kind=kind, about=about)
    notices.tell_remark(made, at)
    return made


@transaction.atomic
def reply(*, to: Remark, text: str, by: User, at: datetime) -> Reply:
    """Answer a remark. Refusal for one that was taken back, or for nothing said."""
    if not Remark.objects.standing().filter(pk=to.pk).exists():
        raise Refusal(_("This was taken back before."))
    if len(text.strip()) > MAX:
        raise Refusal(_("Use at most %(n)s characters.") % {"n": MAX}, "text")
    made = Reply.objects.create(note=notes.write(lead=to.note.lead, text=text, by=by, at=at), to=to)
    record(by, "remark.reply", "note", made.pk, at, to=to.pk)
    notices.tell_reply(made, at)
    return made


def exists(about: str, ref: str, user: User) -> bool:
    """Whether what is spoken of is there, and the speaker may see it."""
    first, _colon, key = ref.partition(":")
    pk, owner = number(ref), number(first)
    if about == About.LEAD:
        return Lead.objects.visible_to(user).filter(pk=pk, erased=False, root_id=None).exists()
    if about == About.CAMPAIGN:
        return Campaign.objects.filter(pk=pk).exists()
    if about == About.PERSONA:
        return Persona.objects.filter(pk=pk).exists()
    if about == About.CLAUSE:
        return Clause.objects.filter(
            terms__contract__in=Contract.objects.visible_to(user).filter(pk=owner), key=key
        ).exists()
    if about == About.CRITERION:
        return bool(key) and owner is not None and key in published(owner)
    return ref == ""


def published(line: int) -> set[str]:
    """Keys of the criteria of every published version of a definition."""
    bodies = DefinitionVersion.objects.filter(line=line).values_list("body", flat=True)
    return {key for body in bodies for key in tree.slots(body)}


class Abouts:
    """What remarks are about, in words and with the page of it; read once for many."""

    def __init__(self, remarks: Iterable[Remark], user: User, personal: bool = True):
        some = list(remarks)
        refs: dict[str, set[str]] = {}
        for one in some:
            refs.setdefault(one.about, set()).add(one.ref)
        self.personal = personal and may(user, "leads.personal")
        ids = [one.note.lead_id for one in some if one.note.lead_id]
        self.leads = Lead.objects.visible_to(user).filter(erased=False).in_bulk(ids)
        self.campaigns = Campaign.objects.in_bulk([int(ref) for ref in refs.get(About.CAMPAIGN, ())])
        self.personas = Persona.objects.in_bulk([int(ref) for ref in refs.get(About.PERSONA, ())])
        self.clauses = _clauses(refs.get(About.CLAUSE, set()))
        self.criteria = criteria_in_words(refs.get(About.CRITERION, set()))

    def of(self, one: Remark) -> tuple[str, str]:
        """(words, address); the address is "" where there is none to open."""
        if one.about == About.LEAD:
            lead = self.leads.get(one.note.lead_id or 0)
            name = str(lead) if lead and self.personal else _("lead %(number)s") % {"number": one.note.lead_id}
            return name, reverse("leads:lead", args=[lead.pk]) if lead else ""
        if one.about == About.GENERAL:
            return _("nothing in particular"), ""
        return self._thing(one)

    def _thing(self, one: Remark) -> tuple[str, str]:
        if one.about == About.CAMPAIGN:
            campaign = self.campaigns.get(int(one.ref))
            return (str(campaign), reverse("leads:campaign", args=[campaign.pk])) if campaign else (one.ref, "")
        if one.about == About.PERSONA:
            persona = self.personas.get(int(one.ref))
            return (str(persona), reverse("personas:persona", args=[persona.pk])) if persona else (one.ref, "")
        found = self.clauses if one.about == About.CLAUSE else self.criteria
        return found.get(one.ref, (one.ref.partition(":")[2], ""))


def _clauses(refs: set[str]) -> dict[str, tuple[str, str]]:
    """Clauses in words as the newest terms have them; opens the month with this clause chosen."""
    out: dict[str, tuple[str, str]] = {}
    pairs = [ref.partition(":")[::2] for ref in refs]
    found = Clause.objects.filter(terms__contract__in=[int(pk) for pk, _key in pairs]).select_related("terms")
    for one in found.order_by("terms__number"):
        ref = f"{one.terms.contract_id}:{one.key}"
        if ref in refs:
            url = reverse("sla:follow_up") + f"?contract={one.terms.contract_id}&clause={one.key}"
            out[ref] = (f"{one.key} {words.clause(one)}", url)
    return out


def criteria_in_words(refs: set[str]) -> dict[str, tuple[str, str]]:
    """Criteria in words as the newest version (else the draft) that has them says; opens the definition."""
    out: dict[str, tuple[str, str]] = {}
    ids = [int(ref.partition(":")[0]) for ref in refs]
    lines = DefinitionLine.objects.select_related("draft").prefetch_related("versions").in_bulk(ids)
    for ref in refs:
        pk, _colon, key = ref.partition(":")
        versions = sorted(lines[int(pk)].versions.all(), key=lambda one: -one.number) if int(pk) in lines else []
        drafts = [one for one in [getattr(lines.get(int(pk)), "draft", None)] if one]
        version: Any = next((one for one in [*versions, *drafts] if key in tree.slots(one.body)), None)
        if version:
            said = criteria.words(version, key, get_language() or "en")
            out[ref] = (said, reverse("personas:definition", args=[int(pk)]))
    return out


def replies(some: Iterable[int]) -> dict[int, list[Reply]]:
    """Remark → its answers that stand, the oldest first."""
    out: dict[int, list[Reply]] = {}
    for one in standing_replies().filter(to__in=list(some)).order_by("pk"):
        out.setdefault(one.to_id, []).append(one)
    return out
