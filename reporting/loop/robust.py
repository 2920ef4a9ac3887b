"""What all models of attribution say of a campaign: the last column of the overview, the block on a campaign's own page."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.template.loader import render_to_string
from django.urls import reverse

from leads.models import Campaign
from reporting.credit import compare, labels, reckoned, settings
from reporting.credit.labels import VERDICTS
from smarketing.measures import shown
from smarketing.measures.engine import Answer
from smarketing.rows import clock, fence

from .asking import Asking, published
from .cells import Cell, figure
from .spans import COHORT, PERIOD, last_handoff, usual


@dataclass(frozen=True)
class Said:
    """Revenue by campaign under each model compared, and the verdicts."""

    version: settings.Settings
    answers: dict[str, Answer]
    verdicts: dict[str, compare.Verdict]


def said(asking: Asking) -> Said:
    """What the models of the span's version say, reckoned once or read from the night's edition."""
    version = settings.of_day(asking.span.first, asking.cutoff or fence.cutoff())
    with reckoned.kept():
        found = {key: asking.ask(f"attributed:{key}", "campaign") for key in version.enabled}
        cost = asking.ask("cost", "campaign")
    answers = {key: answer for key, answer in found.items() if answer is not None}
    revenue = {key: _values(answer) for key, answer in answers.items()}
    paid = _values(cost) if cost else {}
    names = sorted(set(paid).union(*revenue.values()) - {""})
    return Said(version, answers, compare.verdicts(compare.returns(revenue, paid), version.model, names))


def cells(asking: Asking) -> dict[str, Cell]:
    """A cell per campaign: the verdict, and where every model stands."""
    url = board_url(asking)
    return {
        key: Cell(str(VERDICTS[one.key, one.sign][0]), url, str(VERDICTS[one.key, one.sign][1]))
        for key, one in said(asking).verdicts.items()
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
    asking = published(span, COHORT, user) or Asking(span, COHORT, user)
    found, key = said(asking), campaign.key or campaign.name
    verdict = found.verdicts.get(key)
    lines = [
        (labels.model(model), labels.MODELS[model][1], _of(answer, key), model == found.version.model)
        for model, answer in found.answers.items()
    ]
    if verdict is None and not any(cell.url for _name, _rule, cell, _on in lines):
        return ""
    shows = {
        "lines": lines, "first": span.first, "last": span.last_month, "url": board_url(asking), "version": found.version,
        "verdict": VERDICTS[verdict.key, verdict.sign] if verdict else VERDICTS["unknown", 0],
    }  # fmt: skip
    return render_to_string("reporting/campaign_models.html", shows, request=context["request"])


def of_campaigns(context: Any) -> str:
    """For `{% slot "campaigns.results" %}`: the way to all models."""
    return render_to_string("reporting/campaigns_models.html", {}, request=context["request"])


def of_deal(context: Any, pk: int) -> str:
    """For `{% slot "deal.credit" deal.pk %}`: where the deal's way is told."""
    return render_to_string("reporting/deal_credit.html", {"pk": pk}, request=context["request"])


def _of(answer: Answer, key: str) -> Cell:
    row = next((row for row in answer.rows if row.group["campaign"] == key), None)
    return figure(answer, row) if row else Cell(shown.NOTHING)


def _values(answer: Answer) -> dict[str, Any]:
    return {row.group["campaign"]: row.value or 0 for row in answer.rows}
