"""What all models of attribution say of a campaign: the last column of the overview, the block on a campaign's own page."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from django.template.loader import render_to_string
from django.urls import reverse

from leads.models import Campaign
from reporting.credit import agreed, board, compare, labels, reckoned, settings
from reporting.credit.labels import VERDICTS
from smarketing.measures import engine, numbers, shown
from smarketing.rows import clock, fence

from .asking import Asking, published
from .cells import Cell
from .spans import COHORT, PERIOD, last_handoff, usual


@dataclass(frozen=True)
class Said:
    """Revenue by campaign under each model compared, the returns by what each cost, and the verdicts on them."""

    version: settings.Settings
    revenue: dict[str, dict[str, Fraction]]
    returns: dict[str, dict[str, Fraction]]
    verdicts: dict[str, compare.Verdict]


def said(asking: Asking) -> Said:
    """What the models of the span's version say, read from the night's edition, else reckoned once for all of them."""
    cutoff = asking.cutoff or fence.cutoff()
    version = settings.of_day(asking.span.first, cutoff)
    wanted = {model: (f"attributed:{model}", "campaign") for model in version.enabled}
    if all(key in asking.kept for key in wanted.values()):
        revenue = {model: _kept(asking.kept[key]) for model, key in wanted.items()}
    else:
        reckoning = reckoned.reckon(engine.ask("revenue_attributed", **_asked(asking, cutoff)), version)
        names = board.names()
        revenue = {model: board.by_key(reckoning.sums(model), names) for model in wanted}
    cost = asking.ask("cost", "campaign")
    paid = {row.group["campaign"]: row.value or 0 for row in cost.rows} if cost else {}
    every = sorted(set(paid).union(*revenue.values()) - {""})
    back = compare.returns(revenue, paid)
    return Said(version, revenue, back, compare.verdicts(back, version.model, every))


def _asked(asking: Asking, cutoff: datetime) -> dict[str, Any]:
    dated = "won" if asking.view == PERIOD else "handed"
    return {"first": asking.span.first, "until": asking.span.until, "date": dated, "cutoff": cutoff}


def _kept(body: dict[str, Any]) -> dict[str, Fraction]:
    return {one["group"]["campaign"]: Fraction(one["value"] or 0) for one in body["rows"]}


def model(asking: Asking) -> str:
    """The name of the model agreed for the first day of the span."""
    return agreed.name(asking.span.first, asking.cutoff or fence.cutoff())


def cells(asking: Asking, found: Said) -> dict[str, Cell]:
    """A cell per campaign: the verdict, and where every model stands."""
    url = board_url(asking)
    return {
        key: Cell(str(VERDICTS[one.key, one.sign][0]), url, str(VERDICTS[one.key, one.sign][1]))
        for key, one in found.verdicts.items()
    }


def board_url(asking: Asking) -> str:
    span = asking.span
    dated = "won" if asking.view == PERIOD else "handed"
    query = {"dated": dated, "first": f"{span.first:%Y-%m}", "last": f"{span.last_month:%Y-%m}"}
    return f"{reverse('reporting:attribution')}?{urlencode(query)}"


def of_campaign(context: Any, pk: int) -> str:
    """For `{% slot "campaign.results" campaign.pk %}`: the campaign under every model, in the usual cohorts."""
    campaign = Campaign.objects.filter(pk=pk).first()
    if campaign is None:
        return ""
    user = context["request"].user
    span = usual(COHORT, clock.today(), last_handoff())
    asking = published(span, COHORT, user) or Asking(span, COHORT, user, fence.cutoff())
    found, key = said(asking), campaign.key or campaign.name
    if key not in found.verdicts:
        return ""
    verdict = found.verdicts[key]
    asked = _asked(asking, asking.cutoff or fence.cutoff())
    lines = [
        (
            labels.model(model),
            labels.MODELS[model][1],
            _cell(model, got.get(key, Fraction(0)), key, asked),
            model == found.version.model,
            shown.figure(found.returns[model].get(key), numbers.RATIO, 0),
        )
        for model, got in found.revenue.items()
    ]
    shows = {
        "lines": lines, "first": span.first, "last": span.last_month, "url": board_url(asking), "version": found.version,
        "verdict": VERDICTS[verdict.key, verdict.sign],
    }  # fmt: skip
    return render_to_string("reporting/campaign_models.html", shows, request=context["request"])


def _cell(model: str, some: Fraction, key: str, asked: dict[str, Any]) -> Cell:
    url = engine.rows_url(f"attributed:{model}", where={"campaign": key}, **asked)
    return Cell(shown.figure(some, numbers.MONEY, 0), url, shown.figure(some, numbers.MONEY))


def of_campaigns(context: Any) -> str:
    """For `{% slot "campaigns.results" %}`: the way to all models."""
    return render_to_string("reporting/campaigns_models.html", {}, request=context["request"])


def of_deal(context: Any, pk: int) -> str:
    """For `{% slot "deal.credit" deal.pk %}`: where the deal's way is told."""
    return render_to_string("reporting/deal_credit.html", {"pk": pk}, request=context["request"])
