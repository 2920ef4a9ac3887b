"""Help: a page for each role, the glossary, the keys. How each number is computed is told by the room of the numbers."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from smarketing.accounts.policy import needs

from .. import navigation
from . import guides, keys

GLOSSARY = "personas:glossary"


@needs("help.view")
def guide(request: HttpRequest, role: str = "") -> HttpResponse:
    """The reader's own role first; any other by its address. 404 for a role there is not."""
    shown = guides.GUIDES.get(role or request.user.role)
    if shown is None:
        raise Http404
    chapters = [(one, navigation.address(one.url_name) if one.url_name else None) for one in shown.chapters]
    context = {"guide": shown, "guides": guides.GUIDES.values(), "chapters": chapters}
    return render(request, "web/help/guide.html", context)


@needs("help.view")
def words(request: HttpRequest) -> HttpResponse:
    """On to the glossary, which is written and signed with the common language. 404 where there is none."""
    found = navigation.address(GLOSSARY)
    if found is None:
        raise Http404
    return redirect(found)


@needs("help.view")
def sheet(request: HttpRequest) -> HttpResponse:
    return render(request, "web/help/keys.html", {"groups": keys.GROUPS})
