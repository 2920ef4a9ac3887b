"""What is told about papers: a text that waits for signatures, and each signature, to managers, marketers and signers."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from smarketing.accounts.models import Deputy, Role, User
from smarketing.accounts.policy import may
from smarketing.notify import notices, registry
from smarketing.notify.models import Notice
from smarketing.notify.registry import Line
from smarketing.rows import clock

from . import kinds
from .models import Paper, Signature

KIND = "paper"


def register() -> None:
    registry.register(
        registry.Kind(
            KIND, gettext_lazy("A definition, terms or another paper is proposed or signed"), "pen", say,
            whom=lambda user: user.role != Role.REP or user.signs,
        )
    )  # fmt: skip


def tell_proposed(paper: Paper, at: datetime) -> None:
    """A new text waits for both signatures."""
    _tell(paper, f"paper:{paper.pk}", paper.proposed_by, at)


def tell_signed(signature: Signature, at: datetime) -> None:
    """A side has signed; with the second signature both have."""
    _tell(signature.paper, f"signature:{signature.pk}", signature.signer, at, signature=signature.pk)


def _tell(paper: Paper, about: str, by: User | None, at: datetime, **params) -> None:
    deputies, named = Deputy.objects.on(clock.today(at)).values("deputy"), kinds.get(paper.kind).stand_ins
    whom = Q(role__in=(Role.MANAGER, Role.MARKETER)) | Q(signs=True) | Q(pk__in=deputies)
    if named:
        whom |= Q(pk__in=list(named(paper.line, at)))
    users = User.objects.filter(whom, is_active=True).values_list("pk", flat=True)
    notices.tell(kind=KIND, users=users, about=about, at=at, by=by, paper=paper.pk, **params)


def say(some: Sequence[Notice], reader: User) -> Mapping[int, Line]:
    """ "Hugo proposed Terms “France” · 3"; "Inès signed …", and what is missing now."""
    if not may(reader, "papers.view"):
        return {}
    papers = Paper.objects.select_related("proposed_by").in_bulk([one.params["paper"] for one in some])
    asked = [one.params["signature"] for one in some if "signature" in one.params]
    signatures = Signature.objects.select_related("signer").in_bulk(asked)
    sides: dict[int, set[str]] = {}
    for pk, side in Signature.objects.filter(paper__in=papers).values_list("paper", "side"):
        sides.setdefault(pk, set()).add(side)
    out = {}
    for one in some:
        paper, signature = papers.get(one.params["paper"]), signatures.get(one.params.get("signature"))
        if paper is None:
            continue
        who = signature.signer if signature else paper.proposed_by
        words = {"name": who or _("Somebody"), "paper": kinds.get(paper.kind).title(paper)}
        text = _("%(name)s signed: %(paper)s") if signature else _("%(name)s proposed: %(paper)s")
        out[one.pk] = Line(
            text % words, reverse("agreements:paper", args=[paper.pk]), _missing(paper, sides.get(paper.pk, set()))
        )
    return out


def _missing(paper: Paper, signed: set[str]) -> str:
    if len(signed) == 2:
        comes_of = kinds.get(paper.kind).comes_of
        return (comes_of(paper) if comes_of else "") or _("Both sides have signed.")
    if not signed:
        return _("Both signatures are missing.")
    return (
        _("The signature of sales is missing.")
        if "marketing" in signed
        else _("The signature of marketing is missing.")
    )
