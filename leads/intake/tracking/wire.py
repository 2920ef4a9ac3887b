"""From the bytes of a request to messages, each well formed or refused with a reason. No database here."""

import hashlib
import json
import math
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from .names import FORM_PROPERTIES, KINDS, TYPES

MAX_BATCH, MAX_EVENT, MAX_MESSAGES = 500_000, 32_000, 2_500
MAX_ID, MAX_TEXT = 200, 500

MESSAGES = {
    "too_large": _("The body is larger than 500 KB once inflated."),
    "event_too_large": _("An event may have 32 KB."),
    "invalid_gzip": _("The body is not gzip, although its header says so."),
    "invalid_encoding": _("This content encoding is not understood: send gzip or none."),
    "invalid_json": _("The body is not JSON."),
    "invalid_body": _("A JSON object is expected, with a list named “batch” for a batch."),
    "not_object": _("A message is a JSON object."),
    "unknown_type": _("This type of call is not known."),
    "no_identity": _("A message needs userId or anonymousId, as text of at most 200 characters."),
    "no_event": _("A track call needs an event name."),
    "bad_time": _("The time is not ISO 8601 with a zone."),
    "bad_message_id": _("A messageId is text of at most 200 characters."),
    "other_body": _("This messageId was sent before with another body."),
    "bad_trait": _("This trait cannot be kept: {name}."),
    "trait_off": _("Age and family are switched off in the settings: {name} is not taken in."),
    "no_previous": _("An alias needs previousId."),
}


class Refused(Exception):
    """The whole request is refused; `code` is a key of MESSAGES."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Problem:
    """What was wrong with one message, by its position."""

    index: int
    code: str
    message_id: str = ""
    params: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        text = str(MESSAGES[self.code]).format(**self.params)
        return {"index": self.index, "messageId": self.message_id, "code": self.code, "message": text}


@dataclass
class Message:
    """One well-formed call. Times are corrected for the client's clock."""

    index: int
    type: str
    message_id: str
    user_id: str
    anonymous_id: str
    occurred_at: datetime
    name: str
    properties: dict[str, Any]
    traits: dict[str, Any]
    campaign: dict[str, Any]
    previous_id: str
    body: Any

    @property
    def kind(self) -> str:
        return KINDS.get(self.name.lower(), "track") if self.type == "track" else TYPES[self.type]

    @property
    def page(self) -> str:
        """The path of the page, without host and query."""
        url = self.properties.get("path") or self.properties.get("url") or self.properties.get("page") or ""
        return urlsplit(url).path[:300] if isinstance(url, str) and _splits(url) else ""

    @property
    def form(self) -> str:
        found = (self.properties.get(name) for name in FORM_PROPERTIES)
        return str(next((one for one in found if isinstance(one, (str, int))), ""))[:120]


def read_body(raw: bytes, encoding: str, limit: int = MAX_BATCH) -> dict[str, Any]:
    """The JSON object of a request. Refused when too large (inflated too), no gzip, no JSON, no object."""
    encoding = encoding.strip().lower()
    if encoding == "gzip":
        raw = _inflate(raw, limit)
    elif encoding not in ("", "identity"):
        raise Refused("invalid_encoding")
    if len(raw) > limit:
        raise Refused("too_large")
    try:
        body = json.loads(raw, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Refused("invalid_json") from None
    if not isinstance(body, dict):
        raise Refused("invalid_body")
    return clean(body)


def messages(body: dict[str, Any], call: str, received_at: datetime) -> tuple[list[Message], list[Problem]]:
    """Messages of a request body; `call` is "batch" or the one type of the route."""
    rows = body.get("batch") if call == "batch" else [body | {"type": call}]
    if not isinstance(rows, list) or len(rows) > MAX_MESSAGES:
        raise Refused("invalid_body")
    good, bad = [], []
    for index, row in enumerate(rows):
        try:
            good.append(_message(index, row, body.get("sentAt"), received_at))
        except Refused as refusal:
            sent = row.get("messageId") if isinstance(row, dict) else ""
            bad.append(Problem(index, refusal.code, sent[:MAX_ID] if isinstance(sent, str) else ""))
    return good, bad


def clean(value: Any) -> Any:
    """The same JSON without what PostgreSQL cannot hold: NUL, lone surrogates, infinite numbers."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {clean(key): clean(one) for key, one in value.items()}
    if isinstance(value, list):
        return [clean(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _inflate(raw: bytes, limit: int) -> bytes:
    stream = zlib.decompressobj(wbits=31)
    try:
        out = stream.decompress(raw, limit + 1)
    except zlib.error:
        raise Refused("invalid_gzip") from None
    if len(out) > limit:
        raise Refused("too_large")
    if not stream.eof:
        raise Refused("invalid_gzip")
    return out


def _no_constant(name: str):
    raise ValueError(name)


def _message(index: int, row: Any, sent_at: Any, received_at: datetime) -> Message:
    if not isinstance(row, dict):
        raise Refused("not_object")
    if len(json.dumps(row)) > MAX_EVENT:
        raise Refused("event_too_large")
    kind = row.get("type")
    if not isinstance(kind, str) or kind not in TYPES:
        raise Refused("unknown_type")
    user, anonymous = _id(row.get("userId"), "no_identity"), _id(row.get("anonymousId"), "no_identity")
    previous = _id(row.get("previousId"), "no_previous")
    if not user and not anonymous:
        raise Refused("no_identity")
    if kind == "alias" and not previous:
        raise Refused("no_previous")
    context = _dict(row.get("context"))
    properties = _dict(row.get("properties"))
    if kind in ("page", "screen"):
        properties = _dict(context.get("page")) | properties
    stamp = row.get("originalTimestamp") or row.get("timestamp")
    body = [kind, user, anonymous, previous, _name(row, kind), row.get("properties"), row.get("traits"), stamp]
    return Message(
        index=index,
        type=kind,
        message_id=_message_id(row.get("messageId"), body, stamp),
        user_id=user,
        anonymous_id=anonymous,
        occurred_at=_time(stamp, row.get("sentAt") or sent_at, received_at),
        name=_name(row, kind),
        properties=properties,
        traits=_dict(row.get("traits")),
        campaign=_dict(context.get("campaign")),
        previous_id=previous,
        body=body,
    )


def _name(row: dict[str, Any], kind: str) -> str:
    name = row.get("event" if kind == "track" else "name") or ""
    if kind == "track" and not (isinstance(name, str) and name.strip()):
        raise Refused("no_event")
    return name.strip()[:120] if isinstance(name, str) else ""


def _id(value: Any, code: str) -> str:
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or len(value) > MAX_ID:
        raise Refused(code)
    return value.strip()


def _message_id(value: Any, body: Any, stamp: Any) -> str:
    """As sent. Without one: named by its own content and time, so that a retry is still the same message."""
    sent = _id(value, "bad_message_id")
    return sent or "body:" + hashlib.sha256(json.dumps([body, stamp], sort_keys=True).encode()).hexdigest()


def _time(stamp: Any, sent_at: Any, received_at: datetime) -> datetime:
    """received_at − (sentAt − timestamp); without sentAt the timestamp itself; without both the reception."""
    if stamp is None:
        return received_at
    occurred = _instant(stamp)
    if sent_at is None:
        return min(occurred, received_at)
    try:
        return min(received_at - (_instant(sent_at) - occurred), received_at)
    except OverflowError:
        raise Refused("bad_time") from None


def _instant(value: Any) -> datetime:
    try:
        found = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None or not 1990 <= found.year <= 2200:
        raise Refused("bad_time")
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _splits(url: str) -> bool:
    try:
        urlsplit(url)
    except ValueError:
        return False
    return True
