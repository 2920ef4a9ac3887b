"""The next lead in the answer to an outcome: one way to the server and back instead of two.

A script that shows it in place asks for it by a header. What was done is committed, then the page to which the answer would
have sent is written as if it had been asked for now: whoever took a lead in the meantime has it, and another one is shown.
Without the header, and for any other page, the answer sends there as ever; a form sent again gets the same.
"""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import Resolver404, resolve
from django.utils.datastructures import MultiValueDict

from smarketing.web.context import IN_PLACE

SHOWN_AT = "X-Shown-At"  # in the answer: the address of the page that it holds


def in_place(*names: str) -> Callable[[Callable], Callable]:
    """Decorator of a view that takes POST forms, above `@once`: answers that would send to one of these pages hold it."""

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def answered(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            answer = view(request, *args, **kwargs)
            if IN_PLACE in request.headers and 300 <= answer.status_code < 400:
                return _shown(request, answer.headers["Location"], names) or answer
            return answer

        return answered

    return decorate


def _shown(request: HttpRequest, address: str, names: tuple[str, ...]) -> HttpResponse | None:
    """The page at an address as this person sees it now; None where it is none of these, or not to be shown."""
    parts = urlsplit(address)
    try:
        match = resolve(parts.path)
        if parts.netloc or match.view_name not in names:
            return None
        asked = _asked(request, parts.path, parts.query)
        asked.resolver_match = match
        page = match.func(asked, *match.args, **match.kwargs)
    except (Resolver404, Http404):
        return None
    page.headers[SHOWN_AT] = address
    return page


def _asked(request: HttpRequest, path: str, query: str) -> HttpRequest:
    """The same person's request for a page: their session, language and messages, nothing of what was sent."""
    asked = request.__class__.__new__(request.__class__)
    asked.__dict__.update(request.__dict__)
    asked.method, asked.path, asked.path_info = "GET", path, path
    asked.GET, asked.POST = QueryDict(query), QueryDict()
    asked._files = MultiValueDict()
    return asked
