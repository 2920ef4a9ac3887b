"""Each request told once: a line in the log and two figures for monitoring, by the name of its page, never by its address."""

import re
import secrets
import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse
from prometheus_client import Counter, Histogram

QUIET = ("/static/", "/healthz", "/readyz", "/metrics")
HEADER = "X-Request-ID"
_GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")

REQUESTS = Counter("smarketing_http_requests", "Requests answered.", ["page", "method", "status"])
SECONDS = Histogram(
    "smarketing_http_request_seconds", "Time from request to answer.", ["page"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10),
)  # fmt: skip
log = structlog.get_logger("smarketing.request")


class Told:
    """Gives each request an id (the proxy's, if it sends a plain one), answers it in `X-Request-ID`, tells how it went."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        request.id = given if _GIVEN.fullmatch(given) else secrets.token_hex(8)
        with structlog.contextvars.bound_contextvars(request=request.id):
            begun = time.perf_counter()
            answer = self.get_response(request)
            answer.headers[HEADER] = request.id
            if not request.path.startswith(QUIET):
                _tell(request, answer.status_code, time.perf_counter() - begun)
        return answer


def _tell(request: HttpRequest, status: int, seconds: float) -> None:
    match = request.resolver_match
    page = match.view_name if match and match.view_name else "none"
    REQUESTS.labels(page, request.method if request.method in METHODS else "other", str(status)).inc()
    SECONDS.labels(page).observe(seconds)
    person = getattr(getattr(request, "user", None), "pk", None)
    log.info("request", page=page, method=request.method, status=status, ms=round(seconds * 1000, 1), person=person)


METHODS = frozenset({"GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"})
