"""Late facts of deals: opened, won, changed or taken back after the cut-off, and the leads named on them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q

from leads.intake.bulk import among
from leads.models import AttributeChange, Correction, Deal, DealContact, Handoff

from .window import DAY, REACH, Found, Restatement, Window, roots, since

MOVES = ("state", "closed_at", "closed_day_only", "amount")  # values of a deal that say what was won, and when
OPENED = ("deal", "deal_back")


class Late(NamedTuple):
    """A late fact of a deal. `known`: when what it takes back was learned, of a correction."""

    kind: str
    recorded: datetime
    occurred: datetime
    known: datetime | None = None


@dataclass
class Said:
    """A deal: when it was opened, on which handoff and lead, and every day on which anybody ever said that it closed."""

    opened: datetime
    handoff: int | None
    lead: int
    closed: set[datetime] = field(default_factory=set)
    won: bool = False


def of(line: int, windows: Sequence[Window]) -> Found:
    """Deals of a line that were won in the months or are won in them now, and those opened on promises of theirs."""
    near = _near(windows)
    late = _late(near, since(windows)) if near else {}
    deals = _said(line, late) if late else {}
    for window in windows:
        mine = [(pk, one) for pk in deals for one in late[pk] if one.recorded > window.cutoff]
        on = {deals[pk].handoff or 0 for pk, _one in mine if deals[pk].opened < window.edges()[1] or window.by_handoff}
        owing = window.owing(on - {0}, moved=True)
        seen: set[tuple[int, datetime]] = set()
        for pk, one in mine:
            told = one.known is None or one.known <= window.cutoff
            if told and (pk, one.recorded) not in seen and _counts(window, deals[pk], one.kind, owing):
                seen.add((pk, one.recorded))  # a deal that a file brings is one fact, with its values
                yield (
                    window.key,
                    Restatement(one.kind, one.recorded, one.occurred, deals[pk].handoff or 0, deals[pk].lead),
                )


def _counts(window: Window, deal: Said, kind: str, owing: set[int]) -> bool:
    if any(window.holds(at) or window.holds(at, True) for at in deal.closed):
        return True
    if deal.won and not deal.closed and (window.holds(deal.opened) or window.holds(deal.opened, True)):
        return True
    return kind in OPENED and (window.holds(deal.opened) or deal.handoff in owing)


def _near(windows: Sequence[Window]) -> list[int]:
    """The deals that may have been said to close in one of the months: closed in it, or open as it ended and closed not long
    before it at the earliest; where promises count in the month of their handoff, those opened on its handoffs, too. Looked up by
    their dates, for of a month long closed nearly everything was recorded since."""
    wanted = Q(pk__in=())
    for one in windows:
        first, until = one.edges()
        still = Q(closed_at=None) | Q(closed_at__gte=first - REACH)
        wanted |= (Q(created_at__lt=until + DAY) & still) | Q(closed_at__gte=first - DAY, closed_at__lt=until + DAY)
        if one.by_handoff:
            wanted |= Q(handoff__occurred_at__gte=first - DAY, handoff__occurred_at__lt=until + DAY)
    return list(Deal.objects.filter(wanted).values_list("pk", flat=True))


def _late(near: Sequence[int], after: datetime) -> Mapping[int, list[Late]]:
    """Deal -> what was recorded about it after an instant: its opening first, then its values and contacts."""
    out: dict[int, list[Late]] = defaultdict(list)
    mine = Deal.objects.filter(among("pk", near))
    for pk, recorded, opened in mine.filter(recorded_at__gt=after).values_list("pk", "recorded_at", "created_at"):
        out[pk].append(Late("deal", recorded, opened))
    values = AttributeChange.objects.filter(among("subject_id", near), subject="deal", field__in=MOVES)
    rows = values.filter(recorded_at__gt=after).order_by("recorded_at", "pk")
    for pk, recorded, occurred in rows.values_list("subject_id", "recorded_at", "occurred_at"):
        out[pk].append(Late("deal_change", recorded, occurred))
    named = DealContact.objects.filter(among("deal_id", near), recorded_at__gt=after, deal__lead=None).order_by(
        "recorded_at", "pk"
    )
    for pk, recorded, occurred in named.values_list("deal", "recorded_at", "occurred_at"):
        out[pk].append(Late("deal_change", recorded, occurred))
    for subject, kind, facts, deal in (
        ("deal", "deal_back", mine, "pk"),
        ("attributechange", "correction", values, "subject_id"),
        ("dealcontact", "correction", DealContact.objects.filter(among("deal_id", near), deal__lead=None), "deal"),
    ):
        back = dict(
            Correction.objects.filter(subject=subject, recorded_at__gt=after).values_list("subject_id", "recorded_at")
        )
        happened = "created_at" if subject == "deal" else "occurred_at"
        for pk, of, known, occurred in facts.filter(pk__in=back).values_list("pk", deal, "recorded_at", happened):
            out[of].append(Late(kind, back[pk], occurred, known))
    return out


def _said(line: int, late: Mapping[int, list[Late]]) -> dict[int, Said]:
    """Those of the deals whose lead, or whose handoff, is of the line."""
    deals = {
        pk: Said(opened, handoff, lead or 0)
        for pk, opened, handoff, lead in Deal.objects.filter(pk__in=late).values_list(
            "pk", "created_at", "handoff", "lead"
        )
    }
    for pk, lead in (
        DealContact.objects.filter(deal__in=deals)
        .exclude(role="")
        .order_by("-occurred_at", "-pk")
        .values_list("deal", "lead")
    ):
        deals[pk].lead = deals[pk].lead or lead
    whose = roots({one.lead for one in deals.values()})
    family = Q(lead__in=set(whose.values())) | Q(lead__root_id__in=set(whose.values()))
    handed = Handoff.objects.filter(family | Q(pk__in={one.handoff or 0 for one in deals.values()}), line=line)
    rows = list(handed.values_list("pk", "lead", "lead__root_id"))
    ours, hands = {root or lead for _pk, lead, root in rows}, {pk for pk, _lead, _root in rows}
    mine = {pk: one for pk, one in deals.items() if one.handoff in hands or whose.get(one.lead) in ours}
    said = AttributeChange.objects.filter(subject="deal", subject_id__in=mine, field__in=("state", "closed_at"))
    for pk, name, value in said.values_list("subject_id", "field", "value"):
        if name == "state":
            mine[pk].won |= value == Deal.State.WON
        elif value:
            mine[pk].closed.add(datetime.fromisoformat(value))
    return mine


def begun(line: int, windows: Sequence[Window]) -> Found:
    """Later handoffs of leads that had won a deal in the months before anybody handed them over: from then on it counts."""
    for window in windows:
        first, until = window.edges()
        won = Deal.objects.filter(handoff=None, state=Deal.State.WON, closed_at__gte=first, closed_at__lt=until)
        whose = set(roots(set(won.values_list("lead", flat=True))).values())
        handed = Handoff.objects.filter(Q(lead__in=whose) | Q(lead__root_id__in=whose)).order_by("-occurred_at", "-pk")
        earliest = {one.lead.root_id or one.lead_id: one for one in handed.select_related("lead")}
        for one in earliest.values():
            if one.line_id == line and one.recorded_at > window.cutoff and one.occurred_at >= until:
                yield window.key, Restatement("handoff", one.recorded_at, one.occurred_at, one.pk, one.lead_id)
