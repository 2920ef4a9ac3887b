"""The page of a search, and the two pieces that the field at the top and the palette fetch."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from smarketing.accounts.policy import may, needs

from . import commands, finding, known

ON_PAGE = 20


@needs("search.use")
@never_cache
def search(request: HttpRequest) -> HttpResponse:
    """`?q=…`: everything found, group by group; `&part=hits` only the hits, as options of a list."""
    text = finding.tidy(request.GET.get("q", ""))
    part = request.GET.get("part") == "hits"
    found, nearly = finding.search(request.user, text, finding.LIMIT if part else ON_PAGE)
    context = {"text": text, "found": found, "nearly": nearly}
    return render(request, "web/search_hits.html" if part else "web/search.html", context)


@needs("search.use")
@never_cache
def palette(request: HttpRequest) -> HttpResponse:
    """What the palette offers before anything is typed, as options of a list."""
    return render(request, "web/palette_commands.html", {"groups": commands.offered(request.user)})


@needs("search.use")
@never_cache
def known_names(request: HttpRequest, kind: str) -> HttpResponse:
    """Names of a kind that hold what was typed in a field, whatever the field is called, as options of a list."""
    found = known.kind_of(kind)
    if found is None or not may(request.user, found.verb):
        raise Http404
    text = finding.tidy(next(iter(request.GET.values()), ""))
    return render(request, "web/known.html", {"names": list(found.find(text))[: known.MOST]})
