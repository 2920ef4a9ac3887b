"""The week of marketing: what became of its leads, why sales turned some down, which campaign did best and worst, and one
next step."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leads.handoffs import holds, reasons
from leads.models import Campaign
from reporting.today.lists import Morning
from sla import derive, words
from smarketing.accounts.models import User
from smarketing.measures import engine
from smarketing.notify.digests import Span
from smarketing.notify.letters import Letter, Row, Section
from smarketing.rows import fence

from . import moved

REASONS = 5
ENOUGH = 5  # decided handoffs below which a campaign is called neither best nor worst
STRIKING = 3  # leads turned down for one reason that make it the next step


@dataclass(frozen=True)
class Campaigned:
    """What sales decided about a campaign's leads in the week."""

    name: str
    accepted: int
    decided: int
    url: str

    @property
    def share(self) -> Fraction:
        return Fraction(self.accepted, self.decided)


def week(user: User, span: Span) -> Letter | None:
    """None for a week in which nothing was handed over and nothing decided."""
    derive.catch_up(span.at)
    cutoff = fence.cutoff()
    asked = {"first": span.since, "until": span.until, "cutoff": cutoff, "user": user}
    became = moved.rows(user, span, cutoff)
    refused = engine.answer("turned_down", date="decided", by=("reason",), **asked)
    turned = sorted((row for row in refused.rows if row.n), key=lambda row: (-row.n, row.group["reason"]))
    if not became:
        return None
    campaigns = by_campaign(asked)
    return Letter(
        subject=_("Your week: %(days)s") % {"days": moved.days(span)},
        lines=[],
        sections=[
            Section(_("What became of your leads"), became),
            Section(
                _("Why sales turned leads down"), [_reason(row) for row in turned[:REASONS]],
                "" if turned else _("Sales turned none down."),
            ),
            *_best_and_worst(campaigns),
            Section(_("One next step"), [_next(user, span, turned, refused.total.n)]),
        ],
        action=_("Open the closed loop"),
        url=moved.link(reverse("reporting:loop")),
    )  # fmt: skip


def by_campaign(asked: dict[str, Any]) -> list[Campaigned]:
    """Campaigns of which enough was decided in the week, the best acceptance first."""
    found: dict[str, dict[str, engine.Group]] = {}
    for key in ("accepted", "refused"):
        for row in engine.answer(key, date="decided", by=("campaign",), **asked).rows:
            if row.group["campaign"]:
                found.setdefault(row.group["campaign"], {})[key] = row
    out = []
    names = {one.key: str(one) for one in Campaign.objects.filter(key__in=found)}
    for key, some in found.items():
        accepted, refused = (some[name].n if name in some else 0 for name in ("accepted", "refused"))
        if accepted + refused >= ENOUGH:
            row = some.get("refused") or some["accepted"]
            better = some.get("accepted") or row
            out.append(
                Campaigned(names.get(key, key), accepted, accepted + refused, (better if accepted else row).rows_url)
            )
    return sorted(out, key=lambda one: (-one.share, -one.decided, one.name))


def _best_and_worst(campaigns: list[Campaigned]) -> list[Section]:
    if not campaigns:
        return []
    best, worst = campaigns[0], campaigns[-1]
    rows = [_campaign(_("best: %(name)s"), best)]
    if worst.share < best.share:
        rows.append(_campaign(_("worst: %(name)s"), worst))
    said = _("Campaigns with at least %(n)s leads decided in the week.") % {"n": ENOUGH}
    return [Section(_("Campaigns by what sales accepted"), rows, said)]


def _campaign(text: str, one: Campaigned) -> Row:
    said = {"accepted": words.number(one.accepted), "decided": words.number(one.decided)}
    more = _("%(accepted)s of %(decided)s accepted") % said
    return Row(text % {"name": one.name}, more, words.percent(round(one.share * 100)), moved.link(one.url))


def _reason(row: engine.Group) -> Row:
    return Row(str(reasons.label(row.group["reason"])), "", words.number(row.n), moved.link(row.rows_url))


def _next(user: User, span: Span, turned: list[engine.Group], of: int) -> Row:
    """The one thing to do: against the commonest reason, else against a clause behind, else for leads that wait."""
    if turned and turned[0].n >= STRIKING:
        said = {"reason": reasons.label(turned[0].group["reason"]), "n": turned[0].n, "of": of}
        text = _("Look at the criteria against “%(reason)s”, the reason given for %(n)s of %(of)s.")
        return Row(text % said, "", "", moved.link(reverse("personas:home")))
    behind = [line for line in Morning(user, span.at).contracts() if line.side == "marketing"]
    if behind:
        text = _("Catch up: %(clause)s.") % {"clause": behind[0].text}
        return Row(text, behind[0].more, behind[0].figure, moved.link(behind[0].url))
    if waiting := sum(holds.waiting().values()):
        text = ngettext(
            "%(n)s qualified lead is not handed over yet: see what it waits for.",
            "%(n)s qualified leads are not handed over yet: see what they wait for.",
            waiting,
        )
        return Row(text % {"n": words.number(waiting)}, "", "", moved.link(reverse("sla:follow_up")))
    return Row(_("Praise a rep: a sentence on a lead that was worked well."), "", "", moved.link(reverse("leads:list")))
