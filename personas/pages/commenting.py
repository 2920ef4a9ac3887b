"""Forms of comments: said or answered on a line, settled, opened again, taken back. Refused, what was typed stays."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from personas.definitions import comments
from personas.definitions.services import KIND
from personas.models import Comment, DefinitionLine
from smarketing.accounts.policy import needs
from smarketing.agreements.models import Paper
from smarketing.rows import clock
from smarketing.web.once import once

from .papers import paper_page
from .standing import line_of
from .studio import get_line, studio
from .talks import WHOLE

FAULTY = 422


@needs("definition.comment")
@require_POST
@once
def say(request: HttpRequest, pk: int) -> HttpResponse:
    """A comment on the line at `place`, or an answer; `paper`: the page to come back to, else the studio."""
    line, at = get_line(pk), clock.now()
    place, text = request.POST.get("place", ""), request.POST.get("text", "")
    thread = _thread(line, request.POST.get("answers", ""))
    try:
        comments.say(line=line, text=text, by=request.user, at=at, place=place, answers=thread)
    except comments.CannotComment as refusal:
        typed = {"text": text, "error": str(refusal), "answers": thread.pk if thread else None}
        asked = (thread.place if thread else place) or WHOLE
        if (paper := _paper(request, line)) is not None:
            return paper_page(request, paper, asked=asked, status=FAULTY, **typed)
        return studio(request, line, at, asked=asked, status=FAULTY, **typed)
    messages.success(request, _("Comment added. The other side is told."))
    return _back(request, line, thread.place if thread else place)


@needs("definition.comment")
@require_POST
@once
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """`do`: settle, reopen, take_back."""
    comment = get_object_or_404(Comment.objects.select_related("line"), pk=pk, taken_back_at=None)
    deed, at = request.POST.get("do", ""), clock.now()
    if deed not in _DEEDS:
        raise Http404
    try:
        _DEEDS[deed](comment, request.user, at)
    except comments.CannotComment as refusal:
        messages.error(request, str(refusal))
    return _back(request, comment.line, comment.place)


_DEEDS = {
    "settle": lambda comment, by, at: comments.settle(comment=comment, by=by, at=at),
    "reopen": lambda comment, by, at: comments.settle(comment=comment, by=by, at=at, settled=False),
    "take_back": lambda comment, by, at: comments.take_back(comment=comment, by=by, at=at),
}


def _thread(line: DefinitionLine, pk: str) -> Comment | None:
    if not pk:
        return None
    if not pk.isdecimal() or len(pk) > 18:
        raise Http404
    return get_object_or_404(Comment, pk=int(pk), line=line, answers=None)


def _paper(request: HttpRequest, line: DefinitionLine) -> Paper | None:
    """The paper on whose page the form stood."""
    asked = request.POST.get("paper", "")
    found = Paper.objects.filter(pk=int(asked), kind=KIND).first() if asked.isdecimal() and len(asked) < 19 else None
    return found if found and line_of(found) == line.pk else None


def _back(request: HttpRequest, line: DefinitionLine, place: str) -> HttpResponse:
    paper = _paper(request, line)
    page = reverse("personas:paper", args=[paper.pk]) if paper else reverse("personas:definition", args=[line.pk])
    return HttpResponseRedirect(f"{page}?{urlencode({'talk': place or WHOLE})}#talk")
