"""What each panel of what sales said asks to be done: a sentence from its figures, and where that is done (`deeds`)."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leads.handoffs import reasons
from leads.measures.dimensions import DELAYS
from reporting.credit.compare import ROBUST
from smarketing.measures import engine, numbers, shown, words
from smarketing.measures.engine import Answer, Group

from . import deeds
from .asking import Asking
from .deeds import Deed
from .grouped import order, sums
from .robust import Said

SOON = tuple(key for key, top, _label in DELAYS if top is not None and top <= 60)
LATE = tuple(key for key, _top, _label in DELAYS if key not in SOON)


def about_reasons(answer: Answer, user: Any) -> list[Deed]:
    """The reason of fit that is said most often of no criterion: one may be missing."""
    fits = {code for code, one in reasons.known().items() if one.family == "fit" and not one.excluded}
    named = [row for row in answer.rows if row.group["reason"] in fits]
    blank = {row.group["reason"]: row.n for row in named if not row.group["criterion"]}
    if not blank:
        return []
    worst = min(blank, key=lambda code: (-blank[code], code))
    said = {"name": reasons.label(worst), "n": shown.number(blank[worst])}
    text = ngettext(
        "“%(name)s” was said %(n)s time without naming a criterion. Is one missing?",
        "“%(name)s” was said %(n)s times without naming a criterion. Is one missing?",
        blank[worst],
    )
    return [Deed(text % said, deeds.new_criterion(user))]


def about_criteria(answer: Answer, user: Any) -> list[Deed]:
    """The criterion contradicted most often leads to its line in the draft of each definition that holds it."""
    named = {name: n for name, n in sums(answer, "criterion").items() if name}
    if not named:
        return []
    offered = engine.dimensions(answer.measure)
    worst = order(named)[0]
    said = {"criterion": words.value("criterion", worst, offered), "n": shown.number(named[worst])}
    text = ngettext(
        "“%(criterion)s” is contradicted most often (%(n)s time): change it in a draft?",
        "“%(criterion)s” is contradicted most often (%(n)s times): change it in a draft?",
        named[worst],
    )
    return [Deed(text % said, deeds.at_draft(worst, user))]


def about_rated(answer: Answer, by: str, user: Any) -> list[Deed]:
    """Campaigns that sales turn down surely more, or surely less, than all: to stop, or to raise."""
    total = answer.total.value
    if by != "campaign" or total is None:
        return []
    found = []
    for row in answer.rows:
        if not row.group[by] or (row.of or 0) < numbers.FEW or not row.interval:
            continue
        low, high = (Fraction(edge) for edge in row.interval)
        if low > total:
            text, way = (
                _("“%(name)s” is turned down more than the others: stop it, or change whom it brings?"),
                deeds.stop,
            )
        elif high < total:
            text, way = _("“%(name)s” is turned down less than the others: raise it?"), deeds.more
        else:
            continue
        campaign = deeds.named(row.group[by])
        said = {"name": (campaign and campaign.name) or row.group[by]}
        found.append(Deed(text % said, way(campaign, user) if campaign else ()))
    return found


def about_returns(found: Said, today: date, user: Any) -> list[Deed]:
    """The campaign that still runs and loses most of what it cost, whatever the model of attribution."""
    back = found.returns[found.version.model]
    losing = sorted(
        (key for key, one in found.verdicts.items() if one.key == ROBUST and one.sign < 0),
        key=lambda key: (back[key], key),
    )
    for key in losing:
        campaign = deeds.named(key)
        if campaign is not None and (campaign.ends_on is None or campaign.ends_on > today):
            said = {"name": campaign.name or key, "return": shown.figure(back[key], numbers.RATIO, 0)}
            text = _("%(name)s: return %(return)s, and below zero under every model. Stop it?")
            return [Deed(text % said, deeds.stop(campaign, user))]
    return []


def about_delays(asking: Asking, user: Any) -> list[Deed]:
    """Where those first tried within the hour surely became SQL more often than those tried later: a promise to talk about."""
    answer = asking.ask("tried_sql", "delay")
    groups = {row.group["delay"]: row for row in answer.rows} if answer else {}
    soon, late = (_pooled(groups, keys) for keys in (SOON, LATE))
    if soon is None or late is None or soon[0] <= late[1]:
        return []
    text = _("Leads tried within the hour clearly became SQL more often than those tried later. Promise it?")
    return [Deed(text, deeds.amendment(user))]


def _pooled(groups: Mapping[str, Group], keys: Sequence[str]) -> tuple[Decimal, Decimal] | None:
    """Wilson's interval of some groups together; None under twenty cases."""
    n, of = (sum(getattr(groups[key], name) or 0 for key in keys if key in groups) for name in ("n", "of"))
    return numbers.wilson(n, of) if of >= numbers.FEW else None
