"""What a reason must name, offered and checked: a criterion of the definition, a field, another record.

Kept on the decision as "fit:<criterion>", "must:<place>", "never:<place>", "field:<key>" or "lead:<id>".
"""

import re
from collections.abc import Iterator

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from leads.models import Deal, Handoff, Lead, Stage
from personas.criteria import definition_text
from personas.criteria.sentence import Voice
from personas.definitions import queries
from personas.definitions.catalogue import catalogue
from smarketing.web.language import active_language

from .problems import Refusal
from .reasons import ATTEMPTS, CRITERION, FIELD, RECORD, Reason

SECTIONS = ("fit", "must", "never")
CONTACT_FIELDS = (
    "lead.email", "lead.phone", "lead.first_name", "lead.last_name", "lead.function", "company.name", "company.domain",
)  # fmt: skip
MAX_RECORDS = 12
STORY = "story"  # what speaks against a decision is in the lead's story
_NUMBER = re.compile(r"(?:lead:|#)?\s*(\d{1,18})")


def choices(kind: str, handoff: Handoff) -> list[tuple[str, str]]:
    """(value, words) that a form offers for this kind of evidence, in the active language."""
    return list(_OFFERS[kind](handoff)) if kind in _OFFERS else []


def check(reason: Reason, handoff: Handoff, value: str, *, attempts: int, promised: int) -> str:
    """The evidence as it is kept. Refusal when what the reason must name is missing or does not prove it."""
    if reason.evidence == ATTEMPTS:
        if attempts < promised:
            raise Refusal(
                _("“%(reason)s” needs %(promised)s attempts; %(attempts)s counted so far.")
                % {"reason": reason.label, "promised": promised, "attempts": attempts},
                "reason",
            )
        return f"attempts:{attempts}"
    if not reason.evidence:
        return ""
    if reason.evidence == RECORD:
        return _record(reason, handoff, value)
    if value not in dict(choices(reason.evidence, handoff)):
        raise Refusal(str(reason.question), "evidence")
    return value


def against(handoff: Handoff) -> list[tuple[str, str]]:
    """(value, words) of what may speak against a decision: a criterion, a field, what the story tells."""
    return [*dict([*_criteria(handoff), *_fields(handoff)]).items(), (STORY, _("what the story of the lead tells"))]


def words(value: str, handoff: Handoff) -> str:
    """Kept evidence in the active language; what can no longer be named is shown as it was kept."""
    if value.startswith("attempts:"):
        return ""
    if value == STORY:
        return _("what the story of the lead tells")
    if value.startswith("lead:"):
        return _("lead %(number)s") % {"number": value[5:]}
    offered = dict([*_criteria(handoff), *_fields(handoff)])
    return offered.get(value, value)


def _criteria(handoff: Handoff) -> Iterator[tuple[str, str]]:
    version = handoff.version or queries.version_in_force(handoff.line_id, handoff.occurred_at)
    language = active_language()
    found = False
    if version:
        personas = queries.persona_names(language)
        voice = Voice(language, catalogue(), personas)
        for line in definition_text.lines(version.body, voice):
            if line.section in SECTIONS:
                found = True
                yield f"{line.section}:{line.key or line.path[-1]}", line.text
    if not found:
        yield from _fields(handoff)


def _fields(handoff: Handoff) -> Iterator[tuple[str, str]]:
    french = active_language() == "fr"
    known = catalogue()
    for key in CONTACT_FIELDS:
        if key in known:
            yield f"field:{key}", known[key].label_fr if french else known[key].label_en


def _records(handoff: Handoff) -> Iterator[tuple[str, str]]:
    lead = handoff.lead
    same = Q(company=lead.company_id) if lead.company_id else Q(pk=None)
    if lead.email:
        same |= Q(email__iexact=lead.email)
    if lead.phone:
        same |= Q(phone=lead.phone)
    others = Lead.objects.filter(same, erased=False).exclude(pk=lead.pk).order_by("-created_at", "-pk")
    for other in others[:MAX_RECORDS]:
        alike = other.email and other.email.lower() == lead.email.lower()
        yield (
            f"lead:{other.pk}",
            _("lead %(number)s · %(how)s · %(stage)s")
            % {
                "number": other.pk,
                "how": _("same e-mail") if alike else _("same company or phone"),
                "stage": other.get_stage_display(),
            },
        )


def _record(reason: Reason, handoff: Handoff, value: str) -> str:
    value = value.strip()
    wanted = Q(pk=None)
    if match := _NUMBER.fullmatch(value):
        wanted = Q(pk=int(match[1]))
    elif "@" in value:
        wanted = Q(email__iexact=value)
    won = Deal.objects.filter(lead=OuterRef("pk"), state=Deal.State.WON)
    others = Lead.objects.filter(wanted, erased=False).exclude(pk=handoff.lead_id)
    other = others.annotate(bought=Exists(won)).order_by("pk").first()
    if other is None:
        raise Refusal(
            _("Name the other record: choose it, or write its number or e-mail address.")
            if not value
            else _("No other lead has this number or e-mail address."),
            "evidence",
        )
    if reason.code == "REL-CUST" and other.stage != Stage.CUSTOMER and not other.bought:
        raise Refusal(_("Nothing was won with this record: it proves no customer."), "evidence")
    return f"lead:{other.pk}"


_OFFERS = {CRITERION: _criteria, FIELD: _fields, RECORD: _records}
