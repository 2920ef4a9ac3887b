"""Addresses for websites and programs (docs: API, tracking): /v1/batch, /v1/identify, /v1/track, /v1/page ...

Any content type, JSON inside, gzip or not. A broken request is refused whole with a code and a message; a broken message
is explained in the answer, which stays 200 as the published clients expect.
"""

from collections.abc import Callable
from functools import wraps

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from leads.intake.tracking import service, wire
from leads.intake.tracking.names import SHORT, TYPES
from smarketing.accounts import tokens
from smarketing.accounts.authentication import touch
from smarketing.accounts.policy import needs
from smarketing.rows.clock import now

CALLS = {**{name: name for name in TYPES}, **SHORT, "batch": "batch", "import": "batch"}
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Allow-Headers": "authorization, content-type, content-encoding",
    "Access-Control-Max-Age": "86400",
}


def _open_to_browsers(view: Callable) -> Callable:
    """Answer preflights and let pages of any origin read the answer: the key is public, no cookie is looked at."""

    @wraps(view)
    def opened(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        answer = HttpResponse(status=204) if request.method == "OPTIONS" else view(request, *args, **kwargs)
        for name, value in _CORS.items():
            answer[name] = value
        return answer

    return opened


@csrf_exempt
@_open_to_browsers
@needs("events.write")
def collect(request: HttpRequest, call: str) -> JsonResponse:
    """Take in one call or a batch."""
    if request.method != "POST":
        return _refuse(405, "method", "POST")
    at = now()
    try:
        body = wire.read_body(request.body, request.headers.get("Content-Encoding", ""))
        receipt = service.take(body=body, call=CALLS[call], token=request.token, at=at)
    except RequestDataTooBig:
        return _refuse(400, "too_large", str(wire.MESSAGES["too_large"]))
    except wire.Refused as refusal:
        return _refuse(400, refusal.code, str(wire.MESSAGES[refusal.code]))
    touch(request.token, at)
    return JsonResponse(receipt.as_json())


@_open_to_browsers
@needs("public")
def browser_settings(request: HttpRequest, key: str) -> JsonResponse:
    """What analytics.js asks before it sends anything. 404 for a key that is none."""
    if tokens.find(key, "write", now()) is None:
        return _refuse(404, "unknown_write_key", key[:12])
    return JsonResponse({"integrations": {"Segment.io": {"apiKey": key, "apiHost": f"{request.get_host()}/v1"}}})


def _refuse(status: int, code: str, message: str) -> JsonResponse:
    return JsonResponse({"success": False, "code": code, "message": message}, status=status)
