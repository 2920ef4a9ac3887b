"""The page at /loop/quality/."""

from functools import partial

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from smarketing.accounts.policy import needs
from smarketing.measures import engine, words
from smarketing.rows import kept

from . import block_files, quality, tabs
from .views import address, read


@needs("loop.view")
@kept.all_once
def page(request: HttpRequest) -> HttpResponseBase:
    """Reasons crossed with a dimension, who is turned down, and the response curve, for a span of months."""
    here = read(request)
    by = request.GET.get("by", "criterion")
    by = by if by in quality.CROSSED else "criterion"
    rated = request.GET.get("rated", "campaign")
    rated = rated if rated in quality.RATED else "campaign"
    asked = here.ask(quality.asks(by, rated))
    response = block_files.response(asked)
    if (file := block_files.answer(request, asked, response)) is not None:
        return file
    offered = {**engine.dimensions(engine.registry.find("mql")), **engine.dimensions(engine.registry.find("turndowns"))}

    def choices(name: str, keys: tuple[str, ...], on: str) -> list[tuple[str, str, bool]]:
        return [(address(request, **{name: key}), words.dimension(key, offered), key == on) for key in keys]

    context = here.context(asked) | {
        "page": quality.page(asked, by, rated, request.user) if here.newest else None,
        "crossed": choices("by", quality.CROSSED, by),
        "rated": choices("rated", quality.RATED, rated),
        "files": block_files.offers(partial(address, request), response),
        "curve_heads": [label for _key, label in quality.CURVE],
        "tabs": tabs.shown("reporting:quality"),
    }
    return render(request, "reporting/quality.html", context)
