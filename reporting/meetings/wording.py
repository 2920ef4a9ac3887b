"""Points of an agenda in words, in the reader's language: read anew each time, from what they are about."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from leads.evidence import criteria
from leads.handoffs import reasons
from leads.models import Campaign, Contest, Disagreement, Lead, Remark
from leads.rights import contests
from personas.models import Persona
from sla import follow, words
from sla.terms import next_month
from smarketing.accounts.models import User
from smarketing.accounts.policy import may
from smarketing.measures import engine
from smarketing.measures import shown as figures
from smarketing.rows import clock, fence

from ..books import restatements
from ..models import AgendaItem, BookClose, Meeting, Resolution
from . import agenda, helped, remarks
from .reading import text_of

Kind = AgendaItem.Kind


@dataclass(frozen=True)
class Point:
    """A point as it reads: `gone`: what it was about is no more there, or not for this reader."""

    item: AgendaItem
    label: str
    text: str
    more: str = ""
    url: str = ""
    side: str = ""
    gone: bool = False


class Wording:
    """Reads the points of a meeting (or of what waits for one) for one reader."""

    def __init__(
        self,
        items: Sequence[AgendaItem],
        user: User,
        at: datetime,
        meeting: Meeting | None = None,
        personal: bool = True,
    ):
        """`personal` False: without personal values, whatever the reader's role."""
        self.items, self.user, self.at, self.meeting = items, user, at, meeting
        self.personal, self.lang = personal and may(user, "leads.personal"), get_language() or "en"
        self._read: dict[Any, Any] = {}

    def points(self) -> list[Point]:
        return [self._point(one) for one in self.items]

    def _point(self, item: AgendaItem) -> Point:
        label = str(Kind(item.kind).label)
        found = SAYS[item.kind](self, item)
        if found is None:
            return Point(item, label, _("no longer there, or not visible to you"), gone=True)
        return replace(found, label=found.label or label)

    def once(self, key: Any, read: Callable[[], Any]) -> Any:
        """What several points of a kind need, read once; `key` names the contract, too, of which it is."""
        if key not in self._read:
            self._read[key] = read()
        return self._read[key]

    def refs(self, kind: str) -> list[int]:
        return [int(one.ref) for one in self.items if one.kind == kind and one.ref.isdecimal()]

    def month(self) -> date:
        return self.meeting.month if self.meeting else follow.back(clock.today(self.at).replace(day=1), 1)[0]


def _clause(page: Wording, item: AgendaItem) -> Point | None:
    first = page.month()
    month = page.once(
        ("month", item.contract_id), lambda: follow.Reader(item.contract, page.at, fence.cutoff()).only(first)
    )
    if item.ref not in month:
        return None
    clause, figure = month[item.ref]
    said = {"promised": words.promised(figure), "so_far": words.so_far(figure), "state": words.state(figure.state)[2]}
    more = _("promised %(promised)s, came to %(so_far)s: %(state)s") % said
    url = reverse("sla:month", args=[f"{first:%Y-%m}"]) + f"?contract={item.contract_id}&clause={item.ref}"
    return Point(item, "", f"{item.ref} {words.clause(clause)}", more, url, clause.side)


def _restated(page: Wording, item: AgendaItem) -> Point | None:
    day = date.fromisoformat(f"{item.ref}-01")
    book = (
        BookClose.objects.filter(contract=item.contract_id, month=day, reopened=None).select_related("contract").first()
    )
    if book is None:
        return None
    late = len(restatements.of(book))
    more = ngettext("%(n)s fact came late", "%(n)s facts came late", late) % {"n": words.number(late)}
    text = capfirst(date_format(day, "YEAR_MONTH_FORMAT"))
    return Point(item, "", text, more, reverse("reporting:book", args=[item.contract_id, item.ref]))


def _reason(page: Wording, item: AgendaItem) -> Point:
    first = page.month()
    counts = page.once(("reasons", item.contract_id), lambda: dict(agenda.reasons(item.contract, first)))
    n = counts.get(item.ref, 0)
    where = {"line_id": str(item.contract.line_id), "reason": item.ref}
    url = engine.rows_url("reasoned", first=first, until=next_month(first), where=where)
    more = ngettext("%(n)s time in the month", "%(n)s times in the month", n) % {"n": words.number(n)}
    return Point(item, "", capfirst(str(reasons.label(item.ref))), more, url, "sales")


def _disagreement(page: Wording, item: AgendaItem) -> Point | None:
    def read() -> dict[int, Disagreement]:
        found = Disagreement.objects.standing().select_related("version", "note__words", "note__by")
        return found.in_bulk(page.refs(Kind.DISAGREEMENT))

    one = page.once("disagreements", read).get(int(item.ref))
    if one is None:
        return None
    seen = page.once("leads", lambda: set(_seen(page.user, page.once("disagreements", read).values())))
    text = text_of(one.note, one.note.lead_id in seen, page.personal)
    what = criteria.words(one.version, one.criterion, page.lang)
    url = reverse("leads:disagreements") + f"?definition={one.line_id}&criterion={one.criterion}"
    return Point(item, "", f"{what}: {one.get_reason_display()}", text, url, one.note.by.side)


def _contest(page: Wording, item: AgendaItem) -> Point | None:
    """A refusal or return that marketing contests: its reason, what marketing says, and the ruling where there is one."""

    def read() -> dict[int, Contest]:
        return (
            contests.standing().select_related("decision", "note__words", "note__by").in_bulk(page.refs(Kind.CONTEST))
        )

    one = page.once("contests", read).get(int(item.ref))
    if one is None:
        return None
    seen = page.once("contested", lambda: set(_seen(page.user, page.once("contests", read).values())))
    ruled = page.once("rulings", lambda: contests.rulings(page.refs(Kind.CONTEST))).get(one.pk)
    name = f"{capfirst(one.decision.get_kind_display())}: {reasons.label(one.decision.reason)}"
    text = text_of(one.note, one.note.lead_id in seen, page.personal)
    said = " · ".join(part for part in (text, str(ruled.get_kind_display()) if ruled else "") if part)
    return Point(item, "", name, said, reverse("leads:contests"), one.note.by.side)


def _seen(user: User, some) -> list[int]:
    ids = [one.note.lead_id for one in some]
    return list(Lead.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))


def _remark(page: Wording, item: AgendaItem) -> Point | None:
    def read() -> dict[int, Remark]:
        found = Remark.objects.standing().visible_to(page.user).select_related("note__words", "note__by")
        return found.in_bulk(page.refs(Kind.REMARK))

    found = page.once("remarks", read)
    one = found.get(int(item.ref))
    if one is None:
        return None
    about = page.once("abouts", lambda: remarks.Abouts(found.values(), page.user, page.personal)).of(one)[0]
    text = text_of(one.note, True, page.personal)
    label = capfirst(str(one.get_kind_display()))
    return Point(
        item,
        label,
        text or about,
        f"{one.note.by} · {about}",
        reverse("reporting:remark", args=[one.pk]),
        one.note.by.side,
    )


def _named(
    kind: str, model: type[Campaign] | type[Persona], address: str
) -> Callable[[Wording, AgendaItem], Point | None]:
    def say(page: Wording, item: AgendaItem) -> Point | None:
        one = page.once(kind, lambda: model.objects.in_bulk(page.refs(kind))).get(int(item.ref))
        return Point(item, "", str(one), item.text, reverse(address, args=[one.pk])) if one else None

    return say


def _criterion(page: Wording, item: AgendaItem) -> Point | None:
    found = remarks.criteria_in_words({item.ref}).get(item.ref)
    return Point(item, "", found[0], item.text, found[1]) if found else None


def _resolution(page: Wording, item: AgendaItem) -> Point | None:
    found = page.once(
        "resolutions",
        lambda: (
            Resolution.objects.select_related("charge", "meeting").newest_outcome().in_bulk(page.refs(Kind.RESOLUTION))
        ),
    )
    one = found.get(int(item.ref))
    if one is None:
        return None
    state = state_of(one, clock.today(page.at))
    more = " · ".join(filter(None, [str(one.charge), state, moved(helped.of(one, page.at, page.user))]))
    return Point(item, "", one.text, more, reverse("reporting:resolution", args=[one.pk]), one.charge.side)


def state_of(one: Resolution, day: date) -> str:
    """ "done", "not done", "due on 4 Dec", "late since 4 Dec"; of a resolution with its `outcome`."""
    if one.outcome is not None:  # type: ignore[attr-defined]
        return _("done") if one.outcome else _("not done")  # type: ignore[attr-defined]
    said = {"day": date_format(one.due, "SHORT_DATE_FORMAT")}
    return _("late since %(day)s") % said if one.due < day else _("due on %(day)s") % said


def moved(found: helped.Helped | None) -> str:
    """ "First attempt in time: 61 % before, 84 % since"."""
    if found is None:
        return ""
    before, since = (_value(one) for one in (found.before, found.since))
    return _("%(figure)s: %(before)s before, %(since)s since") % {
        "figure": found.label,
        "before": before,
        "since": since,
    }


def _value(one: helped.Reading | None) -> str:
    return figures.figure(one.total.value, one.unit) if one else figures.NOTHING


SAYS: dict[str, Callable[[Wording, AgendaItem], Point | None]] = {
    Kind.CLAUSE: _clause, Kind.RESTATED: _restated, Kind.REASON: _reason, Kind.DISAGREEMENT: _disagreement, Kind.CONTEST: _contest,
    Kind.REMARK: _remark,
    Kind.CAMPAIGN: _named(Kind.CAMPAIGN, Campaign, "leads:campaign"), Kind.CRITERION: _criterion,
    Kind.PERSONA: _named(Kind.PERSONA, Persona, "personas:persona"), Kind.RESOLUTION: _resolution,
    Kind.TEXT: lambda page, item: Point(item, "", item.text, "", item.came_from),
}  # fmt: skip
