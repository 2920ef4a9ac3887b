"""An invitation to a meeting as iCalendar text (RFC 5545, 5546): pure, no Django. Lines end in CRLF and are folded at 75 octets."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

REQUEST, CANCEL, PUBLISH = "REQUEST", "CANCEL", "PUBLISH"
LONGEST = 75  # octets of a line


@dataclass(frozen=True)
class Person:
    name: str
    email: str


@dataclass(frozen=True)
class Event:
    """`sequence` grows with each change; `written` is when this text was made."""

    uid: str
    sequence: int
    starts: datetime
    minutes: int
    title: str
    text: str
    place: str
    url: str
    people: Sequence[Person]
    written: datetime
    organizer: Person | None = None


def calendar(event: Event, method: str) -> str:
    """The whole file."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//smarketing//meetings//EN", f"METHOD:{method}", "BEGIN:VEVENT"]
    lines += _event(event, method)
    lines += ["END:VEVENT", "END:VCALENDAR"]
    return "".join(f"{part}\r\n" for line in lines for part in folded(line))


def _event(event: Event, method: str) -> Iterator[str]:
    yield f"UID:{event.uid}"
    yield f"DTSTAMP:{instant(event.written)}"
    yield f"DTSTART:{instant(event.starts)}"
    yield f"DTEND:{instant(event.starts + timedelta(minutes=event.minutes))}"
    yield f"SEQUENCE:{event.sequence}"
    yield f"STATUS:{'CANCELLED' if method == CANCEL else 'CONFIRMED'}"
    yield f"SUMMARY:{escaped(event.title)}"
    for name, value in (("DESCRIPTION", event.text), ("LOCATION", event.place)):
        if value:
            yield f"{name}:{escaped(value)}"
    if event.url:
        yield f"URL:{event.url}"
    if event.organizer:
        yield f"ORGANIZER;CN={quoted(event.organizer.name)}:mailto:{event.organizer.email}"
    if method != PUBLISH:
        for one in event.people:
            yield f"ATTENDEE;CN={quoted(one.name)};ROLE=REQ-PARTICIPANT;RSVP=TRUE:mailto:{one.email}"


def instant(at: datetime) -> str:
    """An aware instant in UTC: 20261203T090000Z."""
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escaped(text: str) -> str:
    """A text value: backslash, semicolon, comma and line ends are escaped."""
    out = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return out.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")


def quoted(text: str) -> str:
    """A parameter's value: it cannot hold a quotation mark or a control character."""
    return '"' + "".join(one for one in text.replace('"', "'") if one >= " " and one != "\x7f") + '"'


def folded(line: str) -> Iterator[str]:
    """The line in parts of 75 octets at most; each part after the first begins with a space. No character is cut."""
    part, size = "", 0
    for one in line:
        width = len(one.encode())
        if size + width > LONGEST:
            yield part
            part, size = " ", 1
        part, size = part + one, size + width
    yield part
