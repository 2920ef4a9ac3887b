"""Consent and opposition: recorded with their proof, taken back where they were recorded by mistake.

An opposition closes every channel at once: the lead opposes, its addresses go on the suppression list, open handoffs
are withdrawn. Only a new consent with its proof, or taking the opposition back, opens them again.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from leads.evidence import values
from leads.evidence.story import merged
from leads.handoffs import handing
from leads.intake import columns, corrections, facts, merging, suppression
from leads.models import AttributeChange, Consent, ConsentProof, Correction, Lead, Suppression
from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.rows import clock
from smarketing.rows.fence import Fence, open_fence

from .problems import Refusal

KINDS = Consent.Kind
MAX_PROOF = 4000


@transaction.atomic
def say(
    *, lead: Lead, kind: str, purpose: str, channel: str, basis: str, source: str, text: str, said_on: date | None,
    by: User, at: datetime,
) -> Consent:  # fmt: skip
    """Record a consent given or withdrawn. Refusal without a proof of what is given, or for a day to come."""
    _living(lead)
    if kind == KINDS.GIVEN and not (source.strip() and text.strip()):
        raise Refusal(
            _("Write where it was said and the words that prove it."), "source" if not source.strip() else "text"
        )
    if kind == KINDS.GIVEN and not basis:
        raise Refusal(_("Choose a basis."), "basis")
    basis = basis if kind == KINDS.GIVEN else ""
    return _add(lead, kind, purpose, channel, basis, source, text, said_on, by, at, open_fence())


@transaction.atomic
def oppose(*, lead: Lead, source: str, text: str, said_on: date | None, by: User, at: datetime) -> Consent:
    """This person asked not to be contacted: everything is closed at once. Refusal when that is so already."""
    _living(lead)
    fence = open_fence()
    family = merged(lead)
    columns.lock("lead", family)
    if Lead.objects.values_list("opted_out", flat=True).get(pk=lead.pk):
        raise Refusal(_("This person opposes already."))
    made = _add(lead, KINDS.OPPOSED, Consent.Purpose.ANY, Consent.Channel.ANY, "", source, text, said_on, by, at, fence)
    hand = facts.Origin(by=by, source="hand")
    facts.record_changes([facts.Change("lead", lead.pk, "opted_out", True, made.occurred_at)], origin=hand, fence=fence)
    if not Lead.objects.values_list("opted_out", flat=True).get(pk=lead.pk):
        # something said since then speaks for the present: the opposition holds from today
        facts.record_changes([facts.Change("lead", lead.pk, "opted_out", True, at)], origin=hand, fence=fence)
    handing.oppose(family, by=by, at=at, fence=fence)
    return made


@transaction.atomic
def agree(*, lead: Lead, source: str, text: str, said_on: date | None, by: User, at: datetime) -> Consent:
    """Somebody who opposed consents again, with a proof: the addresses come off the list, the opposition ends."""
    _living(lead)
    fence = open_fence()
    family = merged(lead)
    columns.lock("lead", family)
    if not Lead.objects.filter(pk__in=family, opted_out=True).exists():
        raise Refusal(_("This person does not oppose."))
    if not (source.strip() and text.strip()):
        raise Refusal(
            _("Write where it was said and the words that prove it."), "source" if not source.strip() else "text"
        )
    made = _add(
        lead, KINDS.GIVEN, Consent.Purpose.ANY, Consent.Channel.ANY, Consent.Basis.CONSENT, source, text, said_on, by, at, fence
    )  # fmt: skip
    emails = list(Lead.objects.filter(pk__in=family).values_list("email", flat=True))
    ids = [row.pk for _email, row in suppression.entries(emails)]
    facts.correct(subject="suppression", subject_ids=ids, by=by, at=at, reason="new consent")
    suppression.release(emails, fence)
    said = Lead.objects.filter(pk__in=family, opted_out=True).exclude(pk__in=merging.lent(family))
    changes = [facts.Change("lead", pk, "opted_out", False, at) for pk in said.values_list("pk", flat=True)]
    facts.record_changes(changes, origin=facts.Origin(by=by, source="hand"), fence=fence)
    return made


@transaction.atomic
def take_back(*, consent: Consent, by: User, at: datetime, reason: str) -> Correction:
    """A record that was a mistake, with all that followed from it: struck through, absent everywhere.

    Who may, and when, says `intake.corrections`. Refusal else, or when it was taken back before.
    """
    if Correction.objects.filter(subject="consent", subject_id=consent.pk).exists():
        raise Refusal(_("This was taken back before."))
    if found := corrections.hindrance("consent", consent, by=by, at=at, reason=reason):
        raise Refusal(found.said, found.field)
    facts.correct(subject="consent", subject_ids=[consent.pk], by=by, at=at, reason=reason)
    same = AttributeChange.objects.filter(
        subject="lead", field="opted_out", recorded_at=consent.recorded_at, by=consent.by, source="hand"
    )
    facts.correct(subject="attributechange", subject_ids=same.values_list("pk", flat=True), by=by, at=at, reason=reason)
    merges = merging.standing().filter(loser__in=merging.family([consent.lead_id]))
    for recorded in {consent.recorded_at, *merges.values_list("recorded_at", flat=True)}:
        handing.oppose_back(recorded, by=by, at=at, reason=reason)
    return Correction.objects.get(subject="consent", subject_id=consent.pk)


def of(lead: Lead, t: datetime | None = None, whose: Sequence[int] = ()) -> Sequence[Consent]:
    """What a person said, newest first, with `back` (the Correction) where it was taken back; with `t` as known then.
    `whose`: the lead and those merged into it, where they were read already."""
    known = Q() if t is None else Q(known_at__lte=t, occurred_at__lte=t)
    whose = whose or (merged(lead) if t is None else list(values.members(lead.pk, t)))
    said = Consent.objects.filter(known, lead__in=whose).select_related("by", "proof")
    rows = list(said.order_by("-occurred_at", "-pk"))
    by_then = Q() if t is None else Q(known_at__lte=t)
    gone = Correction.objects.filter(by_then, subject="consent", subject_id__in=[row.pk for row in rows])
    back = {one.subject_id: one for one in gone.select_related("by")}
    for row in rows:
        row.back = back.get(row.pk)
    return rows


@transaction.atomic
def suppress(*, email: str, by: User, at: datetime) -> bool:
    """Put an address on the suppression list by hand; whoever has it is taken back from sales at once. False when it is there
    already."""
    fence = open_fence()
    leads = list(suppression.people(email).values_list("pk", flat=True))
    made = suppression.add(
        {email: next(iter(leads), None)}, origin=Suppression.Origin.HAND, by=by, at=at, fence=fence
    )  # fmt: skip
    handing.oppose(merging.family(leads), by=by, at=at, fence=fence)
    if made:
        record(by, "suppression.add", "suppression", made[0], at)
    return bool(made)


@transaction.atomic
def unsuppress(*, email: str, by: User, at: datetime, reason: str) -> None:
    """Take an address off the list. Refusal without a reason, or while somebody with this address opposes by themselves."""
    fence = open_fence()
    rows = [row.pk for _email, row in suppression.entries([email])]
    if not rows:
        raise Refusal(_("This address is not on the list."), "email")
    if not reason.strip():
        raise Refusal(_("Say why it comes off the list."), "reason")
    facts.correct(subject="suppression", subject_ids=rows, by=by, at=at, reason=reason)
    suppression.release([email], fence)
    if suppression.people(email).filter(opted_out=True).exists():
        raise Refusal(
            _("Somebody with this address opposes: record the new consent, with its proof, on the page of the lead.")
        )
    record(by, "suppression.remove", "suppression", rows[0], at)


@transaction.atomic
def unlist(
    *, rows: Sequence[Suppression], by: User, at: datetime, reason: str
) -> tuple[int, list[tuple[Suppression, str]]]:
    """Take entries off the list, each with every other entry of its address. (how many came off, those left with why).

    Refusal without a reason. An entry stays while somebody with its address opposes by themselves, and where the person was
    erased after opposing: only whoever knows the address takes that off (`unsuppress`).
    """
    if not reason.strip():
        raise Refusal(_("Say why it comes off the list."), "reason")
    known, n, left = suppression.opposed_by_key(), 0, []
    for row in rows:
        try:
            with transaction.atomic():
                n += _unlist(row, known.get(bytes(row.key), ""), by, at, reason)
        except Refusal as refusal:
            left.append((row, str(refusal)))
    return n, left


def _unlist(row: Suppression, email: str, by: User, at: datetime, reason: str) -> bool:
    """One entry; False when it came off before, be it with another entry of its address."""
    fence = open_fence()
    same = {one.pk: one for one in suppression.standing().filter(key=row.key)}
    same |= {one.pk: one for _email, one in suppression.entries([email])}
    if row.pk not in same:
        return False
    if any(suppression.is_gone(one) for one in same.values()):
        raise Refusal(_("erased after opposing: only by typing the address"))
    facts.correct(subject="suppression", subject_ids=sorted(same), by=by, at=at, reason=reason)
    if email:
        suppression.release([email], fence)
        if suppression.people(email).filter(opted_out=True).exists():
            raise Refusal(_("this person opposes: record the new consent, with its proof, on the page of the lead"))
    record(by, "suppression.remove", "suppression", row.pk, at)
    return True


def _living(lead: Lead) -> None:
    """Refusal for who is erased, or was while this was written; nobody is erased until this is done."""
    if lead.erased or not columns.living([lead.pk]):
        raise Refusal(_("This person was erased."))
    if lead.root_id:
        raise Refusal(_("This lead was merged into another one: do it there."))


def _add(
    lead: Lead, kind: str, purpose: str, channel: str, basis: str, source: str, text: str, said_on: date | None,
    by: User, at: datetime, fence: Fence,
) -> Consent:  # fmt: skip
    today = clock.today(at)
    if said_on and said_on > today:
        raise Refusal(_("This day has not come yet."), "said_on")
    dated = said_on is not None and said_on < today
    occurred = datetime.combine(said_on, time(), clock.zone()).astimezone(UTC) if dated else at
    made = Consent.objects.create(
        lead=lead, kind=kind, purpose=purpose, channel=channel, basis=basis, day_only=dated, by=by,
        occurred_at=occurred, recorded_at=fence.recorded_at, known_at=fence.recorded_at,
    )  # fmt: skip
    ConsentProof.objects.create(consent=made, source=source.strip()[:120], text=text.strip()[:MAX_PROOF])
    record(by, f"consent.{kind}", "lead", lead.pk, at, consent=made.pk, purpose=purpose, channel=channel)
    return made
