"""What came of a campaign or of a persona's leads: a few figures for its own page, each with its rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from leads.models import Campaign
from personas.models import Persona
from smarketing.measures import engine, numbers, shown
from smarketing.rows import clock

from .spans import month

# key, word, date: the words of the overview.
FIGURES = (
    ("mql", _("handed over"), "handed"),
    ("acceptance", _("Acceptance rate"), "handed"),
    ("won", _("deals won"), "handed"),
    ("revenue", _("Revenue won"), "handed"),
)
MONEY = (("cost", _("Spent on campaigns"), "spent"), ("roi", _("Return on investment"), "handed"))


@dataclass(frozen=True)
class Result:
    label: object
    text: str
    interval: str
    url: str


def of_campaign(context, pk: int) -> str:
    """For `{% slot "campaign.results" campaign.pk %}`."""
    campaign = Campaign.objects.filter(pk=pk).first()
    return _rendered(context, "campaign", campaign.key or campaign.name, (*FIGURES, *MONEY)) if campaign else ""


def of_persona(context, pk: int) -> str:
    """For `{% slot "persona.results" persona.pk %}`."""
    persona = Persona.objects.filter(pk=pk).first()
    return _rendered(context, "persona", persona.name, FIGURES) if persona else ""


def _rendered(context, dimension: str, value: str, figures: Iterable[tuple]) -> str:
    today = clock.today()
    first, until = month(today, -11), month(today, 1)
    user = context["request"].user
    results = [_result(one, first, until, {dimension: value}, user) for one in figures]
    shows = {"results": results, "first": first, "last": today}
    return render_to_string("reporting/results.html", shows, request=context["request"])


def _result(one: tuple, first: date, until: date, where: dict[str, str], user) -> Result:
    key, label, dated = one
    found = engine.answer(key, first=first, until=until, where=where, date=dated, user=user)
    digits = 0 if found.unit in (numbers.MONEY, numbers.RATIO) else None
    text = shown.figure(found.total.value, found.unit, digits)
    return Result(label, text, shown.interval(found.total.interval), found.total.rows_url)
