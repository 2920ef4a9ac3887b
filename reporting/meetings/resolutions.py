"""Resolutions: who does what until when, and which figure shall move; the draft that carries one out; whether it happened."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from personas.models import DefinitionLine, DefinitionVersion
from sla.models import Contract, Terms
from smarketing.accounts import audit
from smarketing.accounts.models import Role, User
from smarketing.measures import engine, registry
from smarketing.measures.question import Refusal as Unanswerable
from smarketing.rows import clock, fence

from ..models import Meeting, Resolution, ResolutionDraft, ResolutionOutcome
from . import notices
from .keeping import ahead
from .problems import Refused

MAX = 400
Kind = ResolutionDraft.Kind


@dataclass(frozen=True)
class Figure:
    """The figure to watch: a registered measure, narrowed by dimensions; `target` in its unit, a share in percent."""

    measure: str
    where: Mapping[str, str]
    target: Decimal | None = None
    direction: str = Resolution.Direction.UP


@transaction.atomic
def resolve(
    *, meeting: Meeting, text: str, charge: User | None, due: date, figure: Figure, by: User, at: datetime
) -> Resolution:
    """A resolution of a meeting. Refused without words, a person in charge, a day to come, or a figure that can be read."""
    meeting = ahead(meeting)
    text = " ".join(text.split())
    if not text:
        raise Refused(_("Say what is resolved."), "text")
    if len(text) > MAX:
        raise Refused(_("Use at most %(n)s characters.") % {"n": MAX}, "text")
    if charge is None or not charge.is_active:
        raise Refused(_("Name the person in charge: what everybody does, nobody does."), "charge")
    if due < clock.today(at):
        raise Refused(_("This day is over: choose one to come."), "due")
    _readable(figure, at)
    number = meeting.resolutions.count() + 1
    made = Resolution.objects.create(
        meeting=meeting, number=number, text=text, charge=charge, due=due, measure=figure.measure,
        where=dict(figure.where), direction=figure.direction, target=figure.target, cutoff=fence.cutoff(), by=by, at=at,
    )  # fmt: skip
    audit.record(
        by, "resolution.make", "resolution", made.pk, at, meeting=meeting.pk, charge=charge.pk, due=due.isoformat()
    )
    notices.tell_charged(made, at)
    return made


def _readable(figure: Figure, at: datetime) -> None:
    if not figure.measure:
        raise Refused(_("Choose the figure that shall move."), "measure")
    day = clock.today(at)
    try:
        engine.answer(figure.measure, first=day.replace(day=1), until=day.replace(day=2), where=figure.where)
    except Unanswerable as refusal:
        raise Refused(_("This figure cannot be read this way: %(why)s") % {"why": refusal.message}, "where") from None
    if figure.direction not in Resolution.Direction.values:
        raise Refused(_("Say whether it shall rise or fall."), "direction")
    if figure.target is not None and figure.target < 0:
        raise Refused(_("A target is not below 0."), "target")


def measures() -> list[tuple[str, str]]:
    """Measures that may be watched: key → label, in the order of the register."""
    return [(one.key, str(one.label)) for one in registry.measures()]


@transaction.atomic
def open_draft(
    *,
    resolution: Resolution,
    kind: str,
    line: DefinitionLine | None = None,
    contract: Contract | None = None,
    by: User,
    at: datetime,
) -> ResolutionDraft:
    """Tie a draft to a resolution: of a definition, or of a contract's terms. The draft itself is written on its own page."""
    if (kind == Kind.DEFINITION) != (line is not None) or (kind == Kind.TERMS) != (contract is not None):
        raise Refused(_("Choose the definition or the contract that is to change."))
    if outcome(resolution) is not None:
        raise Refused(_("Whether this resolution was carried out is recorded already."))
    try:
        with transaction.atomic():
            made = ResolutionDraft.objects.create(
                resolution=resolution,
                kind=kind,
                line=line,
                contract=contract,
                after=newest(kind, line, contract),
                by=by,
                at=at,
            )
    except IntegrityError:
        return ResolutionDraft.objects.get(resolution=resolution, kind=kind, line=line, contract=contract)
    audit.record(
        by,
        "resolution.draft",
        "resolution",
        resolution.pk,
        at,
        kind=kind,
        line=line and line.pk,
        contract=contract and contract.pk,
    )
    return made


def newest(kind: str, line: DefinitionLine | None, contract: Contract | None) -> int:
    """The number of the newest signed version; 0 for none."""
    if kind == Kind.DEFINITION:
        found = DefinitionVersion.objects.filter(line=line).order_by("-number").values_list("number", flat=True).first()
    else:
        found = Terms.objects.filter(contract=contract).order_by("-number").values_list("number", flat=True).first()
    return found or 0


def signed(draft: ResolutionDraft) -> DefinitionVersion | Terms | None:
    """The version that both sides signed after the draft was opened: what became of it."""
    if draft.kind == Kind.DEFINITION:
        return DefinitionVersion.objects.filter(line=draft.line_id, number__gt=draft.after).order_by("number").first()
    return Terms.objects.filter(contract=draft.contract_id, number__gt=draft.after).order_by("number").first()


def may_tell(resolution: Resolution, user: User) -> bool:
    """Whether somebody may say that it happened: the person in charge, or a manager."""
    return user.pk == resolution.charge_id or user.role == Role.MANAGER


@transaction.atomic
def tell(*, resolution: Resolution, done: bool, words: str, by: User, at: datetime) -> ResolutionOutcome:
    """Say whether it happened. Refused to others, and for "not done" without a reason."""
    if not may_tell(resolution, by):
        raise Refused(_("The person in charge says whether it happened, or a manager."))
    words = " ".join(words.split())
    if not done and not words:
        raise Refused(_("Say why it did not happen."), "words")
    if len(words) > MAX:
        raise Refused(_("Use at most %(n)s characters.") % {"n": MAX}, "words")
    made = ResolutionOutcome.objects.create(resolution=resolution, done=done, words=words, by=by, at=at)
    audit.record(by, "resolution.tell", "resolution", resolution.pk, at, done=done)
    notices.tell_outcome(made, at)
    return made


def outcome(resolution: Resolution) -> ResolutionOutcome | None:
    """The newest word on whether it happened."""
    return resolution.outcomes.select_related("by").order_by("-pk").first()
