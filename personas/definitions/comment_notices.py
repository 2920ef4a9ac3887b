"""Who hears of a comment: the other side's managers and signers, and whoever spoke in its thread."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from django.db.models import Q
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from personas.models import Comment
from smarketing.accounts.models import Role, User
from smarketing.accounts.policy import may
from smarketing.notify import notices, registry
from smarketing.notify.models import Notice
from smarketing.notify.registry import Line

KIND = "comment"


def register(quoted: Callable[[Comment], str]) -> None:
    """`quoted`: the line that a comment is about, in the reader's words."""
    registry.register(
        registry.Kind(
            KIND, gettext_lazy("Somebody comments on a definition, or answers you"), "chat-left-text", partial(say, quoted),
            whom=lambda user: user.role != Role.REP or user.signs,
        )
    )  # fmt: skip


def tell(comment: Comment) -> None:
    """In the transaction of the comment."""
    other = Q(role=Role.MANAGER) | Q(signs=True)
    people = User.objects.filter(other, is_active=True).exclude(side=comment.side)
    thread = Comment.objects.filter(Q(pk=comment.answers_id) | Q(answers=comment.answers_id, answers__isnull=False))
    told = {*people.values_list("pk", flat=True), *thread.values_list("by", flat=True)}
    notices.tell(kind=KIND, users=told, about=f"comment:{comment.pk}", at=comment.at, by=comment.by, comment=comment.pk)


def say(quoted: Callable[[Comment], str], some: Sequence[Notice], reader: User) -> Mapping[int, Line]:
    """ "Hugo on “France”: Too wide for us.", with the line it is about, leads there. Nothing of what was taken back."""
    if not may(reader, "definition.view"):
        return {}
    found = Comment.objects.select_related("by", "line").in_bulk([one.params["comment"] for one in some])
    out = {}
    for notice in some:
        one = found.get(notice.params["comment"])
        if one is None or one.taken_back_at:
            continue
        words = {"who": one.by, "name": one.line.name, "text": Truncator(one.text).chars(140)}
        where = f"{reverse('personas:definition', args=[one.line_id])}?talk={one.place or 'all'}#talk"
        out[notice.pk] = Line(_("%(who)s on “%(name)s”: %(text)s") % words, where, quoted(one))
    return out
