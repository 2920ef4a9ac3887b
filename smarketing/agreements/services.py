"""Propose, sign, verify. A signature needs the signer's password again; one person never signs for both sides."""

import json
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, Max
from django.utils.translation import gettext as _

from smarketing.accounts import deputies
from smarketing.accounts.audit import record
from smarketing.accounts.models import Side, User
from smarketing.accounts.policy import may

from . import kinds, notices
from .canonical import canonical, sha256
from .models import Paper, Signature


class AgreementError(ValueError):
    """A signature or proposal that is refused; the message is translated and meant for the screen."""


@transaction.atomic
def propose(*, kind: str, line: str, body: Any, by: User | None, at: datetime) -> Paper:
    """The next paper of a line with this body (canonical JSON). The same body as the newest paper returns that one.

    NotCanonical for a body with floats or other values without one text.
    """
    text = canonical(body)
    digest = sha256(text)
    newest = Paper.objects.filter(kind=kind, line=line).order_by("-number").first()
    if newest and newest.sha256 == digest:
        return newest
    number = (newest.number if newest else 0) + 1
    try:
        with transaction.atomic():
            paper = Paper.objects.create(
                kind=kind, line=line, number=number, body=text, sha256=digest, proposed_by=by, proposed_at=at
            )
    except IntegrityError:
        raise AgreementError(_("Somebody proposed another text at the same moment: look at it first.")) from None
    record(by, f"{kind}.propose", "paper", paper.pk, at, number=number, sha256=digest)
    notices.tell_proposed(paper, at)
    return paper


@transaction.atomic
def sign(
    *, paper: Paper, by: User, at: datetime, password: str = "", proved: bool = False, read: str = ""
) -> Signature:
    """The signature of `by` for their side, after asking for the password again. AgreementError says why not.

    `proved`: somebody without a password has just shown who they are in another way (`proof.fresh`). `read`: digest of the
    text that stood before the signer; another one by now is not signed.
    """
    if reason := why_not(paper, by, at):
        raise AgreementError(reason)
    if read and read != paper.sha256:
        raise AgreementError(_("The text was changed since you opened it: read it again before you sign."))
    if by.has_usable_password() and not by.check_password(password):
        raise AgreementError(_("This is not your password."))
    if not by.has_usable_password() and not proved:
        raise AgreementError(_("Sign in again, then sign within five minutes: this makes sure that it is you."))
    try:
        with transaction.atomic():
            signature = Signature.objects.create(
                paper=paper, side=by.side, signer=by, signed_at=at, sha256=paper.sha256
            )
    except IntegrityError:
        raise AgreementError(_("Your side has signed already.")) from None
    kind = kinds.get(paper.kind)
    place = None if by.signs and may(by, kind.sign_verb) else in_place_of(by, paper.kind, paper.line, at)
    said = {"in_place_of": place.pk} if place else {}
    record(by, f"{paper.kind}.sign", "paper", paper.pk, at, side=by.side, sha256=paper.sha256, **said)
    notices.tell_signed(signature, at)
    if kind.on_signed and both_signed_at(paper):
        kind.on_signed(paper, at)
    return signature


def why_not(paper: Paper, user: User, at: datetime) -> str:
    """Why `user` may not sign `paper` at `at`, as a sentence; empty when they may."""
    if user.side not in Side.values:
        return _("Only marketing and sales sign: you belong to neither side.")
    if not may_sign(user, paper.kind, paper.line, at):
        return _("You are not a named signer of your side, nor the deputy of one today.")
    signed = dict(paper.signatures.values_list("side", "signer_id"))
    if user.side in signed:
        return _("Your side has signed already.")
    if user.pk in signed.values():
        return _("You have signed for the other side: one person never signs for both.")
    if Paper.objects.filter(kind=paper.kind, line=paper.line, number__gt=paper.number).exists():
        return _("A newer text has been proposed since: sign that one.")
    if verify(paper):
        return _("The text was changed after it was proposed: it cannot be signed.")
    return ""


def may_sign(user: User, kind: str, line: str, at: datetime) -> bool:
    """Whether `user` may sign papers of a line for their side: as a named signer, or in the place of one."""
    return deputies.may_sign(user, kinds.get(kind).sign_verb, at) or in_place_of(user, kind, line, at) is not None


def in_place_of(user: User, kind: str, line: str, at: datetime) -> User | None:
    """The signer in whose place `user` signs: for some days, or by what both sides signed on this line."""
    known = kinds.get(kind)
    if place := deputies.stands_in_for(user, known.sign_verb, at):
        return place
    return known.stand_ins(line, at).get(user.pk) if known.stand_ins and line else None


def both_signed_at(paper: Paper) -> datetime | None:
    """The instant from which both sides have signed, or None."""
    found = paper.signatures.filter(side__in=Side.values).aggregate(
        last=Max("signed_at"), sides=Count("side", distinct=True)
    )
    return found["last"] if found["sides"] == len(Side.values) else None


def state(paper: Paper) -> dict[str, Signature | None]:
    """Side -> its signature or None, in the order of the sides."""
    found = {signature.side: signature for signature in paper.signatures.select_related("signer")}
    return {side: found.get(side) for side in Side.values}


def side_has_signed(*, kind: str, side: str) -> bool:
    """Whether a side has signed the newest paper of a kind."""
    newest = Paper.objects.filter(kind=kind).order_by("-pk").first()
    return newest is not None and newest.signatures.filter(side=side).exists()


def verify(paper: Paper) -> list[str]:
    """Sentences naming what no longer fits: the text, its digest, a signature, or what is in force by it. Empty: nothing
    was touched."""
    digest = sha256(paper.body)
    name = f"{paper.line} {paper.number}"
    signed = list(paper.signatures.all())
    out = []
    if digest != paper.sha256:
        agreed = all(signature.sha256 == paper.sha256 for signature in signed)
        what = _("%(paper)s: the text was changed") if agreed else _("%(paper)s: the text or its digest was changed")
        out.append(what % {"paper": name})
    elif not _is_canonical(paper.body):
        out.append(_("%(paper)s: the text is not canonical") % {"paper": name})
    for signature in signed:
        if signature.sha256 != digest:
            out.append(
                _("%(paper)s: the signature of %(side)s is on another text")
                % {"paper": name, "side": Side(signature.side).label}
            )
    in_force = kinds.get(paper.kind).verify
    if in_force and digest == paper.sha256:
        out += [f"{name}: {sentence}" for sentence in in_force(paper)]
    return out


def _is_canonical(text: str) -> bool:
    try:
        return canonical(json.loads(text)) == text
    except ValueError:
        return False
