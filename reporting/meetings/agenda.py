"""The agenda: what the month itself puts on it, what people put there by hand, in an order that anybody may change."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from leads.models import Contest, Disagreement, Note, Remark
from sla import causes, follow
from sla.models import Contract
from sla.sections import defaults
from sla.terms import next_month
from smarketing.accounts import audit
from smarketing.accounts.models import User
from smarketing.measures import engine
from smarketing.rows import fence
from smarketing.rows.days import Days

from ..books import restatements
from ..models import AgendaItem, BookClose, Meeting, Resolution
from . import known
from .keeping import ahead
from .problems import Refused

Kind = AgendaItem.Kind
REASONS = 3  # the most frequent ones
MOST = 20  # praise, and as many problems
WAITING = 8  # disagreements, contests
MAX = 300
LATELY = timedelta(days=45)  # a resolution that happened is looked at once more within so many days


class Look:
    """What the finders read, once: the month of a contract as it stands."""

    def __init__(self, meeting: Meeting, at: datetime):
        self.meeting, self.at, self.contract = meeting, at, meeting.contract
        self.month = follow.Reader(meeting.contract, at, fence.cutoff()).month(meeting.month)


def _figures(look: Look) -> Iterator[tuple[str, str]]:
    """Promises that were broken, the worst first as they stand in the contract; and a closed month that was restated."""
    for row in look.month.rows:
        if row.figure.state in ("broken", "behind"):
            yield Kind.CLAUSE, row.clause.key
    since = look.meeting.created_at - LATELY
    books = BookClose.objects.filter(contract=look.contract, reopened=None, closed_at__gte=since - LATELY)
    found = restatements.of_all(list(books.select_related("contract")))
    for book in sorted(books, key=lambda one: one.month):
        if any(one.recorded_at >= since for one in found.get(book.pk, ())):
            yield Kind.RESTATED, f"{book.month:%Y-%m}"


def _refusals(look: Look) -> Iterator[tuple[str, str]]:
    """The most frequent reasons of refusals and returns of the month; disagreements that wait for an answer, contests for a ruling."""
    for code, _n in reasons(look.contract, look.meeting.month)[:REASONS]:
        yield Kind.REASON, code
    waiting = Disagreement.objects.filter(line=look.contract.line_id).standing().unanswered()
    for pk in waiting.order_by("note__occurred_at").values_list("pk", flat=True)[:WAITING]:
        yield Kind.DISAGREEMENT, str(pk)
    contested = Contest.objects.standing().unruled().filter(decision__handoff__line=look.contract.line_id)
    for pk in contested.order_by("note__occurred_at").values_list("pk", flat=True)[:WAITING]:
        yield Kind.CONTEST, str(pk)


def _remarks(look: Look) -> Iterator[tuple[str, str]]:
    """What was said since the month began and stands, unless a meeting that was held talked of it already."""
    since = Days(look.month.zone).midnight(look.month.first)
    notes = Note.objects.filter(
        causes.of_contract(look.contract), occurred_at__gte=since, occurred_at__lte=look.at, remark__isnull=False
    )
    talked = AgendaItem.objects.filter(kind=Kind.REMARK, meeting__closed__isnull=False).values_list("ref", flat=True)
    found = Remark.objects.standing().filter(note__in=notes).exclude(pk__in=[int(ref) for ref in talked])
    for kind in Remark.Kind:
        for pk in found.filter(kind=kind).order_by("pk").values_list("pk", flat=True)[:MOST]:
            yield Kind.REMARK, str(pk)


def _resolutions(look: Look) -> Iterator[tuple[str, str]]:
    """Resolutions of earlier meetings that nobody said to have happened, and those that happened lately."""
    earlier = Resolution.objects.filter(meeting__contract=look.contract).exclude(meeting=look.meeting).newest_outcome()
    lately = earlier.filter(outcomes__at__gte=look.at - LATELY).values("pk")
    for pk in (
        (earlier.filter(outcome=None) | earlier.filter(pk__in=lately)).order_by("pk").values_list("pk", flat=True)
    ):
        yield Kind.RESOLUTION, str(pk)


# Point of the agreed agenda (`sla.sections`) → what it brings, in the order of the meeting.
FINDERS: dict[str, Callable[[Look], Iterator[tuple[str, str]]]] = {
    "resolutions": _resolutions, "figures": _figures, "refusals": _refusals, "praise": _remarks,
}  # fmt: skip
ALWAYS = ("resolutions",)


def reasons(contract: Contract, month: date) -> list[tuple[str, int]]:
    """(code, how often) of the reasons given in a month for refusals and returns, the most frequent first."""
    where = {"line_id": str(contract.line_id)}
    found = engine.answer("reasoned", first=month, until=next_month(month), by=("reason",), where=where)
    return sorted(
        ((one.group["reason"], one.n) for one in found.rows if one.group["reason"] and one.n),
        key=lambda one: (-one[1], one[0]),
    )


@transaction.atomic
def prepare(*, meeting: Meeting, at: datetime) -> int:
    """Put on the agenda what the month brings and is not there yet, behind what is. Returns how many points were added."""
    look = Look(ahead(meeting), at)
    agreed = _agreed(look.month)
    found = [pair for key, finder in FINDERS.items() if key in agreed for pair in finder(look)]
    return _add(meeting, found, None, at)


def _agreed(month: follow.Month) -> set[str]:
    terms = month.terms
    return {*ALWAYS, *(defaults.section(terms, "meetings")["agenda"] if terms else FINDERS)}


def _add(meeting: Meeting, found: list[tuple[str, str]], by: User | None, at: datetime) -> int:
    there = set(meeting.items.values_list("kind", "ref"))
    fresh = [pair for pair in dict.fromkeys(found) if pair not in there]
    place = _last(meeting)
    AgendaItem.objects.bulk_create(
        [
            AgendaItem(contract=meeting.contract, meeting=meeting, kind=kind, ref=ref, place=place + n, by=by, at=at)
            for n, (kind, ref) in enumerate(fresh, 1)
        ]
    )
    return len(fresh)


def _last(meeting: Meeting) -> int:
    return meeting.items.aggregate(last=Max("place"))["last"] or 0


# --- by hand


def following(contract: Contract) -> Meeting | None:
    """The next meeting of a contract that is still ahead."""
    return Meeting.objects.filter(contract=contract).ahead().order_by("starts_at", "pk").first()


@transaction.atomic
def put(
    *,
    contract: Contract,
    kind: str,
    by: User,
    at: datetime,
    ref: str = "",
    text: str = "",
    came_from: str = "",
    meeting: Meeting | None = None,
) -> tuple[AgendaItem, bool]:
    """Put a point on the agenda of a meeting, else of the next one; without one it waits. (the point, whether it is new).

    Refused for nothing said, and for what is not there.
    """
    ref, text = ref.replace("\x00", ""), " ".join(text.replace("\x00", "").split())
    if kind not in Kind.values or (kind != Kind.TEXT and not known.exists(kind, ref, contract, by)):
        raise Refused(_("There is no such thing to talk about."))
    if kind == Kind.TEXT and not text:
        raise Refused(_("Say what is to be talked about."), "text")
    if len(text) > MAX:
        raise Refused(_("Use at most %(n)s characters.") % {"n": MAX}, "text")
    if meeting is not None:
        meeting = ahead(meeting)
    else:
        Contract.objects.select_for_update().get(pk=contract.pk)  # of two the second finds the first
        meeting = following(contract)
    same = {"kind": kind, "text": text} if kind == Kind.TEXT else {"kind": kind, "ref": ref}
    there = AgendaItem.objects.filter(contract=contract, meeting=meeting, **same).first()
    if there:
        return there, False
    made = AgendaItem.objects.create(
        contract=contract, meeting=meeting, kind=kind, ref="" if kind == Kind.TEXT else ref, text=text,
        came_from=came_from[:300], place=_last(meeting) + 1 if meeting else 0, by=by, at=at,
    )  # fmt: skip
    audit.record(by, "meeting.item", "agendaitem", made.pk, at, kind=kind, meeting=meeting and meeting.pk)
    return made, True


@transaction.atomic
def move(*, item: AgendaItem, up: bool) -> None:
    """One place up or down; at the edge nothing happens."""
    assert item.meeting is not None
    meeting = ahead(item.meeting)
    items = list(meeting.items.all())
    here = next(n for n, one in enumerate(items) if one.pk == item.pk)
    there = here + (-1 if up else 1)
    if 0 <= there < len(items):
        items[here], items[there] = items[there], items[here]
    for place, one in enumerate(items, 1):
        one.place = place
    AgendaItem.objects.bulk_update(items, ["place"])


@transaction.atomic
def remove(*, item: AgendaItem, by: User, at: datetime) -> None:
    """Take a point off the agenda."""
    if item.meeting is not None:
        ahead(item.meeting)
    audit.record(by, "meeting.item_off", "agendaitem", item.pk, at, kind=item.kind, meeting=item.meeting_id)
    item.delete()


@transaction.atomic
def take_waiting(meeting: Meeting) -> int:
    """What waits for the contract's next meeting comes first on its agenda."""
    waiting = list(AgendaItem.objects.filter(contract=meeting.contract, meeting=None).order_by("pk"))
    for place, one in enumerate(waiting, _last(meeting) + 1):
        one.meeting, one.place = meeting, place
    AgendaItem.objects.bulk_update(waiting, ["meeting", "place"])
    return len(waiting)


@transaction.atomic
def give_back(meeting: Meeting) -> None:
    """What people put on the agenda goes to the contract's next meeting, else waits for one; what the month brought comes back
    by itself."""
    found = following(meeting.contract)
    there = {_same(one) for one in AgendaItem.objects.filter(contract=meeting.contract, meeting=found)}
    given = [one for one in meeting.items.exclude(by=None) if _same(one) not in there]
    for place, one in enumerate(given, _last(found) + 1 if found else 0):
        one.meeting, one.place = found, place if found else 0
    AgendaItem.objects.bulk_update(given, ["meeting", "place"])


def _same(item: AgendaItem) -> tuple[str, str]:
    """By what a point is known on one agenda."""
    return item.kind, item.text if item.kind == Kind.TEXT else item.ref
