"""A form is done once: double clicks, retries and impatient networks included.

In the template `{% once %}` inside the form; on the view, below `@needs`:

    @needs("handoffs.work")
    @require_POST
    @once
    def refuse(request, pk): ...

The view runs inside one transaction together with the form's key. When it answers with a redirect the key and that
answer are kept, messages included, and the same form sent again gets the same answer without doing anything. Any
other answer (a form with errors, 404) rolls everything back and leaves the key free. The same key with other values
is answered 422 by a page that offers to send them as a new form. A form without a key is done each time it comes.
"""

import hashlib
import hmac
import random
import secrets
import time
from collections.abc import Callable
from datetime import datetime
from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeData, mark_safe
from psycopg2 import errors

from .models import SentForm

FIELD = "once"
UNSAID = (FIELD, "csrfmiddlewaretoken")
KEPT_HEADERS = ("Location", "HX-Redirect", "HX-Location")
TRIES = 3
_AFTER = "done_after_once"
_AGAIN = (errors.DeadlockDetected, errors.SerializationFailure)
_RESERVE = """
INSERT INTO web_sentform (user_id, key, body_hash, answer, created_at) VALUES (%s, %s, %s, '{}', now())
ON CONFLICT (user_id, key) DO NOTHING RETURNING id
"""


def new_key() -> str:
    """A key nobody has used."""
    return secrets.token_urlsafe(18)


def once(view: Callable) -> Callable:
    """Decorator of a view that takes POST forms: see the module."""

    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        for left in range(TRIES, 0, -1):
            try:
                request.__dict__[_AFTER] = []
                response = _answer(request, lambda: view(request, *args, **kwargs))
                for deed in request.__dict__.pop(_AFTER):
                    deed()
                return response
            except OperationalError as problem:
                if not isinstance(problem.__cause__, _AGAIN) or left == 1 or connection.in_atomic_block:
                    raise
                time.sleep(random.uniform(0.01, 0.08))
        raise AssertionError("unreachable")

    return guarded


def afterwards(request: HttpRequest, deed: Callable[[], None]) -> None:
    """Have something done after the view of a form, whether what it wrote was kept or rolled back: a refusal counted."""
    request.__dict__.setdefault(_AFTER, []).append(deed)


def forget(*, before: datetime) -> int:
    """Delete forms sent before an instant (30 days back, by night). Returns how many."""
    return SentForm.objects.filter(created_at__lt=before).delete()[0]


def _answer(request: HttpRequest, work: Callable[[], HttpResponse]) -> HttpResponse:
    key = request.POST.get(FIELD, "")[:40]
    with transaction.atomic():
        if key and (kept := _reserve(request, key)):
            return kept
        response = work()
        if not _is_done(response):
            transaction.set_rollback(True)
        elif key:
            SentForm.objects.filter(user=request.user, key=key).update(answer=_keep(request, response))
        return response


def _reserve(request: HttpRequest, key: str) -> HttpResponse | None:
    """Take the key, waiting for whoever holds it now. None: it is ours; else the answer to give."""
    body = body_hash(request)
    with connection.cursor() as cursor:
        cursor.execute(_RESERVE, [request.user.pk, key, body])
        if cursor.fetchone():
            return None
    sent = SentForm.objects.get(user=request.user, key=key)
    return _again(request, sent.answer) if bytes(sent.body_hash) == body else _other_values(request)


def body_hash(request: HttpRequest) -> bytes:
    """Keyed hash of the address, the values and the files, so that nobody can try out personal values against it."""
    digest = hmac.new(b"form\0" + settings.SECRET_KEY.encode(), request.path.encode(), hashlib.sha256)
    for name in sorted(set(request.POST) - set(UNSAID)):
        for value in request.POST.getlist(name):
            digest.update(f"\0{len(name)}:{name}{len(value)}:{value}".encode("utf-8", "surrogatepass"))
    for name in sorted(request.FILES):
        for file in request.FILES.getlist(name):
            digest.update(f"\1{len(name)}:{name}{file.size}:{file.name}".encode("utf-8", "surrogatepass"))
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)
    return digest.digest()[:16]


def _is_done(response: HttpResponse) -> bool:
    return 300 <= response.status_code < 400 or any(name in response for name in KEPT_HEADERS)


def _keep(request: HttpRequest, response: HttpResponse) -> dict:
    said = getattr(messages.get_messages(request), "_queued_messages", [])
    return {
        "status": response.status_code,
        "headers": {name: response[name] for name in KEPT_HEADERS if name in response},
        "messages": [
            [message.level, str(message.message), message.extra_tags, isinstance(message.message, SafeData)]
            for message in said
        ],
    }


def _again(request: HttpRequest, answer: dict) -> HttpResponse:
    waiting = messages.get_messages(request)
    said = {str(message) for message in waiting}
    waiting.used = False
    for level, text, tags, *safe in answer["messages"]:
        if text not in said:
            shown = mark_safe(text) if any(safe) else text
            messages.add_message(request, level, shown, extra_tags=tags or "")
    return HttpResponse(status=answer["status"], headers=answer["headers"])


def _other_values(request: HttpRequest) -> HttpResponse:
    values = [(name, value) for name in request.POST if name not in UNSAID for value in request.POST.getlist(name)]
    context = {"values": values, "files": bool(request.FILES)}
    return render(request, "web/sent_before.html", context, status=422)
