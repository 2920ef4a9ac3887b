"""Outcomes that were typed without a network and kept on the device: sent later, each written once, with its own time.

They come to the same address with the same key and values as the form itself would have sent: one whose answer was lost on
the way is answered as it was, and not done again (`web.once`). The header X-Kept asks for an answer that a script reads.
"""

from datetime import UTC, datetime, timedelta

from django.http import HttpRequest, HttpResponse, JsonResponse

from .attempt_form import AttemptForm

KEPT, SENT = "X-Kept", "X-Sent-At"
TRUSTED = timedelta(seconds=5)  # by so much a device's clock may be wrong without being put right


def is_kept(request: HttpRequest) -> bool:
    """Whether this was kept on a device."""
    return KEPT in request.headers


def refused(said: str, status: int) -> HttpResponse:
    """Why it is not written: the device keeps what was typed, and shows this."""
    return JsonResponse({"said": said}, status=status)


def faults(form: AttemptForm) -> str:
    """What is wrong in a form, in one line."""
    return " ".join(str(text) for texts in form.errors.values() for text in texts)


def moment(request: HttpRequest, handed: datetime, at: datetime) -> datetime:
    """When it happened: by the device's clock, put right where that told another time than ours when it sent this; not
    before the handoff, not after now."""
    said, there = _instant(request.POST.get("happened", "")), _instant(request.headers.get(SENT, ""))
    if said is None:
        return at
    if there is not None and abs(at - there) > TRUSTED:
        said += at - there
    return max(min(said, at), handed)


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
